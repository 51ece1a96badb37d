"""Whether each rule of a problem can be kept as far as that can be seen at once."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from siting.errors import InvalidInputError
from siting.field_checks import check_whole
from siting.limit_checks import MOST_YEN, check_known, check_sum

if TYPE_CHECKING:
    from siting.arrays import FloatArray
    from siting.problem import SitingProblem
    from siting.rules import Carrier, Quota, Sharing, Target


def check_rules(problem: SitingProblem) -> None:
    """
    Check every rule beside the limits.

    Raises
    ------
    InvalidInputError
        Names the rule and the item.
    """
    if problem.sharing is not None:
        _check_sharing(problem, problem.sharing)
    for quota in problem.quotas:
        _check_quota(problem, quota)
    for place, ids in enumerate(problem.either_or):
        _check_either_or(problem, f"either_or[{place}]", ids)
    for place, pair in enumerate(problem.only_with):
        _check_only_with(problem, f"only_with[{place}]", pair)
    _check_spacing(problem)
    check_whole("servers_needed", problem.servers_needed, least=1)
    if not 0 <= problem.backup_share <= 1:
        raise InvalidInputError("backup_share", "must be in [0, 1]", problem.backup_share)
    _check_facilities(problem)
    for target in problem.targets:
        _check_target(problem, target)


def _check_quota(problem: SitingProblem, quota: Quota) -> None:
    field = f"quota {quota.name!r}"
    check_known(problem, f"{field} ids", quota.ids)
    if problem.max_sites is not None and quota.minimum > problem.max_sites:
        raise InvalidInputError(f"{field} minimum", f"must be <= the max_sites {problem.max_sites}", quota.minimum)
    n_allowed = len(set(quota.ids) - set(problem.forbidden))
    if quota.minimum > n_allowed:
        raise InvalidInputError(f"{field} minimum", f"must be <= {n_allowed}, the number of its ids that are not forbidden", quota.minimum)
    n_fixed = len(set(quota.ids) & set(problem.fixed))
    if quota.maximum is not None and quota.maximum < n_fixed:
        raise InvalidInputError(f"{field} maximum", f"must be >= {n_fixed}, the number of its ids that are fixed", quota.maximum)


def _check_either_or(problem: SitingProblem, field: str, ids: tuple[str, ...]) -> None:
    check_known(problem, field, ids)
    if len(ids) < 2:
        raise InvalidInputError(field, "must name at least two ids", ids)
    standing = problem.existing_ids
    opened = sorted((set(ids) & set(problem.fixed)) - standing)
    if len(opened) > 1:
        raise InvalidInputError(field, f"must not name two fixed ids, and {opened[0]!r} is one", opened[1])
    if opened and standing & set(ids):
        raise InvalidInputError(field, f"must not name a fixed id and {min(standing & set(ids))!r}, which has a station", opened[0])


def _check_only_with(problem: SitingProblem, field: str, pair: tuple[str, str]) -> None:
    if len(pair) != 2:
        raise InvalidInputError(field, "must be a pair of ids", pair)
    one, other = pair
    if one == other:
        raise InvalidInputError(field, "must not pair an id with itself", one)
    check_known(problem, field, pair)
    if one in problem.fixed and other in problem.forbidden and other not in problem.existing_ids:
        raise InvalidInputError(field, f"must not tie the fixed {one!r} to a forbidden id", other)


def _check_spacing(problem: SitingProblem) -> None:
    spacing_m = problem.minimum_spacing_m
    if spacing_m is None:
        return
    if not 0 < spacing_m < math.inf:
        raise InvalidInputError("minimum_spacing_m", "must be > 0 and finite", spacing_m)
    if problem.candidates is None:
        raise InvalidInputError("candidates", "must be given with minimum_spacing_m, for their positions", None)


def _check_facilities(problem: SitingProblem) -> None:
    names = Counter(facility.name for facility in problem.facilities)
    for facility in problem.facilities:
        if names[facility.name] > 1:
            raise InvalidInputError("facilities", "must have different names", facility.name)
        if facility.cells.max() >= problem.coverage.n_cells:
            rule = f"must lie in 0..{problem.coverage.n_cells - 1}"
            raise InvalidInputError(f"facility {facility.name!r} cells", rule, int(facility.cells.max()))
        if problem.sharing is not None and problem.sharing.kpi == "every" and facility.cells_needed < len(facility.cells):
            rule = "must be such that it needs all of its cells, where the kpi of the carriers is 'every'"
            raise InvalidInputError(f"facility {facility.name!r} share", rule, facility.share)
    check_sum("facilities", np.array([facility.weight for facility in problem.facilities], dtype=np.float64))


def _check_target(problem: SitingProblem, target: Target) -> None:
    field = f"target {target.name!r}"
    weight = problem.demand.weight
    if target.carrier is not None:
        carriers = () if problem.sharing is None else problem.sharing.carriers
        asked = [carrier for carrier in carriers if carrier.name == target.carrier]
        if not asked:
            raise InvalidInputError(f"{field} carrier", "must name a carrier of the sharing", target.carrier)
        weight = weight if asked[0].weight is None else asked[0].weight
    is_group, is_kind = target.group in problem.demand.groups, any(facility.kind == target.group for facility in problem.facilities)
    if is_group and is_kind:
        raise InvalidInputError(f"{field} group", "must name a group of the demand or a kind of facilities, not both", target.group)
    if target.group is not None and not (is_group or is_kind):
        raise InvalidInputError(f"{field} group", "must name a group of the demand or a kind of facilities", target.group)
    if not _has_weight(problem, target, weight, is_kind=is_kind):
        raise InvalidInputError(f"{field} group", "must have weight", target.group)


def _has_weight(problem: SitingProblem, target: Target, weight: FloatArray, *, is_kind: bool) -> bool:
    if is_kind:
        return any(facility.weight > 0 for facility in problem.facilities if facility.kind == target.group)
    weights = [weight]
    if target.carrier is None and problem.sharing is not None and problem.sharing.kpi == "each":
        weights = [weight if carrier.weight is None else carrier.weight for carrier in problem.sharing.carriers]
    if target.group is not None:
        weights = [one[problem.demand.groups[target.group]] for one in weights]
    return any(bool((one > 0).any()) for one in weights)


def _check_sharing(problem: SitingProblem, sharing: Sharing) -> None:
    if problem.candidates is None:
        raise InvalidInputError("candidates", "must be given with sharing, for their capacities and costs", None)
    n_existing: Counter[str] = Counter()
    for carrier in sharing.carriers:
        _check_carrier(problem, carrier)
        n_existing.update(carrier.existing)
    n_carriers = len(sharing.carriers)
    capacity = dict(zip(problem.candidates.ids, problem.candidates.capacity.tolist(), strict=True))
    for one, n in n_existing.items():
        if not sharing.is_neutral_host and n > capacity[one]:
            raise InvalidInputError("sharing existing", f"must keep the capacity {capacity[one]} of {one!r}", f"{n} carriers")
    for one in problem.fixed:
        if n_existing[one] >= (n_carriers if sharing.is_neutral_host else min(capacity[one], n_carriers)):
            raise InvalidInputError("fixed", "must have a free place for a carrier", one)
    most_yen = sum(problem.candidates.cost_yen.tolist())
    most_yen += len(problem.candidates) * sum(carrier.equipment_yen + 1 for carrier in sharing.carriers)
    if most_yen << n_carriers >= MOST_YEN:
        raise InvalidInputError("sharing equipment_yen", f"must make costs of less than 2**{60 - n_carriers} yen together", most_yen)


def _check_carrier(problem: SitingProblem, carrier: Carrier) -> None:
    field, n_cells = f"carrier {carrier.name!r}", problem.coverage.n_cells
    if carrier.coverage is not None:
        if carrier.coverage.candidate_ids != problem.coverage.candidate_ids:
            rule = "must have the candidate ids of the problem's, in its order"
            raise InvalidInputError(f"{field} coverage", rule, f"{carrier.coverage.n_candidates} ids")
        if carrier.coverage.n_cells != n_cells:
            raise InvalidInputError(f"{field} coverage.n_cells", f"must equal the {n_cells} cells", carrier.coverage.n_cells)
    if carrier.weight is not None:
        if len(carrier.weight) != n_cells:
            raise InvalidInputError(f"{field} weight", f"must have one entry for each of the {n_cells} cells", len(carrier.weight))
        check_sum(f"{field} weight", carrier.weight)
    check_known(problem, f"{field} existing", carrier.existing)
    n_free = problem.coverage.n_candidates - len(set(carrier.existing) | set(problem.forbidden))
    if carrier.min_sites > n_free:
        raise InvalidInputError(f"{field} min_sites", f"must be <= {n_free}, the candidates it may go on", carrier.min_sites)
    if problem.max_sites is not None and carrier.min_sites > problem.max_sites:
        raise InvalidInputError(f"{field} min_sites", f"must be <= the max_sites {problem.max_sites}", carrier.min_sites)
