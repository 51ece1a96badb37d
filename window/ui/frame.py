"""Who looks at a page, in which language, at which desk: what every page begins with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from assets_db.errors import InvalidSourceError
from assets_db.store import Register, RegisterError
from scenarios.errors import ScenarioError
from siting.errors import InvalidInputError
from siting.outputs.text import LANGUAGES
from window.desk import Desk
from window.errors import DeskError
from window.policy import Person
from window.server import Server, server
from window.settings import WindowSettings
from window.web.tokens import issue_token
from window.words import Language, text, word

PROBLEMS = (DeskError, InvalidSourceError, RegisterError, ScenarioError, InvalidInputError)
"""Errors that say what to do; they are shown to the person, never a trace."""


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

    def token(self) -> str:
        """Return the pass with which the browser of this person may ask the routes; the same while the page is open."""
        kept: dict[str, str] = st.session_state.setdefault("tokens", {})
        if self.person.person_id not in kept:
            kept[self.person.person_id] = issue_token(self.person.person_id)
        return kept[self.person.person_id]

    @contextmanager
    def problems_shown(self) -> Iterator[None]:
        """Show what is wrong with a request in place of its answer."""
        try:
            yield
        except PROBLEMS as error:
            st.error(f"{text('page.refused', self.language)}\n\n{plain(str(error))}")


def plain(words: str) -> str:
    """Return text from people as it is written: nothing in it is a sign of Markdown."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()<>#+-.!|~$:&\"'" else sign for sign in words.replace("\n", " "))


def language_now() -> Language:
    """Return the language chosen; Japanese at first."""
    chosen = st.session_state.get("language", "ja")
    return next(one for one in LANGUAGES if one == chosen)


def frame() -> Frame:
    """Return the frame of the page that is being drawn; the door has made sure that somebody is signed in."""
    found = st.session_state.get("person")
    if not isinstance(found, Person):
        st.stop()
    return Frame(server=server(), person=found, language=language_now())
