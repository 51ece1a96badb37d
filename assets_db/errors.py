"""The errors this package raises. A file or argument that cannot be used is always an :class:`InvalidSourceError`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class AssetsError(Exception):
    """Base of every error this package raises on purpose."""


class InvalidSourceError(AssetsError, ValueError):
    """
    A source as a whole cannot be read; single bad rows are rejects instead.

    Parameters
    ----------
    field
        The name of the argument or column, or ``"file"``.
    rule
        What it has to fulfil, such as ``"must be one of lat, lon"``.
    value
        What was given instead.
    source
        The file concerned, if any.
    """

    def __init__(self, field: str, rule: str, value: object, *, source: str | None = None) -> None:
        self.field = field
        self.rule = rule
        self.value = value
        self.source = source
        where = f"{source}: " if source else ""
        super().__init__(f"{where}{field} {rule}, got {value!r}")


def one_of(value: str, known: Iterable[str]) -> str:
    """Return the rule "must be one of ...", with the nearest known value suggested."""
    names = list(known)
    close = difflib.get_close_matches(value, names, n=1)
    return f"must be one of {', '.join(names)}" + (f" (did you mean {close[0]!r}?)" if close else "")
