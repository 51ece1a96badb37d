"""Why a plan is as it is, where it has rules beside its limits, fixed and forbidden sites."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from siting.arrays import FloatArray, IndexArray, IntArray
from siting.check import verify
from siting.errors import InvalidInputError, InvalidPlanError
from siting.kernels.model_state import MERIT, Search, Terms, begin
from siting.kernels.rule_swaps import NO_ROW, broken_without, try_additions, try_swaps
from siting.plan import Plan
from siting.planning.explanation import ChosenSite, RejectedCandidate, Substitute, WhyNot
from siting.problem import SitingProblem
from siting.solver.compile import Compiled, compile_model
from siting.solver.general_plan import rows_of_plan
from siting.solver.model_terms import terms_of

_N_SUBSTITUTES = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class RuleView:
    """
    A plan as a set of rows of the general problem.

    Attributes
    ----------
    problem, plan
        The question and its plan.
    compiled
        The general problem.
    terms, search
        The same as the loops read it, and the plan in it; every trial leaves it as it was.
    rows
        Open rows.
    swapped
        Value after closing each open row for each closed one, minus infinity where a rule is broken, shape (k, n).
    alone, is_kept
        Value without each open row, and whether every rule is kept without it, shape (k,).
    added, broken
        Value with each row added, and the first rule it breaks or ``NO_ROW``, shape (n,).
    """

    problem: SitingProblem
    plan: Plan
    compiled: Compiled
    terms: Terms
    search: Search
    rows: IndexArray
    swapped: FloatArray
    alone: FloatArray
    is_kept: list[bool]
    added: IntArray
    broken: IndexArray

    @classmethod
    def of(cls, problem: SitingProblem, plan: Plan) -> RuleView:
        """
        Return the view of a plan, with every swap tried.

        Raises
        ------
        InvalidInputError
            The goal of the problem is not coverage.
        InvalidPlanError
            The plan breaks a rule, or opens a site that another one makes needless under these rules.
        """
        if problem.goal != "coverage":
            raise InvalidInputError("goal", "must be 'coverage' for a plan to be explained", problem.goal)
        violations = verify(plan, problem)
        if violations:
            raise InvalidPlanError(
                f"plan must keep every rule of the problem: {violations[0].rule} allows {violations[0].allowed}, got {violations[0].found}"
            )
        compiled = compile_model(problem)
        model, rows = compiled.model, rows_of_plan(problem, compiled, plan)
        n = model.n_rows
        terms = terms_of(model, np.zeros(n, dtype=np.bool_))
        search = begin(terms, model.base_servers, rows, 0, np.ones(terms.n_limits))
        n_free = len([one for one in plan.chosen if one not in problem.fixed or problem.sharing is not None])
        if len(rows) < n_free:
            raise InvalidPlanError(
                f"chosen must name sites that the rules allow and none that is needless, got {n_free - len(rows)} others"
            )
        asset = compiled.candidate.astype(np.int64)
        swapped = np.empty((len(rows), n))
        outcomes = [try_swaps(terms, search, int(row), asset, swapped[at]) for at, row in enumerate(rows.tolist())]
        added, broken = try_additions(terms, search)
        return cls(
            problem=problem,
            plan=plan,
            compiled=compiled,
            terms=terms,
            search=search,
            rows=rows,
            swapped=swapped,
            alone=np.array([float(value) for value, _ in outcomes]),
            is_kept=[bool(is_kept) for _, is_kept in outcomes],
            added=added,
            broken=broken,
        )

    @property
    def unit(self) -> float:
        """Demand weight of a whole unit."""
        return float(self.compiled.unit)

    @property
    def merit(self) -> int:
        """Value of the plan in whole units."""
        return int(self.search.number[MERIT])

    def loss(self, merit: float) -> float:
        """Return what is lost of the plan's value, as demand weight."""
        return self.unit * (self.merit - merit)

    def id_of(self, row: int) -> str:
        """Return the candidate id of a row."""
        return self.problem.coverage.candidate_ids[int(self.compiled.candidate[row])]

    def rule_name(self, one: int) -> str:
        """Return what a rule or target is called."""
        names = (*self.compiled.model.rule_name, *self.compiled.model.target_name)
        return names[one]


