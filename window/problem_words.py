"""What is wrong with a request, in the language of the person."""

from __future__ import annotations

import re
from functools import cache, singledispatch

from scenarios.errors import ScenarioError
from siting.errors import InvalidInputError
from window.errors import ActionNotAllowedError, InvalidRequestError, KeyReusedError, NotAllowedError, NotFoundError, StaleCaseError
from window.machine import case_machine
from window.words import Language, catalogue, text, word

_LONGEST_VALUE = 60


def problem_text(error: Exception, language: Language) -> str:
    """
    Return what is wrong, for people.

    English is the message of the error itself. In Japanese, a rule that is not in the catalogue stays as it is.
    """
    return str(error) if language == "en" else _sentence(error, language)


def rule_text(rule: str, language: Language) -> str:
    """Return a rule in a language; one that is not in the catalogue stands for itself."""
    for pattern, key in _rules():
        found = pattern.fullmatch(rule)
        if found is not None:
            return text(key, language, **{name: _named(name, value, language) for name, value in found.groupdict().items()})
    return rule


def _named(name: str, value: str, language: Language) -> str:
    """Return what a rule names, in words where it is a code: a state, a clock, or roles."""
    if name == "state":
        states = {one.name: one.ja if language == "ja" else one.en for one in case_machine().states}
        return states.get(value, value)
    if name in {"who", "role"}:
        return "・".join(word("role", one, language) for one in value.split(", "))
    return word(name, value, language)


@singledispatch
def _sentence(error: Exception, language: Language) -> str:
    """Return what a kind of error says."""
    return str(error)


@_sentence.register
def _(error: ActionNotAllowedError, language: Language) -> str:
    action, why = word("action", error.action, language), rule_text(error.why, language)
    allowed = "、".join(word("action", one, language) for one in error.allowed)
    return text("problem.action_instead" if allowed else "problem.action", language, action=action, why=why, allowed=allowed)


@_sentence.register
def _(error: NotFoundError, language: Language) -> str:
    return text("problem.not_found", language, asked=error.key)


@_sentence.register
def _(error: NotAllowedError, language: Language) -> str:
    return text("problem.not_allowed", language, role=word("role", error.role, language))


@_sentence.register
def _(error: StaleCaseError, language: Language) -> str:
    return text("problem.stale", language)


@_sentence.register
def _(error: KeyReusedError, language: Language) -> str:
    return text("problem.key_reused", language)


@_sentence.register
def _(error: InvalidRequestError, language: Language) -> str:
    return _given(error.field, error.rule, error.value, language)


@_sentence.register
def _(error: InvalidInputError, language: Language) -> str:
    return _given(error.field, error.rule, error.value, language)


@_sentence.register
def _(error: ScenarioError, language: Language) -> str:
    return _given(error.key.rpartition(".")[2], error.rule, error.value, language)


def _given(field: str, rule: str, value: object, language: Language) -> str:
    """Return what was given, its rule, and the value where it is short."""
    shown = str(value)
    key = "problem.request_got" if value not in (None, "") and len(shown) <= _LONGEST_VALUE else "problem.request"
    return text(key, language, field=word("given", field, language), rule=rule_text(rule, language), value=shown)


@cache
def _rules() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the English of each rule as a pattern, and its key."""
    keys = (key for key in catalogue() if key.startswith("rule."))
    return tuple((re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(catalogue()[key].en)), re.DOTALL), key) for key in keys)
