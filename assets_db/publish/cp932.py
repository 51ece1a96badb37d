"""Characters that CP932 cannot hold: written as what is nearest, and named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assets_db.escaping import from_cell, to_cell

NO_CHARACTER = "〓"
"""Stands for a character that CP932 does not have, as printers have always done."""

_LIKE = {"〜": "～", "−": "－", "‖": "∥", "¢": "￠", "£": "￡", "¬": "￢"}
"""Characters that share a place in CP932 with another and would come back as that one."""

_SHARED = re.compile("[" + "".join(_LIKE) + "]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmappable:
    """
    One character of one cell that CP932 cannot hold.

    Attributes
    ----------
    asset_id, field
        Where it stands.
    character
        The character.
    written_as
        What the file has in its place.
    """

    asset_id: str
    field: str
    character: str
    written_as: str


def mapped_row(row: list[str], names: Sequence[str], *, id_place: int, lost: list[Unmappable]) -> list[str]:
    """
    Return a row that CP932 can hold.

    Parameters
    ----------
    row
        Cells.
    names
        Name of each column.
    id_place
        Place of the id of the asset.
    lost
        Takes each character that had to give way, once for each cell.
    """
    if _is_mappable("".join(row)):
        return row
    asset_id = from_cell(row[id_place])
    mapped = []
    for name, cell in zip(names, row, strict=True):
        if _is_mappable(cell):
            mapped.append(cell)
            continue
        text = from_cell(cell)
        table = {one: _LIKE.get(one, NO_CHARACTER) for one in dict.fromkeys(text) if not _is_mappable(one)}
        lost.extend(Unmappable(asset_id=asset_id, field=name, character=one, written_as=like) for one, like in table.items())
        mapped.append(to_cell(text.translate({ord(one): like for one, like in table.items()})))
    return mapped


def _is_mappable(text: str) -> bool:
    """Tell whether CP932 gives text back as it was."""
    if text.isascii():
        return True
    try:
        text.encode("cp932")
    except UnicodeEncodeError:
        return False
    return _SHARED.search(text) is None
