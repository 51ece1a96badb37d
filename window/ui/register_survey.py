"""Which unknown facts to find out first, for the plan of an area."""

from __future__ import annotations

import streamlit as st

from scenarios.survey_csv import survey_csv
from scenarios.survey_first import SurveyItem, SurveyList
from siting.outputs.text import weight_text
from window.ui.frame import Frame
from window.ui.register_words import field_name, show_table


def show_survey(page: Frame) -> None:
    """Rank what to survey when asked, and keep the list until the register changes."""
    st.subheader(page.say("quality.survey"))
    areas = [one for one in page.server.areas.names if page.server.areas.takes_register(one)]
    if not areas:
        st.info(page.say("quality.survey_none"))
        return
    st.caption(page.say("quality.survey_about"))
    columns = st.columns([3, 1], vertical_alignment="bottom")
    area = str(columns[0].selectbox(page.say("studio.area"), areas, format_func=page.area_title, key="survey-area"))
    if columns[1].button(page.say("quality.survey_do"), width="stretch"):
        with page.problems_shown():
            _rank(page, area)
    found = page.server.surveys.kept(area)
    if found is not None:
        _show(page, found)


def _rank(page: Frame, area: str) -> None:
    """Rank the facts of an area, showing how far it is."""
    bar = st.progress(0.0, text=page.say("asset.reading_area"))

    def show(stage: str, done: int, total: int) -> None:
        bar.progress(done / max(total, 1), text=page.say(stage))

    try:
        page.server.surveys.ranked(area, show)
    finally:
        bar.empty()


def _show(page: Frame, found: SurveyList) -> None:
    """Show a list of facts, and offer it as a file."""
    if not found.items:
        st.info(page.say("quality.survey_nothing"))
        return
    show_table([_row(page, rank, one, found.unit) for rank, one in enumerate(found.items, start=1)])
    st.caption(page.say("quality.survey_n", n=found.n_unknown, shown=len(found.items), rest=found.n_passed_over))
    content = survey_csv(found).encode("utf-8-sig")
    st.download_button(page.say("quality.survey_csv"), content, file_name="survey-first.csv", mime="text/csv", on_click="ignore")


def _row(page: Frame, rank: int, one: SurveyItem, unit: str) -> dict[str, object]:
    """Return a fact as a row."""

    def weight(value: float) -> str:
        shown = weight_text(value, unit)
        return shown.ja if page.language == "ja" else shown.en

    covered = one.worth.by_state
    field = page.say("quality.position") if one.field == "position" else field_name(page, one.field)
    return {
        page.say("quality.rank"): rank,
        page.say("quality.asset"): one.record.text("asset_id"),
        page.say("quality.name"): one.record.text("name"),
        page.say("register.field"): field,
        page.say("quality.in_plan"): "○" if one.is_chosen else "–",
        page.say("quality.worth"): weight(one.worth.value),
        page.say("quality.span"): f"{weight(min(covered))} – {weight(max(covered))}",
    }
