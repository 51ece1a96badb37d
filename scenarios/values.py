"""Values that a scenario file may hold: their types, limits and rules."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from assets_db import ASSET_TYPES, OWNER_CLASSES
from assets_db.errors import one_of
from assets_db.row_checks import MAX_CAPACITY, MAX_COST_YEN, MAX_HEIGHT_M

_MOST_SITES = 10**7
_MOST_YEN = 10**15
_MOST_EFFORT = 10_000.0
_MOST_PRIORITY = 1e6
_MOST_MARGIN_M = 100_000.0
_MOST_RADIUS_M = 1_000_000.0
_MOST_NEAR_M = 1_000.0
_MOST_YEARS = 100
_MOST_SEED = 2**32 - 1


def broken(rule: str, value: object, *, key: str = "") -> PydanticCustomError:
    """Return the error of a value that breaks a rule which the types cannot say; of another key than the one that is checked."""
    return PydanticCustomError("rule", "{rule}", {"rule": rule, "value": value, "key": key})


def _box(value: object) -> object:
    """Check a box as a whole: a message about one corner of four helps nobody."""
    is_numbers = isinstance(value, tuple) and all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in value)
    if isinstance(value, tuple) and is_numbers and len(value) == 4:
        west, south, east, north = value
        if -180 <= west < east <= 180 and -90 <= south < north <= 90:
            return value
    raise broken("must be [west, south, east, north] in degrees, with west < east and south < north", value)


def _texts(value: object) -> object:
    """Let one text stand for a list of one."""
    several = (value,) if isinstance(value, str) else value
    if isinstance(several, tuple) and several and all(isinstance(one, str) and one for one in several):
        return several
    raise broken("must be a text or a list of texts, none of them empty", value)


def _plain_name(value: str) -> str:
    if not (value.isascii() and value.replace("-", "").replace("_", "").isalnum()):
        raise broken("must consist of the letters A to Z, digits, '-' and '_'", value)
    return value


def _owner_class(value: str) -> str:
    if value not in OWNER_CLASSES:
        raise broken(one_of(value, OWNER_CLASSES), value)
    return value


def _asset_type(value: str) -> str:
    if value not in ASSET_TYPES:
        raise broken(one_of(value, ASSET_TYPES), value)
    return value


Positive = Annotated[float, Field(gt=0)]
AntennaHeight = Annotated[float, Field(gt=0, le=MAX_HEIGHT_M)]
Margin = Annotated[float, Field(ge=0, le=_MOST_MARGIN_M)]
Radius = Annotated[float, Field(gt=0, le=_MOST_RADIUS_M)]
Priority = Annotated[float, Field(ge=0, le=_MOST_PRIORITY)]
NearRadius = Annotated[float, Field(ge=0, le=_MOST_NEAR_M)]
Rate = Annotated[float, Field(ge=0, le=1)]
Share = Annotated[float, Field(gt=0, le=1)]
Count = Annotated[int, Field(ge=0, le=_MOST_SITES)]
Years = Annotated[int, Field(ge=1, le=_MOST_YEARS)]
Sites = Annotated[int, Field(ge=1, le=_MOST_SITES)]
Budget = Annotated[int, Field(ge=1, le=_MOST_YEN)]
Seed = Annotated[int, Field(ge=0, le=_MOST_SEED)]
Effort = Annotated[float, Field(gt=0, le=_MOST_EFFORT)]
Spacing = Annotated[float, Field(ge=2)]
Yen = Annotated[int, Field(ge=0, le=MAX_COST_YEN)]
Carriers = Annotated[int, Field(ge=1, le=MAX_CAPACITY)]
Name = Annotated[str, Field(min_length=1)]
PlainName = Annotated[str, AfterValidator(_plain_name)]
OwnerClass = Annotated[str, AfterValidator(_owner_class)]
AssetType = Annotated[str, AfterValidator(_asset_type)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Box = Annotated[tuple[float, float, float, float], BeforeValidator(_box)]
"""West, south, east, north [deg]."""

Where = dict[str, Annotated[tuple[str, ...], BeforeValidator(_texts)]]
"""The values, one or several, that each of some properties may have, as text."""
