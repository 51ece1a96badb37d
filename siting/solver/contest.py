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
from siting.solver.standing import Standing
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

_DIVIDING_STEPS = 3
"""Steps of regions on one core in a round, in those of the bound."""

_LEAST_SHRINK = 0.1
"""Share of the rows that must go for the problem to be made smaller."""

_BRANCHING_ITERATIONS = 4_000
_MOST_BRANCHINGS = 8
"""Iterations of the simplex method in a round of branch and cut, on each core, and the most of its rounds without one of search."""

_FIRST_FINISH = 4
_FINISH_NODES = 50
"""
Round of the first branch and bound, and its nodes where HiGHS branches; the next attempt is at twice the round, and nodes, or rounds of
branch and cut, grow with rounds.
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
        is_dividing = self._standing.is_time_to_divide()
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
        if not self._is_proven and self._standing.is_time_to_solve():
            n_more = self._standing.rounds_to_solve
            self._solving.begin(self._dual.program(), self.solution.n_rounds, n_more)

    @property
    def _is_dividing(self) -> bool:
        """Whether plans are being divided by regions."""
        return self._tree is not None and not self._tree.is_done

    @property
    def _standing(self) -> Standing:
        """Where plan and bound stand now."""
        return Standing(
            n_rounds=self.solution.n_rounds,
            n_rounds_in_all=self._work.n_rounds,
            covered=self.solution.covered,
            bound=self.solution.bound,
            past_bounds=self._past_bounds,
            n_rows=self._part.n_rows,
            n_pairs=len(self._part.row_groups),
            n_step_pairs=self._dual.n_pairs,
            is_exhausted=self._dual.is_exhausted,
            is_at_vertex=self._dual.is_at_vertex,
            has_program=self._dual.has_program,
            is_solving=self._solving.is_pending,
            is_solved=self._solving.is_done,
            is_solving_slow=self._solving.is_slow,
            rounds_of_program=self._solving.n_rounds,
            is_dividing=self._is_dividing,
            was_divided=self._tree is not None,
            is_branching=self._branches is not None,
            may_branch=self._may_branch,
            has_budget=self._part.budget_yen is not None,
        )

    @property
    def _is_proven(self) -> bool:
        """Whether plan and bound have met."""
        return is_proven(self._whole, self.solution, self._params.target_gap)

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
        """Tell whether it is the turn of branch and bound, and there is something left to do."""
        return not self._is_over() and not self._is_proven and self._standing.is_time_to_finish(self._finish_round)

    def _finish(self) -> None:
        """Let branch and bound find a better plan or a lower bound."""
        at_round = max(self.solution.n_rounds, _FIRST_FINISH)
        n_times, self._finish_round = at_round // _FIRST_FINISH, 2 * at_round
        if self._standing.is_branchable:
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
