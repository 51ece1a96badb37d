"""JSON from outside."""

from __future__ import annotations

import json
from pathlib import Path

from assets_db.errors import InvalidSourceError
from assets_db.record import Json
from assets_db.text_files import decode, read_bytes


def read_json(path: Path) -> tuple[Json, str]:
    """
    Return what a JSON file holds, and its encoding.

    Raises
    ------
    InvalidSourceError
        It cannot be read, or is no complete JSON.
    """
    where = str(path)
    text, encoding = decode(read_bytes(path, source=where), source=where)
    try:
        found: Json = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidSourceError("file", "must be complete JSON", str(error), source=where) from error
    return found, encoding
