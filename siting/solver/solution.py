"""What the search has found so far, and the work there is to do."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from siting.arrays import IndexArray
from siting.plan import StoppedBy
from siting.solver.presolve import ReducedProblem

_ROUNDS = 6
_MOVES_PER_ROUND = 1_000_000
_MOVES_PER_ROW = 2_000
_TOUCHES_PER_ROUND = 1.5e10
_STEPS_PER_ROUND = 350
_STEP_PAIRS = 4e8
"""Steps of a round go through about this many pairs where that makes more of them."""

_MOST_STEPS = 4_000

_RELATIVE_PROOF = 1e-9
"""Gap at which rounding alone keeps bound and plan apart, where weights have no common unit."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Solution:
    """
    The best rows, the best bound, and what was done for them.

    Attributes
    ----------
    rows
        Open rows.
    covered, bound
        Weight covered and bound on it, in the unit of the reduced problem, base weight included.
    stopped_by
        What ended the search.
    n_rounds, n_moves, n_steps, n_cuts
        Rounds played, swap moves tried, subgradient steps taken, cuts that bind.
    n_programs
        Linear programs solved.
    n_parts
        Parts of all plans, divided by the number of sites in regions, that were bounded.
    n_nodes
        Parts that branch and cut has looked at, or nodes allowed to branch and bound.
    n_fixed
        Rows that reduced costs have shown to be in no better plan.
    is_warm
        The search began from a plan that was given.
    """

    rows: IndexArray
    covered: float
    bound: float
    stopped_by: StoppedBy = "work_limit"
    n_rounds: int = 0
    n_moves: int = 0
    n_steps: int = 0
    n_cuts: int = 0
    n_programs: int = 0
    n_parts: int = 0
    n_nodes: int = 0
    n_fixed: int = 0
    is_warm: bool = False

    @property
    def method(self) -> tuple[str, ...]:
        """Codes of what was used, in order."""
        used = (
            ("warm_start" if self.is_warm else "greedy", True),
            ("annealing", self.n_moves > 0),
            ("lagrangian", self.n_steps > 0),
            ("lp", self.n_programs > 0),
            ("cuts", self.n_cuts > 0),
            ("fixing", self.n_fixed > 0),
            ("regions", self.n_parts > 0),
            ("branch_and_bound", self.n_nodes > 0),
        )
        return tuple(code for code, is_used in used if is_used)


@dataclass(frozen=True, kw_only=True)
class Work:
    """
    The work there is to do, counted.

    Attributes
    ----------
    n_rounds
        Rounds at most.
    n_moves
        Swap moves of each trial.
    share
        Share of a round's steps that is taken: below 1 where there is less than a few rounds' work.
    """

    n_rounds: int
    n_moves: int
    share: float

    @classmethod
    def of(cls, problem: ReducedProblem, rows: IndexArray, effort: float) -> Work:
        """Return the work for a problem and a plan of it: more effort is more rounds, less than two rounds' worth is shorter ones."""
        n_rounds = max(2, round(_ROUNDS * effort))
        share = min(1.0, _ROUNDS * effort / n_rounds)
        most_moves = min(_MOVES_PER_ROUND, _MOVES_PER_ROW * problem.n_rows, _TOUCHES_PER_ROUND / touches_per_swap(problem, rows))
        return cls(n_rounds=n_rounds, n_moves=math.ceil(share * most_moves), share=share)

    def steps(self, n_pairs: int) -> int:
        """Return the subgradient steps of a round, each of which goes through so many pairs."""
        return math.ceil(self.share * min(max(_STEPS_PER_ROUND, _STEP_PAIRS / max(1, n_pairs)), _MOST_STEPS))


def touches_per_swap(problem: ReducedProblem, rows: IndexArray) -> float:
    """Return how many values a swap of one of the rows brings up to date, on average, >= 1."""
    degree = np.diff(problem.column_start)
    touches = [degree[problem.groups_of(row)].sum() for row in rows.tolist()]
    return max(1.0, float(np.mean(touches))) if touches else 1.0


def is_proven(problem: ReducedProblem, solution: Solution, target_gap: float) -> bool:
    """Tell whether the bound leaves no more than the target gap, or than rounding where sums are not exact."""
    least = 0.0 if problem.is_integral else _RELATIVE_PROOF
    return solution.bound - solution.covered <= max(target_gap, least) * solution.bound
