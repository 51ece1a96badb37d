"""
Text in cells of spreadsheets: what looks like a formula is marked as text, and the mark can be taken off again.

The register may not use the rooms of the optimiser; ``siting.outputs.escape.csv_text`` marks the same starts in run folders, which
nobody reads back.
"""

from __future__ import annotations

FORMULA_STARTS = "=+-@\t\r\n\0＝＋－＠"
"""Characters with which a spreadsheet, or the way into it, may take text for a formula."""

_MARK = "'"
_STARTS = frozenset(FORMULA_STARTS)
_SPECIAL = _STARTS | {_MARK}


def to_cell(text: str) -> str:
    """
    Return text as a cell that no spreadsheet takes for a formula; not for numbers.

    Text that starts with a character of :data:`FORMULA_STARTS`, or with apostrophes and then such a character, gets an apostrophe in
    front; all other text stays as it is. :func:`from_cell` is the inverse.
    """
    if not text or text[0] not in _SPECIAL:
        return text
    return _MARK + text if text.lstrip(_MARK)[:1] in _STARTS else text


def from_cell(cell: str) -> str:
    """Return the text of a cell that :func:`to_cell` made."""
    return cell[1:] if cell.startswith(_MARK) and cell.lstrip(_MARK)[:1] in _STARTS else cell
