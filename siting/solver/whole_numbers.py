"""Weights as whole numbers: exact where they share a unit, else rounded with a correction that keeps every proof valid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from siting.arrays import FloatArray, IntArray
from siting.rules import exact_share
from siting.solver.presolve import common_unit

_LARGEST_VALUE = 2**50
"""All values together stay below this, so that sums are exact in floating point as well."""

_ROUNDED_BITS = 45
_TARGET_BITS = 51
"""Amounts of a target together stay below this power of two, for the exact solver to count."""


@dataclass(frozen=True, kw_only=True)
class ValueScale:
    """
    How values become whole numbers.

    Attributes
    ----------
    unit
        Demand weight of one, as a floating-point number.
    base_unit
        Unit of the weights before they are counted in parts of it.
    numerator, denominator
        ``backup_share`` in lowest terms where the scale is exact; weights count ``denominator`` for one base unit, backup
        weights ``numerator``.
    is_exact
        Every value is exactly a whole number of units.
    backup_share
        What one server more is worth.
    """

    unit: float
    base_unit: float
    numerator: int
    denominator: int
    is_exact: bool
    backup_share: float

    @classmethod
    def of(cls, weights: list[FloatArray], extra: FloatArray, backup_share: float) -> ValueScale:
        """
        Choose the scale.

        Parameters
        ----------
        weights
            Arrays of weights >= 0 that count, each with its share for one server more.
        extra
            Further values >= 0, without such a share.
        backup_share
            What one server more is worth, in [0, 1].
        """
        values = np.concatenate([*weights, extra])
        values = values[values > 0]
        if not len(values):
            return cls(unit=1.0, base_unit=1.0, numerator=0, denominator=1, is_exact=True, backup_share=backup_share)
        share = exact_share(backup_share)
        unit = common_unit(values)
        total = math.fsum(values)
        if unit is not None and total / unit * (share.numerator + share.denominator) < _LARGEST_VALUE:
            return cls(
                unit=unit / share.denominator,
                base_unit=unit,
                numerator=share.numerator,
                denominator=share.denominator,
                is_exact=True,
                backup_share=backup_share,
            )
        exponent = max(math.frexp(total)[1] + 1 - _ROUNDED_BITS, -1074)
        rounded = math.ldexp(1.0, exponent)
        return cls(unit=rounded, base_unit=rounded, numerator=0, denominator=1, is_exact=False, backup_share=backup_share)

    def whole(self, weight: FloatArray) -> IntArray:
        """Return weights in whole units, to the nearest where they are not exact."""
        return np.rint(weight / self.base_unit).astype(np.int64) * self.denominator

    def whole_backup(self, weight: FloatArray) -> IntArray:
        """Return what one server more is worth, in whole units."""
        if self.is_exact:
            return np.rint(weight / self.base_unit).astype(np.int64) * self.numerator
        return np.rint(self.backup_share * weight / self.unit).astype(np.int64)

    def excess(self, weights: list[FloatArray], extra: FloatArray) -> float:
        """
        Return what the true value of any plan may exceed its whole units by, in demand weight; rounded up.

        Parameters
        ----------
        weights, extra
            As for :meth:`of`.
        """
        if self.is_exact:
            n_units = sum(int(self.whole(one).sum() + self.whole_backup(one).sum()) for one in (*weights, extra))
            lost = max(Fraction(self.base_unit) / self.denominator - Fraction(self.unit), Fraction(0)) * n_units
            return 0.0 if lost == 0 else math.nextafter(float(lost), math.inf)
        parts = [one - self.unit * self.whole(one) for one in (*weights, extra)]
        parts += [self.backup_share * one - self.unit * self.whole_backup(one) for one in weights]
        lost_by_rounding = math.fsum(math.fsum(np.maximum(part, 0.0)) for part in parts)
        rounding = 2.0**-50 * math.fsum(math.fsum(one) for one in (*weights, extra))
        return lost_by_rounding + rounding


def target_amounts(weight: FloatArray, share: float) -> tuple[IntArray, int, float]:
    """
    Return whole amounts, the amount needed to reach a share of their sum, and the weight of one.

    Where the weights are multiples of a unit of which their sum holds fewer than 2**51, the share is decided exactly. Else
    amounts are rounded so that whoever reaches the need has reached the share: what may stay uncovered is rounded down, what
    is uncovered is rounded up.

    Parameters
    ----------
    weight
        Weights >= 0, at least one above, shape (k,).
    share
        Share to reach, in (0, 1]; the decimal number as written.
    """
    unit = common_unit(weight[weight > 0])
    if unit is not None:
        amount = np.rint(weight / unit).astype(np.int64)
        return amount, math.ceil(exact_share(share) * int(amount.sum())), unit
    exact = _binary_amounts(weight)
    if exact is not None:
        amount, unit = exact
        return amount, math.ceil(exact_share(share) * int(amount.sum())), unit
    total = math.fsum(weight)
    unit = math.ldexp(1.0, max(math.frexp(total)[1] - 50, -1074))
    amount = np.ceil(weight / unit).astype(np.int64)
    spare = (1 - exact_share(share)) * Fraction(math.nextafter(total, 0.0)) / Fraction(unit)
    return amount, int(amount.sum()) - math.floor(spare), unit


def _binary_amounts(weight: FloatArray) -> tuple[IntArray, float] | None:
    """Return weights as multiples of the last place of the smallest; None where these are too many."""
    mantissa, exponent = np.frexp(weight)
    lowest = int(exponent[weight > 0].min())
    shift = np.where(weight > 0, exponent - lowest, 0)
    if lowest - 53 < -1022 or math.frexp(math.fsum(weight))[1] + 53 - lowest > _TARGET_BITS:
        return None
    whole = np.ldexp(mantissa, 53).astype(np.int64) << shift
    divisor = int(np.gcd.reduce(whole))
    return whole // divisor, math.ldexp(float(divisor), lowest - 53)
