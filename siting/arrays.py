"""Array types and the checks every array from outside passes."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.errors import InvalidInputError

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
IndexArray: TypeAlias = NDArray[np.int32]
BoolArray: TypeAlias = NDArray[np.bool_]


def whole_numbers(field: str, values: ArrayLike, n: int) -> IntArray:
    """
    Return values as whole numbers, one for all n or one for each, shape (n,).

    Raises
    ------
    InvalidInputError
        Neither one value nor n, or a value that is no whole number a 64-bit integer can hold.
    """
    array = np.asarray(values)
    if array.dtype.kind not in "iuf" or array.ndim > 1 or (array.ndim == 1 and len(array) != n):
        raise InvalidInputError(field, f"must be one number or {n}", values if array.size < 4 else array.shape)
    is_whole = np.isfinite(array) & (array == np.floor(array)) & (np.abs(array.astype(np.float64)) < 2.0**62)
    if not is_whole.all():
        raise InvalidInputError(field, "must be a whole number", np.atleast_1d(array)[~np.atleast_1d(is_whole)][0].item())
    return np.broadcast_to(array.astype(np.int64), n).copy()


def finite_floats(field: str, values: ArrayLike, *, shape: tuple[int | None, ...]) -> FloatArray:
    """
    Return values as a read-only float array of the given shape, refusing NaN and infinity.

    Parameters
    ----------
    field
        Name used in the error.
    values
        Anything numpy can read.
    shape
        Required shape; ``None`` stands for any length.

    Raises
    ------
    InvalidInputError
        Wrong shape, or a value that is not finite (the error names its row).
    """
    array = np.array(values, dtype=np.float64)
    if array.size == 0 and shape[0] is None:
        array = array.reshape(tuple(0 if n is None else n for n in shape))
    if array.ndim != len(shape) or any(want is not None and want != have for want, have in zip(shape, array.shape, strict=False)):
        wanted = tuple("any" if n is None else n for n in shape)
        raise InvalidInputError(field, f"must have shape {wanted}", array.shape)
    is_finite = np.isfinite(array)
    if not is_finite.all():
        row = int(np.argwhere(~is_finite)[0][0])
        raise InvalidInputError(f"{field}[{row}]", "must be finite", array[row].tolist())
    array.setflags(write=False)
    return array
