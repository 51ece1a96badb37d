"""The week of the desk on a page: what came in, what was answered in time, how long cases stay."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from siting.outputs.text import percent
from window.csv_text import csv_bytes
from window.figures import WeeklyFigures
from window.machine import case_machine
from window.ui.figures_charts import bar_chart
from window.ui.frame import Frame


def show_week(frame: Frame) -> None:
    """Show the figures of the last seven days, and offer them as CSV."""
    st.subheader(frame.say("figures.weekly"))
    figures = frame.desk.weekly_figures(asking=frame.person.person_id, now=frame.now)
    since = figures.until - dt.timedelta(days=7)
    st.caption(frame.say("figures.weekly_about", since=since.isoformat(), until=figures.until.isoformat()))
    _numbers(frame, figures)
    left, right = st.columns(2)
    with left.container(border=True):
        _by_state(frame, figures)
    with right.container(border=True):
        _by_bureau(frame, figures)
    name = f"weekly-{figures.until.isoformat()}.csv"
    st.download_button(frame.say("figures.download"), _csv(frame, figures), name, "text/csv", key="figures-week-csv", on_click="ignore")


def _numbers(frame: Frame, figures: WeeklyFigures) -> None:
    """Show the four numbers one asks first."""
    columns = st.columns(4)
    for column, name, count in zip(
        columns, ("received", "open", "overdue"), (figures.n_received, figures.n_open, figures.n_overdue), strict=False
    ):
        column.metric(frame.say(f"figures.{name}"), frame.say("figures.n_cases", n=count), border=True)
    if figures.n_moved:
        value = frame.say("figures.share_of", share=percent(figures.n_moved_in_time / figures.n_moved))
        about = frame.say("figures.in_time_help", moved=figures.n_moved, in_time=figures.n_moved_in_time)
    else:
        value, about = frame.say("figures.nothing"), frame.say("figures.no_moves_help")
    columns[3].metric(frame.say("figures.in_time"), value, help=about, border=True)


def _by_state(frame: Frame, figures: WeeklyFigures) -> None:
    """Draw how long cases stayed in the states they left."""
    st.markdown(f"**{frame.say('figures.by_state')}**")
    st.caption(frame.say("figures.by_state_about"))
    days = _days_by_state(frame, figures)
    if not days:
        st.info(frame.say("figures.no_states"))
        return
    st.altair_chart(bar_chart(days, label=frame.say("figures.state"), value=frame.say("figures.median_days"), digits=1), width="stretch")


def _by_bureau(frame: Frame, figures: WeeklyFigures) -> None:
    """Draw who has how many open cases."""
    st.markdown(f"**{frame.say('figures.by_bureau')}**")
    st.caption(frame.say("figures.by_bureau_about"))
    if not figures.open_by_bureau:
        st.info(frame.say("figures.no_bureaus"))
        return
    counts = list(figures.open_by_bureau.items())
    st.altair_chart(bar_chart(counts, label=frame.say("figures.bureau"), value=frame.say("figures.open_cases"), digits=0), width="stretch")


def _days_by_state(frame: Frame, figures: WeeklyFigures) -> list[tuple[str, float]]:
    """Return the median days by the name of the state, in the order of a case's life."""
    states = [(one.name, one.ja if frame.language == "ja" else one.en) for one in case_machine().states]
    return [(name, figures.median_days_by_state[code]) for code, name in states if code in figures.median_days_by_state]


def _csv(frame: Frame, figures: WeeklyFigures) -> bytes:
    """Return the figures as a table."""
    cases, days = frame.say("figures.unit_cases"), frame.say("figures.unit_days")
    named = {
        "received": figures.n_received,
        "open": figures.n_open,
        "overdue": figures.n_overdue,
        "moved": figures.n_moved,
        "moved_in_time": figures.n_moved_in_time,
    }
    rows: list[tuple[str, str, float, str]] = [(frame.say(f"figures.{name}"), "", count, cases) for name, count in named.items()]
    rows += [(frame.say("figures.by_state"), state, round(number, 2), days) for state, number in _days_by_state(frame, figures)]
    rows += [(frame.say("figures.by_bureau"), name, count, cases) for name, count in figures.open_by_bureau.items()]
    return csv_bytes([frame.say(f"figures.{one}") for one in ("figure", "of", "value", "unit")], rows)
