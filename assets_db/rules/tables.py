"""What a rule file may say: each rule has an id, the assets it is for, the days it holds and what it says of them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from assets_db.errors import one_of
from assets_db.schema import field_of

_MOST_YEN = 10**12


def _known(field: str) -> AfterValidator:
    """Return a check that all words are values of a field of an asset record."""

    def check(words: tuple[str, ...]) -> tuple[str, ...]:
        for word in words:
            if word not in field_of(field).values:
                raise PydanticCustomError("rule", "{rule}", {"rule": one_of(word, field_of(field).values), "value": word})
        return words

    return AfterValidator(check)


_Texts = Annotated[tuple[str, ...], Field(strict=False)]
_Yen = Annotated[int, Field(ge=0, le=_MOST_YEN)]


class Rule(BaseModel):
    """
    What every rule says: which assets it is for, when it holds, and who says so.

    Attributes
    ----------
    id
        Name of the rule, which answers cite.
    owner_classes, asset_types, property_classes
        The rule is for assets with one of these; for any where it names none. An asset whose value is unknown is under no rule
        that names some.
    lg_code_prefix
        The rule is for assets whose local government code begins so.
    valid_from, valid_to
        First and last day on which the rule holds; without a last day it holds on.
    source
        The ordinance or page that says so.
    is_example
        The figures are examples, to be replaced by those of the owner.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    id: Annotated[str, Field(min_length=1, max_length=100)]
    owner_classes: Annotated[_Texts, _known("owner_class")] = ()
    asset_types: Annotated[_Texts, _known("asset_type")] = ()
    property_classes: Annotated[_Texts, _known("property_class")] = ()
    lg_code_prefix: Annotated[str, Field(pattern=r"^[0-9]{0,6}$")] = ""
    valid_from: dt.date
    valid_to: dt.date | None = None
    source: Annotated[str, Field(min_length=1)]
    is_example: bool = False

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Rule:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            rule = f"must not be before valid_from {self.valid_from.isoformat()}"
            raise PydanticCustomError("rule", "{rule}", {"rule": rule, "value": self.valid_to, "key": "valid_to"})
        return self


class FeeRule(Rule):
    """``[[fees]]``: what an antenna costs at an asset, once and each year."""

    yearly_per_antenna_yen: _Yen = 0
    yearly_per_m2_yen: _Yen = 0
    capital_yen: _Yen = 0


class LeadTimeRule(Rule):
    """``[[lead_times]]``: days from asking for permits to having them."""

    days: Annotated[int, Field(ge=0, le=36_500)]


class ChanceRule(Rule):
    """``[[chances]]``: how likely permits are given."""

    probability: Annotated[float, Field(ge=0, le=1)]


class PermitRule(Rule):
    """``[[permits]]``: which permits an antenna needs."""

    permits: Annotated[_Texts, _known("permit_path")]
