"""A run folder appears whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scenarios.errors import ScenarioError

MARKS = ("plan.json", "run.log")
"""Files by which a folder is known as an earlier run, which a new one may replace."""


def check_out(out: Path) -> None:
    """
    Refuse to write over anything but an earlier run.

    Raises
    ------
    ScenarioError
        The folder exists, is not empty and is no run; or it is a file.
    """
    if out.exists() and not out.is_dir():
        raise ScenarioError(str(out), "out", "must be a folder", "a file")
    if out.is_dir() and any(out.iterdir()) and not all((out / mark).is_file() for mark in MARKS):
        raise ScenarioError(str(out), "out", "must be new, empty or an earlier run, which is then replaced", "other files")


@contextmanager
def run_folder(out: Path) -> Iterator[Path]:
    """
    Yield a hidden folder beside ``out`` that takes its place when the block ends well, and vanishes when it does not.

    Raises
    ------
    ScenarioError
        See :func:`check_out`; or the folder cannot be made.
    """
    out = out.absolute()
    check_out(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        raise ScenarioError(str(out), "out", "must be a folder that can be written", error.strerror) from None
    try:
        fresh, old = work / "new", work / "old"
        fresh.mkdir()
        yield fresh
        if out.exists():
            out.replace(old)
        fresh.replace(out)
    finally:
        shutil.rmtree(work, ignore_errors=True)
