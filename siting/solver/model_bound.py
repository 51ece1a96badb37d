"""The bound of the general problem at some multipliers, in exact arithmetic, and what it says of each row."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.arrays import BoolArray, FloatArray, IntArray
from siting.kernels.lagrangian import row_values
from siting.solver.model import NO_LOWER, NO_UPPER, Model, SparseRows

_SPARE_BITS = 60
_MOST_BITS = 40
_PRICE_BITS = 40
"""Prices of rules and targets keep this many more binary places than worths: their amounts are large."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Multipliers:
    """
    Prices of everything that the dual relaxes; any of them give a valid bound.

    Attributes
    ----------
    group
        Price of a server of each group, >= 0, shape (m,).
    rule
        Price of each amount of a rule: above zero for its upper limit, below for its lower limit.
    target
        Price of each amount of a target, >= 0.
    entry
        Price of each entry of the bundles, >= 0.
    rule_name, target_name
        What the rules and targets are called, so that prices find their way to a changed problem.
    """

    group: FloatArray
    rule: FloatArray
    target: FloatArray
    entry: FloatArray
    rule_name: tuple[str, ...]
    target_name: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Selection:
    """
    What the relaxed problem keeps as it is: at most one row of each clique, and how many cliques have an open row.

    Attributes
    ----------
    clique
        Clique of each row, shape (n,).
    n_cliques
        Number of cliques.
    least, most
        Fewest and most cliques with an open row.
    is_kept
        Rules kept in this way; they need no price, shape (s,).
    """

    clique: IntArray
    n_cliques: int
    least: int
    most: int
    is_kept: BoolArray


@dataclass(frozen=True, kw_only=True, eq=False)
class ProvenBound:
    """
    A bound that holds in exact arithmetic.

    Attributes
    ----------
    merit
        No plan's merit (its value, or its cost with the sign turned, without the fixed stations' cost) is larger.
    score
        Worth of opening each row at the multipliers, in 2 ** -bits, shape (n,).
    is_chosen
        Rows that the relaxed problem opens, shape (n,).
    excess
        How far the bound is above a whole merit of zero, in 2 ** -(bits + 40).
    bits
        Binary places of the scores.
    """

    merit: int
    score: IntArray
    is_chosen: BoolArray
    excess: int
    bits: int

    @property
    def lowest(self) -> float:
        """The bound before it is cut to a whole number."""
        return math.ldexp(float(self.excess), -(self.bits + _PRICE_BITS))

    def slack(self, merit: int) -> int:
        """Return what the bound may change by, in 2 ** -bits: when it changes by less, no plan has more than ``merit``."""
        room = ((merit + 1) << (self.bits + _PRICE_BITS)) - self.excess
        return -(-room >> _PRICE_BITS)


def proven_bound(model: Model, prices: Multipliers, selection: Selection, *, is_closed: BoolArray, is_open: BoolArray) -> ProvenBound:
    """
    Return the bound at some multipliers.

    Multipliers are rounded to binary fractions; from there on every sum is one of whole numbers, and what has to be rounded
    is rounded so that the bound can only rise. A bound on the cost is a multiple of what divides all costs.

    Parameters
    ----------
    model
        The problem.
    prices
        The multipliers.
    selection
        What the relaxed problem keeps as it is.
    is_closed, is_open
        Rows held closed and held open, shape (n,).
    """
    bits = _bits(model, prices)
    if bits < 0:
        return _plain_bound(model)
    of_group = _scaled(prices.group, bits)
    of_entry = _scaled(prices.entry, bits)
    of_rule = [math.floor(math.ldexp(one, bits + _PRICE_BITS)) for one in prices.rule.tolist()]
    of_target = [math.floor(math.ldexp(max(one, 0.0), bits + _PRICE_BITS)) for one in prices.target.tolist()]
    share = 0 if model.is_cost_goal else 1 << bits
    group_worth = model.weight * share + _raised(_combined(model.target_groups, of_target, model.n_groups))
    np.add.at(group_worth, model.bundles.column, of_entry)
    bundle_worth = model.bundle_value * share + _raised(_combined(model.target_bundles, of_target, len(model.bundles)))
    total = _groups_part(model, group_worth, model.backup_weight * share, of_group)
    total += _bundles_part(model, bundle_worth, of_entry)
    score = np.empty(model.n_rows, dtype=np.int64)
    if model.n_rows:
        row_values(model.row_start, model.row_groups, of_group, score)
    score += _raised(-_combined(model.rules, of_rule, model.n_rows))
    if model.is_cost_goal:
        score -= model.cost << bits
    is_chosen = choose(score, selection, is_closed=is_closed, is_open=is_open)
    total += sum(score[is_chosen].tolist())
    excess = (total << _PRICE_BITS) + _limits_part(model, of_rule, of_target)
    step = int(np.gcd.reduce(model.cost)) if model.is_cost_goal and model.n_rows else 1
    merit = (excess >> (bits + _PRICE_BITS)) // max(1, step) * max(1, step)
    return ProvenBound(merit=merit, score=score, is_chosen=is_chosen, excess=excess, bits=bits)


