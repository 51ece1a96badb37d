"""One case: where it stands, what is due, what may be done next, everything said and filed."""

from __future__ import annotations

from functools import partial

import streamlit as st

from window.errors import DeskError
from window.machine import case_machine, permit_machine
from window.messages import templates
from window.policy import reach
from window.requests import MAX_TEXT, CaseView, request_digest
from window.ui.action_form import act_on_case, act_on_permit
from window.ui.asset_panel import asset_title
from window.ui.case_words import days_text, permit_state_name, reason_name, state_name
from window.ui.door import page_file
from window.ui.frame import Frame, choose_asset, plain, show_problem
from window.ui.session_keys import CASE_ID

_ASSIGNED = ("bureau", "municipal", "owner", "expert")


def show_case(frame: Frame, case_id: str) -> None:
    """Show a case."""
    try:
        view = frame.desk.case(case_id, asking=frame.person.person_id, now=frame.now)
    except DeskError as error:
        show_problem(error, frame.language)
        return
    line = view.line
    st.subheader(plain(f"{line.case_id}　{line.title}"))
    columns = st.columns(4)
    columns[0].metric(frame.say("cases.state"), state_name(frame, line.state))
    columns[1].metric(frame.say("cases.due"), line.due_on.isoformat() if line.due_on else "–")
    columns[1].caption(days_text(frame, line))
    columns[2].metric(frame.say("cases.carrier"), frame.server.organisation(line.carrier_org))
    columns[3].metric(frame.say("cases.opened"), frame.desk.settings.local_day(line.opened_at).isoformat())
    left, right = st.columns([3, 2])
    with right:
        act_on_case(frame, view)
        _assign(frame, view)
        _drafts(frame, view)
        _comment(frame, view)
    with left:
        _clocks(frame, view)
        _assets(frame, view)
        _waiting(frame, view)
        _permits(frame, view)
        _timeline(frame, view)
        _documents(frame, view)
        _alike(frame, view)


def _clocks(frame: Frame, view: CaseView) -> None:
    """Show the clocks that run."""
    for one in view.clocks:
        state = "stopped" if one.is_stopped else "over" if one.is_over else "runs"
        icon = {"stopped": ":gray[❚❚]", "over": ":red[●]", "runs": ":green[●]"}[state]
        words = frame.say(f"cases.clock_{state}", due=one.due_on or "–", since=one.started_on)
        extra = frame.say("cases.extensions", n=one.extensions_left) if one.extensions_left else ""
        st.markdown(f"{icon} **{frame.word('clock', one.name)}**　{words}　{extra}")


def _assets(frame: Frame, view: CaseView) -> None:
    """List the assets of a case, each with a way to the map."""
    st.markdown(f"**{frame.say('cases.assets', n=len(view.assets))}**")
    for record in view.assets[:20]:
        columns = st.columns([5, 1])
        kind = frame.word("asset_type", record.text("asset_type"))
        columns[0].caption(f"{plain(asset_title(frame, record))}　{kind}　{plain(record.text('asset_id'))}")
        if columns[1].button(frame.say("cases.on_map"), key=f"on-map-{record.text('asset_id')}", width="stretch"):
            choose_asset(record.text("asset_id"), frame.server.assets.current().place_of(record.text("asset_id")))
            st.switch_page(page_file("map"))
    if view.area is not None:
        edges = {name: f"{getattr(view.area, name):.5f}" for name in ("west", "south", "east", "north")}
        st.caption(frame.say("cases.area", **edges))


def _waiting(frame: Frame, view: CaseView) -> None:
    """Show the places in line of a case that waits."""
    for one in view.waiting:
        st.caption(frame.say("cases.place", place=one.place, asset=plain(one.asset_id)))


def _permits(frame: Frame, view: CaseView) -> None:
    """Show the permits, each with what may be done about it."""
    if not view.permits:
        return
    st.markdown(f"**{frame.say('cases.permits')}**")
    for one in view.permits:
        columns = st.columns([4, 2, 3])
        columns[0].caption(f"{frame.word('permit', one.permit)}　{plain(one.asset_id)}")
        columns[1].caption(permit_state_name(frame, one.state))
        actions = permit_machine().actions(one.state, frame.person.role)
        if actions and reach(frame.person.role, "act", "permit") != "nothing":
            with columns[2].popover(frame.say("cases.permit_act"), width="stretch"):
                act_on_permit(frame, view, one, actions)


def _timeline(frame: Frame, view: CaseView) -> None:
    """Show what happened, the newest first."""
    st.markdown(f"**{frame.say('cases.timeline')}**")
    rows = []
    for event in reversed(view.history):
        detail = dict(event.detail)
        code = detail.pop("code", "")
        said = [event.why] if event.why else []
        said += [reason_name(frame, code)] if code else []
        said += [f"{frame.word('detail', name)} {value}" for name, value in sorted(detail.items())]
        rows.append(
            {
                frame.say("cases.when"): frame.desk.settings.local_day(event.at).isoformat(),
                frame.say("cases.action"): frame.word("action", event.action),
                frame.say("cases.to_state"): state_name(frame, event.state),
                frame.say("cases.who"): event.who or frame.word("role", event.role),
                frame.say("cases.said"): "　".join(said)[:300],
            }
        )
    st.dataframe(rows, hide_index=True, width="stretch", height=min(36 * (len(rows) + 1) + 2, 300))


