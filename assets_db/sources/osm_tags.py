"""Features of OpenStreetMap, told by their tags."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, TypeAdapter

from assets_db.row_checks import RowProblem
from assets_db.rows import RejectCode

OSM_CREDIT = "© OpenStreetMap contributors"
OSM_LICENCE = "ODbL-1.0"

READ = {
    "source_key": "osm_id",
    "name": "name",
    "name_en": "name:en",
    "height_agl_m": "height",
    "storeys": "building:levels",
    "usage": "tags",
    "asset_type": "tags",
}
"""From which tags each field is read."""

_MARKS = frozenset({"osm_id", "osmid", "@id"})
_NAMES = (("name", "name"), ("name_en", "name:en"), ("height_agl_m", "height"), ("storeys", "building:levels"), ("contact", "phone"))


class _Tag(BaseModel):
    """Values of one key that make a feature an asset."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    key: str
    asset_type: str
    values: tuple[str, ...]


@cache
def _tags() -> tuple[_Tag, ...]:
    """Return what makes a feature an asset, in order."""
    table = tomllib.loads((files("assets_db") / "data" / "osm_tags.toml").read_text("utf-8"))
    return TypeAdapter(dict[str, tuple[_Tag, ...]]).validate_python(table)["tag"]


def has_osm_tags(keys: Iterable[str]) -> bool:
    """Tell whether the properties of a file are tags of OpenStreetMap."""
    found = set(keys)
    return bool(found & _MARKS) and bool(found & {one.key for one in _tags()})


def raw_of(tags: Mapping[str, object], key: object) -> dict[str, object]:
    """
    Return the raw values of a feature by field.

    Raises
    ------
    RowProblem
        It is no asset.
    """
    found = next((one for one in _tags() if tags.get(one.key) in one.values), None)
    if found is None:
        said = "; ".join(f"{one}={value}" for one, value in tags.items() if isinstance(value, str))
        raise RowProblem("row", RejectCode.NOT_AN_ASSET, "has no tag that makes it an asset", said)
    raw = {field: tags.get(tag) for field, tag in _NAMES}
    return raw | {"source_key": key, "usage": f"{found.key}={tags[found.key]}", "asset_type": found.asset_type}
