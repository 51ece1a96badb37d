"""Organisations and people of the desk on a page; an administrator adds and retires them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from window.machine import ROLES
from window.people import Organisation, role_of
from window.policy import Person, reach
from window.ui.frame import Frame, plain
from window.ui.session_keys import PEOPLE_SAID, PEOPLE_TURN

_MOST_SHOWN = 10


def show_people(frame: Frame) -> None:
    """List people and organisations, with forms for those who may change them."""
    asking = frame.person.person_id
    people, organisations = frame.desk.people(asking=asking), frame.desk.organisations(asking=asking)
    said = st.session_state.pop(PEOPLE_SAID, "")
    if said:
        st.success(said)
    st.caption(frame.say("admin_people.about"))
    names = {one.org_id: one.name for one in organisations}
    st.markdown(f"**{frame.say('admin_people.n_people', n=len(people))}**")
    rows = [
        {"login": one.person_id, "name": one.name, "organisation": names.get(one.org_id, one.org_id), "role": frame.word("role", one.role)}
        for one in people
    ]
    _table(frame, rows)
    st.markdown(f"**{frame.say('admin_people.n_organisations', n=len(organisations))}**")
    _table(frame, _organisation_rows(frame, organisations, people))
    if reach(frame.person.role, "change", "people") != "nothing":
        left, right = st.columns(2)
        with left:
            _add_person(frame, organisations)
            _retire(frame, people)
        with right:
            _add_organisation(frame)


def _table(frame: Frame, rows: Sequence[dict[str, object]] | Sequence[dict[str, str]]) -> None:
    """Show rows with their columns in words."""
    st.dataframe(
        [{frame.say(f"admin_people.{name}"): cell for name, cell in row.items()} for row in rows],
        hide_index=True,
        width="stretch",
        height="content" if len(rows) <= _MOST_SHOWN else 400,
    )


def _organisation_rows(frame: Frame, organisations: Sequence[Organisation], people: Sequence[Person]) -> list[dict[str, object]]:
    """Return what the list of organisations says."""
    counts = Counter(one.org_id for one in people)
    return [
        {
            "org_id": one.org_id,
            "org_name": one.name,
            "role": frame.word("role", one.role),
            "bureau": one.bureau,
            "lg_code": one.lg_code,
            "people_of": counts[one.org_id],
        }
        for one in organisations
    ]


def _done(said: str) -> None:
    """Say what was done on the next view, with empty forms."""
    st.session_state[PEOPLE_SAID] = said
    st.session_state[PEOPLE_TURN] = st.session_state.get(PEOPLE_TURN, 0) + 1
    st.rerun()


def _add_person(frame: Frame, organisations: Sequence[Organisation]) -> None:
    """Offer to add a person."""
    turn = st.session_state.get(PEOPLE_TURN, 0)
    with st.form(f"admin-person-{turn}"):
        st.markdown(f"**{frame.say('admin_people.add_person')}**")
        if not organisations:
            st.info(frame.say("admin_people.no_organisation"))
        login = st.text_input(
            frame.say("admin_people.login"), help=frame.say("admin_people.login_help"), key=f"admin-login-{turn}", max_chars=60
        )
        name = st.text_input(frame.say("admin_people.name"), key=f"admin-name-{turn}", max_chars=200)
        labels = {one.org_id: f"{one.name}（{frame.word('role', one.role)}）" for one in organisations}
        org_id = st.selectbox(
            frame.say("admin_people.organisation"), list(labels), index=None, format_func=labels.__getitem__, key=f"admin-of-{turn}"
        )
        is_sent = st.form_submit_button(frame.say("admin_people.add"), type="primary", key=f"admin-add-person-{turn}")
    if is_sent:
        with frame.problems_shown():
            frame.desk.add_person(login.strip(), name.strip(), org_id or "", asking=frame.person.person_id, now=frame.now)
            _done(frame.say("admin_people.person_added", login=plain(login.strip())))


def _add_organisation(frame: Frame) -> None:
    """Offer to add an organisation."""
    turn = st.session_state.get(PEOPLE_TURN, 0)
    with st.form(f"admin-organisation-{turn}"):
        st.markdown(f"**{frame.say('admin_people.add_organisation')}**")
        org_id = st.text_input(frame.say("admin_people.org_id"), key=f"admin-org-{turn}", max_chars=60)
        name = st.text_input(frame.say("admin_people.org_name"), key=f"admin-org-name-{turn}", max_chars=200)
        role = st.selectbox(
            frame.say("admin_people.role"),
            [one for one in ROLES if one != "system"],
            format_func=lambda one: frame.word("role", one),
            key=f"admin-org-role-{turn}",
        )
        bureau = st.text_input(
            frame.say("admin_people.bureau"), help=frame.say("admin_people.bureau_help"), key=f"admin-org-bureau-{turn}", max_chars=200
        )
        lg_code = st.text_input(
            frame.say("admin_people.lg_code"), help=frame.say("admin_people.lg_code_help"), key=f"admin-org-code-{turn}", max_chars=6
        )
        is_sent = st.form_submit_button(frame.say("admin_people.add"), type="primary", key=f"admin-add-org-{turn}")
    if is_sent:
        with frame.problems_shown():
            new = Organisation(org_id=org_id.strip(), name=name.strip(), role=role_of(role), bureau=bureau.strip(), lg_code=lg_code.strip())
            frame.desk.add_organisation(new, asking=frame.person.person_id, now=frame.now)
            _done(frame.say("admin_people.organisation_added", name=plain(new.name)))


def _retire(frame: Frame, people: Sequence[Person]) -> None:
    """Offer to take away a person's access."""
    turn = st.session_state.get(PEOPLE_TURN, 0)
    with st.expander(frame.say("admin_people.retire")):
        st.caption(frame.say("admin_people.retire_about"))
        labels = {one.person_id: f"{one.name}（{one.person_id}）" for one in people}
        login = st.selectbox(
            frame.say("admin_people.person"), list(labels), index=None, format_func=labels.__getitem__, key=f"admin-retire-{turn}"
        )
        if login is None:
            return
        is_sure = st.checkbox(frame.say("admin_people.confirm", login=plain(login)), key=f"admin-sure-{turn}-{login}")
        if st.button(frame.say("admin_people.retire_now"), disabled=not is_sure, key=f"admin-retire-now-{turn}"):
            with frame.problems_shown():
                frame.desk.retire_person(login, asking=frame.person.person_id, now=frame.now)
                _done(frame.say("admin_people.retired", login=plain(login)))
