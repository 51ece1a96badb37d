"""Why a candidate is not in a plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siting.arrays import BoolArray, FloatArray, IndexArray
from siting.kernels.lagrangian import row_values
from siting.kernels.swap_reasons import NO_ROW, find_dominators, least_losses
from siting.planning.explanation import RejectedCandidate, WhyNot
from siting.planning.plan_view import PlanView
from siting.solver.local_search import least_gain


def rejected_candidates(view: PlanView) -> tuple[RejectedCandidate, ...]:
    """Return one entry per candidate that the plan does not open, in the order of the coverage."""
    chosen, forbidden = set(view.plan.chosen), set(view.problem.forbidden)
    partner, loss = least_losses(view.pattern, view.search)
    cost_yen, budget_yen = view.problem.cost_yen, view.problem.budget_yen
    facts = _Facts(
        view=view,
        forbidden=forbidden,
        adds=_added_weights(view),
        serves=np.diff(view.ground.merged.coverage.start) > 0,
        partner=partner,
        loss=loss,
        dominator=find_dominators(view.pattern, budget_yen is not None),
        left_yen=0 if budget_yen is None else budget_yen - int(cost_yen[view.problem.positions(view.plan.chosen)].sum()),
        dearest_yen=int(cost_yen[view.free].max(initial=0)),
    )
    ids = view.problem.coverage.candidate_ids
    return tuple(facts.entry(position) for position, one in enumerate(ids) if one not in chosen)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Facts:
    """
    What is known of the candidates: by position in the coverage (adds, serves), and by row (partner, loss, dominator).

    ``left_yen`` is what the plan leaves of the budget, ``dearest_yen`` the cost of the dearest site that may go.
    """

    view: PlanView
    forbidden: set[str]
    adds: FloatArray
    serves: BoolArray
    partner: IndexArray
    loss: FloatArray
    dominator: IndexArray
    left_yen: int
    dearest_yen: int

    def entry(self, position: int) -> RejectedCandidate:
        """Return why one candidate is not in the plan."""
        view, row = self.view, int(self.view.row_of[position])
        is_in_play = row != NO_ROW
        swap = self._swap(position, row) if is_in_play else None
        code = self._code(position, row, swap)
        return RejectedCandidate(
            id=view.problem.coverage.candidate_ids[position],
            code=code,
            adds_weight=float(self.adds[position]),
            dominated_by=view.id_of(int(self.dominator[row])) if is_in_play and self.dominator[row] != NO_ROW else None,
            instead_of=None if swap is None else swap[0],
            swap_loss=None if swap is None else swap[1],
            missing_yen=self._missing_yen(position) if code == "over_budget" else None,
        )

    def _code(self, position: int, row: int, swap: tuple[str, float] | None) -> WhyNot:
        is_gain = swap is not None and swap[1] < -self.view.rows.unit * least_gain(self.view.rows)
        is_missing_yen = self._missing_yen(position) > 0
        reasons: tuple[tuple[WhyNot, bool], ...] = (
            ("forbidden", self.view.problem.coverage.candidate_ids[position] in self.forbidden),
            ("serves_nothing", not self.serves[position]),
            ("nothing_new", self.adds[position] == 0.0),
            ("would_help", is_gain or self._can_be_added(position)),
            ("over_budget", swap is None and is_missing_yen),
            ("no_room", swap is None),
            ("dominated", row != NO_ROW and self.dominator[row] != NO_ROW),
        )
        return next((code for code, is_true in reasons if is_true), "weaker")

    def _swap(self, position: int, row: int) -> tuple[str, float] | None:
        """Return the chosen site that a candidate would best replace, and the loss; None if it needs no place or can have none."""
        if self._can_be_added(position):
            return None
        cost_yen = self.view.problem.cost_yen
        for idle in self.view.idle:
            if self.view.problem.budget_yen is None or int(cost_yen[position] - cost_yen[idle]) <= self.left_yen:
                return self.view.problem.coverage.candidate_ids[idle], -float(self.adds[position])
        if self.partner[row] == NO_ROW:
            return None
        return self.view.id_of(int(self.partner[row])), self.view.rows.unit * float(self.loss[row])

    def _can_be_added(self, position: int) -> bool:
        fits = self.view.problem.budget_yen is None or int(self.view.problem.cost_yen[position]) <= self.left_yen
        return self.view.has_room and fits

    def _missing_yen(self, position: int) -> int:
        """Return the yen that lack to open a candidate in place of the dearest site that may go; 0 or less without a budget."""
        if self.view.problem.budget_yen is None:
            return 0
        return int(self.view.problem.cost_yen[position]) - self.left_yen - self.dearest_yen


def _added_weights(view: PlanView) -> FloatArray:
    """Return the weight that each candidate would add to the whole plan, shape (n,)."""
    coverage = view.ground.merged.coverage
    is_covered = coverage.count_servers(view.problem.positions(view.plan.chosen)) > 0
    added = np.empty(coverage.n_candidates)
    row_values(coverage.start, coverage.cells, np.where(is_covered, 0.0, view.ground.weight), added)
    return added
