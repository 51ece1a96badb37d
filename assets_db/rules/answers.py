"""What the rules say of one asset on one day, each answer with the rule it comes from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from assets_db.errors import InvalidSourceError
from assets_db.record import AssetRecord
from assets_db.rules.book import RuleBook
from assets_db.rules.matching import rule_for


@dataclass(frozen=True, kw_only=True)
class FeeQuote:
    """
    What a site costs.

    Attributes
    ----------
    capital_yen
        Once [yen].
    yearly_yen
        Each year [yen].
    rule_id
        The rule that says so.
    is_example
        The figures are examples, and no tariff of an owner.
    """

    capital_yen: int
    yearly_yen: int
    rule_id: str
    is_example: bool


@dataclass(frozen=True, kw_only=True)
class LeadTime:
    """Days from asking for the permits of a site to having them, and the rule that says so."""

    days: int
    rule_id: str

    def ready_on(self, asked_on: dt.date) -> dt.date:
        """Return the day the permits are there."""
        return asked_on + dt.timedelta(days=self.days)


@dataclass(frozen=True, kw_only=True)
class Chance:
    """How likely the permits of a site are given, in [0, 1], and the rule that says so."""

    probability: float
    rule_id: str


@dataclass(frozen=True, kw_only=True)
class Permits:
    """The permits a site needs, and the rule that says so; without a rule the record itself does."""

    permits: tuple[str, ...]
    rule_id: str


def quote_fee(book: RuleBook, record: AssetRecord, on: dt.date, *, n_antennas: int = 1, area_m2: float = 1.0) -> FeeQuote:
    """
    Return what a site at an asset costs by the rules of a day.

    Parameters
    ----------
    book
        The rules.
    record, on
        The asset and the day.
    n_antennas
        Antennas of the site, at least 1.
    area_m2
        Area they take up [m2], above 0; fees by area are rounded up to whole yen.

    Raises
    ------
    RuleError
        No rule is for the asset on that day.
    InvalidSourceError
        An impossible number of antennas or area.
    """
    if n_antennas < 1:
        raise InvalidSourceError("n_antennas", "must be >= 1", n_antennas)
    if not 0 < area_m2 <= 1e6:  # a square kilometre
        raise InvalidSourceError("area_m2", "must be above 0 and at most 1,000,000", area_m2)
    rule = rule_for(book.fees, record, on, table="fees")
    by_area_yen = -int(-rule.yearly_per_m2_yen * area_m2 // 1)
    yearly_yen = rule.yearly_per_antenna_yen * n_antennas + by_area_yen
    return FeeQuote(capital_yen=rule.capital_yen, yearly_yen=yearly_yen, rule_id=rule.id, is_example=rule.is_example)


def lead_time_of(book: RuleBook, record: AssetRecord, on: dt.date) -> LeadTime:
    """
    Return how long the permits of a site take when they are asked for on a day.

    Raises
    ------
    RuleError
        No rule is for the asset on that day.
    """
    rule = rule_for(book.lead_times, record, on, table="lead_times")
    return LeadTime(days=rule.days, rule_id=rule.id)


def permit_chance_of(book: RuleBook, record: AssetRecord, on: dt.date) -> Chance:
    """
    Return how likely permits are given when they are asked for on a day.

    Raises
    ------
    RuleError
        No rule is for the asset on that day.
    """
    rule = rule_for(book.chances, record, on, table="chances")
    return Chance(probability=rule.probability, rule_id=rule.id)


def permits_of(book: RuleBook, record: AssetRecord, on: dt.date) -> Permits:
    """
    Return the permits a site needs: those the record names, else those of the rules.

    Raises
    ------
    RuleError
        The record names none, and no rule is for the asset on that day.
    """
    own = record.values.get("permit_path")
    if isinstance(own, tuple) and own:
        return Permits(permits=own, rule_id="")
    rule = rule_for(book.permits, record, on, table="permits")
    return Permits(permits=rule.permits, rule_id=rule.id)
