"""Who reads an export, and what of a record they may see."""

from __future__ import annotations

from dataclasses import dataclass

from assets_db.errors import InvalidSourceError, one_of
from assets_db.record import AssetRecord, Value
from assets_db.schema import VIEWS, Field, View, fields


@dataclass(frozen=True, kw_only=True)
class Audience:
    """
    Whom an export is for.

    Attributes
    ----------
    view
        ``public``: restricted fields are not in the file at all; ``restricted``: for those allowed.
    carrier
        In the restricted view, the carrier that reads it, which sees of the occupancy its own entries alone. Empty: the office, which
        sees all.
    """

    view: View
    carrier: str = ""

    def __post_init__(self) -> None:
        if self.view not in VIEWS:
            raise InvalidSourceError("view", one_of(self.view, VIEWS), self.view)
        if self.carrier and self.view != "restricted":
            raise InvalidSourceError("carrier", "must be empty in the public view, which holds no occupancy", self.carrier)

    @property
    def fields(self) -> tuple[Field, ...]:
        """Fields this audience may see, in the order of columns."""
        return tuple(one for one in fields().values() if self.view == "restricted" or one.view == "public")


PUBLIC = Audience(view="public")
"""Everybody."""


def seen_by(audience: Audience, record: AssetRecord) -> AssetRecord:
    """
    Return what an audience sees of a record.

    A carrier sees its own entries of the occupancy; where there are none, the field is left out, whether others are there or nobody.
    """
    hidden = _RESTRICTED & record.values.keys() if audience.view == "public" else set()
    values = dict(record.values)
    if audience.carrier and "occupancy" in values:
        own = _own_entries(values["occupancy"], audience.carrier)
        if own:
            values["occupancy"] = own
        else:
            hidden = {"occupancy"}
    elif not hidden:
        return record
    for name in hidden:
        del values[name]
    return AssetRecord(values=values, known_from={name: one for name, one in record.known_from.items() if name in values})


_RESTRICTED = frozenset(name for name, field in fields().items() if field.view == "restricted")


def _own_entries(occupancy: Value, carrier: str) -> Value:
    """Return the entries of a carrier; entries that do not say whose they are, are nobody's to see."""
    entries = occupancy if isinstance(occupancy, list) else []
    return [entry for entry in entries if isinstance(entry, dict) and entry.get("carrier") == carrier]
