"""Work of OR-Tools on a thread of its own, so that the clock and the keyboard can end it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from ortools.util.python.solve_interrupter import SolveInterrupter

_POLL_S = 0.02

T = TypeVar("T")


def run_until(work: Callable[[SolveInterrupter], T], is_over: Callable[[], bool]) -> T | None:
    """
    Return what some work comes to; None where it was ended.

    Parameters
    ----------
    work
        Called with what interrupts it.
    is_over
        Asked now and then; ends the work when true.
    """
    interrupter = SolveInterrupter()
    with ThreadPoolExecutor(max_workers=1) as other:
        job = other.submit(work, interrupter)
        try:
            while not wait([job], timeout=_POLL_S).done:
                if is_over():
                    interrupter.interrupt()
            return None if is_over() else job.result()
        except BaseException:
            interrupter.interrupt()
            raise
