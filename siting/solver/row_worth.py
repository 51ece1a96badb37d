"""What rows are worth at the multipliers of a dual: the most that they bring within the limits, and which of them are promising."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from siting.arrays import FloatArray, IndexArray, IntArray

PRICE_BITS = 24
"""Prices per yen keep this many more binary places than values."""


def net_values(value: IntArray, cost_yen: IntArray, price: float, bits: int) -> tuple[list[int], int]:
    """
    Return the values of rows less the price of their cost, and the price, both in ``2 ** -(bits + PRICE_BITS)``.

    Parameters
    ----------
    value
        Value of each row, in ``2 ** -bits``, shape (n,).
    cost_yen
        Cost of each row, shape (n,).
    price
        Value of a yen, >= 0; rounded down.
    bits
        Binary places of the values.
    """
    whole_price = math.floor(math.ldexp(price, bits + PRICE_BITS))
    return [(v << PRICE_BITS) - whole_price * c for v, c in zip(value.tolist(), cost_yen.tolist(), strict=True)], whole_price


def best_value(value: IntArray, cost_yen: IntArray, *, max_rows: int, budget_yen: int | None, price: float, bits: int) -> Fraction:
    """
    Return the most that rows bring within the count, in ``2 ** -bits``, any overspending charged at the price.

    Parameters
    ----------
    value, cost_yen, price, bits
        As for :func:`net_values`; values are >= 0.
    max_rows
        Most rows, >= 0.
    budget_yen
        Most yen; None for no limit.
    """
    if budget_yen is None or price == 0.0:
        return Fraction(sum(np.sort(value)[::-1][:max_rows].tolist()))
    net, whole_price = net_values(value, cost_yen, price, bits)
    gain = sum(one for one in sorted(net, reverse=True)[:max_rows] if one > 0)
    return Fraction(gain + whole_price * budget_yen, 1 << PRICE_BITS)


def scores(value: FloatArray, cost_yen: IntArray, *, price: float, max_rows: int) -> FloatArray:
    """
    Return the value of each row over what the last row worth opening would be worth at its cost: above 1 means promising.

    Parameters
    ----------
    value
        Value of each row, shape (n,).
    cost_yen
        Cost of each row, shape (n,).
    price
        Value of a yen, >= 0.
    max_rows
        Most rows, >= 1.
    """
    threshold = row_prices(value, cost_yen, price=price, max_rows=max_rows)
    found: FloatArray = np.divide(value, threshold, out=np.full(len(value), np.inf), where=threshold > 0)
    return found


def row_prices(value: FloatArray, cost_yen: IntArray, *, price: float, max_rows: int) -> FloatArray:
    """
    Return what the last row worth opening would be worth at the cost of each row, shape (n,).

    Parameters
    ----------
    value, cost_yen, price, max_rows
        As for :func:`scores`.
    """
    paid = price * cost_yen
    last = np.partition(value - paid, -max_rows)[-max_rows] if max_rows < len(value) else 0.0
    found: FloatArray = paid + max(last, 0.0)
    return found


def most_promising(score: FloatArray, cost_yen: IntArray, *, max_rows: int, budget_yen: int | None) -> IndexArray:
    """
    Return the rows of the best scores that the limits allow, stopping at the first that is not worth opening.

    Parameters
    ----------
    score
        What :func:`scores` returned, shape (n,).
    cost_yen
        Cost of each row, shape (n,).
    max_rows
        Most rows.
    budget_yen
        Most yen; None for no limit.
    """
    chosen: list[int] = []
    left = budget_yen
    for row in np.argsort(-score, kind="stable").tolist():
        if len(chosen) == max_rows or score[row] < 1.0:
            break
        cost = int(cost_yen[row])
        if left is not None and cost > left:
            continue
        left = None if left is None else left - cost
        chosen.append(row)
    return np.array(chosen, dtype=np.int32)
