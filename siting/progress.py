"""How long work reports its progress: one callback for the command line, the page and notebooks."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called as ``progress(stage, done, total)`` with ``0 <= done <= total``; stage is a key of the text catalogue."""


def no_progress(_stage: str, _done: int, _total: int) -> None:
    """Report nothing."""
