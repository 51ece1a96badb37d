"""Checks that fields of problems and rules share."""

from __future__ import annotations

import operator
from collections import Counter

from siting.errors import InvalidInputError


def check_whole(field: str, value: object, *, least: int) -> None:
    """
    Refuse what is not a whole number of at least ``least``.

    Raises
    ------
    InvalidInputError
        Names the field.
    """
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise InvalidInputError(field, "must be a whole number", value) from None
    if number < least:
        raise InvalidInputError(field, f"must be >= {least}", value)


def check_distinct(field: str, ids: tuple[str, ...]) -> None:
    """
    Refuse ids that are named twice.

    Raises
    ------
    InvalidInputError
        Names the field and the first such id.
    """
    if len(set(ids)) < len(ids):
        raise InvalidInputError(field, "must not name an id twice", Counter(ids).most_common(1)[0][0])
