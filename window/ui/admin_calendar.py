"""The days offices are closed, and how long each clock runs, on a page."""

from __future__ import annotations

import streamlit as st

from window.clock_settings import ClockRule
from window.ui.frame import Frame, plain
from window.working_days import first_known_year, last_known_year, named_holidays, open_days_by_month


def show_holidays(frame: Frame) -> None:
    """Show the public holidays of a year and the open days of its months."""
    st.caption(frame.say("admin_calendar.about"))
    columns = st.columns([1, 1, 1, 2])
    year = columns[0].number_input(
        frame.say("admin_calendar.year"),
        first_known_year(),
        last_known_year(),
        frame.desk.settings.local_day(frame.now).year,
        key="admin-year",
    )
    holidays, months = named_holidays(year, frame.language), open_days_by_month(year)
    columns[1].metric(frame.say("admin_calendar.n_holidays"), frame.say("admin_calendar.n_days", n=len(holidays)))
    columns[2].metric(frame.say("admin_calendar.n_open"), frame.say("admin_calendar.n_days", n=sum(months)))
    date, weekday, name = (frame.say(f"admin_calendar.{one}") for one in ("date", "weekday", "name"))
    left, right = st.columns([3, 2])
    rows = [
        {date: day.isoformat(), weekday: frame.say(f"admin_calendar.day_{day.weekday()}"), name: words} for day, words in holidays.items()
    ]
    left.dataframe(rows, hide_index=True, width="stretch", height="content")
    month, open_days = frame.say("admin_calendar.month"), frame.say("admin_calendar.open_days")
    right.dataframe(
        [{month: f"{year}-{number:02d}", open_days: n} for number, n in enumerate(months, start=1)],
        hide_index=True,
        width="stretch",
        height="content",
    )


def show_clocks(frame: Frame) -> None:
    """Show the durations and caps in force on a day."""
    dated = frame.desk.settings
    columns = st.columns([1, 3])
    day = columns[0].date_input(
        frame.say("admin_clocks.day"),
        dated.local_day(frame.now),
        min_value=dated.versions[0].valid_from,
        key="admin-clock-day",
        format="YYYY-MM-DD",
    )
    held = dated.on(day)
    source = plain(held.source)
    columns[1].caption(frame.say("admin_clocks.version", valid_from=held.valid_from.isoformat(), source=source))
    columns[1].caption(frame.say("admin_clocks.versions", days=", ".join(one.valid_from.isoformat() for one in dated.versions)))
    numbers = st.columns(4)
    caps = frame.say("admin_clocks.caps_value", n=held.holds_per_carrier_and_zone)
    numbers[0].metric(frame.say("admin_clocks.caps"), caps, help=frame.say("admin_clocks.caps_help"), border=True)
    numbers[1].metric(frame.say("admin_clocks.soon"), frame.say("admin_clocks.soon_value", n=held.due_soon_days), border=True)
    alerts = frame.say("admin_clocks.alerts_value", days=", ".join(map(str, held.alerts_days)))
    numbers[2].metric(frame.say("admin_clocks.alerts"), alerts, border=True)
    numbers[3].metric(frame.say("admin_clocks.notice"), frame.say("admin_clocks.notice_value", n=held.notice_working_days), border=True)
    rows = [_clock_row(frame, name, rule) for name, rule in held.clocks.items()]
    st.dataframe(rows, hide_index=True, width="stretch", height="content")


def _clock_row(frame: Frame, name: str, rule: ClockRule) -> dict[str, object]:
    """Return one line of the table of clocks."""
    nothing = frame.say("admin.nothing")
    cells: dict[str, object] = {
        "clock": frame.word("clock", name),
        "days": rule.days,
        "kind": frame.say(f"admin_clocks.{rule.kind}"),
        "new_pole": nothing if rule.new_pole_days is None else str(rule.new_pole_days),
        "rolls": frame.say("admin.yes" if rule.rolls_forward else "admin.no"),
        "extension": str(rule.extension_days) if rule.extensions_max else nothing,
        "extensions": str(rule.extensions_max) if rule.extensions_max else nothing,
    }
    return {frame.say(f"admin_clocks.{one}"): cell for one, cell in cells.items()}
