"""Data files of the window: read, and checked against the types they fill."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from window.errors import InvalidTableError

_T = TypeVar("_T")


def raw_table(name: str) -> Mapping[str, object]:
    """Return what a data file of the package says."""
    return tomllib.loads((files("window") / "data" / name).read_text("utf-8"))


def checked(kind: type[_T], raw: object) -> _T:
    """
    Return what a table says as its type.

    Raises
    ------
    InvalidTableError
        A part is missing, of another kind, or contradicts the rest.
    """
    try:
        return TypeAdapter(kind).validate_python(raw)
    except ValidationError as error:
        first = error.errors()[0]
        cause = first.get("ctx", {}).get("error")
        if isinstance(cause, InvalidTableError):
            raise cause from None
        where = ".".join(str(part) for part in first["loc"]) or "table"
        raise InvalidTableError(where, f"must be right: {first['msg']}", first["input"]) from None
