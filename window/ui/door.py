"""Sign-in, language, and the pages each role may open."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import streamlit as st
from streamlit.errors import StreamlitAuthError, StreamlitMissingAuthlibError

from window.errors import DeskError
from window.machine import Role
from window.people import organisation_name
from window.policy import Person
from window.server import server
from window.sign_in import login_of
from window.ui.frame import PROBLEMS, language_now, plain, show_problem
from window.ui.session_keys import LANGUAGE_BEFORE, LOGIN, PERSON, PROBLEM, TOKENS
from window.web.tokens import revoke_token
from window.words import text, word

_ALL: tuple[Role, ...] = ("window", "carrier", "bureau", "municipal", "owner", "expert", "planner", "auditor", "administrator")
_FIRST: tuple[Role, ...] = ("window", "planner", "carrier", "bureau")
"""Who comes first at the demo's sign-in."""

_OF_CASES: tuple[Role, ...] = ("window", "carrier", "bureau", "municipal", "owner", "expert", "auditor")


@dataclass(frozen=True, kw_only=True)
class PageEntry:
    """A page: its file, icon, and the roles that may open it."""

    name: str
    icon: str
    roles: tuple[Role, ...]


PAGES = (
    PageEntry(name="today", icon=":material/today:", roles=_OF_CASES),
    PageEntry(name="map", icon=":material/map:", roles=_ALL),
    PageEntry(name="studio", icon=":material/cell_tower:", roles=("planner", "window", "carrier")),
    PageEntry(name="cases", icon=":material/inbox:", roles=_OF_CASES),
    PageEntry(name="intake", icon=":material/note_add:", roles=("carrier", "window")),
    PageEntry(name="overview", icon=":material/description:", roles=_ALL),
    PageEntry(name="register", icon=":material/database:", roles=("window", "bureau", "municipal", "planner", "auditor", "administrator")),
    PageEntry(name="figures", icon=":material/monitoring:", roles=("window", "planner", "auditor")),
    PageEntry(name="admin", icon=":material/settings:", roles=("administrator", "auditor", "window")),
)


def page_file(name: str) -> str:
    """Return the file of a page, as ``st.switch_page`` takes it."""
    return f"window/pages/{name}.py"


def open_door() -> None:
    """Draw the page that is asked for, or the sign-in."""
    language = language_now()
    st.set_page_config(page_title=text("page.title", language), page_icon="📡", layout="wide")
    st.html(_STYLE + _UPLOAD_STYLE.format(words=text("page.choose_file", language)))
    try:
        found = server()
    except PROBLEMS as error:
        st.error(plain(str(error)))
        st.stop()
    person = _signed_in()
    with st.sidebar:
        _language_switch()
        language = language_now()
        if found.settings.is_synthetic:
            st.warning(text("page.synthetic", language), icon="⚠️")
    if person is None:
        if found.settings.sign_in == "oidc":
            _sign_in("oidc")
            return
        ask, title = partial(_sign_in, "demo"), text("page.title", language)
        pages = [st.Page(ask, title=title, url_path=one.name, default=place == 0) for place, one in enumerate(PAGES)]
        st.navigation(pages, position="hidden").run()  # whatever page was asked for, and no menu of who was here before
        return
    st.session_state[PERSON] = person
    pages = [
        st.Page(page_file(one.name), title=text(f"page.{one.name}", language), icon=one.icon, url_path=one.name, default=place == 0)
        for place, one in enumerate(entry for entry in PAGES if person.role in entry.roles)
    ]
    chosen = st.navigation(pages)
    with st.sidebar:
        _who(person)
    st.title(chosen.title)
    kept = st.session_state.pop(PROBLEM, None)
    if kept is not None:
        show_problem(kept, language)
    try:
        chosen.run()
    except PROBLEMS as error:
        show_problem(error, language)


_STYLE = """
<style>
.block-container { padding: 1.6rem 2rem 2rem 2rem; }
h1 { font-size: 1.5rem !important; padding: 0 0 0.5rem 0 !important; }
h2 { font-size: 1.35rem !important; } h3 { font-size: 1.25rem !important; }
[data-testid="stMetricValue"] { font-size: 1.6rem; }
[data-testid="stSidebar"] { min-width: 215px; max-width: 235px; }
</style>
"""


