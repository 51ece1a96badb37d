"""Keep points apart, and name them by where they are."""

from __future__ import annotations

import numpy as np

from siting.arrays import BoolArray, FloatArray
from siting.kernels.placement import keep_spaced

SPACING_STEP = 1.25
"""By how much the distance shrinks from one attempt to the next."""


def thin(xy_m: FloatArray, spacing_m: float) -> BoolArray:
    """Return which points stay when each, in order, is dropped if it is closer to a kept one than the spacing."""
    return _keep(xy_m, np.zeros(len(xy_m), dtype=np.bool_), spacing_m, len(xy_m))


def spread(xy_m: FloatArray, n_wanted: int, minimum_spacing_m: float) -> tuple[BoolArray, float]:
    """
    Choose points that are far apart, as many as wanted.

    The distance starts where that many could hardly fit and shrinks by a fifth at a time, earlier points winning over later ones,
    until enough are kept or the least distance is reached. Where that finds too few, :func:`thin` has the last word, so that
    whatever number it reports can also be had.

    Returns
    -------
    is_kept : BoolArray
        Shape (n,); fewer than wanted are true if no more fit.
    spacing_m : float
        The distance that all of them keep [m].
    """
    is_kept = np.zeros(len(xy_m), dtype=np.bool_)
    if len(xy_m) == 0:
        return is_kept, minimum_spacing_m
    extent_m = np.ptp(xy_m, axis=0)
    loosest_m = max(float(np.sqrt(extent_m.prod() / n_wanted)), float(extent_m.max()) / n_wanted, minimum_spacing_m)
    n_steps = int(np.ceil(np.log(loosest_m / minimum_spacing_m) / np.log(SPACING_STEP)))
    for step in range(n_steps, -1, -1):
        spacing_m = minimum_spacing_m * SPACING_STEP**step
        is_kept = _keep(xy_m, is_kept, spacing_m, n_wanted)
        if is_kept.sum() == n_wanted:
            return is_kept, spacing_m
    return _keep(xy_m, np.zeros(len(xy_m), dtype=np.bool_), minimum_spacing_m, n_wanted), minimum_spacing_m


def _keep(xy_m: FloatArray, is_kept: BoolArray, spacing_m: float, n_wanted: int) -> BoolArray:
    """Run the kernel with cells large enough that there are not many more of them than points."""
    if len(xy_m) == 0:
        return is_kept
    extent_m = np.ptp(xy_m, axis=0)
    cell_m = max(spacing_m, float(np.sqrt(extent_m.prod() / len(xy_m))), float(extent_m.max()) / 20_000)
    kept: BoolArray = keep_spaced(xy_m, is_kept, spacing_m, cell_m, n_wanted)
    return kept


def position_ids(prefix: str, xy_m: FloatArray) -> tuple[str, ...]:
    """Return one text per point from its whole metres, such as ``light_-12345_-39100``."""
    metres = np.rint(xy_m).astype(np.int64).tolist()
    return tuple(f"{prefix}_{x}_{y}" for x, y in metres)
