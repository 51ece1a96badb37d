"""Which rule an asset is under on a day: the one that says most about it; never two at once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import TypeVar

from assets_db.errors import InvalidSourceError
from assets_db.record import AssetRecord
from assets_db.rules.tables import Rule

RuleT = TypeVar("RuleT", bound=Rule)

_CONDITIONS = {"owner_classes": "owner_class", "asset_types": "asset_type", "property_classes": "property_class"}
"""Fields of an asset record by the condition on them."""


class RuleError(InvalidSourceError):
    """Rules that contradict each other, leave out days, or have no answer for an asset; names the rules."""


def rule_for(rules: Sequence[RuleT], record: AssetRecord, on: dt.date, *, table: str) -> RuleT:
    """
    Return the rule that an asset is under on a day.

    Of several the one with most conditions counts, and of these the one with the longest ``lg_code_prefix``.

    Parameters
    ----------
    rules
        Checked by :func:`check_rules`.
    record, on
        The asset and the day.
    table
        Name of the table in the rule file, for messages.

    Raises
    ------
    RuleError
        No rule is for the asset on that day; names those that are for it on other days.
    """
    matching = [rule for rule in rules if is_for(rule, record)]
    in_force = [rule for rule in matching if is_in_force(rule, on)]
    if in_force:
        return max(in_force, key=_weight)
    what = ", ".join(f"{name}={record.text(name) or 'unknown'}" for name in ("owner_class", "asset_type", "property_class", "lg_code"))
    others = ", ".join(f"{rule.id} ({_days(rule)})" for rule in matching)
    hint = f"; on other days it is under {others}" if others else ""
    raise RuleError(table, f"must hold a rule for {what} on {on.isoformat()}{hint}", record.text("asset_id") or record.text("source_key"))


def is_for(rule: Rule, record: AssetRecord) -> bool:
    """Return whether a rule is for an asset, whatever the day."""
    stated = ((getattr(rule, condition), record.text(field)) for condition, field in _CONDITIONS.items())
    return all(not words or value in words for words, value in stated) and record.text("lg_code").startswith(rule.lg_code_prefix)


def is_in_force(rule: Rule, on: dt.date) -> bool:
    """Return whether a rule holds on a day."""
    return rule.valid_from <= on and (rule.valid_to is None or on <= rule.valid_to)


def check_rules(rules: Sequence[Rule], *, table: str, source: str) -> None:
    """
    Refuse rules that contradict each other or leave out days.

    Raises
    ------
    RuleError
        Two rules with one id; two of the same weight that an asset can be under on the same day; days between two rules for
        the same assets on which neither holds. Names the rules.
    """
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise RuleError(f"{table}.id", "must be different for each rule", rule.id, source=source)
        seen.add(rule.id)
    for one, other in combinations(rules, 2):
        if _weight(one) == _weight(other) and _can_meet(one, other) and _overlap(one, other):
            broken = f"must not overlap: {one.id} ({_days(one)}) and {other.id} ({_days(other)}) are for the same assets"
            raise RuleError(table, broken, [one.id, other.id], source=source)
    periods: dict[tuple[object, ...], list[Rule]] = defaultdict(list)
    for rule in rules:
        periods[(*(frozenset(getattr(rule, name)) for name in _CONDITIONS), rule.lg_code_prefix)].append(rule)
    for same in periods.values():
        for one, other in pairwise(sorted(same, key=lambda rule: rule.valid_from)):
            if one.valid_to is not None and other.valid_from - one.valid_to > dt.timedelta(days=1):
                rule_text = f"must not leave days out: between {one.id} ({_days(one)}) and {other.id} ({_days(other)}) no rule holds"
                raise RuleError(table, rule_text, [one.id, other.id], source=source)


def _weight(rule: Rule) -> tuple[int, int]:
    """Return how much a rule says about the assets it is for."""
    n_stated = sum(bool(getattr(rule, name)) for name in (*_CONDITIONS, "lg_code_prefix"))
    return n_stated, len(rule.lg_code_prefix)


def _can_meet(one: Rule, other: Rule) -> bool:
    """Return whether an asset can be under both rules."""
    for name in _CONDITIONS:
        mine, yours = set(getattr(one, name)), set(getattr(other, name))
        if mine and yours and not mine & yours:
            return False
    longer, shorter = sorted((one.lg_code_prefix, other.lg_code_prefix), key=len, reverse=True)
    return longer.startswith(shorter)


def _overlap(one: Rule, other: Rule) -> bool:
    first, second = sorted((one, other), key=lambda rule: rule.valid_from)
    return first.valid_to is None or second.valid_from <= first.valid_to


def _days(rule: Rule) -> str:
    return f"{rule.valid_from.isoformat()} to {'further notice' if rule.valid_to is None else rule.valid_to.isoformat()}"
