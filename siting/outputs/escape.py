"""Text from outside meets HTML, scripts and spreadsheets only through these functions."""

from __future__ import annotations

import html as _html
import json
from typing import TypeAlias

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"

_SCRIPT_ENTITIES = str.maketrans(
    {
        "`": "&#96;",
        "$": "&#36;",
        "\\": "&#92;",
        "{": "&#123;",
        "}": "&#125;",
        "\u2028": "&#8232;",
        "\u2029": "&#8233;",
        "\0": "\ufffd",
    }
)
_JSON_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})
_FORMULA_STARTS = tuple("=+-@\t\r\n\0＝＋－＠")


def html(text: str) -> str:
    """Return text that is safe between tags and inside quoted attributes."""
    return _html.escape(text, quote=True)


def js_safe(text: str) -> str:
    r"""
    Return text that is safe in every surface of a map.

    Popups, tooltips and layer names pass through HTML, JavaScript template literals and page templates; beside the
    characters of HTML this turns ```` ` $ \ { } ```` and the two line separators of JavaScript into entities.
    """
    return html(text).translate(_SCRIPT_ENTITIES)


def script_json(value: JsonValue) -> str:
    """
    Return JSON that can stand inside a script element: it can neither close it nor open a comment.

    Raises
    ------
    ValueError
        A number is NaN or infinite.
    """
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).translate(_JSON_ESCAPES)


def csv_text(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: a leading apostrophe marks it as text. Not for numbers."""
    return "'" + text if text.startswith(_FORMULA_STARTS) else text
