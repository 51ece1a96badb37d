"""Drafts of messages to bureaus and carriers, from templates people can edit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from string import Formatter
from types import MappingProxyType

from window.data_files import checked, raw_table
from window.errors import InvalidRequestError, InvalidTableError
from window.machine import case_machine
from window.reasons import reasons
from window.requests import CaseView

WORDS = ("case_id", "title", "state", "due_on", "carrier", "assets", "permits", "reason", "today")


@dataclass(frozen=True, kw_only=True)
class Template:
    """
    A message with words to be filled in.

    Raises
    ------
    InvalidTableError
        It asks for a word that is not known.
    """

    subject: str
    body: str

    def __post_init__(self) -> None:
        for text in (self.subject, self.body):
            unknown = {name for _, name, _, _ in Formatter().parse(text) if name is not None} - set(WORDS)
            if unknown:
                raise InvalidTableError("messages", f"must use words of {', '.join(WORDS)}", sorted(unknown))


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A message ready to be read over and sent by a person."""

    subject: str
    body: str


@cache
def templates() -> Mapping[str, Mapping[str, Template]]:
    """Return the templates by name and language."""
    return MappingProxyType(checked(dict[str, dict[str, Template]], raw_table("messages.toml")))


def draft(view: CaseView, carrier_name: str, name: str, language: str, today: dt.date) -> Draft:
    """
    Return a draft about a case.

    Raises
    ------
    InvalidRequestError
        There is no such template.
    """
    found = templates().get(name, {}).get(language)
    if found is None:
        raise InvalidRequestError("template", f"must be one of {', '.join(templates())} in ja or en", f"{name} in {language}")
    state = case_machine().state(view.line.state)
    code = view.history[-1].detail.get("code", "")
    reason = reasons().get(code)
    is_japanese = language == "ja"
    words = {
        "case_id": view.line.case_id,
        "title": view.line.title,
        "state": state.ja if is_japanese else state.en,
        "due_on": str(view.line.due_on or "-"),
        "carrier": carrier_name,
        "assets": ", ".join(f"{one.text('name')} ({one.text('asset_id')})" for one in view.assets) or "-",
        "permits": ", ".join(dict.fromkeys(one.permit for one in view.permits)) or "-",
        "reason": (reason.ja if is_japanese else reason.en) if reason else "",
        "today": today.isoformat(),
    }
    return Draft(subject=found.subject.format(**words), body=found.body.format(**words).strip() + "\n")
