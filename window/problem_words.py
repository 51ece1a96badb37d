"""What is wrong with a request, in the language of the person."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache, singledispatch

from scenarios.errors import ScenarioError
from siting.errors import InvalidInputError
from siting.outputs.text import LANGUAGES
from window.errors import ActionNotAllowedError, InvalidRequestError, KeyReusedError, NotAllowedError, NotFoundError, StaleCaseError
from window.machine import case_machine, permit_machine
from window.reasons import reasons
from window.words import Language, catalogue, text, word

_LONGEST_VALUE = 60
_PLACEHOLDER = re.compile(r"\{\w+\}")


@singledispatch
def problem_text(error: Exception, language: Language) -> str:  # other errors say the same in both
    """
    Return what is wrong, for people.

    A rule that is not in the catalogue stays as it is. No path of this server is told.
    """
    return str(error)


def in_both(say: Callable[[Language], str]) -> str:
    """Return something said in both languages, to be kept until somebody reads it."""
    return json.dumps({one: say(one) for one in LANGUAGES}, ensure_ascii=False)


def in_one(kept: str, language: Language) -> str:
    """Return what :func:`in_both` kept, in one language; what an earlier version kept stands for itself."""
    try:
        return str(json.loads(kept)[language])
    except ValueError:
        return kept


def rule_text(rule: str, language: Language) -> str:
    """Return a rule in a language; one that is not in the catalogue stands for itself."""
    for pattern, key in _rules():
        found = pattern.fullmatch(rule)
        if found is not None:
            return text(key, language, **{name: _named(name, value, language) for name, value in found.groupdict().items()})
    return rule


def _named(name: str, value: str, language: Language) -> str:
    """Return what a rule names, in words where it is a code: a state, a clock, reasons, or roles."""
    if name == "state":
        states = (*case_machine().states, *permit_machine().states)
        names = {one.name: one.ja if language == "ja" else one.en for one in states}
        return names.get(value, value)
    if name == "codes":
        found = [reasons()[one] for one in value.split(", ") if one in reasons()]
        return "、".join(one.ja for one in found) if language == "ja" else ", ".join(one.en for one in found)
    if name in {"who", "role"}:
        return ("・" if language == "ja" else ", ").join(word("role", one, language) for one in value.split(", "))
    return word("clock", value, language) if name == "clock" else value


@problem_text.register
def _(error: ActionNotAllowedError, language: Language) -> str:
    action, why = word("action", error.action, language), rule_text(error.why, language)
    allowed = ("、" if language == "ja" else ", ").join(word("action", one, language) for one in error.allowed)
    return text("problem.action_instead" if allowed else "problem.action", language, action=action, why=why, allowed=allowed)


@problem_text.register
def _(error: NotFoundError, language: Language) -> str:
    return text("problem.not_found", language, asked=error.key)


@problem_text.register
def _(error: NotAllowedError, language: Language) -> str:
    return text("problem.not_allowed", language, role=word("role", error.role, language))


@problem_text.register
def _(error: StaleCaseError, language: Language) -> str:
    return text("problem.stale", language)


@problem_text.register
def _(error: KeyReusedError, language: Language) -> str:
    return text("problem.key_reused", language)


@problem_text.register
def _(error: InvalidRequestError, language: Language) -> str:
    return _given(error.field, error.rule, error.value, language)


@problem_text.register
def _(error: InvalidInputError, language: Language) -> str:
    return _given(error.field, error.rule, error.value, language)


@problem_text.register
def _(error: ScenarioError, language: Language) -> str:
    return _given(error.key.rpartition(".")[2], error.rule, error.value, language)


def _given(field: str, rule: str, value: object, language: Language) -> str:
    """Return what was given, its rule, and the value where it is short."""
    shown = "" if value is None else str(value)
    key = "problem.request_got" if 0 < len(shown) <= _LONGEST_VALUE else "problem.request"
    return text(key, language, field=word("given", field, language), rule=rule_text(rule, language), value=shown)


@cache
def _rules() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the English of each rule as a pattern, and its key; what says most comes first, so that no rule is taken for a vaguer one."""
    english = {key: catalogue()[key].en for key in catalogue() if key.startswith("problem_rule.")}
    order = sorted(english, key=lambda key: (-len(_PLACEHOLDER.sub("", english[key])), key))
    return tuple((re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(english[key])), re.DOTALL), key) for key in order)
