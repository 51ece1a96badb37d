"""What may be done next, and what each action asks for: read from the table of states, so that no form knows a rule of its own."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

import streamlit as st

from assets_db.record import AssetRecord
from window.machine import case_machine, permit_machine
from window.reasons import reasons
from window.requests import Act, CaseView, PermitLine, request_digest
from window.ui.case_words import reason_name, today
from window.ui.frame import Frame

_WITH_DAY = {"day_ahead", "notice_early"}


def act_on_case(frame: Frame, view: CaseView) -> None:
    """Offer the actions that are possible, and do the one that is chosen."""
    with st.container(border=True):
        st.markdown(f"**{frame.say('cases.next')}**")
        actions = list(view.actions)
        if not actions:
            st.caption(frame.say("cases.nothing_to_do"))
            return
        action = st.selectbox(
            frame.say("cases.action"), actions, format_func=lambda one: frame.word("action", one), key=f"action-{view.line.case_id}"
        )
        row = case_machine().by_action[view.line.state, action]
        with st.form(f"act-{view.line.case_id}-{view.line.version}-{action}", border=False):
            why, detail = _asked_for(frame, row.guard, view.assets, key=f"{view.line.case_id}-{action}")
            if st.form_submit_button(frame.say("cases.do", action=frame.word("action", action)), type="primary"):
                request = Act(action=action, why=why, detail=detail, expected_version=view.line.version)
                with frame.problems_shown():
                    key = f"{view.line.case_id}-{view.line.version}-{action}-{request_digest(why, detail)[:16]}"
                    frame.desk.act(view.line.case_id, request, asking=frame.person.person_id, key=key, now=frame.now)
                    st.toast(frame.say("cases.done", action=frame.word("action", action)))
                    st.rerun()
    may_wait = view.line.state == "SCREENING" and frame.person.role in {"carrier", "window"}
    if may_wait and st.button(frame.say("cases.wait"), help=frame.say("cases.wait_help"), width="stretch"):
        with frame.problems_shown():
            key = f"{view.line.case_id}-{view.line.version}-wait"
            frame.desk.wait(view.line.case_id, asking=frame.person.person_id, key=key, now=frame.now)
            st.rerun()


def act_on_permit(frame: Frame, view: CaseView, permit: PermitLine, actions: Sequence[str]) -> None:
    """Offer the actions on a permit, and do the one that is chosen."""
    at = f"{permit.asset_id}-{permit.permit}"
    action = st.selectbox(frame.say("cases.action"), list(actions), format_func=lambda one: frame.word("action", one), key=f"permit-{at}")
    row = permit_machine().by_action[permit.state, action]
    with st.form(f"permit-form-{at}-{action}", border=False):
        why, detail = _asked_for(frame, row.guard, (), key=f"{at}-{action}")
        if st.form_submit_button(frame.say("cases.do", action=frame.word("action", action)), type="primary"):
            request = Act(action=action, why=why, detail=detail, expected_version=view.line.version)
            with frame.problems_shown():
                frame.desk.act_on_permit(
                    view.line.case_id,
                    permit.asset_id,
                    permit.permit,
                    request,
                    asking=frame.person.person_id,
                    key=f"{view.line.case_id}-{view.line.version}-{at}-{action}",
                    now=frame.now,
                )
                st.rerun()


def _asked_for(frame: Frame, guards: Sequence[str], assets: Sequence[AssetRecord], *, key: str) -> tuple[str, dict[str, str]]:
    """Ask what the guards of an action look at, and return reason and detail."""
    detail: dict[str, str] = {}
    if "reason_coded" in guards:
        code = st.selectbox(frame.say("cases.code"), list(reasons()), format_func=lambda one: reason_name(frame, one), key=f"code-{key}")
        detail["code"] = str(code)
    if _WITH_DAY & set(guards):
        first = today(frame) + dt.timedelta(days=14 if "notice_early" in guards else 7)
        detail["day"] = st.date_input(frame.say("cases.day"), first, min_value=today(frame), key=f"day-{key}").isoformat()
    if "receipt_given" in guards:
        detail["receipt"] = st.text_input(frame.say("cases.receipt"), key=f"receipt-{key}")
    if "as_built_given" in guards:
        detail["as_built"] = _as_built(frame, assets, key)
    why = st.text_input(frame.say("cases.why" if "reason_given" in guards else "cases.why_optional"), key=f"why-{key}")
    return why, detail


def _as_built(frame: Frame, assets: Sequence[AssetRecord], key: str) -> str:
    """Ask the as-built data of each asset and return them as the handover takes them."""
    built: dict[str, dict[str, object]] = {}
    for record in assets:
        asset_id = record.text("asset_id")
        st.caption(asset_id.replace("_", "\\_"))
        columns = st.columns(2)
        known = record.number("mount_height_max_m") or record.number("height_agl_m") or 8.0
        height = columns[0].number_input(frame.say("cases.built_height"), 0.5, 500.0, known, 0.1, key=f"height-{key}-{asset_id}")
        has_power = columns[1].checkbox(frame.say("cases.built_power"), value=True, key=f"power-{key}-{asset_id}")
        built[asset_id] = {"mount_height_max_m": float(height), "power_available": has_power}
    return json.dumps(built, ensure_ascii=False)
