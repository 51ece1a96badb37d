"""What a search of the general problem is asked for, and what it knows so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from siting.arrays import IndexArray
from siting.plan import SolveParams
from siting.progress import Progress
from siting.solver.model import Model
from siting.solver.model_bound import Multipliers
from siting.solver.model_check import merit, standing_of


@dataclass(frozen=True, kw_only=True, eq=False)
class State:
    """
    What is known so far; merits are values, or costs with the sign turned and without the fixed stations.

    Attributes
    ----------
    rows
        The best plan; None for none.
    merit
        Its merit.
    bound
        No plan has more.
    last
        Rows where the search stands.
    is_infeasible
        No plan keeps the rules and targets.
    n_rounds, n_moves, n_steps, n_branches
        Rounds played, moves tried, subgradient steps taken, decisions of the exact solver.
    method
        What was used, in order.
    multipliers
        The best prices.
    """

    rows: IndexArray | None
    merit: int
    bound: int
    last: IndexArray
    is_infeasible: bool = False
    n_rounds: int = 0
    n_moves: int = 0
    n_steps: int = 0
    n_branches: int = 0
    method: tuple[str, ...] = ()
    multipliers: Multipliers | None = None

    def used(self, method: str) -> State:
        """Return the state with a method noted."""
        return self if method in self.method else replace(self, method=(*self.method, method))


@dataclass(frozen=True, kw_only=True, eq=False)
class Task:
    """
    What the rounds are asked for.

    Attributes
    ----------
    model
        The problem.
    params
        Seed, effort and target gap.
    enough
        Merit at which to stop; None for the best.
    most_exact
        Pairs of the largest core given to the exact solver.
    progress
        Told the moves made of all moves.
    on_better
        Told the state whenever plan or bound has improved.
    is_late
        Ends the search when true.
    """

    model: Model
    params: SolveParams
    enough: int | None
    most_exact: int
    progress: Progress
    on_better: Callable[[State], None]
    is_late: Callable[[], bool]

    def better(self, state: State, *, rows: IndexArray | None = None, bound: int | None = None) -> State:
        """Return the state with a plan that keeps every rule, or a bound, taken over if it is better."""
        changed = state
        if rows is not None:
            found = merit_of(self.model, rows)
            if state.rows is None or found > state.merit:
                changed = replace(changed, rows=rows, merit=found, last=rows)
        if bound is not None and bound < state.bound:
            changed = replace(changed, bound=bound)
        if changed.rows is not None:
            changed = replace(changed, bound=max(changed.bound, changed.merit))
        if changed is not state and (changed.rows is not state.rows or changed.bound != state.bound):
            self.on_better(changed)
        return changed

    def is_done(self, state: State) -> bool:
        """Tell whether nothing is left to prove."""
        if state.is_infeasible or (state.rows is None and state.bound < least_merit(self.model)):
            return True
        if state.rows is None:
            return self.enough is not None and state.bound < self.enough
        if self.enough is not None and state.merit >= self.enough:
            return True
        whole = state.merit if self.model.is_cost_goal else state.bound
        return state.bound - state.merit <= self.params.target_gap * abs(whole)


def merit_of(model: Model, rows: IndexArray) -> int:
    """Return the merit of a plan, without the cost of the fixed stations."""
    return merit(model, standing_of(model, rows)) + (model.base_cost if model.is_cost_goal else 0)


def least_merit(model: Model) -> int:
    """Return a merit that no plan is below."""
    return -int(model.cost.sum()) if model.is_cost_goal else 0


def most_merit(model: Model) -> int:
    """Return a merit that no plan is above."""
    if model.is_cost_goal:
        return 0
    return sum(int(one.sum()) for one in (model.weight, model.backup_weight, model.bundle_value))
