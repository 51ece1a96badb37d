"""Which unknown to survey first: for which asset near the plan a fact would change the plan most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np

from assets_db.record import AssetRecord
from scenarios.basis import Basis
from scenarios.errors import ScenarioError
from scenarios.preparation import Prepared
from scenarios.register_heights import antenna_height_m, fit_to_roofs
from scenarios.register_tables import RegisterAssets
from scenarios.survey_states import KnownValues, State, SurveyField
from scenarios.survey_value import Question, Worth, covered_weight, worth_of
from siting import Candidates, CoverageMatrix, Plan, SitingProblem, build_coverage, solve
from siting.arrays import BoolArray, FloatArray
from siting.planning.whatif import WhatIf
from siting.progress import Progress, no_progress

FIELDS: tuple[SurveyField, ...] = get_args(SurveyField)


@dataclass(frozen=True, kw_only=True)
class SurveyItem:
    """
    A fact to find out.

    Attributes
    ----------
    candidate
        Id of the candidate, source and asset.
    record
        The asset.
    field
        What is not known.
    is_chosen
        Whether the plan opens it today.
    states
        What the fact may turn out to be.
    worth
        What knowing it is worth.
    """

    candidate: str
    record: AssetRecord
    field: SurveyField
    is_chosen: bool
    states: tuple[State, ...]
    worth: Worth

    @property
    def reason(self) -> str:
        """Why it is worth knowing, in one line."""
        now = "chosen" if self.is_chosen else "not chosen"
        found = zip(self.states, self.worth.by_state, strict=True)
        told = "; ".join(f"{state.chance:.0%} {state.says}: plan covers {weight:,.1f}" for state, weight in found)
        return f"{now}; {self.field} not surveyed; {told}"


@dataclass(frozen=True, kw_only=True)
class SurveyList:
    """
    What to survey, the most valuable first.

    Attributes
    ----------
    items
        Facts looked at in full, by falling value.
    plan
        The plan as it stands.
    unit
        Unit of all weights.
    n_unknown
        Unknown facts of the assets near the plan.
    n_passed_over
        Those not looked at in full: a quick estimate puts each below all that were, or at nothing.
    """

    items: tuple[SurveyItem, ...]
    plan: Plan
    unit: str
    n_unknown: int
    n_passed_over: int


@dataclass(frozen=True, kw_only=True)
class _Unknown:
    candidate: str
    field: SurveyField
    states: tuple[State, ...]
    variants: tuple[str | None, ...]


def survey_first(prepared: Prepared, *, most: int = 30, near: int = 200, progress: Progress = no_progress) -> SurveyList:
    """
    Return which unknown facts are worth most to the plan of a scenario.

    Looked at are the assets of the register that the plan opens, and those it leaves closed that would add most to it. The
    ranges of unknown facts come from assets alike (see :class:`KnownValues`). A quick estimate picks the facts that are then
    looked at in full by planning again for each state.

    Parameters
    ----------
    prepared
        The scenario, of which the only rules are limits on sites or money, and sites fixed or forbidden.
    most
        How many facts to look at in full, at least 1.
    near
        How many closed assets to look at.
    progress
        Told the facts done.

    Raises
    ------
    ScenarioError
        Other rules; no candidates from a register.
    """
    problem, gathered = prepared.problem, prepared.basis.gathered
    source = str(prepared.basis.file.path)
    if not problem.is_plain:
        raise ScenarioError(source, "rules", "must be max_sites, budget_yen, fixed and forbidden alone to rank surveys", None)
    if not gathered.records:
        raise ScenarioError(source, "candidates", 'must have one of kind = "register": other lists do not say what is unknown', None)
    plan = solve(problem, prepared.params)
    subjects = _subjects(problem, plan, gathered.records, near)
    known = KnownValues(gathered.records.values())
    unknown, extended = _extend(prepared, subjects, known)
    picked = _pick(extended, plan, unknown, most)
    items = _look_at(extended, plan, prepared, picked, progress)
    return SurveyList(
        items=items, plan=plan, unit=prepared.basis.demand.unit, n_unknown=len(unknown), n_passed_over=len(unknown) - len(picked)
    )


def _look_at(
    extended: SitingProblem, plan: Plan, prepared: Prepared, picked: Sequence[_Unknown], progress: Progress
) -> tuple[SurveyItem, ...]:
    """Return what each fact is worth, by falling value."""
    base = prepared.problem
    variants = frozenset(set(extended.forbidden) - set(base.forbidden))
    state = WhatIf(extended, plan, prepared.params)
    records, chosen = prepared.basis.gathered.records, set(plan.chosen)
    items = []
    for done, one in enumerate(picked):
        progress("stage.survey", done, len(picked))
        question = Question(candidate=one.candidate, variants=one.variants, chances=tuple(each.chance for each in one.states))
        items.append(
            SurveyItem(
                candidate=one.candidate,
                record=records[one.candidate],
                field=one.field,
                is_chosen=one.candidate in chosen,
                states=one.states,
                worth=worth_of(question, state, variants),
            )
        )
    progress("stage.survey", len(picked), len(picked))
    return tuple(sorted(items, key=lambda item: (-item.worth.value, item.candidate, item.field)))


def _subjects(problem: SitingProblem, plan: Plan, records: Mapping[str, AssetRecord], near: int) -> tuple[str, ...]:
    """Return the assets the plan opens, and the closed ones that would add most to it."""
    is_covered = _covered(problem, plan.chosen)
    taken = {*plan.chosen, *problem.forbidden}
    gains = {one: _gain(problem, one, is_covered) for one in records if one not in taken}
    closed = sorted((one for one, gain in gains.items() if gain > 0), key=lambda one: (-gains[one], one))[:near]
    return (*(one for one in plan.chosen if one in records and one not in problem.fixed), *closed)


def _extend(prepared: Prepared, subjects: Sequence[str], known: KnownValues) -> tuple[list[_Unknown], SitingProblem]:
    """Return the unknown facts, and the problem with each asset once more for each state it may turn out in, all banned."""
    gathered, city = prepared.basis.gathered, prepared.basis.city
    rows, xyz_m, ids = [], [], []
    pending: list[tuple[str, SurveyField, tuple[State, ...], tuple[str | None, ...]]] = []
    for one in subjects:
        row = gathered.rows[one]
        for field in FIELDS:
            states = known.states(gathered.records[one], field)
            names: list[str | None] = []
            for place, state in enumerate(states):
                moved = state.height_m is not None or state.offset_m is not None
                names.append(f"{one}@{field}{place}" if moved else one if state.is_usable else None)
                if moved:
                    ids.append(f"{one}@{field}{place}")
                    rows.append(row)
                    xyz_m.append(_moved(prepared.basis, one, state))
            if states:
                pending.append((one, field, states, tuple(names)))
    if not ids:
        return [_Unknown(candidate=one, field=f, states=s, variants=v) for one, f, s, v in pending], prepared.problem
    base = gathered.candidates
    variants = Candidates.from_points(
        np.array(xyz_m),
        crs=base.crs,
        ids=ids,
        cost_yen=base.cost_yen[rows],
        owner_class=[base.owner_class[row] for row in rows],
        asset_type=[base.asset_type[row] for row in rows],
        name=[base.name[row] for row in rows],
        capacity=base.capacity[rows],
    )
    is_possible = variants.xyz_m[:, 2] >= city.roof_above_ground_m(variants.xyz_m[:, :2])
    variants = variants.take(np.flatnonzero(is_possible))
    there = set(variants.ids)
    unknown = [
        _Unknown(candidate=one, field=f, states=s, variants=tuple(v if v == one or v in there else None for v in names))
        for one, f, s, names in pending
    ]
    return unknown, _with_variants(prepared, variants)


def _with_variants(prepared: Prepared, variants: Candidates) -> SitingProblem:
    problem, basis = prepared.problem, prepared.basis
    if not len(variants):
        return problem
    added = build_coverage(basis.city, variants, basis.demand, basis.radio)
    coverage = CoverageMatrix(
        candidate_ids=(*problem.coverage.candidate_ids, *added.candidate_ids),
        n_cells=problem.coverage.n_cells,
        start=np.concatenate((problem.coverage.start, problem.coverage.start[-1] + added.start[1:])),
        cells=np.concatenate((problem.coverage.cells, added.cells)),
        band=problem.coverage.band,
    )
    candidates = Candidates.concatenate([basis.gathered.candidates, variants])
    return replace(problem, coverage=coverage, candidates=candidates, forbidden=(*problem.forbidden, *variants.ids))


def _moved(basis: Basis, one: str, state: State) -> FloatArray:
    """Return where the antenna would be [m] if a survey found a state."""
    x, y, z = basis.gathered.candidates.xyz_m[basis.gathered.rows[one]].tolist()
    if state.offset_m is not None:
        return np.array([x + state.offset_m[0], y + state.offset_m[1], z])
    name = one.partition(":")[0]
    source = next(each for each in basis.file.scenario.candidates if isinstance(each, RegisterAssets) and each.name == name)
    record = basis.gathered.records[one]
    found = AssetRecord(values={**record.values, "height_agl_m": state.height_m or 0.0}, known_from=record.known_from)
    roof_m = basis.city.roof_above_ground_m(np.array([[x, y]]))
    (height_m,) = fit_to_roofs(source, (found,), np.array([antenna_height_m(source, found)]), roof_m).tolist()
    return np.array([x, y, height_m])


def _pick(problem: SitingProblem, plan: Plan, unknown: Sequence[_Unknown], most: int) -> tuple[_Unknown, ...]:
    """Return the facts that a quick estimate gives some value, the highest first."""
    total = covered_weight(problem, plan.chosen)
    chosen = set(plan.chosen)
    losses = {one: total - covered_weight(problem, tuple(chosen - {one})) for one in plan.chosen}
    smallest = min((loss for one, loss in losses.items() if one not in problem.fixed), default=0.0)
    estimates = []
    for one in unknown:
        is_open = one.candidate in chosen
        is_covered = _covered(problem, tuple(chosen - {one.candidate}))
        gains = [0.0 if variant is None else _gain(problem, variant, is_covered) for variant in one.variants]
        held = losses[one.candidate] if is_open else smallest
        changes = [max(held - gain, 0.0) if is_open else max(gain - held, 0.0) for gain in gains]
        estimates.append(sum(state.chance * change for state, change in zip(one.states, changes, strict=True)))
    order = sorted(range(len(unknown)), key=lambda i: (-estimates[i], unknown[i].candidate, unknown[i].field))
    return tuple(unknown[i] for i in order[:most] if estimates[i] > 0)


def _covered(problem: SitingProblem, ids: tuple[str, ...]) -> BoolArray:
    """Return which cells sites cover together, shape (m,)."""
    is_covered = np.zeros(problem.coverage.n_cells, dtype=np.bool_)
    for row in problem.positions(ids).tolist():
        is_covered[problem.coverage.cells_of(row)] = True
    return is_covered


def _gain(problem: SitingProblem, one: str, is_covered: BoolArray) -> float:
    """Return the weight a site adds to what is covered already."""
    (row,) = problem.positions((one,)).tolist()
    cells = problem.coverage.cells_of(row)
    return float(problem.demand.weight[cells[~is_covered[cells]]].sum())
