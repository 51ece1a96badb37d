"""The audit trail on a page: searched, verified, and its head taken along."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from assets_db.store import head_from, head_text
from window.trail_search import TrailFilter, TrailRow, search_trail, trail_actions
from window.ui.admin_backup import show_faults
from window.ui.frame import Frame
from window.ui.session_keys import AUDIT_BEFORE

_PAGE = 100


def show_audit(frame: Frame) -> None:
    """Search and verify the trail."""
    st.subheader(frame.say("admin_audit.verify"))
    _verify(frame)
    st.subheader(frame.say("admin_audit.search"))
    _search(frame)


def _search(frame: Frame) -> None:
    """Ask what to look for, and list what is found page by page."""
    asking = frame.person.person_id
    top = st.columns([1.3, 1.5, 2])
    who = top[0].text_input(frame.say("admin_audit.who"), key="admin-audit-who", on_change=_to_newest)
    action = top[1].selectbox(
        frame.say("admin_audit.action"),
        ["", *trail_actions(frame.desk, asking=asking)],
        format_func=lambda one: one or frame.say("admin_audit.any_action"),
        key="admin-audit-action",
        on_change=_to_newest,
    )
    words = top[2].text_input(frame.say("admin_audit.words"), key="admin-audit-words", on_change=_to_newest)
    days = st.columns([1, 1, 2.6])
    since = _day(
        days[0].date_input(frame.say("admin_audit.since"), None, key="admin-audit-since", format="YYYY-MM-DD", on_change=_to_newest)
    )
    until = _day(
        days[1].date_input(frame.say("admin_audit.until"), None, key="admin-audit-until", format="YYYY-MM-DD", on_change=_to_newest)
    )
    before = st.session_state.get(AUDIT_BEFORE)
    wanted = TrailFilter(who=who.strip(), action=action, words=words.strip(), since=since, until=until, before=before, limit=_PAGE)
    rows = search_trail(frame.desk, wanted, asking=asking)
    if not rows:
        st.info(frame.say("admin_audit.none"))
    else:
        st.caption(frame.say("admin_audit.found", n=len(rows)))
        st.dataframe([_row(frame, one) for one in rows], hide_index=True, width="stretch", height=430)
    buttons = st.columns([1, 1, 3])
    if before is not None:
        buttons[0].button(frame.say("admin_audit.newest"), key="admin-audit-newest", on_click=_to_newest, width="stretch")
    if len(rows) == _PAGE:
        buttons[1].button(
            frame.say("admin_audit.older"), key="admin-audit-older", on_click=_to_older, args=(rows[-1].seq,), width="stretch"
        )


def _day(chosen: object) -> dt.date | None:
    """Return a day that was chosen."""
    return chosen if isinstance(chosen, dt.date) else None


def _to_newest() -> None:
    """Begin with the newest rows again."""
    st.session_state.pop(AUDIT_BEFORE, None)


def _to_older(seq: int) -> None:
    """Go on with what lies before a row."""
    st.session_state[AUDIT_BEFORE] = seq


def _row(frame: Frame, one: TrailRow) -> dict[str, object]:
    """Return one line of the list."""
    cells: dict[str, object] = {
        "seq": one.seq,
        "at": f"{one.at:%Y-%m-%d %H:%M:%S}",
        "by": one.who,
        "did": one.action,
        "why": one.why,
        "what": one.what,
    }
    return {frame.say(f"admin_audit.{name}"): cell for name, cell in cells.items()}


def _verify(frame: Frame) -> None:
    """Offer to verify the trail, against a head that was kept where there is one, and to take its head along."""
    st.caption(frame.say("admin_audit.verify_about"))
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    kept = left.file_uploader(frame.say("admin_audit.head_file"), type="json", key="admin-audit-head")
    if not right.button(frame.say("admin_audit.verify_now"), type="primary", key="admin-audit-verify", width="stretch"):
        return
    known = head_from(kept.getvalue()) if kept else None
    with st.spinner(frame.say("admin_audit.verifying")):
        faults, head = frame.desk.audit(asking=frame.person.person_id, known_head=known)
    show_faults(frame, faults, whole=frame.say("admin_audit.verified", n=head.seq, hash=head.hash[:16]))
    if not faults:
        st.download_button(
            frame.say("admin_audit.head_download"), head_text(head), "head.json", "application/json", key="admin-head", on_click="ignore"
        )
        st.caption(frame.say("admin_audit.head_about"))
