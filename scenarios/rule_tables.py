"""What a scenario file may demand of a plan: limits, quotas, conflicts, targets, carriers that share, permits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from assets_db import ASSET_TYPES, OWNER_CLASSES
from assets_db.errors import one_of
from scenarios.demand_tables import Radio, Weight
from scenarios.table import Table
from scenarios.values import Budget, Count, Name, OwnerClass, Positive, Priority, Rate, Seed, Share, Sites, Years, Yen, broken

_TYPES = (*ASSET_TYPES, "pole")
"""Asset types of lists, and those that only a rule places."""


def _all_known(words: Iterable[str], known: tuple[str, ...]) -> None:
    """Raise for the first word that is not known."""
    for word in words:
        if word not in known:
            raise broken(one_of(word, known), word)


def _once(names: Iterable[str], rule: str) -> None:
    """Raise for the first name that occurs twice."""
    for name, count in Counter(names).items():
        if count > 1:
            raise broken(rule, name)


class Wards(Table):
    """``[rules.wards]``: polygons of wards, for quotas by ward."""

    path: Name
    name_field: Name


class QuotaRule(Table):
    """``[[rules.quotas]]``: how many of some candidates are open; candidates must meet every condition given."""

    name: Name
    owner_class: OwnerClass | None = None
    asset_type: Name | None = None
    source: Name | None = None
    ward: Name | None = None
    ids: tuple[Name, ...] = ()
    min: Count = 0
    max: Count | None = None

    @field_validator("asset_type")
    @classmethod
    def _knows_the_type(cls, asset_type: str | None) -> str | None:
        _all_known([] if asset_type is None else [asset_type], _TYPES)
        return asset_type

    @field_validator("ids")
    @classmethod
    def _names_ids_once(cls, ids: tuple[str, ...]) -> tuple[str, ...]:
        _once(ids, "must not name an id twice")
        return ids

    @model_validator(mode="after")
    def _limits_something(self) -> QuotaRule:
        if not (self.owner_class or self.asset_type or self.source or self.ward or self.ids):
            raise broken("must say of which candidates: owner_class, asset_type, source, ward or ids", None)
        if self.min == 0 and self.max is None:
            raise broken("must give min or max", None)
        if self.max is not None and self.max < self.min:
            raise broken(f"must have a max >= its min {self.min}", self.max)
        return self


class EitherOr(Table):
    """``[[rules.either_or]]``: sites of which at most one may be open."""

    ids: Annotated[tuple[Name, ...], Field(min_length=1)]

    @field_validator("ids")
    @classmethod
    def _names_two(cls, ids: tuple[str, ...]) -> tuple[str, ...]:
        _once(ids, "must not name an id twice")
        if len(ids) < 2:
            raise broken("must name at least 2 ids", ids)
        return ids


class OnlyWith(Table):
    """``[[rules.only_with]]``: a site that may be open only where another one is."""

    id: Name
    other: Name

    @model_validator(mode="after")
    def _differ(self) -> OnlyWith:
        if self.id == self.other:
            raise broken("must name two different ids", self.id)
        return self


class TargetRule(Table):
    """``[[rules.targets]]``: a share that has to be covered."""

    share: Share
    group: Name | None = None
    carrier: Name | None = None


class Rules(Table):
    """``[rules]``: what the plan must keep, and what it is to achieve."""

    goal: Literal["coverage", "least_cost", "fewest_sites"] = "coverage"
    max_sites: Sites | None = None
    budget_yen: Budget | None = None
    horizon_years: Years | None = None
    fixed: tuple[Name, ...] = ()
    forbidden: tuple[Name, ...] = ()
    minimum_spacing_m: Positive | None = None
    servers_needed: Annotated[int, Field(ge=1, le=10)] = 1
    backup_share: Rate = 0.0
    wards: Wards | None = None
    quotas: tuple[QuotaRule, ...] = ()
    either_or: tuple[EitherOr, ...] = ()
    only_with: tuple[OnlyWith, ...] = ()
    targets: tuple[TargetRule, ...] = ()

    @field_validator("fixed", "forbidden")
    @classmethod
    def _names_ids_once(cls, ids: tuple[str, ...]) -> tuple[str, ...]:
        _once(ids, "must not name an id twice")
        return ids

    @field_validator("quotas")
    @classmethod
    def _names_quotas_once(cls, quotas: tuple[QuotaRule, ...]) -> tuple[QuotaRule, ...]:
        _once((one.name for one in quotas), "must have different names")
        return quotas

    @field_validator("targets")
    @classmethod
    def _sets_targets_once(cls, targets: tuple[TargetRule, ...]) -> tuple[TargetRule, ...]:
        names = (" / ".join(part for part in (one.carrier, one.group) if part) or "everything" for one in targets)
        _once(names, "must not set two targets for the same")
        return targets

    @model_validator(mode="after")
    def _has_what_its_goal_needs(self) -> Rules:
        if self.goal != "coverage" and not self.targets:
            raise broken(f'must set [[rules.targets]] with goal = "{self.goal}"', None)
        for position, quota in enumerate(self.quotas):
            if quota.ward is not None and self.wards is None:
                raise broken(f"must give [rules.wards] for the ward of quotas[{position + 1}]", None)
        return self


class CarrierTable(Table):
    """``[[carriers]]``: a carrier that takes part in a shared plan."""

    name: Name
    radio: Radio | None = None
    weight: Weight | None = None
    weight_factor: Priority = 1.0
    existing: tuple[Name, ...] = ()
    min_sites: Count = 0
    max_sites: Sites | None = None
    budget_yen: Budget | None = None
    equipment_yen: Yen = 0

    @field_validator("existing")
    @classmethod
    def _names_stations_once(cls, existing: tuple[str, ...]) -> tuple[str, ...]:
        _once(existing, "must not name a station twice")
        return existing

    @model_validator(mode="after")
    def _limits_agree(self) -> CarrierTable:
        if self.max_sites is not None and self.max_sites < self.min_sites:
            raise broken(f"must have max_sites >= its min_sites {self.min_sites}", self.max_sites)
        return self


class SharingTable(Table):
    """``[sharing]``: what the carriers' coverage is worth together, and how they share."""

    kpi: Literal["each", "any", "every"] = "each"
    neutral_host: bool = False
    savings: bool = True


class Robust(Table):
    """``[robust]``: how likely each asset is to be permitted."""

    default: Rate = 1.0
    by_owner: dict[str, Rate] = Field(default_factory=dict)
    by_type: dict[str, Rate] = Field(default_factory=dict)
    by_rules: bool = False
    draws: Annotated[int, Field(ge=100, le=100_000)] = 1000
    seed: Seed = 0

    @field_validator("by_owner")
    @classmethod
    def _knows_the_owners(cls, rates: dict[str, float]) -> dict[str, float]:
        _all_known(rates, OWNER_CLASSES)
        return rates

    @field_validator("by_type")
    @classmethod
    def _knows_the_types(cls, rates: dict[str, float]) -> dict[str, float]:
        _all_known(rates, _TYPES)
        return rates
