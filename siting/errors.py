"""The errors this package raises. Bad input is always an :class:`InvalidInputError`."""

from __future__ import annotations


class SitingError(Exception):
    """Base of every error this package raises on purpose."""


class InvalidInputError(SitingError, ValueError):
    """
    Something the caller gave cannot be used.

    Parameters
    ----------
    field
        The name of the argument, column or key.
    rule
        What it has to fulfil, such as ``"must be >= 1"``.
    value
        What was given instead.
    source
        The file the value came from, if any.
    """

    def __init__(self, field: str, rule: str, value: object, *, source: str | None = None) -> None:
        self.field = field
        self.rule = rule
        self.value = value
        self.source = source
        where = f"{source}: " if source else ""
        super().__init__(f"{where}{field} {rule}, got {value!r}")

    def at(self, source: str, field: str | None = None) -> InvalidInputError:
        """Return the same error, placed in the file (and key) it came from."""
        return type(self)(field or self.field, self.rule, self.value, source=self.source or source)


class OutOfRangeError(InvalidInputError):
    """A physical value lies outside the range in which a model holds."""


class InvalidPlanError(SitingError):
    """A plan contradicts itself, such as an objective above its own bound."""
