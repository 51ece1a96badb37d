"""Rows of the general problem that the linear rules alone decide, and rows that no better plan needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siting.arrays import BoolArray, IntArray
from siting.solver.model import Model, SparseRows
from siting.solver.model_check import row_sums


@dataclass(frozen=True, kw_only=True, eq=False)
class Held:
    """
    Rows that are decided.

    Attributes
    ----------
    is_closed, is_open
        Rows held closed and held open, shape (n,).
    broken_rule
        A rule that cannot be kept whatever is decided; None where there is none.
    """

    is_closed: BoolArray
    is_open: BoolArray
    broken_rule: int | None = None

    @property
    def is_free(self) -> BoolArray:
        """Rows still to be decided."""
        return ~(self.is_closed | self.is_open)


def held_by_rules(model: Model) -> Held:
    """
    Decide the rows that each linear rule decides by itself, until nothing follows any more.

    A row is held closed where opening it would break a rule whatever the other rows do, and held open where closing it
    would.
    """
    is_closed = np.zeros(model.n_rows, dtype=np.bool_)
    is_open = np.zeros(model.n_rows, dtype=np.bool_)
    rules = model.rules
    rule_of = np.repeat(np.arange(len(rules)), np.diff(rules.start))
    while True:
        lowest, highest = _reach(rules, is_closed, is_open)
        is_broken = (lowest > model.upper) | (highest < model.lower)
        if is_broken.any():
            return Held(is_closed=is_closed, is_open=is_open, broken_rule=int(np.flatnonzero(is_broken)[0]))
        column, amount = rules.column, rules.amount
        is_free = ~(is_closed | is_open)[column]
        up, down = np.maximum(amount, 0), np.minimum(amount, 0)
        cannot_open = is_free & ((lowest[rule_of] + up > model.upper[rule_of]) | (highest[rule_of] + down < model.lower[rule_of]))
        cannot_close = is_free & ((highest[rule_of] - up < model.lower[rule_of]) | (lowest[rule_of] - down > model.upper[rule_of]))
        is_closed[column[cannot_open]] = True
        is_open[column[cannot_close]] = True
        is_both = is_closed & is_open
        if is_both.any():
            broken = rule_of[cannot_close & is_both[column]]
            return Held(is_closed=is_closed & ~is_open, is_open=is_open, broken_rule=int(broken[0]))
        if not (cannot_open.any() or cannot_close.any()):
            return Held(is_closed=is_closed, is_open=is_open)


def _reach(rules: SparseRows, is_closed: BoolArray, is_open: BoolArray) -> tuple[IntArray, IntArray]:
    """Return the least and the most that each rule can count."""
    amount = np.where(is_closed[rules.column], 0, rules.amount)
    least = np.where(is_open[rules.column], amount, np.minimum(amount, 0))
    most = np.where(is_open[rules.column], amount, np.maximum(amount, 0))
    return row_sums(rules.start, least), row_sums(rules.start, most)
