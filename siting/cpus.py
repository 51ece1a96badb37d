"""Spread independent work over the cores of this machine."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def n_threads() -> int:
    """Return the number of cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def map_in_threads(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """
    Yield the results of a function that releases the interpreter lock, in the order of the items.

    Only a few calls are under way at once, so that memory stays bounded; an error or an interrupt drops the rest.
    """
    queue = list(items)
    if len(queue) < 2:
        yield from map(function, queue)
        return
    pool = ThreadPoolExecutor(n_threads())
    waiting: deque[Future[Result]] = deque()
    try:
        for item in queue:
            waiting.append(pool.submit(function, item))
            if len(waiting) > 2 * n_threads():
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
