"""A scenario as planners change it at the window, and as the file that ``siting run`` takes."""

from __future__ import annotations

import hashlib
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import tomli_w

from scenarios.scenario import ScenarioFile
from scenarios.scenario_file import read_scenario


@dataclass(frozen=True, kw_only=True)
class Wish:
    """
    What a planner asks of an area, beyond its scenario.

    Attributes
    ----------
    title
        What the plan is called.
    max_sites, budget_yen
        Limits; ``None`` for none, at least one is given.
    band
        Band; empty for that of the area.
    fixed, forbidden
        Ids that must be open, or closed.
    excluded_owners, excluded_types
        Owner classes and asset types that are not used at all.
    minimum_spacing_m
        Least distance between sites; ``None`` for none.
    priorities
        Priority of zones by their place in the file, where it differs.
    seed
        Seed of the search.
    effort
        Counted work, as a multiple of the default.
    """

    title: str
    max_sites: int | None = None
    budget_yen: int | None = None
    band: str = ""
    fixed: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    excluded_owners: tuple[str, ...] = ()
    excluded_types: tuple[str, ...] = ()
    minimum_spacing_m: float | None = None
    priorities: Mapping[int, float] | None = None
    seed: int = 1
    effort: float = 1.0


def placed_text(path: Path) -> str:
    """
    Return a scenario file as text that means the same wherever it lies: paths are absolute, but for those of the data folder.

    Raises
    ------
    ScenarioError
        As :func:`scenarios.scenario_file.read_scenario`.
    """
    read_scenario(path)
    table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    _make_absolute(table, path.parent)
    return tomli_w.dumps(table)


def scenario_of(text: str) -> ScenarioFile:
    """
    Return the scenario of a text whose paths are all absolute.

    Raises
    ------
    ScenarioError
        As :func:`scenarios.scenario_file.read_scenario`.
    """
    file = Path(_folder().name) / f"{hashlib.sha256(text.encode()).hexdigest()}.toml"
    file.write_text(text, encoding="utf-8", newline="\n")
    return read_scenario(file)


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Return where the scenario files of this process lie until it ends."""
    return tempfile.TemporaryDirectory(prefix="siting-")


def scenario_text(base: str, wish: Wish) -> str:
    """Return the scenario file of a wish, beginning from another as :func:`placed_text` gives it."""
    table = tomllib.loads(base)
    table["scenario"] |= {"title_ja": wish.title, "title_en": wish.title}
    rules = table["rules"]
    for name, value in (("max_sites", wish.max_sites), ("budget_yen", wish.budget_yen), ("minimum_spacing_m", wish.minimum_spacing_m)):
        rules.pop(name, None)
        if value is not None:
            rules[name] = value
    rules |= {"fixed": list(wish.fixed), "forbidden": list(wish.forbidden)}
    quotas = list(rules.get("quotas", []))
    quotas += [{"name": f"window: no {one}", "owner_class": one, "max": 0} for one in wish.excluded_owners]
    quotas += [{"name": f"window: no {one}", "asset_type": one, "max": 0} for one in wish.excluded_types]
    rules["quotas"] = quotas
    if wish.band and wish.band != table["radio"]["band"]:
        table["radio"] = {"band": wish.band}
    for place, priority in (wish.priorities or {}).items():
        table["zones"][place]["priority"] = priority
    table.setdefault("solve", {})
    table["solve"] |= {"seed": wish.seed, "effort": wish.effort}
    return tomli_w.dumps(table)


def _make_absolute(table: dict[str, object], folder: Path) -> None:
    """Make every path of a scenario absolute that is relative to its own folder."""

    def placed(path: object) -> object:
        if not isinstance(path, str) or path.startswith("data:") or "://" in path:
            return path
        return str((folder / path).absolute())

    def walk(value: object, key: str) -> object:
        if isinstance(value, dict):
            return {name: walk(one, name) for name, one in value.items()}
        if isinstance(value, list):
            is_files = key == "paths" or (key == "rules" and all(isinstance(one, str) for one in value))
            return [placed(one) if is_files and isinstance(one, str) else walk(one, key) for one in value]
        return placed(value) if key in {"path", "database"} else value

    for name, value in list(table.items()):
        table[name] = walk(value, name)
