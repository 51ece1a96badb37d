"""The checks that the placement rules share."""

from __future__ import annotations

import numpy as np

from siting.arrays import BoolArray, FloatArray, IntArray
from siting.errors import InvalidInputError
from siting.placement.result import PointTest

SMALLEST_SPACING_M = 2.0
"""Ids name whole metres; points this far apart never share one."""


def require_positive(**values: float) -> None:
    """Raise for the first value that is not a finite number above 0."""
    for field, value in values.items():
        if not (np.isfinite(value) and value > 0):
            raise InvalidInputError(field, "must be a finite number > 0", value)


def require_spacing(minimum_spacing_m: float) -> None:
    """Raise for a spacing at which two candidates could share an id."""
    if not (np.isfinite(minimum_spacing_m) and minimum_spacing_m >= SMALLEST_SPACING_M):
        raise InvalidInputError("minimum_spacing_m", f"must be >= {SMALLEST_SPACING_M:g}", minimum_spacing_m)


def seeded(seed: int) -> np.random.Generator:
    """Return a random generator, refusing a negative seed."""
    if seed < 0:
        raise InvalidInputError("seed", "must be >= 0", seed)
    return np.random.default_rng(seed)


def check_rings(xy_m: FloatArray, ring_start: IntArray) -> None:
    """Raise for rings that are not closed, not finite or do not fill the vertex array."""
    if xy_m.ndim != 2 or xy_m.shape[1] != 2:
        raise InvalidInputError("xy_m", "must have shape (n, 2)", xy_m.shape)
    if not np.isfinite(xy_m).all():
        row = int(np.argmin(np.isfinite(xy_m).all(axis=1)))
        raise InvalidInputError(f"xy_m[{row}]", "must be finite", xy_m[row].tolist())
    if len(ring_start) == 0 or ring_start[0] != 0 or ring_start[-1] != len(xy_m):
        raise InvalidInputError("ring_start", f"must rise from 0 to {len(xy_m)}", ring_start[[0, -1]].tolist() if len(ring_start) else [])
    is_short = np.diff(ring_start) < 4
    if is_short.any():
        ring = int(np.argmax(is_short))
        raise InvalidInputError(
            f"ring_start of ring {ring}", "must give it at least 4 vertices", int(ring_start[ring + 1] - ring_start[ring])
        )
    is_open = (xy_m[ring_start[:-1]] != xy_m[ring_start[1:] - 1]).any(axis=1)
    if is_open.any():
        raise InvalidInputError(f"xy_m of ring {int(np.argmax(is_open))}", "must end at the vertex it starts from", "an open ring")


def can_stand(xy_m: FloatArray, is_outdoor: PointTest, within: PointTest | None) -> tuple[BoolArray, dict[str, int]]:
    """Return which points lie within the area and outdoors, and how many were left out for either reason."""
    is_within = np.ones(len(xy_m), dtype=np.bool_) if within is None else _tested("within", within, xy_m)
    is_standing = is_within.copy()
    is_standing[is_within] = _tested("is_outdoor", is_outdoor, xy_m[is_within])
    return is_standing, {"outside": int((~is_within).sum()), "indoors": int((is_within & ~is_standing).sum())}


def _tested(field: str, test: PointTest, xy_m: FloatArray) -> BoolArray:
    passes = np.asarray(test(xy_m))
    if passes.shape != (len(xy_m),) or passes.dtype != np.bool_:
        raise InvalidInputError(field, f"must return {len(xy_m)} truth values", f"{passes.dtype} of shape {passes.shape}")
    return passes