def _documents(frame: Frame, view: CaseView) -> None:
    """Show the documents, and take another one."""
    st.markdown(f"**{frame.say('cases.documents', n=len(view.documents))}**")
    for one in view.documents:
        columns = st.columns([5, 1])
        mark = frame.say("cases.internal") if one.is_internal else ""
        columns[0].caption(f"{plain(one.name)}　{mark}　SHA-256 {one.digest[:16]}…")
        content = partial(frame.desk.document, view.line.case_id, one.seq, asking=frame.person.person_id)
        columns[1].download_button(frame.say("cases.fetch"), content, file_name=one.name, mime=one.media_type, key=f"doc-{one.seq}")
    if reach(frame.person.role, "add", "document") == "nothing":
        return
    with st.expander(frame.say("cases.add_document")), st.form("document", clear_on_submit=True, border=False):
        given = st.file_uploader(frame.say("cases.file"), type=["pdf", "png", "jpg", "jpeg", "docx", "xlsx", "txt", "csv"])
        is_internal = _internal_box(frame, "doc-internal")
        if st.form_submit_button(frame.say("cases.send")) and given is not None:
            with frame.problems_shown():
                frame.desk.add_document(
                    view.line.case_id,
                    given.name,
                    given.getvalue(),
                    is_internal=is_internal,
                    asking=frame.person.person_id,
                    key=f"doc-{view.line.case_id}-{len(view.documents)}-{given.file_id}",
                    now=frame.now,
                )
                st.rerun()


def _internal_box(frame: Frame, key: str) -> bool:
    """Ask whether a remark or document is for the offices alone, of those who may write such."""
    if reach(frame.person.role, "add", "internal") == "nothing":
        return False
    return st.checkbox(frame.say("cases.internal_only"), key=key)


def _comment(frame: Frame, view: CaseView) -> None:
    """Show the remarks, and take another one."""
    with st.container(border=True):
        st.markdown(f"**{frame.say('cases.comments', n=len(view.comments))}**")
        for one in view.comments[-8:]:
            mark = f"　({frame.say('cases.internal')})" if one.is_internal else ""
            st.caption(f"{frame.desk.settings.local_day(one.at)}　{plain(one.who)}{mark}  \n{plain(one.text)}")
        if reach(frame.person.role, "add", "comment") == "nothing":
            return
        case_id = view.line.case_id  # no draft goes from one case to another
        with st.form(f"comment-{case_id}", clear_on_submit=True, border=False):
            st.text_area(
                frame.say("cases.comment"),
                label_visibility="collapsed",
                placeholder=frame.say("cases.comment"),
                height=80,
                max_chars=MAX_TEXT,
                key=f"comment-words-{case_id}",
            )
            _internal_box(frame, f"comment-internal-{case_id}")
            st.form_submit_button(frame.say("cases.send"), key=f"comment-send-{case_id}", on_click=_send_comment, args=(frame, view))


def _send_comment(frame: Frame, view: CaseView) -> None:
    """Write down the remark that was typed."""
    case_id = view.line.case_id
    words = str(st.session_state[f"comment-words-{case_id}"])
    is_internal = bool(st.session_state.get(f"comment-internal-{case_id}"))
    if not words.strip():
        return
    key = f"comment-{case_id}-{len(view.comments)}-{request_digest(words, is_internal)[:16]}"
    with frame.problems_kept():
        frame.desk.comment(case_id, words, is_internal=is_internal, asking=frame.person.person_id, key=key, now=frame.now)


def _assign(frame: Frame, view: CaseView) -> None:
    """Let the window bring officers, owners and experts into a case."""
    if reach(frame.person.role, "assign", "case") == "nothing" or not view.line.is_open:
        return
    found = {one.org_id: one for one in frame.desk.organisations(asking=frame.person.person_id) if one.role in _ASSIGNED}
    with st.expander(frame.say("cases.assign")):
        org_id = st.selectbox(
            frame.say("cases.organisation"),
            list(found),
            format_func=lambda one: f"{found[one].name}　{frame.word('role', found[one].role)}",
            key="assign-to",
        )
        if found and st.button(frame.say("cases.assign_do")):
            with frame.problems_shown():
                key = f"{view.line.case_id}-assign-{org_id}"
                frame.desk.assign(view.line.case_id, str(org_id), asking=frame.person.person_id, key=key, now=frame.now)
                st.rerun()


def _drafts(frame: Frame, view: CaseView) -> None:
    """Offer drafts of messages."""
    if reach(frame.person.role, "draft", "messages") == "nothing":
        return
    with st.expander(frame.say("cases.drafts")):
        name = st.selectbox(
            frame.say("cases.template"), list(templates()), format_func=lambda one: frame.word("template", one), key="draft"
        )
        found = frame.desk.draft(view.line.case_id, name, frame.language, asking=frame.person.person_id, now=frame.now)
        st.text_input(frame.say("cases.subject"), found.subject, key=f"subject-{name}-{view.line.version}")
        st.text_area(frame.say("cases.body"), found.body, height=220, key=f"body-{name}-{view.line.version}")


def _alike(frame: Frame, view: CaseView) -> None:
    """Show duplicates that are open, and similar cases of the past."""
    if reach(frame.person.role, "see", "duplicates") == "nothing":
        return
    doubles = frame.desk.duplicates(view.line.case_id, asking=frame.person.person_id)
    past = frame.desk.similar(view.line.case_id, asking=frame.person.person_id)
    names = {one.name for one in case_machine().states}
    for title, found in (("cases.duplicates", doubles), ("cases.similar", past)):
        if not found:
            continue
        with st.expander(frame.say(title, n=len(found)), expanded=title == "cases.duplicates"):
            for one in found[:8]:
                columns = st.columns([5, 1])
                state = state_name(frame, one.state) if one.state in names else one.state
                columns[0].caption(f"{one.case_id}　{state}　{frame.say('cases.metres', n=round(one.distance_m))}")
                if columns[1].button(frame.say("asset.open"), key=f"{title}-{one.case_id}"):
                    st.session_state[CASE_ID] = one.case_id
                    st.rerun()
