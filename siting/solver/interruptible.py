"""Work of OR-Tools on a thread of its own, so that the clock and the keyboard can end it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import TypeVar

from ortools.util.python.solve_interrupter import SolveInterrupter

_POLL_S = 0.02

T = TypeVar("T")


def run_until(work: Callable[[SolveInterrupter], T], is_over: Callable[[], bool]) -> T | None:
    """
    Return what some work comes to; None where it was ended.

    Work that does not heed its interrupter (HiGHS) is left behind and ends at its own time limit, or with the process.

    Parameters
    ----------
    work
        Called with what interrupts it.
    is_over
        Asked now and then; ends the work when true.
    """
    interrupter = SolveInterrupter()
    is_done = Event()
    found: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            found.append(work(interrupter))
        except BaseException as error:
            failed.append(error)
        finally:
            is_done.set()

    Thread(target=run, daemon=True).start()
    try:
        while not is_done.wait(_POLL_S):
            if is_over():
                interrupter.interrupt()
                return None
    except BaseException:
        interrupter.interrupt()
        raise
    if failed:
        raise failed[0]
    return None if is_over() else found[0]
