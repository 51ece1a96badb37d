"""Figures over the whole register, kept until it changes."""

from __future__ import annotations

import streamlit as st

from assets_db.quality.completeness import completeness
from assets_db.schema import field_of
from window.first_facts import FIRST_FACTS
from window.server import server
from window.ui.frame import Frame


@st.cache_data(show_spinner=False, max_entries=2)
def _completeness(database: str, change_seq: int) -> list[tuple[str, int, tuple[float, ...]]]:
    """Return bureau, number of assets and share known of each wanted field, the emptiest first."""
    del database, change_seq  # what the answer is kept by
    with server().register.reading() as session:
        found = completeness(session.assets(), by="bureau", names=FIRST_FACTS)
    groups = {one.group: one.n_assets for one in found}
    share = {(one.group, one.field): one.share_known for one in found}
    rows = [(group, n, tuple(share[group, name] for name in FIRST_FACTS)) for group, n in groups.items()]
    return sorted(rows, key=lambda row: sum(row[2]))


def missing_by_bureau(frame: Frame) -> list[dict[str, object]]:
    """Return how much is known by bureau, for people."""
    names = [field_of(name).ja if frame.language == "ja" else field_of(name).en for name in FIRST_FACTS]
    return [
        {frame.say("today.bureau"): group or frame.say("today.no_bureau"), frame.say("today.n_assets"): n}
        | {name: f"{100 * one:.0f} %" for name, one in zip(names, shares, strict=True)}
        for group, n, shares in _completeness(server().settings.database, server().assets.current().change_seq)[:12]
    ]
