"""Which candidates of a scenario are open whatever happens, and which must stay closed."""

from __future__ import annotations

import difflib

from scenarios.candidate_sources import GatheredCandidates
from scenarios.errors import ScenarioError
from scenarios.scenario import ScenarioFile


def fixed_sites(file: ScenarioFile, gathered: GatheredCandidates) -> tuple[str, ...]:
    """
    Return the ids of the sites on air already and of those that the rules fix, each once.

    Raises
    ------
    ScenarioError
        The rules name an id that is no candidate (the nearest is suggested), or forbid a site that is open.
    """
    rules = file.scenario.rules
    known = set(gathered.candidates.ids)
    for key, ids in (("rules.fixed", rules.fixed), ("rules.forbidden", rules.forbidden)):
        for one in ids:
            if one not in known:
                raise ScenarioError(str(file.path), key, f"must name candidates within [area], as source:id{_hint(one, gathered)}", one)
    on_air = set(gathered.existing)
    for one in rules.forbidden:
        if one in on_air:
            raise ScenarioError(str(file.path), "rules.forbidden", "must not name a site that is on air already", one)
    return tuple(dict.fromkeys((*gathered.existing, *rules.fixed)))


def _hint(wanted: str, gathered: GatheredCandidates) -> str:
    """Return the id that an unknown one may have been meant as, in words."""
    ids = gathered.candidates.ids
    near = [one for one in ids if one.partition(":")[2] == wanted] or difflib.get_close_matches(wanted, ids, n=1, cutoff=0.9)
    return f" (did you mean {near[0]!r}?)" if near else ""
