"""The register at the window, on both engines: lists in, pairs decided, disagreements, versions and files out."""

from __future__ import annotations

import csv
import datetime as dt
import io

from assets_db.publish.audience import PUBLIC
from assets_db.sources import SourceSpec
from assets_db.store import Register
from window.desk import Desk
from window.registry.exports import Wish, publish, take_away
from window.registry.knowledge import disagreements, heat_table
from window.registry.pairs import compare_lists, count_open, decide, open_pairs, side_by_side
from window.registry.terms import known_lists, list_of_file, past_imports, terms_of_list
from window.registry.uploads import Upload, bring_in, dry_run

NOW = dt.datetime(2026, 11, 26, 3, tzinfo=dt.UTC)
HALLS = "施設ID,名称,住所,緯度,経度,建築年\nH1,中央公民館,東京都千代田区丸の内1丁目2番3号,35.68,139.75,{}\n"


def hall(name: str, year: int) -> Upload:
    return Upload(given_name=name, content=HALLS.format(year).encode("cp932"))


def test_a_list_is_brought_in_unified_published_and_taken_away(desk: Desk) -> None:
    register = Register(engine=desk.engine)
    with desk.reading("admin") as (_, staff):
        pass
    for name, year in (("first.csv", 1990), ("second.csv", 2005)):
        spec = SourceSpec(source_id=name.removesuffix(".csv"), asset_type="building", lg_code="131016", licence="CC BY 4.0")
        assert dry_run(register, hall(name, year), spec).preview.n_new == 1
        assert bring_in(register, hall(name, year), spec, person=staff, why="new list", now=NOW).n_new == 1
        assert not bring_in(register, hall(name, year), spec, person=staff, why="again", now=NOW).is_new
    with register.reading() as session:
        assert list_of_file(session, "second.csv") == "second"
        assert {"first", "second"} <= set(known_lists(session))
        assert terms_of_list(session, "first").lg_code == "131016"
        assert terms_of_list(session, "first").licence == "CC BY 4.0"
        assert [one.source_id for one in past_imports(session, most=2)] == ["second", "first"]
    compare_lists(register, person=staff, why="compare", now=NOW, apply=True)
    with register.reading() as session:
        pairs = open_pairs(session)
        assert len(pairs) == count_open(session)
        shown = [side_by_side(session, pair, person=staff) for pair in pairs]
        assert all(rows for rows in shown)
    for pair in pairs:
        decide(register, pair, is_same=True, person=staff, why="one house", now=NOW)
    with register.reading() as session:
        found = disagreements(session, audience=PUBLIC)
        assert "built_year" in {one.field for one in found.first}
        assert found.n_all == len(found.first)
        table = heat_table(session, by="asset_type", names=("lat", "built_year"))
        assert table.fields == ("lat", "built_year")
        assert table.shares[table.groups.index("building")] == (1.0, 1.0)
    assert publish(register, person=staff, why="first", now=NOW).number == 1
    files = take_away(register, Wish(version=1, formats=("csv", "geojson")), person=staff, now=NOW).files
    rows = list(csv.DictReader(io.StringIO(files["assets.csv"].decode("utf-8-sig"))))
    assert "中央公民館" in {row["name"] for row in rows}
    assert len(rows) == sum(table.n_assets)
