"""Who looks at a page, in which language, at which desk: what every page begins with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from assets_db.errors import AssetsError
from assets_db.store import Register
from scenarios.errors import ScenarioError
from siting.errors import SitingError
from siting.outputs.text import LANGUAGES
from window.desk import Desk
from window.policy import Person
from window.problem_words import problem_text
from window.server import Server, server
from window.settings import WindowSettings
from window.ui.session_keys import ASSET_ID, LANGUAGE, LANGUAGE_BEFORE, MAP_BOX, MAP_VIEW, PERSON, PROBLEM, TOKENS
from window.web.tokens import issue_token, revoke_token, seconds_left
from window.words import Language, text, word

PROBLEMS = (AssetsError, ScenarioError, SitingError)
"""Errors that say what to do; they are shown to the person, never a trace."""

_RENEW_S = 2 * 3600


@dataclass(frozen=True, kw_only=True)
class Frame:
    """
    One view of a page.

    Attributes
    ----------
    server
        What this server holds: desk, register, areas.
    person
        Who is signed in.
    language
        Language of the texts.
    """

    server: Server
    person: Person
    language: Language

    @property
    def desk(self) -> Desk:
        """The desk."""
        return self.server.desk

    @property
    def register(self) -> Register:
        """The register."""
        return self.server.register

    @property
    def settings(self) -> WindowSettings:
        """How this window is set up."""
        return self.server.settings

    @property
    def now(self) -> dt.datetime:
        """The moment of this view."""
        return dt.datetime.now(dt.UTC)

    def say(self, key: str, **values: object) -> str:
        """Return a sentence of the catalogue."""
        return text(key, self.language, **values)

    def word(self, group: str, code: str) -> str:
        """Return what people call a code."""
        return word(group, code, self.language)

    def area_title(self, area: str) -> str:
        """Return what people call a planning area."""
        return self.server.areas.title(area, self.language)

    def token(self) -> str:
        """Return the pass with which the browser of this person may ask the routes; the same while the page is open."""
        kept: dict[str, str] = st.session_state.setdefault(TOKENS, {})
        if seconds_left(kept.get(self.person.person_id, "")) < _RENEW_S:
            revoke_token(kept.get(self.person.person_id, ""))  # its map is drawn anew with the next
            kept[self.person.person_id] = issue_token(self.person.person_id)
        return kept[self.person.person_id]

    @contextmanager
    def problems_kept(self) -> Iterator[None]:
        """Keep what is wrong with a request that is done before the page is drawn; the door shows it above the page."""
        try:
            yield
        except PROBLEMS as error:
            st.session_state[PROBLEM] = error

    @contextmanager
    def problems_shown(self) -> Iterator[None]:
        """Show what is wrong with a request in place of its answer."""
        try:
            yield
        except PROBLEMS as error:
            show_problem(error, self.language)


def show_problem(error: Exception, language: Language) -> None:
    """Show what is wrong with a request."""
    st.error(f"{text('page.refused', language)}\n\n{plain(problem_text(error, language))}")


def choose_asset(asset_id: str, place: tuple[float, float] | None = None) -> None:
    """Let the map and the overview show an asset, the map at its place (longitude, latitude [deg]) where one is given."""
    st.session_state[ASSET_ID] = asset_id
    st.session_state.pop(MAP_BOX, None)
    if place is not None:
        st.session_state[MAP_VIEW] = (place, 18)


def plain(words: str) -> str:
    """Return text from people as it is written: nothing in it is a sign of Markdown."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()<>#+-.!|~$:&\"'" else sign for sign in words.replace("\n", " "))


def language_now() -> Language:
    """Return the language chosen, by whoever was here before as well; Japanese at first."""
    chosen = st.session_state.get(LANGUAGE) or st.session_state.get(LANGUAGE_BEFORE)
    return next((one for one in LANGUAGES if one == chosen), "ja")


def frame() -> Frame:
    """Return the frame of the page that is being drawn; the door has made sure that somebody is signed in."""
    found = st.session_state.get(PERSON)
    if not isinstance(found, Person):
        st.stop()
    return Frame(server=server(), person=found, language=language_now())
