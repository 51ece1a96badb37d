"""The coverage of the newest plan on a page: each zone beside what could be reached and what is officially asked for."""

from __future__ import annotations

import streamlit as st

from siting.outputs.text import Bilingual, percent, weight_text
from window.csv_text import csv_bytes
from window.planning.coverage_figures import CoverageFigure, PlanFigures, newest_figures
from window.policy import reach
from window.targets import fiscal_year
from window.ui.door import page_file
from window.ui.figures_charts import CoverageBar, coverage_chart
from window.ui.frame import Frame, plain


def show_coverage(frame: Frame) -> None:
    """Show the newest plan of the person's organisation in an area, and offer its figures as CSV."""
    st.subheader(frame.say("figures.coverage"))
    if reach(frame.person.role, "make", "plan") == "nothing":
        st.info(frame.say("figures.no_right"))
        return
    area = _area(frame)
    if area is None:
        return
    day = frame.desk.settings.local_day(frame.now)
    with frame.problems_shown():
        with st.spinner(frame.say("figures.reading")):
            found = newest_figures(frame.server.plans, frame.person, area, day)
        if found is None:
            st.info(frame.say("figures.no_plan"))
            if st.button(frame.say("figures.to_studio"), type="primary", key="figures-to-studio"):
                st.switch_page(page_file("studio"))
            return
        _plan(frame, found, fiscal_year(day))


def _area(frame: Frame) -> str | None:
    """Ask which area, where there are several."""
    names = frame.server.areas.names
    if not names:
        st.info(frame.say("figures.no_area"))
        return None
    if len(names) == 1:
        return names[0]
    return st.selectbox(frame.say("figures.area"), names, format_func=frame.area_title, key="figures-area")


def _plan(frame: Frame, found: PlanFigures, year: int) -> None:
    """Show one plan in figures."""
    row, whole = found.opened.row, found.whole
    made_on = frame.desk.settings.local_day(row.changed_at).isoformat()
    st.caption(frame.say("figures.plan_line", title=plain(row.title), at=made_on, band=plain(str(row.summary.get("band", "")))))
    columns = st.columns(4)
    said = frame.say("figures.total_help", covered=_weight(frame, whole.covered, whole), all=_weight(frame, whole.total, whole))
    columns[0].metric(
        frame.say("figures.total", unit=frame.word("unit_name", whole.unit)),
        frame.say("figures.share_of", share=percent(whole.share)),
        help=said,
        border=True,
    )
    most = frame.say("figures.share_of", share=percent(whole.reachable_share or 0.0))
    columns[1].metric(frame.say("figures.reachable"), most, border=True)
    columns[2].metric(frame.say("figures.left"), frame.say("figures.n_ha", n=whole.left_ha or 0.0), border=True)
    columns[3].metric(frame.say("figures.sites"), frame.say("figures.n_sites", n=len(found.opened.plan.chosen)), border=True)
    if found.groups:
        _groups(frame, found, year)
    st.download_button(
        frame.say("figures.download"),
        _csv(frame, found),
        f"coverage-{row.plan_id}.csv",
        "text/csv",
        key="figures-plan-csv",
        on_click="ignore",
    )


def _groups(frame: Frame, found: PlanFigures, year: int) -> None:
    """Show zones and facilities as a chart and a table."""
    labels = [frame.say(f"figures.{one}") for one in ("zone", "area_share", "reachable_share", "official_share")]
    bars = [
        CoverageBar(
            name=_name(frame, one),
            share=100 * one.measured_share,
            reachable=None if one.reachable_area_share is None else 100 * one.reachable_area_share,
            target=None if one.official_share is None else 100 * one.official_share,
        )
        for one in found.groups
    ]
    with st.container(border=True):
        st.altair_chart(coverage_chart(bars, title=labels[1], labels=labels), width="stretch")
        st.caption(frame.say("figures.legend", year=year))
    one_digit = st.column_config.NumberColumn(format="%.1f")
    st.dataframe(
        [_shown(frame, one) for one in found.groups],
        hide_index=True,
        width="stretch",
        column_config={frame.say("figures.share"): one_digit, frame.say("figures.area_share"): one_digit},
    )
    named = {one.official.id: (one.official, one.official_share) for one in found.groups if one.official and one.official_share}
    for target, share in named.values():
        words = {"name": _in(frame, target.name), "share": percent(share), "source": _in(frame, target.source)}
        st.caption(frame.say("figures.target_line", **words))
    if not named:
        st.caption(frame.say("figures.no_targets"))


def _shown(frame: Frame, one: CoverageFigure) -> dict[str, object]:
    """Return one row of the table."""
    verdict = {None: "no_target", True: "reached", False: "not_reached"}[one.is_reached]
    cells: dict[str, object] = {
        "zone": _name(frame, one),
        "covered": _weight(frame, one.covered, one),
        "all": _weight(frame, one.total, one),
        "share": _percent(one.share),
        "area_share": _percent(one.measured_share),
        "left_ha": None if one.left_ha is None else round(one.left_ha, 2),
        "plan_share": None if one.plan_share is None else percent(one.plan_share),
        "official_share": frame.say("figures.nothing") if one.official_share is None else percent(one.official_share),
        "verdict": frame.say(f"figures.{verdict}"),
    }
    return {frame.say(f"figures.{name}"): cell for name, cell in cells.items() if name != "plan_share" or cell is not None}


def _csv(frame: Frame, found: PlanFigures) -> bytes:
    """Return everything as a table."""
    names = (
        "zone",
        "covered",
        "all",
        "unit",
        "share",
        "area_share",
        "reachable_share",
        "left_ha",
        "plan_share",
        "official_share",
        "official",
    )
    header = [frame.say(f"figures.{name}") for name in names]
    rows = [
        (
            _name(frame, one) or frame.say("figures.whole"),
            round(one.covered, 1),
            round(one.total, 1),
            frame.word("unit_name", one.unit),
            _percent(one.share),
            _percent(one.measured_share),
            _percent(one.reachable_share),
            None if one.left_ha is None else round(one.left_ha, 3),
            _percent(one.plan_share),
            _percent(one.official_share),
            _in(frame, one.official.name) if one.official else None,
        )
        for one in (found.whole, *found.groups)
    ]
    return csv_bytes(header, rows)


def _name(frame: Frame, one: CoverageFigure) -> str:
    """Return the name of a group in the language of the page, where it says both."""
    first, slash, second = one.name.partition(" / ")
    return second if slash and frame.language == "en" else first


def _weight(frame: Frame, weight: float, one: CoverageFigure) -> str:
    return _in(frame, weight_text(weight, one.unit))


def _in(frame: Frame, said: Bilingual) -> str:
    return said.ja if frame.language == "ja" else said.en


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)
