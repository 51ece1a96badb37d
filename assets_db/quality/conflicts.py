"""Where the sources of one asset disagree."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from assets_db.publish.cells import TEXT_OF
from assets_db.record import AssetRecord, Value
from assets_db.schema import Field, Grade, fields

TOLERANCES: Mapping[str, float] = MappingProxyType(
    {
        "lat": 0.0002,
        "lon": 0.0002,
        "accuracy_m": math.inf,
        "height_agl_m": 1.0,
        "ground_elev_m": 1.0,
        "mount_height_max_m": 1.0,
        "built_year": 1.0,
    }
)
"""How far numbers of a field may lie apart, in its unit; 0.0002 degrees are about 20 m."""

RELATIVE_TOLERANCE = 0.05
"""Share of the greater number by which those of all other fields may lie apart."""

CONFLICT_COLUMNS = ("asset_id", "field", "source", "value", "as_of", "grade")
"""Columns of the table: one row for each claim."""

_NOT_COMPARED = frozenset(
    {
        "asset_id",
        "source_id",
        "source_key",
        "source_dataset",
        "lg_code",
        "geometry",
        "occupancy",
        "contact",
        "remarks",
        "url",
        "checked_on",
        "needs_geocoding",
    }
)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """
    What one source says.

    Attributes
    ----------
    source
        Id of the source.
    value
        Its value.
    as_of
        Day it was true, ISO 8601; empty if unknown.
    grade
        How well it is known; ``None`` for a field that is not measured.
    """

    source: str
    value: Value
    as_of: str
    grade: Grade | None


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """
    A field of an asset on which sources disagree.

    Attributes
    ----------
    asset_id
        The asset.
    field
        Name of the field.
    claims
        What each source that knows the field says, in the order given.
    """

    asset_id: str
    field: str
    claims: tuple[Claim, ...]

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield the cells of :data:`CONFLICT_COLUMNS` for each claim."""
        text_of = TEXT_OF[fields()[self.field].kind]
        for claim in self.claims:
            yield (self.asset_id, self.field, claim.source, text_of(claim.value), claim.as_of, claim.grade or "")


def conflicts(assets: Iterable[tuple[str, Sequence[AssetRecord]]], *, tolerances: Mapping[str, float] = TOLERANCES) -> Iterator[Conflict]:
    """
    Yield the fields on which the source records of one asset disagree.

    Numbers disagree beyond the tolerance of their field, or else by more than 5 %; texts if they differ in more than width, case and
    blanks; words as sets. Ids, shapes, contacts and remarks are not compared: sources may say different things there and all be right.

    Parameters
    ----------
    assets
        Id of each asset and its source records.
    tolerances
        How far numbers of a field may lie apart, in its unit.
    """
    for asset_id, records in assets:
        if len(records) < 2:
            continue
        for name, field in fields().items():
            if name in _NOT_COMPARED:
                continue
            known = [record for record in records if name in record.values]
            if len(known) > 1 and _disagree(field, [record.values[name] for record in known], tolerances):
                yield Conflict(asset_id=asset_id, field=name, claims=tuple(_claim(record, name) for record in known))


def _claim(record: AssetRecord, name: str) -> Claim:
    """Return what a record says of a field."""
    origin = record.known_from.get(name)
    if origin is None:
        return Claim(source=record.text("source_id"), value=record.values[name], as_of="", grade=None)
    return Claim(source=origin.source, value=record.values[name], as_of=str(origin.as_of or ""), grade=origin.grade)


def _disagree(field: Field, values: Sequence[Value], tolerances: Mapping[str, float]) -> bool:
    """Tell whether values differ by more than the field allows."""
    if field.kind in {"number", "whole"}:
        numbers = [float(value) for value in values if isinstance(value, int | float)]
        most = max(map(abs, numbers))
        return max(numbers) - min(numbers) > tolerances.get(field.name, RELATIVE_TOLERANCE * most)
    return len({_compared(value) for value in values}) > 1


def _compared(value: Value) -> object:
    """Return what two values share that say the same."""
    if isinstance(value, str):
        return "".join(unicodedata.normalize("NFKC", value).casefold().split())
    return frozenset(value) if isinstance(value, tuple) else value
