"""One check for every formula: the value must lie inside the range in which the model holds."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from siting.arrays import FloatArray
from siting.errors import OutOfRangeError


def within(field: str, values: ArrayLike, low: float, high: float, *, unit: str, model: str) -> FloatArray:
    """
    Return values as floats, all of them in ``[low, high]``.

    Parameters
    ----------
    field
        Name used in the error.
    values
        Any shape; an empty array passes.
    low, high
        Limits, both included.
    unit, model
        Used in the rule of the error: the unit of the limits, and what holds between them.

    Raises
    ------
    OutOfRangeError
        A value lies outside the limits or is NaN; the error carries the first such value.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.size and not (low <= array.min() and array.max() <= high):
        is_wrong = ~((array >= low) & (array <= high))
        worst = float(array.ravel()[int(np.argmax(is_wrong))])
        raise OutOfRangeError(field, f"must be in {low:g}..{high:g} {unit} ({model})", worst)
    return array
