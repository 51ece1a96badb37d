"""Read the plan of a run folder back."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from scenarios.errors import ScenarioError
from siting import Plan


def read_plan(folder: Path) -> Plan:
    """
    Return the plan of a run folder.

    Raises
    ------
    ScenarioError
        No run folder, or a ``plan.json`` that is none.
    """
    file = folder / "plan.json"
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
        named = {
            name: facts[name] for name in ("chosen", "marginal_weight", "objective", "upper_bound", "status", "stopped_by", "cost_yen")
        }
        named |= {name: facts[name] for name in ("seed", "goal", "lower_bound", "infeasibility", "method", "work")}
        named |= {"total_weight": facts["total"], "reachable_weight": facts["reachable"], "covered_weight": facts["covered"]}
        named |= {"limited_by": facts["limited_by"] or "rules", "runtime_s": facts["timings"]["solver_s"]}
        return TypeAdapter(Plan).validate_python(named | {"tenants": {one["name"]: one["sites"] for one in facts["carriers"]}})
    except OSError as error:
        raise ScenarioError(str(file), "file", "must be readable", error.strerror) from None
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise ScenarioError(str(file), "file", "must be the plan.json of a run", str(error)[:200]) from None