def _bits(model: Model, prices: Multipliers) -> int:
    """Return the binary places that leave every sum within 64 bits; below zero where there are none."""
    row = np.repeat(np.abs(prices.rule), np.diff(model.rules.start)) * np.abs(model.rules.amount.astype(np.float64))
    target = np.repeat(prices.target, np.diff(model.target_groups.start)) * model.target_groups.amount
    bundle = np.repeat(prices.target, np.diff(model.target_bundles.start)) * model.target_bundles.amount
    served = prices.group[model.row_groups].sum() + (prices.group * (np.abs(model.base_servers) + model.needed + 1)).sum()
    largest = 1.0 + float(row.sum() + target.sum() + bundle.sum() + served + prices.entry.sum()) + float(model.cost.sum())
    largest += float(model.weight.sum()) + float(model.backup_weight.sum()) + float(model.bundle_value.sum())
    return min(_MOST_BITS, _SPARE_BITS - math.frexp(largest)[1]) if math.isfinite(largest) else -1


def _plain_bound(model: Model) -> ProvenBound:
    """Return the bound of prices that are all zero: everything counts, and nothing costs."""
    most = 0 if model.is_cost_goal else sum(model.weight.tolist()) + sum(model.backup_weight.tolist()) + sum(model.bundle_value.tolist())
    nothing = np.zeros(model.n_rows, dtype=np.int64)
    return ProvenBound(merit=most, score=nothing, is_chosen=np.zeros(model.n_rows, dtype=np.bool_), excess=most << _PRICE_BITS, bits=0)


def _scaled(price: FloatArray, bits: int) -> IntArray:
    return np.floor(np.ldexp(np.maximum(price, 0.0), bits)).astype(np.int64)


def _combined(rows: SparseRows, price: list[int], n_columns: int) -> NDArray[np.object_]:
    """Return, for each column, the sum of price times amount, in Python's whole numbers."""
    total = np.zeros(n_columns, dtype=np.object_)
    for one in np.flatnonzero(np.array([value != 0 for value in price], dtype=np.bool_)).tolist():
        places = slice(int(rows.start[one]), int(rows.start[one + 1]))
        total[rows.column[places]] += rows.amount[places].astype(np.object_) * price[one]
    return total


def _raised(total: NDArray[np.object_]) -> IntArray:
    """Return prices' sums in the places of worths, rounded up."""
    return np.array([-(-one >> _PRICE_BITS) for one in total.tolist()], dtype=np.int64)


def _groups_part(model: Model, worth: IntArray, backup: IntArray, price: IntArray) -> int:
    """Return the most that the groups bring when servers are paid for at their prices."""
    lacking = model.needed - model.base_servers.astype(np.int64)
    best = np.maximum(worth - price * lacking, worth + backup - price * (lacking + 1))
    best = np.where(lacking > 0, np.maximum(best, 0), np.where(lacking < 0, worth + backup, best))
    return int(sum(best.tolist()))


