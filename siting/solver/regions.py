"""Regions: rows halved and halved again, so that rows that serve the same cells stay together."""

from __future__ import annotations

import numpy as np

from siting.arrays import FloatArray, IntArray
from siting.kernels.regions import Regions, shared_weights
from siting.solver.presolve import ReducedProblem


def halve(problem: ReducedProblem) -> Regions:
    """
    Return the rows of a problem in halves of halves.

    Two rows are near each other as they share weight, over the geometric mean of what either serves. The second eigenvector of
    that matrix, normalised, spreads the rows of a region so that near ones stay together; its median halves them.

    Parameters
    ----------
    problem
        A reduced problem of a few thousand rows at most: time grows with the cube, 1 s for 1,500.

    References
    ----------
    Shi and Malik (2000), Normalized cuts and image segmentation.
    """
    shared = np.empty((problem.n_rows, problem.n_rows))
    shared_weights(problem.column_start, problem.column_rows, problem.weight, shared)
    served = np.sqrt(np.maximum(shared.diagonal(), np.finfo(np.float64).tiny))
    shared /= served
    shared /= served[:, np.newaxis]
    order: list[int] = []
    start: list[int] = []
    left: list[int] = []
    right: list[int] = []

    def add(rows: IntArray) -> int:
        first = len(order)
        parts = (-1, -1)
        if len(rows) == 1:
            order.append(int(rows[0]))
        else:
            ordered = rows[np.argsort(_spread(shared[np.ix_(rows, rows)]), kind="stable")]
            parts = (add(ordered[: len(rows) // 2]), add(ordered[len(rows) // 2 :]))
        start.append(first)
        left.append(parts[0])
        right.append(parts[1])
        stop.append(len(order))
        return len(start) - 1

    stop: list[int] = []
    add(np.arange(problem.n_rows))
    return Regions(*(np.array(one, dtype=np.int32) for one in (order, start, stop, left, right)))


def _spread(near: FloatArray) -> FloatArray:
    """Return the place of each row along the direction in which rows differ most."""
    degree = np.sqrt(near.sum(axis=1))
    _, vectors = np.linalg.eigh(near / degree / degree[:, np.newaxis])
    spread: FloatArray = vectors[:, -2] / degree
    return spread
