"""What can be wrong with a run as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, time
from typing import TYPE_CHECKING

from siting.errors import InvalidInputError

if TYPE_CHECKING:
    from scenarios.scenario import ScenarioFile

_LONGEST = 120
_ENTRY = re.compile(r"(?P<key>either_or|only_with)\[(?P<place>\d+)\]")
"""A table in a list, counted from 0 by the library; in a scenario tables are counted from 1."""


class ScenarioError(ValueError):
    """
    A scenario, or something it names, cannot be used.

    Parameters
    ----------
    source
        The file.
    key
        The key within it, as it is written there.
    rule
        What it has to fulfil.
    value
        What was found instead; None where nothing is there and the rule says all there is to say.
    """

    def __init__(self, source: str, key: str, rule: str, value: object) -> None:
        self.source = source
        self.key = key
        self.rule = rule
        self.value = value
        super().__init__(f"{source}: {key} {rule}" if value is None else f"{source}: {key} {rule}, got {_shown(value)}")


class PlanBreaksRulesError(RuntimeError):
    """
    A plan does not keep the rules it was made under: a fault of the program, never of its input.

    Parameters
    ----------
    violations
        What was found, each in one line.
    """

    def __init__(self, violations: Sequence[str]) -> None:
        self.violations = tuple(violations)
        super().__init__(f"the plan breaks {len(self.violations)} rules: {'; '.join(self.violations)}")


@contextmanager
def in_table(file: ScenarioFile, table: str) -> Iterator[None]:
    """
    Say of an input error that names no file that it stands in a table of the scenario.

    Raises
    ------
    ScenarioError
        In place of such an error; others pass as they are.
    """
    try:
        yield
    except InvalidInputError as error:
        if error.source is not None:
            raise
        field = error.field.removeprefix(f"{table}.")
        entry = _ENTRY.fullmatch(field)
        if entry is not None:
            field = f"{entry['key']}[{int(entry['place']) + 1}]"
        is_key = entry is not None or field.replace("_", "").isalnum()
        raise ScenarioError(str(file.path), f"{table}.{field}" if is_key else f"{table}: {field}", error.rule, error.value) from None


def _shown(value: object) -> str:
    """Return a value as a person would write it in the file, on one line; long tables and lists are cut."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (date, time)):
        return value.isoformat()
    text = repr(list(value) if isinstance(value, tuple) else value)
    return text if isinstance(value, str) or len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
