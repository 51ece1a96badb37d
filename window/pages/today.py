"""Today: what is overdue and due soon, what is new, who is waited for, what expires, which data are missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from window.case_rows import CaseFilter
from window.requests import CaseLine
from window.ui.cached import missing_by_bureau
from window.ui.case_words import due_text, state_name, today
from window.ui.door import page_file
from window.ui.frame import Frame, frame, plain
from window.ui.session_keys import CASE_ID, SEEN_GUIDE
from window.waiting import waits_for

_SHOWN = 6
_EXPIRING_DAYS = 14
_HELD = ("HELD", "SURVEY", "REPORTED")


def _list(page: Frame, title: str, lines: Sequence[CaseLine], *, key: str, empty: str) -> None:
    """Show some cases, each with its way in."""
    with st.container(border=True):
        st.markdown(f"**{page.say(title)}**　{len(lines)}")
        if not lines:
            st.caption(page.say(empty))
        for line in lines[:_SHOWN]:
            columns = st.columns([5, 1.3])
            columns[0].caption(f"{line.case_id}　{state_name(page, line.state)}　{due_text(page, line)}  \n{plain(line.title)}")
            if columns[1].button(page.say("asset.open"), key=f"{key}-{line.case_id}", width="stretch"):
                st.session_state[CASE_ID] = line.case_id
                st.switch_page(page_file("cases"))
        if len(lines) > _SHOWN:
            st.caption(page.say("today.more", n=len(lines) - _SHOWN))


def _waiting(page: Frame) -> None:
    """Show for whom the open cases wait."""
    counts: Counter[str] = Counter()
    for state, n in page.desk.counts(asking=page.person.person_id).items():
        counts[waits_for(state) or ""] += n
    with st.container(border=True):
        st.markdown(f"**{page.say('today.waiting')}**")
        for role, n in counts.most_common():
            if role:
                st.caption(f"{page.word('role', role)}　{n}")
        if not counts:
            st.caption(page.say("today.no_cases"))


def _missing(page: Frame) -> None:
    """Show which bureaus' assets lack what carriers ask for."""
    with st.container(border=True):
        st.markdown(f"**{page.say('today.missing')}**")
        rows = missing_by_bureau(page)
        if not rows:
            st.caption(page.say("today.no_assets"))
            return
        st.dataframe(rows, hide_index=True, width="stretch", height=min(36 * (len(rows) + 1) + 2, 260))


page = frame()
me = page.person.person_id
st.caption(page.say("today.date", day=today(page).isoformat()))
if SEEN_GUIDE not in st.session_state:
    with st.container(border=True):
        st.markdown(page.say("today.guide", role=page.word("role", page.person.role)))
        if st.button(page.say("today.guide_close")):
            st.session_state[SEEN_GUIDE] = True
            st.rerun()
overdue = page.desk.overdue(asking=me, now=page.now, limit=200)
soon = [one for one in page.desk.due_soon(asking=me, now=page.now, limit=400) if one not in overdue]
new = page.desk.cases(CaseFilter(states=("INQUIRY",), limit=200), asking=me)
held = [
    one for one in page.desk.cases(CaseFilter(states=_HELD, limit=400), asking=me) if one.due_on and (one.due_on - today(page)).days <= 14
]
alerts = page.desk.term_alerts(asking=me, now=page.now)
columns = st.columns(5)
for column, key, count in zip(columns, ("overdue", "soon", "new", "expiring", "terms"), (overdue, soon, new, held, alerts), strict=True):
    column.metric(page.say(f"today.{key}"), len(count))
left, right = st.columns(2)
with left:
    _list(page, "today.overdue", overdue, key="overdue", empty="today.none_overdue")
    _list(page, "today.new", new, key="new", empty="today.none_new")
    _waiting(page)
with right:
    _list(page, "today.soon", soon, key="soon", empty="today.none_soon")
    _list(page, "today.expiring", held, key="held", empty="today.none_expiring")
    if page.person.role != "carrier":
        _missing(page)
