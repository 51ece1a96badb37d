"""A run folder appears whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from scenarios.errors import ScenarioError
from scenarios.outputs import FILES

MARKS = ("plan.json", "run.log")
"""Files by which a folder is known as an earlier run, which a new one may replace if it holds nothing but its own files."""


def check_out(out: Path, *, files: Collection[str] = FILES, marks: Collection[str] = MARKS) -> None:
    """
    Refuse to write over anything but an earlier run.

    Parameters
    ----------
    out
        The folder.
    files, marks
        What such a run may hold, and what it is known by.

    Raises
    ------
    ScenarioError
        The folder is not empty and is no run, or someone has put other files into it; or it is a file.
    """
    try:
        if out.exists() and not out.is_dir():
            raise ScenarioError(str(out), "out", "must be a folder", "a file")
        found = sorted(one.name for one in out.iterdir()) if out.is_dir() else []
    except OSError as error:
        raise ScenarioError(str(out), "out", "must be a folder that can be read", error.strerror) from None
    foreign = [name for name in found if name not in files]
    if foreign or (found and not all(mark in found for mark in marks)):
        rule = "must be new, empty or an earlier run, which is then replaced"
        raise ScenarioError(str(out), "out", rule, f"a folder that holds {(foreign or found)[0]}")


@contextmanager
def run_folder(out: Path, *, files: Collection[str] = FILES, marks: Collection[str] = MARKS) -> Iterator[Path]:
    """
    Yield a hidden folder beside ``out`` that takes its place when the block ends well, and vanishes when it does not.

    Parameters
    ----------
    out, files, marks
        See :func:`check_out`.

    Raises
    ------
    ScenarioError
        See :func:`check_out`; or the folder cannot be made.
    """
    check_out(out, files=files, marks=marks)
    target = out.resolve()  # a link keeps pointing at the run
    made = [one for one in (target.parent, *target.parent.parents) if not one.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as error:
        _remove_empty(made)
        raise ScenarioError(str(out), "out", "must be a folder that can be written", error.strerror) from None
    try:
        fresh, old = work / "new", work / "old"
        fresh.mkdir()
        yield fresh
        _swap(fresh, target, old)
    finally:
        _remove(work)
        _remove_empty(made)


def _swap(fresh: Path, target: Path, old: Path) -> None:
    """Put a folder in the place of another, which comes back if that fails."""
    try:
        if target.exists():
            target.replace(old)
        fresh.replace(target)
    except BaseException:
        if old.exists() and not target.exists():
            old.replace(target)
        raise


def _remove(folder: Path) -> None:
    """Remove a folder, even if the user interrupts once more."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except KeyboardInterrupt:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _remove_empty(folders: list[Path]) -> None:
    """Remove those of the folders that are empty, the innermost first."""
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return
