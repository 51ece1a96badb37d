"""Good plans of the general problem: greedy, annealed, and polished until no small change helps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from siting.arrays import BoolArray, FloatArray, IndexArray
from siting.kernels.model_anneal import Best, anneal, keep_best
from siting.kernels.model_descent import descend
from siting.kernels.model_greedy import fill_greedily, shed
from siting.kernels.model_state import GAIN, IS_HELD, MERIT, N_BROKEN, N_OPEN, ORDER, SPENT, Search, Terms, begin
from siting.solver.model import Model
from siting.solver.model_terms import terms_of, typical_row, usual_prices, with_cost_rule

_MOVES_AT_ONCE = 50_000
_TOUCHES_OF_DESCENT = 3e8
_HOT, _COLD = 0.05, 0.003
"""First and last temperature, as shares of what a typical row brings."""

_FIRST = 8.0
"""How far targets and lower limits come before value in the greedy choice."""

_SHARES_OF_MOVES = (222, 234, 242, 254)
_SHARES_WITH_COSTS = (190, 208, 216, 254)


@dataclass(frozen=True, kw_only=True, eq=False)
class Found:
    """
    Where a search ended.

    Attributes
    ----------
    rows
        Rows of the best plan that keeps every rule; None if none was met.
    last
        Open rows at the end, whether they keep the rules or not.
    """

    rows: IndexArray | None
    last: IndexArray


class ModelSearch:
    """
    Searches of one general problem.

    Parameters
    ----------
    model
        The problem.
    is_closed, is_open
        Rows held closed and held open, shape (n,).
    """

    def __init__(self, model: Model, *, is_closed: BoolArray, is_open: BoolArray) -> None:
        self._model = model
        self._held_open = np.flatnonzero(is_open).astype(np.int32)
        self._is_held = is_closed | is_open
        self._terms = terms_of(model, self._is_held)
        self._varies = len(np.unique(model.cost)) > 1
        self._set_prices(max(1, model.n_rows // 20))

    def _set_prices(self, n_open: int) -> None:
        """Set the usual prices for plans of about so many rows."""
        self._price = usual_prices(self._model, n_open)
        self._capped_price = usual_prices(with_cost_rule(self._model), n_open) if self._model.is_cost_goal else self._price

    def greedy(self, start: IndexArray | None = None) -> Found:
        """
        Open rows one by one, targets and lower limits first, upper limits always kept.

        Parameters
        ----------
        start
            Rows to begin with; those that go over an upper limit are closed again.
        """
        found = [self._greedy(start, is_per_cost=False)]
        if start is None and self._varies:
            found.append(self._greedy(start, is_per_cost=True))
        best = max(found, key=self._rank)
        self._set_prices(len(best.last))
        return best

    def _rank(self, found: Found) -> tuple[bool, int, int]:
        if found.rows is None:
            return False, 0, 0
        number = self._begin(found.rows).number
        return True, int(number[MERIT]), -int(number[SPENT])

    def _greedy(self, start: IndexArray | None, *, is_per_cost: bool) -> Found:
        price = self._price if self._model.is_cost_goal else _FIRST * self._price
        s = begin(self._terms, self._model.base_servers, self._with_held(start), 0, price)
        shed(self._terms, s)
        fill_greedily(self._terms, s, is_per_cost)
        last = _open_rows(s)
        return Found(rows=last if s.number[N_BROKEN] == 0 else None, last=last)

    def anneal(
        self,
        start: IndexArray,
        *,
        seed: int,
        n_moves: int,
        heat: float,
        pool: BoolArray | None,
        is_over: Callable[[], bool],
        on_moves: Callable[[int], None],
    ) -> Found:
        """
        Search from some rows, whether they keep the rules or not.

        Parameters
        ----------
        start
            Rows to begin with.
        seed
            Seed of the moves.
        n_moves
            Moves to make.
        heat
            Temperature as a multiple of the usual one.
        pool
            Rows that may be opened beside those to begin with, shape (n,); None for all.
        is_over
            Asked between batches of moves; ends the search when true.
        on_moves
            Told the moves made so far.
        """
        rows = self._with_held(start)
        terms, price = self._searched()
        if pool is not None:
            terms = self._within(terms, pool, rows)
        s = begin(terms, self._model.base_servers, rows, seed, price)
        best = Best(rows=np.zeros(self._model.n_rows, dtype=np.int32), number=np.full(3, -1))
        keep_best(s, best)
        typical = self._typical(rows, s)
        free = np.flatnonzero(terms.row[:, IS_HELD] == 0).astype(np.int32)
        shares = np.array(_SHARES_WITH_COSTS if self._varies else _SHARES_OF_MOVES)
        cap, step = (len(self._model.lower), int(np.gcd.reduce(self._model.cost))) if self._model.is_cost_goal else (-1, 0)
        done = 0
        while done < n_moves and len(free) and not is_over():
            end = min(done + _MOVES_AT_ONCE, n_moves)
            span = np.array([done, end, n_moves, cap, step])
            anneal(terms, s, best, free, shares, heat * typical * np.array([_HOT, _COLD]), span, price)
            done = end
            on_moves(done)
        return Found(rows=best.rows[: int(best.number[0])].copy() if best.number[0] >= 0 else None, last=_open_rows(s))

    def _searched(self) -> tuple[Terms, FloatArray]:
        """
        Return the problem as it is annealed, and its prices.

        Where the cost is the goal, targets are searched for under a cap on the cost that falls with every plan found: how far
        targets are missed says more about a plan than its cost does.
        """
        if not self._model.is_cost_goal:
            return self._terms, self._price
        terms = terms_of(with_cost_rule(self._model), self._is_held)
        terms.row[:, GAIN] = 0
        return terms, self._capped_price

    def polish(self, rows: IndexArray) -> IndexArray:
        """Return a plan at least as good that no addition, removal or swap improves; ``rows`` must keep every rule."""
        s = self._begin(rows)
        descend(self._terms, s, np.flatnonzero(~self._is_held).astype(np.int32), _TOUCHES_OF_DESCENT)
        return _open_rows(s)

    def _begin(self, rows: IndexArray) -> Search:
        return begin(self._terms, self._model.base_servers, rows, 0, self._price)

    def _with_held(self, rows: IndexArray | None) -> IndexArray:
        """Return the rows without those held closed and with those held open."""
        if rows is None:
            return self._held_open
        return np.concatenate([self._held_open, np.unique(rows[~self._is_held[rows]]).astype(np.int32)])

    def _within(self, terms: Terms, pool: BoolArray, rows: IndexArray) -> Terms:
        """Return the terms with everything but the pool and the given rows held as it is."""
        row = terms.row.copy()
        row[:, IS_HELD] = ~pool
        row[rows, IS_HELD] = 0
        row[self._is_held, IS_HELD] = 1
        return terms._replace(row=row)

    def _typical(self, rows: IndexArray, s: Search) -> float:
        """Return what an open row brings, on average, in the measure of the goal."""
        brought = float(self._model.cost[rows].sum()) if self._model.is_cost_goal else float(s.number[MERIT])
        return max(brought / max(1, len(rows)), 1e-3 * typical_row(self._model))


def _open_rows(s: Search) -> IndexArray:
    rows: IndexArray = s.book[: int(s.number[N_OPEN]), ORDER].astype(np.int32)
    return rows
