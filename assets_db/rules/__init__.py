"""Dated rules of thumb and of law: what an asset costs, how long permits take, how likely they are, which are needed."""

from __future__ import annotations

from assets_db.rules.answers import Chance, FeeQuote, LeadTime, Permits, lead_time_of, permit_chance_of, permits_of, quote_fee
from assets_db.rules.book import RuleBook, load_rules
from assets_db.rules.matching import RuleError
from assets_db.rules.tables import ChanceRule, FeeRule, LeadTimeRule, PermitRule, Rule

__all__ = [
    "Chance",
    "ChanceRule",
    "FeeQuote",
    "FeeRule",
    "LeadTime",
    "LeadTimeRule",
    "PermitRule",
    "Permits",
    "Rule",
    "RuleBook",
    "RuleError",
    "lead_time_of",
    "load_rules",
    "permit_chance_of",
    "permits_of",
    "quote_fee",
]
