"""The rules of a scenario about single candidates and sets of them, as the solver takes them."""

from __future__ import annotations

import numpy as np
import shapely

from assets_db.errors import one_of
from scenarios.basis import Basis
from scenarios.candidate_sources import GatheredCandidates
from scenarios.errors import ScenarioError, in_table
from scenarios.fixed_sites import require_ids
from scenarios.layers import read_layer, require_polygons, require_property
from scenarios.places import Plane
from scenarios.rule_tables import QuotaRule, Wards
from scenarios.scenario import ScenarioFile
from siting.arrays import BoolArray, FloatArray
from siting.rules import Quota, Target

_KEY = "rules.quotas"


def gather_quotas(basis: Basis) -> tuple[Quota, ...]:
    """
    Return the quotas of a scenario, each with the ids of the candidates that meet all of its conditions.

    Raises
    ------
    ScenarioError
        An unknown id, source or ward, or a quota that no candidate falls under.
    InvalidInputError
        A file of wards that cannot be read.
    """
    file, gathered = basis.file, basis.gathered
    rules = file.scenario.rules
    wards = _WardMap(rules.wards, file, basis.plane) if rules.wards is not None else None
    quotas = []
    for position, rule in enumerate(rules.quotas):
        key = f"{_KEY}[{position + 1}]"
        is_meant = _is_meant(rule, key, file, gathered)
        if rule.ward is not None and wards is not None:
            is_meant &= wards.is_in(rule.ward, key, gathered.candidates.xyz_m[:, :2])
        ids = tuple(gathered.candidates.ids[row] for row in np.flatnonzero(is_meant).tolist())
        if not ids:
            raise ScenarioError(str(file.path), key, "must leave some candidates: none meets all of its conditions", rule.name)
        with in_table(file, key):
            quotas.append(Quota(name=rule.name, ids=ids, minimum=rule.min, maximum=rule.max))
    return tuple(quotas)


def _is_meant(rule: QuotaRule, key: str, file: ScenarioFile, gathered: GatheredCandidates) -> BoolArray:
    """Return which candidates meet all conditions of a quota but that of the ward, shape (n,)."""
    candidates = gathered.candidates
    is_meant = np.ones(len(candidates), dtype=np.bool_)
    if rule.owner_class is not None:
        is_meant &= np.array(candidates.owner_class) == rule.owner_class
    if rule.asset_type is not None:
        is_meant &= np.array(candidates.asset_type) == rule.asset_type
    if rule.source is not None:
        names = [source.name for source in gathered.sources]
        if rule.source not in names:
            raise ScenarioError(str(file.path), f"{key}.source", one_of(rule.source, names), rule.source)
        is_meant &= np.isin(candidates.ids, gathered.ids_of(rule.source))
    if rule.ids:
        require_ids(f"{key}.ids", rule.ids, file, gathered)
        is_meant &= np.isin(candidates.ids, rule.ids)
    return is_meant


class _WardMap:
    """The wards of a scenario by name."""

    def __init__(self, wards: Wards, file: ScenarioFile, plane: Plane) -> None:
        self._features = read_layer(wards.path, "rules.wards", file, plane)
        require_property(wards.name_field, "rules.wards.name_field", self._features, file)
        self._names = np.array(self._features.texts(wards.name_field))
        require_polygons(self._features, [f"ward {name!r}" for name in self._names.tolist()])
        self._file = file

    def is_in(self, ward: str, key: str, xy_m: FloatArray) -> BoolArray:
        """Return which points [m] (n, 2) lie in a ward, shape (n,)."""
        is_named = self._names == ward
        if not is_named.any():
            rule = one_of(ward, dict.fromkeys(self._names.tolist()))
            raise ScenarioError(str(self._file.path), f"{key}.ward", rule, ward)
        polygon = shapely.union_all(self._features.geometries[is_named])
        shapely.prepare(polygon)
        is_inside: BoolArray = shapely.contains_xy(polygon, xy_m[:, 0], xy_m[:, 1])
        return is_inside


def gather_pairs(file: ScenarioFile, gathered: GatheredCandidates) -> tuple[tuple[tuple[str, ...], ...], tuple[tuple[str, str], ...]]:
    """
    Return the sets of ids of which at most one may be open, and the pairs (id, other) of sites open only where others are.

    Raises
    ------
    ScenarioError
        An id that is no candidate; the nearest is suggested.
    """
    rules = file.scenario.rules
    for position, one in enumerate(rules.either_or):
        require_ids(f"rules.either_or[{position + 1}].ids", one.ids, file, gathered)
    for position, pair in enumerate(rules.only_with):
        require_ids(f"rules.only_with[{position + 1}].id", (pair.id,), file, gathered)
        require_ids(f"rules.only_with[{position + 1}].other", (pair.other,), file, gathered)
    return tuple(one.ids for one in rules.either_or), tuple((pair.id, pair.other) for pair in rules.only_with)


def gather_targets(file: ScenarioFile, groups: tuple[str, ...]) -> tuple[Target, ...]:
    """
    Return the targets of a scenario.

    Parameters
    ----------
    file
        The scenario.
    groups
        Names of its zones and of its kinds of facilities.

    Raises
    ------
    ScenarioError
        A target names none of these; the nearest is suggested.
    """
    targets = []
    for position, rule in enumerate(file.scenario.rules.targets):
        if rule.group is not None and rule.group not in groups:
            raise ScenarioError(str(file.path), f"rules.targets[{position + 1}].group", one_of(rule.group, groups), rule.group)
        targets.append(Target(share=rule.share, group=rule.group, carrier=rule.carrier))
    return tuple(targets)
