"""Which permits an asset needs, by dated rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

from assets_db.record import AssetRecord
from assets_db.schema import field_of
from window.data_files import checked, raw_table
from window.errors import InvalidRequestError, InvalidTableError

SharingAnswer: TypeAlias = Literal["not_possible", "no_new_permit", "check_conditions", "new_permit", "ask_owner"]


@dataclass(frozen=True, kw_only=True)
class PermitRow:
    """A permit, and the assets that need it; an empty list fits every asset, an empty word what is unknown."""

    permit: str
    property_classes: tuple[str, ...] = ()
    asset_types: tuple[str, ...] = ()
    owner_classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        pairs = (
            ("property_class", self.property_classes),
            ("asset_type", self.asset_types),
            ("owner_class", self.owner_classes),
            ("permit_path", (self.permit,)),
        )
        for name, words in pairs:
            unknown = set(words) - {"", *field_of(name).values}
            if unknown:
                raise InvalidTableError(f"rows.{name}", f"must be of {', '.join(field_of(name).values)}", sorted(unknown))

    def fits(self, record: AssetRecord) -> bool:
        """Tell whether an asset needs this permit."""
        pairs = (("property_class", self.property_classes), ("asset_type", self.asset_types), ("owner_class", self.owner_classes))
        return all(not words or record.text(name) in words for name, words in pairs)


@dataclass(frozen=True, kw_only=True)
class PermitRules:
    """The rules in force from a day on, with who laid them down."""

    valid_from: dt.date
    source: str
    rows: tuple[PermitRow, ...]
    fallback: str


@dataclass(frozen=True, kw_only=True)
class SharingRow:
    """An answer, and the facts for which it holds."""

    answer: SharingAnswer
    sharing: tuple[str, ...]
    is_permittees_own: bool | None = None


@dataclass(frozen=True, kw_only=True)
class SharingRules:
    """The answers in force from a day on."""

    valid_from: dt.date
    source: str
    rows: tuple[SharingRow, ...]


@dataclass(frozen=True, kw_only=True)
class SharingVerdict:
    """
    What a further carrier needs.

    Attributes
    ----------
    answer
        In a word.
    permits
        Permits to ask for; none where the present one suffices.
    rule_from, rule_source
        Since when the rule holds, and who says so.
    """

    answer: SharingAnswer
    permits: tuple[str, ...]
    rule_from: dt.date
    rule_source: str


@dataclass(frozen=True, kw_only=True)
class _File:
    versions: tuple[PermitRules, ...]
    sharing: tuple[SharingRules, ...]


@cache
def _rules() -> _File:
    """Return the rules that come with the package."""
    return checked(_File, raw_table("permits.toml"))


def _in_force(days: Sequence[dt.date], day: dt.date) -> int:
    """Return which of some versions is in force on a day."""
    found = [index for index, start in enumerate(days) if start <= day]
    if not found:
        raise InvalidRequestError("day", f"must not be before {days[0]}, when the first rule came into force", str(day))
    return found[-1]


def permits_of(record: AssetRecord, day: dt.date) -> tuple[str, ...]:
    """
    Return the permits an antenna on an asset needs.

    Parameters
    ----------
    record
        The asset; what its own permit path says counts before the rules.
    day
        Day whose rules count.
    """
    versions = _rules().versions
    rules = versions[_in_force([one.valid_from for one in versions], day)]
    own = record.values.get("permit_path")
    if isinstance(own, tuple) and own:
        return own
    found = tuple(dict.fromkeys(row.permit for row in rules.rows if row.fits(record)))
    return found or (rules.fallback,)


def sharing_check(record: AssetRecord, day: dt.date, *, is_permittees_own: bool) -> SharingVerdict:
    """
    Return what a further carrier needs on an asset already in use.

    Parameters
    ----------
    record
        The asset.
    day
        Day whose rules count.
    is_permittees_own
        Whether the structure belongs to the carrier that holds the present permit.
    """
    versions = _rules().sharing
    rules = versions[_in_force([one.valid_from for one in versions], day)]
    shared = record.text("sharing")
    row = next(one for one in rules.rows if shared in one.sharing and one.is_permittees_own in {None, is_permittees_own})
    needs_new = row.answer in {"new_permit", "ask_owner"}
    return SharingVerdict(
        answer=row.answer, permits=permits_of(record, day) if needs_new else (), rule_from=rules.valid_from, rule_source=rules.source
    )
