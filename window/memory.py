"""Memory of a server whose pages are drawn again and again."""

from __future__ import annotations

import gc


def set_aside() -> None:
    """
    Set everything that lives now aside from the garbage collector.

    Streamlit collects all garbage after every view of a page, which walks over every object of the process: with two cities and a register
    in memory that took most of the time of a click. To be called when something large has been read; what it replaced is collected first.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
