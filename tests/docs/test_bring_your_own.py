"""The page about one's own assets says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from assets_db.sources import RepairCode
from assets_db.sources.mapping import parse_mapping, shipped_mappings

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "register" / "bring-your-own.md").read_text("utf-8")


def test_the_mapping_shown_is_one() -> None:
    example = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    mapping = parse_mapping(example[1], source="page")
    assert mapping.epsg == 6677
    assert mapping.columns["name"].columns == ["路線", "番号"]


def test_every_repair_of_a_table_is_explained() -> None:
    of_shapes = {RepairCode.POSITION_FROM_GEOMETRY, RepairCode.GEOMETRY_MENDED}
    assert [code for code in RepairCode if code not in of_shapes and f"`{code.value}`" not in PAGE] == []


def test_the_headers_of_planned_works_are_those_of_the_mapping() -> None:
    headers = re.search(r"`(計画番号,[^`]*)`", PAGE)
    assert headers is not None
    works = shipped_mappings()["redevelopment_works"]
    assert set(works.requires) <= set(headers[1].split(","))
    assert {one for rule in works.columns.values() for one in rule.columns} == set(headers[1].split(","))
