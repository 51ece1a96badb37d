"""The fee rules that the areas of a window are priced by."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from assets_db.rules import load_rules
from assets_db.rules.tables import FeeRule
from scenarios.register_access import read_rules
from scenarios.register_tables import RegisterAssets
from window.planning.areas import Areas
from window.policy import Person, demand


@dataclass(frozen=True, kw_only=True)
class DatedFee:
    """
    A fee rule on a day.

    Attributes
    ----------
    rule
        The rule.
    is_in_force
        Whether it holds on that day.
    """

    rule: FeeRule
    is_in_force: bool


def fee_table(areas: Areas, person: Person, area: str, day: dt.date) -> tuple[DatedFee, ...]:
    """
    Return the fee rules of an area in the order of their file; those of the package for an area without a register, or for none.

    Raises
    ------
    NotAllowedError
        The person does not see settings.
    RuleError, ScenarioError
        A rule file that cannot be used.
    """
    demand(person, "see", "settings")
    book = load_rules()
    if area:
        file = areas.file(area)
        for place, source in enumerate(file.scenario.candidates, start=1):
            if isinstance(source, RegisterAssets):
                book = read_rules(source, f"candidates[{place}]", file)
                break
    return tuple(DatedFee(rule=rule, is_in_force=_holds(rule, day)) for rule in book.fees)


def _holds(rule: FeeRule, day: dt.date) -> bool:
    return rule.valid_from <= day and (rule.valid_to is None or day <= rule.valid_to)
