"""What can be wrong with a run as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from typing import TYPE_CHECKING

from siting.errors import InvalidInputError

if TYPE_CHECKING:
    from scenarios.scenario import ScenarioFile

_LONGEST = 120


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
        What was found instead; None for nothing.
    """

    def __init__(self, source: str, key: str, rule: str, value: object) -> None:
        self.source = source
        self.key = key
        self.rule = rule
        self.value = value
        super().__init__(f"{source}: {key} {rule}, got {_shown(value)}")


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
        is_key = field.replace("_", "").isalnum()
        raise ScenarioError(str(file.path), f"{table}.{field}" if is_key else f"{table}: {field}", error.rule, error.value) from None


def _shown(value: object) -> str:
    """Return a value as a person would write it in the file, on one line; long tables and lists are cut."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (date, time)):
        return value.isoformat()
    text = repr(list(value) if isinstance(value, tuple) else value)
    return text if isinstance(value, str) or len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
