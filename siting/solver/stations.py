"""What stands already, and what may be opened: the rows of the general problem before any coverage is looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siting.arrays import BoolArray, IntArray
from siting.coverage import CoverageMatrix
from siting.problem import SitingProblem
from siting.solver.spacing import too_close


@dataclass(frozen=True, kw_only=True, eq=False)
class Stations:
    """
    Assets and carriers of a problem; without sharing there is one carrier without a name or costs of its own.

    Attributes
    ----------
    coverages
        Who serves which cell, for each carrier.
    is_on_air
        Carriers that serve from an asset whatever the plan, shape (k, n): existing stations, or the fixed sites where
        nobody shares.
    is_pinned
        Assets that must get a station but leave the choice of carriers, shape (n,).
    is_allowed
        Assets that may get a station, as far as pairs of them do not matter, shape (n,).
    """

    coverages: tuple[CoverageMatrix, ...]
    is_on_air: BoolArray
    is_pinned: BoolArray
    is_allowed: BoolArray

    @property
    def n_carriers(self) -> int:
        """Number of carriers k."""
        return len(self.coverages)

    @property
    def is_standing(self) -> BoolArray:
        """Mark the assets that are open whatever the plan, shape (n,)."""
        standing: BoolArray = self.is_on_air.any(axis=0) | self.is_pinned
        return standing

    @classmethod
    def of(cls, problem: SitingProblem) -> Stations:
        """Read the stations of a problem; assets that a rule bars beside a standing one are not allowed."""
        n = problem.coverage.n_candidates
        fixed = np.zeros(n, dtype=np.bool_)
        fixed[problem.positions(problem.fixed)] = True
        if problem.sharing is None:
            coverages: tuple[CoverageMatrix, ...] = (problem.coverage,)
            is_on_air, is_pinned = fixed[None, :], np.zeros(n, dtype=np.bool_)
        else:
            coverages = tuple(carrier.coverage or problem.coverage for carrier in problem.sharing.carriers)
            is_on_air, is_pinned = np.zeros((len(coverages), n), dtype=np.bool_), fixed
            for place, carrier in enumerate(problem.sharing.carriers):
                is_on_air[place, problem.positions(carrier.existing)] = True
        is_allowed: BoolArray = np.any(~is_on_air, axis=0)
        is_allowed[problem.positions(problem.forbidden)] = False
        is_allowed &= ~_is_barred(problem, is_on_air.any(axis=0) | is_pinned)
        return cls(coverages=coverages, is_on_air=is_on_air, is_pinned=is_pinned, is_allowed=is_allowed)


def _is_barred(problem: SitingProblem, is_standing: BoolArray) -> BoolArray:
    """Mark the assets that a conflict with a standing one keeps closed."""
    is_barred = np.zeros(len(is_standing), dtype=np.bool_)
    for ids in problem.either_or:
        members = problem.positions(ids)
        if is_standing[members].any():
            is_barred[members[~is_standing[members]]] = True
    if problem.minimum_spacing_m is not None and problem.candidates is not None:
        is_barred |= too_close(problem.candidates.xyz_m[:, :2], problem.minimum_spacing_m, is_standing)
    return is_barred


@dataclass(frozen=True, kw_only=True, eq=False)
class StationRows:
    """
    Everything that may be opened, by asset and then by carriers.

    Attributes
    ----------
    candidate
        Position of the asset, rising, shape (r,).
    carriers
        Bit mask of the carriers that get a station, shape (r,); 1 where nobody shares.
    cost_yen
        Yen of all of them together, shape (r,).
    carrier_cost_yen
        Yen that each carrier pays, 0 where it is not served, shape (r, k).
    """

    candidate: IntArray
    carriers: IntArray
    cost_yen: IntArray
    carrier_cost_yen: IntArray

    def __len__(self) -> int:
        return len(self.candidate)

    def take(self, is_kept: BoolArray) -> StationRows:
        """Return some of the rows."""
        return StationRows(
            candidate=self.candidate[is_kept],
            carriers=self.carriers[is_kept],
            cost_yen=self.cost_yen[is_kept],
            carrier_cost_yen=self.carrier_cost_yen[is_kept],
        )

    @classmethod
    def of(cls, problem: SitingProblem, stations: Stations) -> StationRows:
        """
        List the rows: one for each allowed asset, or, where carriers share, one for each set of carriers that finds room.

        The row costs the opening, once, and the equipment of its carriers. To the budget of a carrier counts its equal part of
        the opening, rounded up to a yen. The opening is 0 where a carrier is on the air already.
        """
        if problem.sharing is None:
            candidate = np.flatnonzero(stations.is_allowed)
            carriers = np.ones(len(candidate), dtype=np.int64)
            cost = problem.cost_yen[candidate]
            return cls(candidate=candidate, carriers=carriers, cost_yen=cost, carrier_cost_yen=cost[:, None])
        candidate, carriers = _tenancies(problem, stations)
        bits = 1 << np.arange(stations.n_carriers, dtype=np.int64)
        is_served = (carriers[:, None] & bits) > 0
        opening = np.where(stations.is_on_air.any(axis=0), 0, problem.cost_yen)[candidate]
        part = -(-opening // is_served.sum(axis=1))
        is_host = problem.sharing.is_neutral_host
        equipment = np.array([0 if is_host else carrier.equipment_yen for carrier in problem.sharing.carriers], dtype=np.int64)
        paid = np.where(is_served, part[:, None] + equipment, 0)
        cost = opening + np.where(is_served, equipment, 0).sum(axis=1)
        return cls(candidate=candidate, carriers=carriers, cost_yen=cost, carrier_cost_yen=paid)


def _tenancies(problem: SitingProblem, stations: Stations) -> tuple[IntArray, IntArray]:
    """Return asset and carriers of every row where carriers share, by asset and then by mask."""
    n_carriers = stations.n_carriers
    bits = 1 << np.arange(n_carriers, dtype=np.int64)
    absent = (~stations.is_on_air * bits[:, None]).sum(axis=0)
    is_host = problem.sharing is not None and problem.sharing.is_neutral_host
    capacity = np.zeros(0, dtype=np.int64) if problem.candidates is None else problem.candidates.capacity
    free = np.minimum(capacity - stations.is_on_air.sum(axis=0), n_carriers)
    candidate: list[IntArray] = []
    carriers: list[IntArray] = []
    for mask in range(1, 1 << n_carriers):
        has_room = absent == mask if is_host else ((absent & mask) == mask) & (free >= mask.bit_count())
        assets = np.flatnonzero(stations.is_allowed & has_room)
        candidate.append(assets)
        carriers.append(np.full(len(assets), mask, dtype=np.int64))
    order = np.lexsort((np.concatenate(carriers), np.concatenate(candidate)))
    return np.concatenate(candidate)[order], np.concatenate(carriers)[order]
