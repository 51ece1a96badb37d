"""What a plan covers, zone by zone and facility by facility, beside the targets it is held to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from siting import Facility, evaluate
from siting.arrays import BoolArray
from siting.evaluate import GroupKpi
from window.planning.keeper import OpenPlan, PlanKeeper
from window.policy import Person, demand
from window.targets import Measure, OfficialTarget, target_of


@dataclass(frozen=True, kw_only=True)
class CoverageFigure:
    """
    Coverage of one group.

    Attributes
    ----------
    name
        Zone, or kind of facilities; empty for everything.
    measure
        ``"area"``: a zone; ``"facilities"``: a kind of facilities, each of which counts as a whole.
    covered, total, unit
        Weight covered, weight in all, and its unit; facilities are counted.
    share
        ``covered / total``, in [0, 1].
    reachable_share
        Share that all candidates together would cover; ``None`` for facilities.
    left_ha
        Area of a zone that is not covered [ha]; ``None`` for facilities.
    reachable_area_share
        Share of the area of a zone that all candidates together would cover; ``None`` for facilities.
    measured_share
        Share that targets are about: of the area, or of the facilities.
    plan_share
        Share that the scenario of the plan demands; ``None`` if it demands none.
    official, official_share
        The official target that names this group, and its share on the day; ``None`` if there is none.
    """

    name: str
    measure: Measure
    covered: float
    total: float
    unit: str
    share: float
    reachable_share: float | None
    left_ha: float | None
    reachable_area_share: float | None
    measured_share: float
    plan_share: float | None
    official: OfficialTarget | None
    official_share: float | None

    @property
    def is_reached(self) -> bool | None:
        """Whether the official target is reached; ``None`` without one."""
        return None if self.official_share is None else self.measured_share >= self.official_share - 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanFigures:
    """
    A plan in figures.

    Attributes
    ----------
    opened
        The plan.
    whole
        Everything together.
    groups
        Zones in the order of the scenario, then kinds of facilities.
    """

    opened: OpenPlan
    whole: CoverageFigure
    groups: tuple[CoverageFigure, ...]


def newest_figures(keeper: PlanKeeper, person: Person, area: str, day: dt.date) -> PlanFigures | None:
    """
    Return the newest plan of a person's organisation in an area, in figures; ``None`` if there is none.

    Raises
    ------
    NotAllowedError
        The person sees no figures.
    """
    demand(person, "see", "figures")
    opened = keeper.newest(person, area)
    return None if opened is None else figures_of(opened, day)


def figures_of(opened: OpenPlan, day: dt.date) -> PlanFigures:
    """Return a plan in figures, held to the targets of a day."""
    prepared = opened.prepared
    grid = prepared.basis.demand
    kpis = evaluate(opened.plan, prepared.coverage, grid)
    asked = {(one.group or ""): one.share for one in prepared.basis.file.scenario.rules.targets if one.carrier is None}
    cell_ha = grid.cell_m**2 / 10_000
    is_reachable = np.zeros(len(grid), dtype=np.bool_)
    is_reachable[prepared.coverage.cells] = True
    n_reachable = [int(is_reachable.sum()), *(int(is_reachable[cells].sum()) for cells in grid.groups.values())]
    groups = zip((kpis.total, *kpis.groups), n_reachable, strict=True)
    zones = [_zone(one, asked, day, unit=kpis.unit, cell_ha=cell_ha, n_reachable=n_cells) for one, n_cells in groups]
    kinds = _facilities(prepared.problem.facilities, kpis.n_servers > 0, asked, day)
    return PlanFigures(opened=opened, whole=zones[0], groups=(*zones[1:], *kinds))


def _zone(group: GroupKpi, asked: dict[str, float], day: dt.date, *, unit: str, cell_ha: float, n_reachable: int) -> CoverageFigure:
    """Return one zone."""
    area_share = group.n_covered_cells / group.n_cells if group.n_cells else 0.0
    official = target_of(group.name, "area") if group.name else None
    step = official.on(day) if official else None
    return CoverageFigure(
        name=group.name,
        measure="area",
        covered=group.covered_weight,
        total=group.weight,
        unit=unit,
        share=group.share,
        reachable_share=group.reachable_share,
        reachable_area_share=n_reachable / group.n_cells if group.n_cells else 0.0,
        left_ha=(group.n_cells - group.n_covered_cells) * cell_ha,
        measured_share=area_share,
        plan_share=asked.get(group.name),
        official=official if step else None,
        official_share=step.share if step else None,
    )


def _facilities(facilities: Sequence[Facility], is_covered: BoolArray, asked: dict[str, float], day: dt.date) -> list[CoverageFigure]:
    """Return each kind of facilities."""
    found = []
    for kind in dict.fromkeys(one.kind for one in facilities):
        members = [one for one in facilities if one.kind == kind]
        n_covered = sum(int(is_covered[one.cells].sum()) >= one.cells_needed for one in members)
        official = target_of(kind, "facilities")
        step = official.on(day) if official else None
        share = n_covered / len(members)
        found.append(
            CoverageFigure(
                name=kind,
                measure="facilities",
                covered=float(n_covered),
                total=float(len(members)),
                unit="facilities",
                share=share,
                reachable_share=None,
                left_ha=None,
                reachable_area_share=None,
                measured_share=share,
                plan_share=asked.get(kind),
                official=official if step else None,
                official_share=step.share if step else None,
            )
        )
    return found
