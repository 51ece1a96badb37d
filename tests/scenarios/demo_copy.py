"""A copy of the demo scenario to break, and ways to break it."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import scenarios

DEMO = Path(scenarios.__file__).parent / "demo"
FILES = (
    "assets.csv",
    "buildings.geojson",
    "demo.toml",
    "facilities.csv",
    "parks.geojson",
    "population.geojson",
    "roads.geojson",
    "zones.geojson",
)
CLAIMS_METRES = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::6677"}}
BOWTIE = {
    "type": "Polygon",
    "coordinates": [[[139.734, 35.672], [139.736, 35.674], [139.736, 35.672], [139.734, 35.674], [139.734, 35.672]]],
}

CORNERS = "139.7280, 35.6698, 139.7407, 35.6787"
BY_MESH = 'by = "mesh"\npath = "population.geojson"\npeople_field = "population"'
PEOPLE = 'people_field = "population"'

Change = Callable[[Path], None]


def copy_demo(folder: Path, *changes: Change) -> Path:
    """Copy the demo into a new folder, change it, and return its scenario file."""
    folder.mkdir(parents=True)
    for name in FILES:
        shutil.copy(DEMO / name, folder / name)
    for change in changes:
        change(folder)
    return folder / "demo.toml"


def toml(old: str, new: str, *more: str) -> Change:
    """Replace text of the scenario file: old, new, old, new ..."""

    def change(folder: Path) -> None:
        path = folder / "demo.toml"
        content = path.read_text(encoding="utf-8")
        texts = (old, new, *more)
        for before, after in zip(texts[::2], texts[1::2], strict=True):
            assert before in content, before
            content = content.replace(before, after, 1)
        path.write_text(content, encoding="utf-8")

    return change


def add(table: str) -> Change:
    """Append a table to the scenario file."""
    return toml("[solve]", f"{table}\n\n[solve]")


def source(kind: str, *lines: str, name: str = "extra") -> Change:
    """Add a source of candidates."""
    return add("\n".join(["[[candidates]]", f'kind = "{kind}"', f'name = "{name}"', 'owner_class = "private"', *lines]))


def zone(kind: str, *lines: str) -> Change:
    """Add a zone."""
    return add("\n".join(["[[zones]]", f'kind = "{kind}"', *lines]))


def rule(line: str, instead: str = "max_sites = 30\n") -> Change:
    """Add a line to the rules, which keep 30 sites unless told otherwise."""
    return toml("max_sites = 30", instead + line)


def carrier(name: str, *lines: str) -> Change:
    """Add a carrier."""
    return add("\n".join(["[[carriers]]", f'name = "{name}"', *lines]))


def both(*changes: Change) -> Change:
    """Make several changes."""

    def change(folder: Path) -> None:
        for one in changes:
            one(folder)

    return change


def write(name: str, content: bytes | str) -> Change:
    """Write a file."""

    def change(folder: Path) -> None:
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)

    return change


def cut(name: str, share: float = 0.6) -> Change:
    """Keep only the beginning of a file."""

    def change(folder: Path) -> None:
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: int(len(content) * share)])

    return change


def cut_before(name: str, mark: str) -> Change:
    """Keep only what stands before a text."""

    def change(folder: Path) -> None:
        kept, found, _ = (folder / name).read_bytes().partition(mark.encode())
        assert found, mark
        (folder / name).write_bytes(kept)

    return change


def text(name: str, old: str, new: str) -> Change:
    """Replace text in a file, everywhere."""

    def change(folder: Path) -> None:
        content = (folder / name).read_text(encoding="utf-8")
        assert old in content, old
        (folder / name).write_text(content.replace(old, new), encoding="utf-8")

    return change


def document(name: str, /, **members: object) -> Change:
    """Set members of a GeoJSON document."""
    return _edited(name, lambda found: found.update(members))


def geometry(name: str, row: int, value: object) -> Change:
    """Set the geometry of a feature."""
    return _edited(name, lambda found: found["features"][row].update(geometry=value))


def properties(name: str, row: int, /, **values: object) -> Change:
    """Set properties of a feature."""
    return _edited(name, lambda found: found["features"][row]["properties"].update(values))


def every_property(name: str, /, **values: object) -> Change:
    """Set properties of every feature."""
    return _edited(name, lambda found: [one["properties"].update(values) for one in found["features"]])


def in_metres(name: str) -> Change:
    """Turn the coordinates of a file into numbers that can only be metres."""

    def scaled(value: Any) -> Any:
        return value * 1000.0 if isinstance(value, float) else [scaled(one) for one in value]

    def edit(found: dict[str, Any]) -> None:
        for feature in found["features"]:
            feature["geometry"]["coordinates"] = scaled(feature["geometry"]["coordinates"])

    return _edited(name, edit)


def asset(row: int, /, **values: str) -> Change:
    """Set cells of a row of the candidate list (the header is row 1), drop the rows broken on purpose, and refuse bad rows."""

    def change(folder: Path) -> None:
        path = folder / "assets.csv"
        header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
        for name, value in values.items():
            rows[row - 2][header.index(name)] = value
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *rows[:-3]])
        toml('on_bad_row = "skip"', 'on_bad_row = "refuse"')(folder)

    return change


def _edited(name: str, edit: Callable[[dict[str, Any]], object]) -> Change:
    """Edit a GeoJSON document; NaN may be written, as careless software does."""

    def change(folder: Path) -> None:
        path = folder / name
        found = json.loads(path.read_text(encoding="utf-8"))
        edit(found)
        path.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")

    return change


BY_FACILITIES = toml(BY_MESH, 'by = "facilities"\npath = "facilities.csv"')
BY_TABLE = toml(PEOPLE, 'people_field = "n"\ncode_field = "name"\ntable = "n.csv"\ntable_code_field = "code"')
REFUSE_BAD_ROWS = toml('on_bad_row = "skip"', 'on_bad_row = "refuse"')
