"""What is missing, old or in doubt."""

import datetime as dt

import pytest

from assets_db.errors import InvalidSourceError
from assets_db.publish.audience import Audience
from assets_db.publish.columns import HEADERS, columns_for, header_row
from assets_db.quality.completeness import completeness
from assets_db.quality.conflicts import conflicts
from assets_db.quality.staleness import staleness
from assets_db.record import AssetRecord, Provenance, Value
from assets_db.schema import fields
from tests.publish.records import asset, stored


def _said(source: str, day: dt.date | None = None, **values: Value) -> AssetRecord:
    known = {name: Provenance(source, day, "B") for name in values if fields()[name].is_measured}
    return AssetRecord(values={"source_id": source, **values}, known_from=known)


def test_shares_count_the_assets_of_a_group_and_not_the_tombstones() -> None:
    told = [asset("a", bureau="道路", height_agl_m=8.0), asset("b", bureau="道路"), asset("c"), stored(asset("d").record, is_gone=True)]
    found = {(one.group, one.field): one for one in completeness(told, by="bureau", names=["height_agl_m", "name"])}
    assert list(found) == [("", "name"), ("", "height_agl_m"), ("道路", "name"), ("道路", "height_agl_m")]
    height = found["道路", "height_agl_m"]
    assert (height.share_known, height.share_of("B"), height.share_of("A")) == (0.5, 0.5, 0.0)
    assert height.row() == ("道路", "height_agl_m", "2", "1", "0.5000", "0.0000", "0.5000", "0.0000", "0.0000")


def test_an_asset_of_two_sources_counts_for_both() -> None:
    found = completeness([asset("a", source_id="x|y")], by="source_id", names=["name"])
    assert [(one.group, one.n_assets) for one in found] == [("x", 1), ("y", 1)]


def test_unknown_groups_are_refused() -> None:
    with pytest.raises(InvalidSourceError, match="did you mean 'bureau'"):
        completeness([], by="bureu")  # type: ignore[arg-type]


def test_a_value_is_as_old_as_its_day_or_the_last_check() -> None:
    told = [
        stored(_said("old", dt.date(2020, 1, 1), lat=1.0, lon=1.0)),
        stored(_said("old", None, lat=1.0)),
        stored(_said("new", dt.date(2020, 1, 1), lat=1.0, checked_on=dt.date(2026, 1, 1))),
    ]
    found = staleness(told, today=dt.date(2026, 1, 11))
    assert [one.row() for one in found] == [("old", "3", "1", "2202", "2202"), ("new", "1", "0", "10", "10")]


def test_sources_disagree_beyond_the_tolerance_only() -> None:
    records = (
        _said("x", dt.date(2024, 1, 1), name="中央　公園", height_agl_m=10.0, storeys=3, advisories=("flood", "park")),
        _said("y", name="中央公園", height_agl_m=10.9, storeys=4, advisories=("park", "flood")),
        _said("z", height_agl_m=10.5),
    )
    (found,) = conflicts([("a", records), ("b", records[:1])])
    assert list(found.rows()) == [("a", "storeys", "x", "3", "2024-01-01", "B"), ("a", "storeys", "y", "4", "", "B")]


@pytest.mark.parametrize("headers", HEADERS)
def test_no_two_columns_share_a_header(headers: str) -> None:
    titles = header_row(columns_for(Audience(view="restricted")), headers)  # type: ignore[arg-type]
    assert len(set(titles)) == len(titles)
