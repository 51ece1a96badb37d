"""What can be wrong with a run as a whole."""

from __future__ import annotations


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
        What was found instead.
    """

    def __init__(self, source: str, key: str, rule: str, value: object) -> None:
        self.source = source
        self.key = key
        self.rule = rule
        self.value = value
        super().__init__(f"{source}: {key} {rule}, got {value!r}")
