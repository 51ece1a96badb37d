"""How good the register is: a heat table of what is known, how old it is, where lists disagree, what to survey first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from typing import TypeAlias

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from assets_db.publish.audience import Audience
from assets_db.quality.completeness import GROUPS, GroupBy
from assets_db.quality.staleness import Staleness
from assets_db.schema import View
from window.registry.access import audience_of
from window.registry.knowledge import WANTED, Conflicts, HeatTable, ages, disagreements, heat_table, visible_fields
from window.server import server
from window.ui.frame import Frame
from window.ui.register_survey import show_survey
from window.ui.register_words import field_name, show_table, value_text

_MOST_CONFLICTS = 200
_PALEST, _DARKEST = (247, 251, 255), (8, 81, 156)
_DARK_FROM = 0.5

State: TypeAlias = tuple[str, int]
"""A register and its last change: what is computed over all of it is kept as long as they are the same."""


@st.cache_data(show_spinner=False, max_entries=20)
def _heat(state: State, by: GroupBy, names: tuple[str, ...]) -> HeatTable:  # the key: kept until the register changes
    """Return the heat table of the register."""
    with server().register.reading() as session:
        return heat_table(session, by=by, names=names)


@st.cache_data(show_spinner=False, max_entries=3)
def _ages(state: State, today: dt.date) -> tuple[Staleness, ...]:  # the key: kept until the register changes
    """Return how old the facts are."""
    with server().register.reading() as session:
        return ages(session, today=today)


@st.cache_data(show_spinner=False, max_entries=4)
def _conflicts(state: State, view: View) -> Conflicts:  # the key: kept until the register changes
    """Return where lists disagree, in the fields of a view."""
    with server().register.reading() as session:
        return disagreements(session, audience=Audience(view=view), most=_MOST_CONFLICTS)


def show_quality(page: Frame) -> None:
    """Show what is known, how old it is, where lists disagree, and what to find out first."""
    with page.register.reading() as session:
        state = (page.settings.database, session.change_seq())
    _show_heat(page, state)
    left, right = st.columns(2, gap="large")
    with left:
        _show_ages(page, state)
    with right:
        _show_conflicts(page, state)
    show_survey(page)


def _show_heat(page: Frame, state: State) -> None:
    """Show the share known, group by group and field by field."""
    columns = st.columns([1, 4])
    by = columns[0].selectbox(page.say("quality.by"), GROUPS, format_func=lambda one: page.say(f"quality.{one}"), key="quality-by")
    names = columns[1].multiselect(
        page.say("quality.fields"),
        visible_fields(audience_of(page.person)),
        default=WANTED,
        format_func=lambda one: field_name(page, one),
        key="quality-fields",
    )
    if not names:
        st.info(page.say("quality.fields_none"))
        return
    with st.spinner(page.say("quality.measuring")):
        found = _heat(state, by, tuple(names))
    if not found.groups:
        st.info(page.say("quality.empty"))
        return
    st.caption(page.say("quality.heat"))
    st.dataframe(_styled(page, found, by), hide_index=True, width="stretch", height=min(35 * (len(found.groups) + 1) + 3, 420))


def _styled(page: Frame, found: HeatTable, by: GroupBy) -> Styler:
    """Return the table with the shares as shades of one colour, which everybody can tell apart."""
    names = [field_name(page, name) for name in found.fields]
    groups = [value_text(page, by, group) or page.say("register.unknown") for group in found.groups]
    table = pd.DataFrame([[100 * share for share in row] for row in found.shares], columns=names)
    table.insert(0, page.say(f"quality.{by}"), groups)
    table.insert(1, page.say("quality.n_assets"), list(found.n_assets))
    shares: list[Hashable] = [*names]
    counts: list[Hashable] = [page.say("quality.n_assets")]
    return table.style.map(_shade, subset=shares).format("{:.0f}", subset=shares).format("{:,}", subset=counts)


def _shade(percent: object) -> str:
    """Return the colours of a cell."""
    share = float(str(percent)) / 100
    mixed = (round(pale + share * (dark - pale)) for pale, dark in zip(_PALEST, _DARKEST, strict=True))
    return f"background-color: rgb({', '.join(map(str, mixed))}); color: {'#ffffff' if share > _DARK_FROM else '#111111'}"


def _show_ages(page: Frame, state: State) -> None:
    """Show how old the facts of each list are."""
    st.subheader(page.say("quality.ages"))
    found = _ages(state, page.desk.settings.local_day(page.now))
    if not found:
        st.info(page.say("quality.ages_none"))
        return
    rows = [
        {
            page.say("register.list"): one.source,
            page.say("quality.n_values"): one.n_values,
            page.say("quality.n_undated"): one.n_undated,
            page.say("quality.days_median"): _days(one.days_median),
            page.say("quality.days_most"): _days(one.days_most),
        }
        for one in found
    ]
    show_table(rows, highest_px=300)


def _days(days: int | None) -> str:
    """Return a number of days; a dash where no value has a day."""
    return "–" if days is None else f"{days:,}"


def _show_conflicts(page: Frame, state: State) -> None:
    """Show where lists disagree, each claim with its list."""
    st.subheader(page.say("quality.conflicts"))
    found = _conflicts(state, audience_of(page.person).view)
    if not found.n_all:
        st.info(page.say("quality.conflicts_none"))
        return
    st.caption(page.say("quality.conflicts_n", n=found.n_all, shown=len(found.first)))
    rows = [
        {
            page.say("quality.asset"): asset_id,
            page.say("register.field"): field_name(page, name),
            page.say("register.list"): source,
            page.say("quality.says"): value_text(page, name, value),
            page.say("quality.as_of"): as_of or "–",
            page.say("quality.grade"): grade or "–",
        }
        for one in found.first
        for asset_id, name, source, value, as_of, grade in one.rows()
    ]
    show_table(rows, highest_px=300)
