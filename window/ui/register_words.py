"""Fields, values and tables of the register as people read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import streamlit as st

from assets_db.schema import fields
from window.ui.frame import Frame

_ROW_PX = 35
_HIGHEST_PX = 420
_CODED = ("asset_type", "owner_class", "lifecycle", "sharing")


def field_name(page: Frame, name: str) -> str:
    """Return what people call a field; one that is no field stands for itself."""
    found = fields().get(name)
    if found is None:
        return name
    unit = f" [{found.unit}]" if found.unit else ""
    return (found.ja if page.language == "ja" else found.en) + unit


def value_text(page: Frame, name: str, value: str) -> str:
    """Return the text of a value; codes in words."""
    return page.word(name, value) if name in _CODED and value else value


def day_text(page: Frame, at: dt.datetime) -> str:
    """Return the day of a moment, as it is here."""
    return page.desk.settings.local_day(at).isoformat()


def show_table(rows: Sequence[Mapping[str, object]], *, highest_px: int = _HIGHEST_PX) -> None:
    """Show rows as a table that is as high as it needs to be; cells are text, never markup."""
    st.dataframe(list(rows), hide_index=True, width="stretch", height=min(_ROW_PX * (len(rows) + 1) + 3, highest_px))
