"""Columns that hold latitude and longitude together, such as ``35.68, 139.76``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from assets_db.record import Value
from assets_db.row_checks import RowProblem
from assets_db.rows import RejectCode
from assets_db.sources.aliases import header_of
from assets_db.sources.layout import Cells, text_of
from assets_db.sources.null_words import NULL_WORDS

_HEADERS = frozenset(
    header_of(one).whole
    for one in (
        "緯度経度",
        "緯度・経度",
        "緯度,経度",
        "座標",
        "位置座標",
        "位置情報",
        "latlng",
        "lat_lng",
        "latlon",
        "lat_lon",
        "geo_point_2d",
        "location",
        "coordinates",
    )
)
_PAIR = re.compile(r"\(?([+-]?\d{1,3}\.\d+)[\s,;/]+([+-]?\d{1,3}\.\d+)\)?", re.ASCII)
_SURE_SHARE = 0.5


def is_pair_column(header: str, sample: Sequence[Cells], place: int) -> bool:
    """Tell whether a column holds latitude and longitude together."""
    if header_of(header).whole not in _HEADERS:
        return False
    filled = [text for text in (text_of(cells[place]) for cells in sample if place < len(cells)) if text]
    return bool(filled) and sum(1 for text in filled if _match(text)) >= _SURE_SHARE * len(filled)


def read_pair(text: str, values: dict[str, Value]) -> None:
    """
    Read latitude and longitude from one cell.

    Raises
    ------
    RowProblem
        It does not hold two numbers.
    """
    if not text or text.lower() in NULL_WORDS:
        return
    found = _match(text)
    if found is None:
        raise RowProblem("lat, lon", RejectCode.NOT_NUMERIC, "must be latitude and longitude in degrees", text)
    values["lat"], values["lon"] = float(found[1]), float(found[2])


def _match(text: str) -> re.Match[str] | None:
    """Return the two numbers of a cell."""
    return _PAIR.fullmatch(unicodedata.normalize("NFKC", text).replace("、", ",").strip())
