"""Cases: the inbox with its filters, one case, and the same action for several at once."""

from __future__ import annotations

import csv
import io

import streamlit as st

from siting.outputs.escape import csv_text
from window.case_rows import CaseFilter
from window.machine import case_machine
from window.problem_words import problem_text
from window.requests import Act, CaseLine, request_digest
from window.ui.case_page import show_case
from window.ui.case_words import due_text, state_name
from window.ui.frame import Frame, frame, plain
from window.ui.session_keys import BULK_DONE, CASE_ID
from window.waiting import waits_for

_MOST = 300


def _filters(page: Frame) -> CaseFilter:
    """Ask which cases to list."""
    columns = st.columns([2, 2, 2, 2])
    kind = columns[0].segmented_control(
        page.say("cases.which"),
        ["open", "ended", "all"],
        default="open",
        format_func=lambda one: page.say(f"cases.which_{one}"),
        key="cases-kind",
    )
    names = [one.name for one in case_machine().states]
    states = columns[1].multiselect(
        page.say("cases.state"), names, format_func=lambda one: state_name(page, one), placeholder=page.say("map.all"), key="cases-states"
    )
    asset_id = columns[2].text_input(page.say("cases.asset_id"), key="cases-asset")
    carrier = ""
    if page.person.role != "carrier":
        carriers = ["", *page.server.carriers()]
        carrier = columns[3].selectbox(
            page.say("cases.carrier"),
            carriers,
            format_func=lambda one: page.server.organisation(one) if one else page.say("map.all"),
            key="cases-carrier",
        )
    is_open = {"open": True, "ended": False}.get(kind or "open")
    return CaseFilter(states=tuple(states), is_open=is_open, carrier_org=carrier or "", asset_id=asset_id.strip(), limit=_MOST)


def _row(page: Frame, line: CaseLine) -> dict[str, str]:
    """Return a case as a row of the inbox."""
    waiting = waits_for(line.state)
    return {
        page.say("cases.number"): line.case_id,
        page.say("cases.title"): line.title,
        page.say("cases.state"): state_name(page, line.state),
        page.say("cases.due"): due_text(page, line),
        page.say("cases.waits_for"): page.word("role", waiting) if waiting else "–",
        page.say("cases.carrier"): page.server.organisation(line.carrier_org),
    }


def _as_csv(rows: list[dict[str, str]]) -> bytes:
    """Return the inbox as CSV that no spreadsheet takes for formulas."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(rows[0])
    writer.writerows([csv_text(value) for value in row.values()] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _bulk(page: Frame, lines: list[CaseLine]) -> None:
    """Offer the same action for several cases in one state."""
    states = {line.state for line in lines}
    if len(lines) < 2 or len(states) > 1:
        st.caption(page.say("cases.bulk_hint"))
        return
    actions = case_machine().actions(states.pop(), page.person.role)
    if not actions:
        return
    columns = st.columns([2, 3, 2])
    action = columns[0].selectbox(page.say("cases.action"), actions, format_func=lambda one: page.word("action", one), key="bulk-action")
    why = columns[1].text_input(page.say("cases.why_optional"), key="bulk-why")
    if columns[2].button(page.say("cases.bulk_do", n=len(lines)), type="primary"):
        seen = {line.case_id: line.version for line in lines}
        key = f"bulk-{action}-{request_digest(seen, why)[:24]}"
        request = Act(action=action, why=why)
        done = page.desk.act_on_many(list(seen), request, asking=page.person.person_id, key=key, now=page.now, seen=seen)
        said = [problem_text(one.error, page.language) if one.error else page.word("action", action) for one in done]
        st.session_state[BULK_DONE] = [(one.case_id, words, one.error is None) for one, words in zip(done, said, strict=True)]
        st.rerun()
    st.caption("　".join(line.case_id for line in lines))


page = frame()
case_id = st.session_state.get(CASE_ID)
if case_id:
    if st.button(page.say("cases.back"), icon=":material/arrow_back:"):
        del st.session_state[CASE_ID]
        st.rerun()
    show_case(page, str(case_id))
else:
    with page.problems_shown():
        lines = page.desk.cases(_filters(page), asking=page.person.person_id)
        if not lines:
            st.info(page.say("cases.none"))
            st.stop()
        shown = request_digest([(line.case_id, line.version) for line in lines])[:16]  # a list that has changed forgets what was selected
        for number, said, is_done in st.session_state.pop(BULK_DONE, []):
            (st.success if is_done else st.error)(plain(f"{number} {said}"))
        rows = [_row(page, line) for line in lines]
        st.caption(page.say("cases.count", n=len(lines)) + (page.say("cases.more", n=_MOST) if len(lines) == _MOST else ""))
        picked = st.dataframe(
            rows,
            hide_index=True,
            width="stretch",
            height=430,
            on_select="rerun",
            selection_mode="multi-row",
            key=f"inbox-{shown}",
        )
        chosen = [lines[place] for place in picked["selection"]["rows"]]
        columns = st.columns([3, 1, 1])
        opened = columns[0].selectbox(
            page.say("cases.open_one"), [line.case_id for line in (chosen or lines)], key="cases-open", label_visibility="collapsed"
        )
        if columns[1].button(page.say("asset.open"), type="primary", width="stretch"):
            st.session_state[CASE_ID] = opened
            st.rerun()
        columns[2].download_button("CSV", _as_csv(rows), file_name="cases.csv", mime="text/csv", width="stretch")
        _bulk(page, chosen)
