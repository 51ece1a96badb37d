"""One round after the other: search and bound side by side, rows dropped, and a finish by branch and bound."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial

import numpy as np

from siting.arrays import FloatArray, IndexArray
from siting.plan import SolveParams
from siting.progress import Progress
from siting.solver.branch_and_cut import BranchAndCut
from siting.solver.exact import finish
from siting.solver.greedy import greedy
from siting.solver.lagrangian import LagrangianDual
from siting.solver.local_search import polish
from siting.solver.pool import Pool
from siting.solver.presolve import ReducedProblem, restrict
from siting.solver.region_tree import PART_STEPS, RegionTree
from siting.solver.row_worth import most_promising
from siting.solver.seeds import nth_seed
from siting.solver.solution import Solution, Work, is_proven
from siting.solver.solving import Solving
from siting.solver.trial import Trial
from siting.solver.trial_queue import TrialQueue

_logger = logging.getLogger(__name__)

_MOST_CUT_PAIRS = 3_000_000
_STEPS_PER_CUT = 1_500
"""Pairs of the largest problem whose relaxation is cut, and the least steps between two searches for cuts."""

_WORTH_CUTTING = 0.01
_LONGEST_WAIT = 6
"""Share of the gap that cuts must have closed by the next search, else that one waits a round longer; and the longest wait."""

_MOST_LOOKED_AT = 250_000
_LOOKED_AT_PAIRS = 5_000
"""Pairs of the largest problem that is looked at before the search, and of the largest that branch and bound then tries."""

_MOST_PAIRED = 250_000
_LONE_ROUNDS = 6
_TRIALS_AT_ONCE = 64
"""
Pairs of the largest problem whose steps leave the other core time for a search of its own; rounds after which all do, and the trials
that begin together from then on.
"""

_MOST_DIVIDED = 500_000
_MOST_DIVIDED_ROWS = 2_500
_DIVIDING_STEPS = 3
"""Pairs and rows of the largest problem that is divided by regions, and its steps on one core in a round, in those of the bound."""

_MOST_SOLVED = 300_000
_SOLVED_SOON = 100_000
_ROUNDS_TO_SOLVE = 4
_IN_SIGHT = 0.0025
_ROUNDS_OF_FIRST = 16
_ROUNDS_OF_LARGE = 4
_SOLVED_ROUND = 48
_LATE_ROUND = 256
"""
Pairs of the largest problem that the simplex method solves at any gap. Up to so many pairs it begins after so many rounds of the bound,
where it may close the gap; on larger problems, which take it more rounds, the first time most, from a round on where the gap is not
small, and from a late one at any gap; then plans are divided at any gap too.
"""

_MOST_SOLVED_FAR = 800_000
_FAR = (0.004, 0.008)
_FAR_ROUND = 16
"""
Pairs of the largest problem of all that the simplex method solves, between which gaps it begins on such a one, and from which round: above
the gap it does not come far in time, and slows the search.
"""

_ROUNDS_TO_DIVIDE = 4
_LEAST_LOWERED = 0.05
"""Rounds before plans are divided by regions, and share of the gap by which two rounds must lower the bound to go on as before."""

_LEAST_SHRINK = 0.1
"""Share of the rows that must go for the problem to be made smaller."""

_BRANCHING_ITERATIONS = 4_000
_MOST_BRANCHINGS = 8
"""Iterations of the simplex method in a round of branch and cut, on each core, and the most of its rounds without one of search."""

_FIRST_FINISH = 4
_FINISH_PAIRS = 35_000
_FINISH_NODES = 50
_NEAR = 0.001
"""
Round of the first branch and bound, pairs of the largest core for it, and its nodes where HiGHS branches; the next attempt is at twice the
round, and nodes, or rounds of branch and cut, grow with rounds. Where the simplex method has become slow and the gap is so small, the core
may be larger.
"""


class Contest:
    """
    Plan against bound: the best of both so far, and the part of the problem that may still hold a better plan.

    Parameters
    ----------
    problem
        The reduced problem.
    solution
        A plan of it and a bound to begin with.
    params
        Seed, effort and target gap.
    other_core
        Sees to the bound, and helps with the search.
    aside
        Solves the linear program from one round to a later one, beside both cores.
    is_over
        Ends the work when true.
    progress
        Told the moves made of all moves, as stage ``stage.solve``.
    seconds_left
        Time until the clock ends the search [s].
    """

    def __init__(
        self,
        problem: ReducedProblem,
        solution: Solution,
        params: SolveParams,
        *,
        other_core: Executor,
        aside: Executor,
        is_over: Callable[[], bool],
        progress: Progress,
        seconds_left: Callable[[], float],
    ) -> None:
        self.solution = solution
        self._whole = problem
        self._part = problem
        self._origin = np.arange(problem.n_rows, dtype=np.int32)
        self._dual = LagrangianDual(problem, solution.rows)
        self._work = Work.of(problem, solution.rows, params.effort)
        self._pool = Pool(problem, solution.rows)
        self._params = params
        self._finish_round = _FIRST_FINISH
        self._n_trials = 0
        self._tree: RegionTree | None = None
        self._branches: BranchAndCut | None = None
        self._may_branch = problem.is_integral and problem.budget_yen is None
        self._past_bounds: list[float] = []
        self._cut_round, self._cut_bound, self._cut_wait = -1, math.inf, 0
        self._solving = Solving(aside, is_over, seconds_left)
        self._aside = aside
        self._other_core = other_core
        self._is_over = is_over
        self._progress = progress
        self._seconds_left = seconds_left

    @property
    def has_work(self) -> bool:
        """Whether rounds are left."""
        return self.solution.n_rounds < self._work.n_rounds

    def begin(self) -> None:
        """Take a first look where it costs little: many problems are proven before any search."""
        if self._dual.n_pairs > _MOST_LOOKED_AT:
            return
        self._lower_bound()
        self._take(self._guided())
        self._take_bound(self._dual.bound())
        self._shrink()
        is_open = not self._is_proven and not self._is_over()
        if is_open and len(self._part.row_groups) <= _LOOKED_AT_PAIRS:
            self._finish()

    def play_round(self) -> None:
        """Search and bound side by side, from the best so far; then drop rows, and finish what is small."""
        self._see_to_program()
        if self._is_proven:
            return
        is_divided_next = (self._branches is not None or self._is_dividing) and self.solution.n_rounds % 2 == 1
        if is_divided_next and not self._pool.is_uniting:
            if self._branches is not None:
                self._branch(1)
            else:
                self._divide(self._other_core)
            self.solution = replace(self.solution, n_rounds=self.solution.n_rounds + 1)
            is_bound_tried = True
        else:
            is_bound_tried = self._search_and_bound()
        self._take_bound(self._dual.bound() if self._tree is None else min(self._dual.bound(), self._tree.bound))
        if is_bound_tried:
            self._past_bounds.append(self.solution.bound)
        if not self._solving.is_pending and not self._is_dividing and self._branches is None:
            self._shrink()
        if self._is_time_to_finish():
            self._finish()
        _logger.info(
            "round %d: covered %.9g, bound %.9g, %d of %d rows in play, %d cuts, %d parts",
            self.solution.n_rounds,
            self.solution.covered,
            self.solution.bound,
            self._part.n_rows,
            self._whole.n_rows,
            self.solution.n_cuts,
            self.solution.n_parts,
        )

    def _search_and_bound(self) -> bool:
        """Search on this core, see to the bound on the other, then search there too; tell whether the bound had its turn."""
        done = self.solution.n_rounds
        scores = self._dual.scores() if done else None
        has_time = self._dual.is_exhausted or self._dual.n_pairs <= _MOST_PAIRED
        is_dividing = self._is_time_to_divide()
        n_first = 2 if done and has_time and not is_dividing else 1
        trials = self._trials(scores, _TRIALS_AT_ONCE if done >= _LONE_ROUNDS else n_first)
        queue = TrialQueue(trials, is_over=self._is_over)
        is_uniting = all(one.prices is not None for one in trials)
        beside = self._other_core.submit(self._work_beside, queue, is_dividing=is_dividing, is_uniting=is_uniting)
        queue.work(on_moves=partial(self._report, done))
        beside.result()
        n_moves = self.solution.n_moves + sum(one.n_moves for one in trials)
        self.solution = replace(self.solution, n_rounds=done + 1, n_moves=n_moves, n_steps=self._dual.n_steps)
        for one, rows in queue.results:
            self._pool.end_trial()
            if rows is not None:
                self._take(rows, one)
        if not is_uniting:
            self._take(self._guided())
        return not is_uniting

    def _trials(self, scores: FloatArray | None, n_most: int) -> list[Trial]:
        """Return the next trials, one at least, as far as they need not wait for one another."""
        trials: list[Trial] = []
        while len(trials) < n_most:
            seed = nth_seed(self._params.seed, self._n_trials)
            trial = self._pool.trial(self._part, scores, number=self._n_trials, seed=seed, n_moves=self._work.n_moves)
            if trial is None:
                break
            self._n_trials += 1
            trials.append(trial)
        return trials

    def _report(self, n_done: int, share: float) -> None:
        """Report the moves of the rounds that are done and of a share of the one that is not."""
        n_moves, n_all = self._work.n_moves, self._work.n_rounds * self._work.n_moves
        self._progress("stage.solve", min(n_done * n_moves + int(share * n_moves), n_all), n_all)

    def _work_beside(self, queue: TrialQueue, *, is_dividing: bool, is_uniting: bool) -> None:
        """Divide the plans, or take the steps of the bound, unless plans are united, which waits for nothing; then search as well."""
        if not is_uniting:
            if is_dividing:
                self._divide()
            else:
                self._lower_bound()
        queue.work(on_moves=lambda _share: None)

    def _lower_bound(self) -> None:
        """Cut the relaxation where it is time, and take the steps of the bound."""
        is_seen_to = self._branches is not None or (self._dual.is_at_vertex and not self._solving.is_done)
        if self._dual.is_exhausted or is_seen_to:
            return
        is_turn = self.solution.n_rounds > self._cut_round + self._cut_wait
        if is_turn and self._dual.is_ripe(_STEPS_PER_CUT) and len(self._part.row_groups) <= _MOST_CUT_PAIRS:
            bound = self.solution.bound
            is_worth = self._cut_bound - bound >= _WORTH_CUTTING * (bound - self.solution.covered)
            self._cut_wait = 0 if is_worth else min(self._cut_wait + 1, _LONGEST_WAIT)
            self._cut_round, self._cut_bound = self.solution.n_rounds, bound
            self._dual.add_cuts(self._is_over)
        n_steps = self._work.steps(self._dual.n_pairs)
        self._dual.descend(n_steps=n_steps, target=self.solution.covered - self._part.base_weight, is_over=self._is_over)

    def _see_to_program(self) -> None:
        """Stand where the simplex method has come to, where that is due, finish what is small, and let it go on."""
        vertex = self._solving.take(self.solution.n_rounds)
        if vertex is not None:
            before = self.solution.bound
            self._dual.take(vertex, target=self.solution.covered - self._part.base_weight)
            self.solution = replace(self.solution, n_programs=self.solution.n_programs + 1)
            self._take_bound(self._dual.bound())
            self._solving.judge((before - self.solution.bound) / (before - self.solution.covered))
            if not self._is_dividing:
                self._shrink()
            if self._is_time_to_finish():
                self._finish()
        if not self._is_proven and self._is_time_to_solve():
            n_more = self._rounds_of_program
            self._solving.begin(self._dual.program(), self.solution.n_rounds, n_more)

    @property
    def _is_dividing(self) -> bool:
        """Whether plans are being divided by regions."""
        return self._tree is not None and not self._tree.is_done

    @property
    def _has_slowed(self) -> bool:
        """Whether the steps of the bound have become slow."""
        past = self._past_bounds
        return len(past) >= _ROUNDS_TO_DIVIDE and (
            self._dual.is_exhausted or past[-3] - past[-1] <= _LEAST_LOWERED * (past[-1] - self.solution.covered)
        )

    def _is_time_to_solve(self) -> bool:
        """Tell whether the simplex method may lower the bound faster than steps do."""
        n_rounds, n_pairs = self.solution.n_rounds, len(self._part.row_groups)
        has_time = n_rounds + self._rounds_of_program < self._work.n_rounds
        is_seen_to = self._solving.is_pending or self._solving.is_done or self._is_dividing or self._branches is not None
        if is_seen_to or not has_time or n_pairs > _MOST_SOLVED_FAR:
            return False
        if n_pairs > _MOST_SOLVED:
            return self._dual.is_at_vertex or (_FAR[0] < self._gap <= _FAR[1] and n_rounds >= _FAR_ROUND)
        is_soon = n_pairs <= _SOLVED_SOON and self._gap <= _IN_SIGHT and len(self._past_bounds) >= _ROUNDS_TO_SOLVE
        is_far = self._gap > _NEAR and n_rounds >= _SOLVED_ROUND
        return self._dual.is_at_vertex or is_soon or is_far or n_rounds >= _LATE_ROUND

    @property
    def _rounds_of_program(self) -> int:
        """Rounds from the beginning of the next solution of the linear program to its end: the search should not have to wait for it."""
        if len(self._part.row_groups) <= _SOLVED_SOON:
            return self._solving.n_rounds
        return max(self._solving.n_rounds, _ROUNDS_OF_LARGE if self._dual.has_program else _ROUNDS_OF_FIRST)

    @property
    def _gap(self) -> float:
        """How much better than the best plan another may be, as a share of the bound."""
        return (self.solution.bound - self.solution.covered) / self.solution.bound

    @property
    def _is_proven(self) -> bool:
        """Whether plan and bound have met."""
        return is_proven(self._whole, self.solution, self._params.target_gap)

    def _is_time_to_divide(self) -> bool:
        """Tell whether the bound has become slow, and regions may help."""
        if self._tree is not None or self._branches is not None:
            return self._is_dividing
        is_small = self._part.n_rows <= _MOST_DIVIDED_ROWS and self._dual.n_pairs <= _MOST_DIVIDED
        is_worth = self._solving.is_slow or not (self._solving.is_pending or self._is_time_to_solve())
        return is_small and self._part.budget_yen is None and self._has_slowed and is_worth

    def _divide(self, other_core: Executor | None = None) -> None:
        """Divide the plans by the number of sites in regions."""
        if self._tree is None:
            self._tree = self._dual.tree(self.solution.bound)
        covered = self.solution.covered
        n_cores = 1 if other_core is None else 2
        self._tree.grow(
            n_parts=math.ceil(n_cores * _DIVIDING_STEPS * self._work.steps(self._dual.n_pairs) / PART_STEPS),
            covered=covered,
            enough=covered / (1.0 - self._params.target_gap),
            is_over=self._is_over,
            other_core=other_core,
        )
        self.solution = replace(self.solution, n_parts=self._tree.n_parts)

    @property
    def _is_stuck(self) -> bool:
        """Whether neither the simplex method nor regions lower the bound more than slowly, and the gap is small or the search long."""
        is_slow = self._solving.is_slow and not self._solving.is_pending and not self._is_dividing
        return is_slow and (self._gap <= _NEAR or self.solution.n_rounds >= _LATE_ROUND)

    @property
    def _is_branchable(self) -> bool:
        """Whether plans can be divided by the groups that they cover."""
        return self._may_branch and len(self._part.row_groups) <= _MOST_SOLVED_FAR

    def _branch(self, n_times: int) -> None:
        """Divide the plans by which groups they cover, on both cores."""
        if self._branches is None:
            self._branches = BranchAndCut(self._part, self._dual.hand_over_program(), self.solution.bound)
        tree, before = self._branches, self._branches.n_nodes
        for _ in range(n_times):
            rows = tree.grow(
                n_iterations=_BRANCHING_ITERATIONS,
                covered=self.solution.covered,
                is_over=self._is_over,
                cores=(self._aside, self._other_core),
            )
            if rows is not None:
                self._take(rows)
            self._take_bound(tree.bound)
            if tree.is_done or self._is_proven or self._is_over():
                break
        self.solution = replace(self.solution, n_nodes=self.solution.n_nodes + tree.n_nodes - before)
        if tree.is_done and not self._is_proven:
            self._branches, self._may_branch = None, False

    def _guided(self) -> IndexArray:
        """Return a plan built from the rows of the best scores, stopping at the first that is not worth opening."""
        part = self._part
        keep = most_promising(self._dual.scores(), part.cost_yen, max_rows=part.max_rows, budget_yen=part.budget_yen)
        return polish(part, greedy(part, keep=keep))

    def _take(self, rows: IndexArray, trial: Trial | None = None) -> None:
        """Keep a plan; if it is the best of all, made so good that no swap, addition or removal improves it."""
        covered, rows = self._pool.add(self._part, rows, trial)
        if covered > self.solution.covered:
            best = max(np.sort(polish(self._part, rows)), rows, key=self._part.covered)
            self._pool.add(self._part, best)
            self.solution = replace(self.solution, rows=self._origin[best], covered=self._part.covered(best))

    def _take_bound(self, bound: float) -> None:
        """Take a bound on the part; no plan with a dropped row is better than the best plan."""
        lower = min(self.solution.bound, max(bound, self.solution.covered))
        self.solution = replace(self.solution, bound=lower, n_cuts=len(self._dual.cuts()))

    def _shrink(self) -> None:
        """Drop the rows that no better plan opens, where they are many."""
        part = self._part
        kept = np.union1d(
            self._dual.needed_rows(self.solution.covered - part.base_weight), np.flatnonzero(np.isin(self._origin, self.solution.rows))
        )
        if part.n_rows - len(kept) < _LEAST_SHRINK * part.n_rows or is_proven(self._whole, self.solution, 0.0):
            return
        core = restrict(part, kept)
        self._pool = self._pool.renumbered(part, core)
        self._dual = self._dual.restricted(core)
        self._part = core
        self._origin = self._origin[core.candidate]
        self.solution = replace(self.solution, n_fixed=self._whole.n_rows - core.n_rows)

    def _is_time_to_finish(self) -> bool:
        """Tell whether it is the turn of branch and bound, and what is left is small enough."""
        if self._is_over() or self._is_proven or self._solving.is_pending:
            return False
        if self._is_stuck and self._is_branchable and self._branches is None:
            return True
        is_turn = self.solution.n_rounds >= self._finish_round or not self.has_work
        n_pairs = len(self._part.row_groups)
        return is_turn and (n_pairs <= _FINISH_PAIRS or (self._is_stuck and n_pairs <= _MOST_SOLVED))

    def _finish(self) -> None:
        """Let branch and bound find a better plan or a lower bound."""
        at_round = max(self.solution.n_rounds, _FIRST_FINISH)
        n_times, self._finish_round = at_round // _FIRST_FINISH, 2 * at_round
        if self._is_branchable:
            self._branch(min(n_times, _MOST_BRANCHINGS))
            return
        n_nodes = n_times * _FINISH_NODES
        found = finish(
            self._part, self._dual.cuts(), self._pool.best, n_nodes=n_nodes, time_limit_s=self._seconds_left(), is_over=self._is_over
        )
        self.solution = replace(self.solution, n_nodes=self.solution.n_nodes + n_nodes)
        if found.rows is not None:
            self._take(polish(self._part, found.rows))
        self._take_bound(found.bound)