_UPLOAD_STYLE = """
<style>
[data-testid="stFileUploaderDropzone"] [data-testid="stMarkdownContainer"] p {{ font-size: 0; }}
[data-testid="stFileUploaderDropzone"] [data-testid="stMarkdownContainer"] p::after {{ content: "{words}"; font-size: 0.875rem; }}
</style>
"""
"""Streamlit's own words on the button are English alone."""


def _signed_in() -> Person | None:
    """Return who is signed in and still works here; with the organisation's own sign-in, nothing but its identity counts."""
    found = server()
    if found.settings.sign_in == "oidc":
        login = login_of(st.user.to_dict(), found.settings.login_claim)
    else:
        login = str(st.session_state.get(LOGIN, ""))
    if not login:
        st.session_state.pop(PERSON, None)
        return None
    try:
        with found.desk.reading(login) as (_, person):
            return person
    except DeskError:
        if st.session_state.pop(PERSON, None) is not None:  # nothing of one who no longer works here stays
            st.session_state.clear()
        return None


def _language_switch() -> None:
    """Let a person choose the language."""
    names = {"ja": "日本語", "en": "English"}
    st.segmented_control(
        "Language",
        options=list(names),
        format_func=names.__getitem__,
        default=language_now(),
        required=True,
        key="language",
        label_visibility="collapsed",
    )


def _sign_in(kind: str) -> None:
    """Draw the sign-in."""
    language = language_now()
    st.title(text("page.title", language))
    st.write(text("page.about", language))
    if kind == "oidc":
        _own_sign_in()
        return
    st.subheader(text("page.demo_sign_in", language))
    st.caption(text("page.demo_about", language))
    found = server()
    with found.desk.reading("demo-window") as (session, _):
        people = [(one, organisation_name(session.connection, one.org_id)) for one in found.desk.people(asking="demo-window")]
    people.sort(key=lambda pair: (_FIRST.index(pair[0].role) if pair[0].role in _FIRST else len(_FIRST), pair[0].person_id))
    columns = st.columns(3)
    for place, (one, name) in enumerate(people):
        with columns[place % 3].container(border=True):
            st.markdown(f"**{word('role', one.role, language)}**  \n{plain(name)}")
            st.caption(text(f"role_about.{one.role}", language))
            if st.button(text("page.enter", language), key=f"enter-{one.person_id}", width="stretch"):
                st.session_state[LOGIN] = one.person_id
                st.rerun()


def _own_sign_in() -> None:
    """Draw the organisation's own sign-in, or tell one whom the database does not know."""
    language = language_now()
    identity = st.user.to_dict()
    if identity.get("is_logged_in") is True:
        claim = server().settings.login_claim
        login = login_of(identity, claim)
        told = text("page.not_known", language, login=plain(login)) if login else text("sign_in.no_login", language, claim=claim)
        st.error(told)
        st.caption(text("sign_in.other", language))
        if st.button(text("page.sign_out", language), key="sign_out"):
            _leave()
        return
    st.caption(text("sign_in.about", language))
    if st.button(text("page.sign_in", language), type="primary", key="sign_in"):
        try:
            st.login()
        except (StreamlitAuthError, StreamlitMissingAuthlibError):
            st.error(text("sign_in.not_set_up", language))


def _leave() -> None:
    """Forget who was here, but for the language."""
    language = language_now()
    tokens = list(st.session_state.get(TOKENS, {}).values())
    st.session_state.clear()
    for token in tokens:
        revoke_token(token)
    st.session_state[LANGUAGE_BEFORE] = language
    if server().settings.sign_in == "oidc":
        st.logout()
    else:
        st.rerun()


def _who(person: Person) -> None:
    """Say who is signed in, and let them out."""
    language = language_now()
    st.caption(f"{plain(person.name)}  \n{word('role', person.role, language)}")
    if st.button(text("page.sign_out", language), key="sign_out", width="stretch"):
        _leave()
