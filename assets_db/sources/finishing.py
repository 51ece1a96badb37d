"""From the values of one row to a source row: position, key, type, where it comes from; or a reject with the reason."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from types import MappingProxyType

from assets_db.record import AssetRecord, Provenance, Value
from assets_db.row_checks import Bounds, RowProblem
from assets_db.rows import Reject, RejectCode
from assets_db.schema import field_of, fields
from assets_db.sources.cells import shown
from assets_db.sources.rows import Repair, RepairCode, SourceRow
from assets_db.sources.spec import SourceSpec
from assets_db.sources.values import parse_value

JAPAN: Bounds = (122.0, 20.0, 154.5, 46.0)
"""Where coordinates are taken to lie when it is to be told which way round they are."""

MADE_KEY_START = "made-"
"""How a key starts that was made because the list has none."""

GEOCODER = "geocoder"
"""Source of positions that were found for an address."""

_NOTHING: Mapping[str, Provenance] = MappingProxyType({})
_ADDRESS_PARTS = ("address_prefecture", "address_municipality", "address_town", "address_rest", "address_building")
_ESSENTIAL = frozenset({"lat", "lon", "geometry"})
_KEY_SOURCES = ("name", "address", "address_building", "usage")
_POSITION = ("lat", "lon")
_MEASURED = frozenset(name for name, field in fields().items() if field.is_measured)


class RowFinisher:
    """
    Finishes the rows of one file, in order; one instance reads the file once, since it remembers the keys it has seen.

    Parameters
    ----------
    spec
        What holds for the whole file.
    source
        What rejects call the file.
    constants
        Values of every row that does not know better, besides those of the spec.
    """

    def __init__(self, spec: SourceSpec, *, source: str, constants: Mapping[str, Value] | None = None) -> None:
        given: dict[str, Value | None] = {
            "owner_class": spec.owner_class,
            "lg_code": spec.lg_code,
            "asset_type": spec.asset_type,
            "source_dataset": spec.dataset or source,
        }
        self._constants: dict[str, Value] = {name: value for name, value in given.items() if value is not None} | dict(constants or {})
        self._spec = spec
        self._source = source
        self._known_from = Provenance(spec.source_id, spec.as_of, spec.grade)
        self._by_day: dict[dt.date | None, Provenance] = {spec.as_of: self._known_from}
        self._rows_of_keys: dict[str, int] = {}

    def finish_raw(self, row: int, raw: Mapping[str, object], *, repairs: tuple[Repair, ...] = ()) -> SourceRow | Reject:
        """
        Read the cells of a row by field and finish it.

        Parameters
        ----------
        row
            Where a person finds it.
        raw
            What the file says by field.
        repairs
            Changes made to it already.
        """
        values: dict[str, Value] = {}
        made = list(repairs)
        for name, cell in raw.items():
            try:
                value, repair = parse_value(field_of(name), cell)
            except RowProblem as problem:
                if not self.is_tolerable(problem):
                    return self.reject(row, problem)
                value, repair = None, dropped(problem)
            if value is not None:
                values[name] = value
            if repair is not None:
                made.append(repair)
        return self.finish(row, values, made)

    @staticmethod
    def is_tolerable(problem: RowProblem) -> bool:
        """Tell whether a row can do without the value that broke a rule: all but position, shape and unreadable text."""
        return problem.field not in _ESSENTIAL and problem.code is not RejectCode.UNREADABLE_TEXT

    def finish(
        self,
        row: int,
        values: dict[str, Value],
        repairs: list[Repair],
        *,
        as_of: dt.date | None = None,
        known_from: Mapping[str, Provenance] = _NOTHING,
    ) -> SourceRow | Reject:
        """
        Finish a row.

        Parameters
        ----------
        row
            Where a person finds it.
        values
            Its checked values by field; handed over to the record.
        repairs
            Changes made so far; more are added.
        as_of
            Day the row was true, where it says so.
        known_from
            Where its values come from, where it says so.
        """
        try:
            self._place(values, repairs)
        except RowProblem as problem:
            return self.reject(row, problem)
        for name, value in self._constants.items():
            values.setdefault(name, value)
        if "source_key" not in values:
            self._make_key(values, repairs)
        key = str(values["source_key"])
        first = self._rows_of_keys.setdefault(key, row)
        if first != row:
            same = "its name, address and position are those of" if key.startswith(MADE_KEY_START) else "it is that of"
            return self.reject(row, RowProblem("source_key", RejectCode.DUPLICATE_ID, f"must be unique: {same} row {first}", key))
        values["source_id"] = self._spec.source_id
        values.pop("asset_id", None)
        known = self._known(as_of or self._spec.as_of)
        origins = {name: known for name in values if name in _MEASURED}
        if known_from:
            origins.update((name, one) for name, one in known_from.items() if name in origins)
        if repairs and any(one.code is RepairCode.GEOCODED for one in repairs):
            origins.update((name, Provenance(GEOCODER, known.as_of, "D")) for name in ("lat", "lon", "accuracy_m"))
        return SourceRow(row, AssetRecord(values=values, known_from=origins), tuple(repairs))

    def reject(self, row: int, problem: RowProblem) -> Reject:
        """Return the reject of a row that broke a rule."""
        return Reject(
            source=self._source, row=row, field=problem.field, code=problem.code, reason=problem.reason, value=shown(problem.value)
        )

    def _known(self, as_of: dt.date | None) -> Provenance:
        """Return where the values of a day come from, one object for all its rows."""
        found = self._by_day.get(as_of)
        if found is None:
            found = self._by_day[as_of] = Provenance(self._spec.source_id, as_of, self._spec.grade)
        return found

    def _place(self, values: dict[str, Value], repairs: list[Repair]) -> None:
        """Settle address and position."""
        if "address" not in values and "address_town" in values:
            address = "".join(str(values[part]) for part in _ADDRESS_PARTS if part in values)
            values["address"] = address
            repairs.append(Repair("address", RepairCode.JOINED_ADDRESS, "", shown(address)))
        elif (
            "address" in values
            and "address_rest" in values
            and "address_town" not in values
            and str(values["address_rest"]) not in str(values["address"])
        ):
            address = str(values["address"]) + str(values["address_rest"])
            repairs.append(Repair("address", RepairCode.JOINED_ADDRESS, shown(values["address"]), shown(address)))
            values["address"] = address
        lat, lon = values.get("lat"), values.get("lon")
        if isinstance(lat, float) and isinstance(lon, float):
            if self._has_position(values, lat, lon, repairs):
                values.pop("needs_geocoding", None)
                return
        elif lat is not None or lon is not None:
            name = "lat" if lat is not None else "lon"
            repairs.append(Repair(name, RepairCode.HALF_A_POSITION, shown(values.pop(name)), ""))
        if "geometry" in values and self._is_inside_shape(values, repairs):
            return
        self._settle_without_position(values, repairs)

    def _settle_without_position(self, values: dict[str, Value], repairs: list[Repair]) -> None:
        """Keep a row with an address, with the position the geocoder gives it if there is one."""
        if "address" not in values:
            zero = next((one for one in repairs if one.code is RepairCode.ZERO_COORDINATES), None)
            if zero is not None:
                raise RowProblem("lat, lon", RejectCode.ZERO_COORDINATES, "must not be (0, 0) without an address", zero.before)
            raise RowProblem("lat, lon", RejectCode.NO_PLACE, "must be there, or an address", "")
        found = self._spec.geocoder(str(values["address"])) if self._spec.geocoder is not None else None
        if found is None:
            values["needs_geocoding"] = True
            return
        values["lat"], values["lon"], values["accuracy_m"] = found.lat, found.lon, found.accuracy_m
        repairs.append(Repair("lat, lon", RepairCode.GEOCODED, shown(found.matched), f"{found.lat}, {found.lon}"))

    def _has_position(self, values: dict[str, Value], lat: float, lon: float, repairs: list[Repair]) -> bool:
        """Settle a position the row gives; tell whether it has one afterwards."""
        if lat == 0 and lon == 0:
            del values["lat"], values["lon"]
            repairs.append(Repair("lat, lon", RepairCode.ZERO_COORDINATES, f"{lat}, {lon}", ""))
            return False
        bounds = self._spec.bounds
        area = bounds or JAPAN
        if not _is_within(lat, lon, area) and (_is_within(lon, lat, area) or (abs(lat) > 90 and abs(lon) <= 90)):
            repairs.append(Repair("lat, lon", RepairCode.SWAPPED_COORDINATES, f"{lat}, {lon}", f"{lon}, {lat}"))
            lat, lon = lon, lat
            values["lat"], values["lon"] = lat, lon
        pair = f"{lat}, {lon}"
        if not (abs(lat) <= 90 and abs(lon) <= 180):
            raise RowProblem("lat, lon", RejectCode.OUT_OF_RANGE, "must be degrees in [-90, 90] and [-180, 180]", pair)
        if bounds is not None and not _is_within(lat, lon, bounds):
            raise RowProblem("lat, lon", RejectCode.OUTSIDE_AREA, f"must lie within west, south, east, north = {bounds}", pair)
        return True

    def _is_inside_shape(self, values: dict[str, Value], repairs: list[Repair]) -> bool:
        """Give a row with a shape and no position a point inside the shape."""
        from shapely import from_wkb  # noqa: PLC0415

        shape = values["geometry"]
        if not isinstance(shape, bytes):
            return False
        point = from_wkb(shape).representative_point()
        lat, lon = round(point.y, 9), round(point.x, 9)
        values["lat"], values["lon"] = lat, lon
        repairs.append(Repair("lat, lon", RepairCode.POSITION_FROM_GEOMETRY, "", f"{lat}, {lon}"))
        return self._has_position(values, lat, lon, repairs)

    def _make_key(self, values: dict[str, Value], repairs: list[Repair]) -> None:
        """Make a key of what the list itself says of the thing, so that it stays the same."""
        is_guessed = any(one.code is RepairCode.GEOCODED for one in repairs)  # with another file of towns it would be another key
        own = {} if is_guessed else {name: values[name] for name in _POSITION if name in values}
        said = "\x1f".join([*(str(values.get(name, "")) for name in _KEY_SOURCES), *(str(own.get(name, "")) for name in _POSITION)])
        key = MADE_KEY_START + hashlib.sha256(said.encode()).hexdigest()[:16]
        values["source_key"] = key
        damaged = next((place for place, one in enumerate(repairs) if one.field == "source_key"), None)
        if damaged is not None and repairs[damaged].code in {RepairCode.DAMAGED_ID, RepairCode.NOT_USABLE}:
            repairs[damaged] = Repair("source_key", RepairCode.DAMAGED_ID, repairs[damaged].before, key)
        else:
            repairs.append(Repair("source_key", RepairCode.MADE_KEY, "", key))


def dropped(problem: RowProblem) -> Repair:
    """Return the repair that leaves out a value that broke a rule."""
    code = RepairCode.DAMAGED_ID if problem.code is RejectCode.DAMAGED_ID else RepairCode.NOT_USABLE
    return Repair(problem.field, code, shown(problem.value), "")


def _is_within(lat: float, lon: float, bounds: Bounds) -> bool:
    """Tell whether a position lies in a box."""
    west, south, east, north = bounds
    return west <= lon <= east and south <= lat <= north
