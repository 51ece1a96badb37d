"""Where plan and bound stand, and whose turn it is then: linear programs, regions, branch and bound."""

from __future__ import annotations

from dataclasses import dataclass

_MOST_DIVIDED = 500_000
_MOST_DIVIDED_ROWS = 2_500
"""Pairs and rows of the largest problem that is divided by regions."""

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

_FINISH_PAIRS = 35_000
_NEAR = 0.001
"""
Pairs of the largest core for branch and bound. Where the simplex method has become slow and the gap is so small, the core may be larger.
"""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """
    Where plan and bound stand; all that is counted, so that one seed gives one plan.

    Attributes
    ----------
    n_rounds, n_rounds_in_all
        Rounds played, and rounds at most.
    covered, bound
        Weight that the best plan covers, and bound on it.
    past_bounds
        The bound after each round that it had a turn in.
    n_rows, n_pairs
        Rows and pairs of the part that may still hold a better plan.
    n_step_pairs
        Pairs that a step of the bound goes through.
    is_exhausted
        The last searches for cuts were in vain.
    is_at_vertex, has_program
        The bound stands where the simplex method has come to, and has a program to go on from.
    is_solving, is_solved, is_solving_slow
        A linear program is being solved; no more will be; the last one brought little.
    rounds_of_program
        Rounds from the beginning of the next linear program to its end, where it is small.
    is_dividing, was_divided, is_branching
        Plans are being divided by regions, are or were, and are being divided by groups.
    may_branch
        Plans could be divided by groups, were the problem small enough.
    has_budget
        There is a budget.
    """

    n_rounds: int
    n_rounds_in_all: int
    covered: float
    bound: float
    past_bounds: list[float]
    n_rows: int
    n_pairs: int
    n_step_pairs: int
    is_exhausted: bool
    is_at_vertex: bool
    has_program: bool
    is_solving: bool
    is_solved: bool
    is_solving_slow: bool
    rounds_of_program: int
    is_dividing: bool
    was_divided: bool
    is_branching: bool
    may_branch: bool
    has_budget: bool

    @property
    def gap(self) -> float:
        """How much better than the best plan another may be, as a share of the bound."""
        return (self.bound - self.covered) / self.bound

    @property
    def has_slowed(self) -> bool:
        """Whether the steps of the bound have become slow."""
        past = self.past_bounds
        return len(past) >= _ROUNDS_TO_DIVIDE and (self.is_exhausted or past[-3] - past[-1] <= _LEAST_LOWERED * (past[-1] - self.covered))

    @property
    def is_stuck(self) -> bool:
        """Whether neither the simplex method nor regions lower the bound more than slowly, and the gap is small or the search long."""
        is_slow = self.is_solving_slow and not self.is_solving and not self.is_dividing
        return is_slow and (self.gap <= _NEAR or self.n_rounds >= _LATE_ROUND)

    @property
    def is_branchable(self) -> bool:
        """Whether plans can be divided by the groups that they cover."""
        return self.may_branch and self.n_pairs <= _MOST_SOLVED_FAR

    @property
    def rounds_to_solve(self) -> int:
        """Rounds from the beginning of the next linear program to its end: the search should not have to wait for it."""
        if self.n_pairs <= _SOLVED_SOON:
            return self.rounds_of_program
        return max(self.rounds_of_program, _ROUNDS_OF_LARGE if self.has_program else _ROUNDS_OF_FIRST)

    def is_time_to_solve(self) -> bool:
        """Tell whether the simplex method may lower the bound faster than steps do."""
        has_time = self.n_rounds + self.rounds_to_solve < self.n_rounds_in_all
        is_seen_to = self.is_solving or self.is_solved or self.is_dividing or self.is_branching
        if is_seen_to or not has_time or self.n_pairs > _MOST_SOLVED_FAR:
            return False
        if self.n_pairs > _MOST_SOLVED:
            return self.is_at_vertex or (_FAR[0] < self.gap <= _FAR[1] and self.n_rounds >= _FAR_ROUND)
        is_soon = self.n_pairs <= _SOLVED_SOON and self.gap <= _IN_SIGHT and len(self.past_bounds) >= _ROUNDS_TO_SOLVE
        is_far = self.gap > _NEAR and self.n_rounds >= _SOLVED_ROUND
        return self.is_at_vertex or is_soon or is_far or self.n_rounds >= _LATE_ROUND

    def is_time_to_divide(self) -> bool:
        """Tell whether the bound has become slow, and regions may help."""
        if self.was_divided or self.is_branching:
            return self.is_dividing
        is_small = self.n_rows <= _MOST_DIVIDED_ROWS and self.n_step_pairs <= _MOST_DIVIDED
        is_worth = self.is_solving_slow or not (self.is_solving or self.is_time_to_solve())
        return is_small and not self.has_budget and self.has_slowed and is_worth

    def is_time_to_finish(self, at_round: int) -> bool:
        """Tell whether it is the turn of branch and bound, due at a round or at the end, and what is left is small enough."""
        if self.is_solving:
            return False
        if self.is_stuck and self.is_branchable and not self.is_branching:
            return True
        is_turn = self.n_rounds >= at_round or self.n_rounds >= self.n_rounds_in_all
        return is_turn and (self.n_pairs <= _FINISH_PAIRS or (self.is_stuck and self.n_pairs <= _MOST_SOLVED))
