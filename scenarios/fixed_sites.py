"""Which candidates of a scenario are open whatever happens, and which must stay closed."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

import numpy as np

from scenarios.candidate_sources import GatheredCandidates
from scenarios.errors import ScenarioError
from scenarios.scenario import ScenarioFile
from siting import Candidates


def fixed_sites(file: ScenarioFile, gathered: GatheredCandidates) -> tuple[str, ...]:
    """
    Return the ids of the sites on air already and of those that the rules fix, each once.

    Where carriers share, stations on air are those of a carrier, and only what the rules fix is fixed.

    Raises
    ------
    ScenarioError
        The rules name an id that is no candidate (the nearest is suggested), forbid a site that is open, or leave too few
        yen for any site that is not open yet.
    """
    rules = file.scenario.rules
    require_ids("rules.fixed", rules.fixed, file, gathered)
    require_ids("rules.forbidden", rules.forbidden, file, gathered)
    on_air = set(gathered.existing)
    for one in rules.forbidden:
        if one in on_air:
            raise ScenarioError(str(file.path), "rules.forbidden", "must not name a site that is on air already", one)
    fixed = rules.fixed if file.scenario.carriers else tuple(dict.fromkeys((*gathered.existing, *rules.fixed)))
    if rules.budget_yen is not None:
        _check_budget(file, gathered.candidates, rules.budget_yen, set(fixed))
    return fixed


def require_ids(key: str, ids: Sequence[str], file: ScenarioFile, gathered: GatheredCandidates) -> None:
    """
    Raise for an id that is no candidate, suggesting the nearest.

    Raises
    ------
    ScenarioError
        Names the key and the id.
    """
    known = gathered.rows
    for one in ids:
        if one not in known:
            raise ScenarioError(str(file.path), key, f"must name candidates within [area], as source:id{_hint(one, gathered)}", one)


def _check_budget(file: ScenarioFile, candidates: Candidates, budget_yen: int, fixed: set[str]) -> None:
    """Refuse a budget that buys nothing: it is a misplaced digit, and the plan would be what stands there already."""
    is_fixed = np.array([one in fixed for one in candidates.ids], dtype=np.bool_)
    is_free = ~is_fixed & ~np.isin(candidates.ids, file.scenario.rules.forbidden)
    if not is_free.any():
        return
    needed_yen = int(candidates.cost_yen[is_fixed].sum() + candidates.cost_yen[is_free].min())
    if budget_yen < needed_yen:
        what = "the cheapest candidate" if not candidates.cost_yen[is_fixed].any() else "the fixed sites and the cheapest candidate"
        raise ScenarioError(str(file.path), "rules.budget_yen", f"must be >= {needed_yen:,}, the cost of {what}", budget_yen)


def _hint(wanted: str, gathered: GatheredCandidates) -> str:
    """Return the id that an unknown one may have been meant as, in words."""
    ids = gathered.candidates.ids
    near = [one for one in ids if one.partition(":")[2] == wanted] or difflib.get_close_matches(wanted, ids, n=1, cutoff=0.9)
    return f" (did you mean {near[0]!r}?)" if near else ""