def _bundles_part(model: Model, worth: IntArray, price: IntArray) -> int:
    """Return the most that the bundles bring when their groups are paid for at their prices."""
    start, amounts = model.bundles.start, model.bundles.amount
    n_entries = np.diff(start)
    full = np.add.reduceat(np.append(amounts, 0), start[:-1]) * (n_entries > 0) if len(n_entries) else np.zeros(0, dtype=np.int64)
    whole = np.add.reduceat(np.append(price, 0), start[:-1]) * (n_entries > 0) if len(n_entries) else np.zeros(0, dtype=np.int64)
    total = 0
    need = model.bundle_need
    total += sum(worth[need <= 0].tolist())
    total += sum(np.maximum(worth - whole, 0)[(need > 0) & (full == need)].tolist())
    for bundle in np.flatnonzero((need > 0) & (full > need)).tolist():
        places = slice(int(start[bundle]), int(start[bundle + 1]))
        total += max(0, int(worth[bundle]) - _least_fill(price[places].tolist(), amounts[places].tolist(), int(need[bundle])))
    return int(total)


def _least_fill(price: list[int], amount: list[int], need: int) -> int:
    """Return a lower bound on the price of an amount: the dual of the fractional choice, at the ratio where the choice ends."""
    order = sorted(range(len(price)), key=lambda one: price[one] / amount[one])
    left = need
    critical = order[-1]
    for one in order:
        left -= amount[one]
        if left <= 0:
            critical = one
            break
    top, bottom = price[critical], amount[critical]
    return (top * need + sum(min(0, p * bottom - top * a) for p, a in zip(price, amount, strict=True))) // bottom


def choose(score: IntArray, selection: Selection, *, is_closed: BoolArray, is_open: BoolArray) -> BoolArray:
    """Mark the rows that the relaxed problem opens: the best of each clique, as many as the count allows and asks for."""
    is_chosen = is_open.copy()
    is_taken = np.zeros(selection.n_cliques, dtype=np.bool_)
    is_taken[selection.clique[is_open]] = True
    order = np.argsort(-score, kind="stable")
    order = order[~(is_closed | is_open)[order]]
    order = order[~is_taken[selection.clique[order]]]
    _, first = np.unique(selection.clique[order], return_index=True)
    winners = order[np.sort(first)]
    n_open = int(is_open.sum())
    n_worth = int((score[winners] > 0).sum())
    n_more = max(min(n_worth, selection.most - n_open), selection.least - n_open, 0)
    is_chosen[winners[:n_more]] = True
    return is_chosen


def _limits_part(model: Model, of_rule: list[int], of_target: list[int]) -> int:
    """Return what the limits of rules and targets add, in the places of prices."""
    total = 0
    for price, lower, upper in zip(of_rule, model.lower.tolist(), model.upper.tolist(), strict=True):
        if (price > 0 and upper == NO_UPPER) or (price < 0 and lower == NO_LOWER):
            raise ValueError(f"a rule without such a limit has the price {price}")
        total += price * (upper if price > 0 else lower) if price else 0
    return int(total - sum(price * need for price, need in zip(of_target, model.target_need.tolist(), strict=True)))


def kept_selection(model: Model) -> Selection:
    """Return what the relaxed problem can keep: disjoint "at most one" rules, the larger first, and a count of all rows."""
    rules = model.rules
    clique = np.full(model.n_rows, -1, dtype=np.int64)
    is_kept = np.zeros(len(rules), dtype=np.bool_)
    is_one = model.upper == 1
    n_cliques = 0
    sizes = np.diff(rules.start)
    for rule in sorted(np.flatnonzero(is_one & (model.lower <= 0)).tolist(), key=lambda one: (-sizes[one], one)):
        places = slice(int(rules.start[rule]), int(rules.start[rule + 1]))
        members = rules.column[places]
        if len(members) > 1 and (rules.amount[places] == 1).all() and (clique[members] < 0).all():
            clique[members] = n_cliques
            n_cliques += 1
            is_kept[rule] = True
    alone = np.flatnonzero(clique < 0)
    clique[alone] = n_cliques + np.arange(len(alone))
    n_cliques += len(alone)
    least, most = 0, n_cliques
    for rule in np.flatnonzero(np.diff(rules.start) == model.n_rows).tolist():
        places = slice(int(rules.start[rule]), int(rules.start[rule + 1]))
        if model.n_rows and (rules.amount[places] == 1).all():
            least, most = max(least, int(model.lower[rule])), min(most, int(model.upper[rule]))
            is_kept[rule] = True
    return Selection(clique=clique, n_cliques=n_cliques, least=least, most=most, is_kept=is_kept)
