"""How long work reports its progress: callbacks for the command line, the page and notebooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

Progress = Callable[[str, int, int], None]
"""Called as ``progress(stage, done, total)`` with ``0 <= done <= total``; stage is a key of the text catalogue."""


class Closing(NamedTuple):
    """How far plan and bound are apart: seconds since the start, value of the best plan (NaN for none yet), bound on it."""

    seconds: float
    objective: float
    bound: float


Watch = Callable[[Closing], None]
"""Called whenever the best plan or its bound has improved."""


def no_progress(_stage: str, _done: int, _total: int) -> None:
    """Report nothing."""


def no_watch(_closing: Closing) -> None:
    """Watch nothing."""