def chosen_under_rules(view: RuleView) -> tuple[ChosenSite, ...]:
    """Return one entry per chosen site, in the order of the plan."""
    place_of = {view.id_of(row): at for at, row in enumerate(view.rows.tolist())}
    return tuple(
        _chosen(view, one, marginal, place_of.get(one)) for one, marginal in zip(view.plan.chosen, view.plan.marginal_weight, strict=True)
    )


def _chosen(view: RuleView, one: str, marginal: float, place: int | None) -> ChosenSite:
    is_fixed = one in view.problem.fixed
    if place is None:
        return ChosenSite(id=one, is_fixed=is_fixed, marginal_weight=marginal, only_weight=None)
    is_broken = broken_without(view.terms, view.search, int(view.rows[place]))
    site = ChosenSite(
        id=one,
        is_fixed=is_fixed,
        marginal_weight=marginal,
        only_weight=view.loss(float(view.alone[place])),
        needed_for=tuple(dict.fromkeys(view.rule_name(at) for at in np.flatnonzero(is_broken).tolist())),
    )
    if is_fixed:
        return site
    return _with_regret(view, site, place)


def _with_regret(view: RuleView, site: ChosenSite, place: int) -> ChosenSite:
    best: dict[str, float] = {}
    row_merit = view.swapped[place]
    for row in np.argsort(-row_merit, kind="stable").tolist():
        if np.isneginf(row_merit[row]) or len(best) == _N_SUBSTITUTES:
            break
        best.setdefault(view.id_of(row), float(row_merit[row]))
    known = [*best.values(), *([float(view.alone[place])] if view.is_kept[place] else [])]
    return replace(
        site,
        substitutes=tuple(
            Substitute(id=one, objective=view.plan.objective - view.loss(merit), loss=view.loss(merit)) for one, merit in best.items()
        ),
        regret_at_most=view.loss(max(known)) if known else None,
        regret_at_least=view.plan.objective - view.plan.upper_bound,
    )


def rejected_under_rules(view: RuleView) -> tuple[RejectedCandidate, ...]:
    """Return one entry per candidate that the plan does not open, in the order of the coverage."""
    chosen = set(view.plan.chosen)
    rows_of: dict[int, list[int]] = {}
    for row, candidate in enumerate(view.compiled.candidate.tolist()):
        rows_of.setdefault(candidate, []).append(row)
    ids = view.problem.coverage.candidate_ids
    return tuple(_rejected(view, position, rows_of.get(position, [])) for position, one in enumerate(ids) if one not in chosen)


def _rejected(view: RuleView, position: int, rows: list[int]) -> RejectedCandidate:
    one = view.problem.coverage.candidate_ids[position]
    if one in view.problem.forbidden:
        return RejectedCandidate(id=one, code="forbidden", adds_weight=None)
    if not rows:
        return RejectedCandidate(id=one, code="left_out", adds_weight=None)
    added = max(rows, key=lambda row: int(view.added[row]))
    adds = -view.loss(float(view.added[added]))
    allowed = [row for row in rows if view.broken[row] == NO_ROW]
    swap = _best_swap(view, rows)
    code: WhyNot = "weaker"
    if adds <= 0:
        code = "nothing_new"
    elif any(view.added[row] > view.merit for row in allowed) or (swap is not None and swap[1] < 0):
        code = "would_help"
    elif swap is None:
        code = "rule"
    return RejectedCandidate(
        id=one,
        code=code,
        adds_weight=adds,
        instead_of=None if swap is None else swap[0],
        swap_loss=None if swap is None else swap[1],
        rule=view.rule_name(int(view.broken[added])) if code == "rule" and view.broken[added] != NO_ROW else None,
    )


def _best_swap(view: RuleView, rows: list[int]) -> tuple[str, float] | None:
    """Return the site that a candidate best replaces within the rules, and the loss."""
    if not len(view.rows):
        return None
    merit = view.swapped[:, rows]
    place, at = np.unravel_index(int(np.argmax(merit)), merit.shape)
    if np.isneginf(merit[place, at]):
        return None
    return view.id_of(int(view.rows[place])), view.loss(float(merit[place, at]))
