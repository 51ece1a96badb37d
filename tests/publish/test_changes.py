"""Changes between versions bring a carrier's copy up to date."""

import csv
import json
import re
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets_db.publish.audience import PUBLIC, Audience
from assets_db.publish.changes import apply_delta, changes, write_delta_csv, write_delta_geojson
from assets_db.publish.csv_writer import write_csv
from assets_db.store import StoredAsset
from tests.publish.records import asset, records, stored

OFFICE = Audience(view="restricted")
IDS = ("a", "=b", "c|d", "東京-1")


@st.composite
def _histories(draw: st.DrawFn) -> list[dict[str, StoredAsset]]:
    """States of a register after each of a few rounds of edits, removals and returns."""
    states: list[dict[str, StoredAsset]] = [{}]
    for _ in range(draw(st.integers(1, 4))):
        state = dict(states[-1])
        for asset_id in draw(st.sets(st.sampled_from(IDS), min_size=1)):
            record = draw(records(asset_id))
            into = draw(st.sampled_from(["", *IDS]))
            state[asset_id] = stored(record, is_gone=draw(st.booleans()), merged_into=into)
        states.append(state)
    return states


def _rows(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return {row["asset_id"]: row for row in csv.DictReader(lines)}


def _sorted(state: dict[str, StoredAsset]) -> list[StoredAsset]:
    return [state[asset_id] for asset_id in sorted(state)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(history=_histories(), audience=st.sampled_from([PUBLIC, OFFICE, Audience(view="restricted", carrier="A")]), data=st.data())
def test_an_export_and_the_changes_since_make_the_later_export(
    history: list[dict[str, StoredAsset]], audience: Audience, data: st.DataObject, tmp_path: Path
) -> None:
    n = data.draw(st.integers(0, len(history) - 1))
    m = data.draw(st.integers(n, len(history) - 1))
    before, after = history[n], history[m]
    pairs = [(before.get(one), after.get(one)) for one in sorted(before.keys() | after.keys())]
    write_csv(tmp_path / "before.csv", _sorted(before), audience=audience)
    write_csv(tmp_path / "after.csv", _sorted(after), audience=audience)
    write_delta_csv(tmp_path / "delta.csv", changes(pairs, audience=audience), audience=audience)
    with (tmp_path / "delta.csv").open(encoding="utf-8-sig", newline="") as lines:
        found = apply_delta(_rows(tmp_path / "before.csv"), csv.DictReader(lines))
    assert found == _rows(tmp_path / "after.csv")


def test_what_an_audience_cannot_see_is_no_change() -> None:
    before = asset("a", name="x", contact="1", occupancy=[{"carrier": "A"}])
    after = asset("a", name="x", contact="2", occupancy=[{"carrier": "A"}, {"carrier": "B"}])
    assert not list(changes([(before, after)], audience=PUBLIC))
    assert [one.kind for one in changes([(before, after)], audience=OFFICE)] == ["changed"]


def test_a_tombstone_says_what_stands_for_the_asset_now(tmp_path: Path) -> None:
    gone = stored(asset("a", name="x").record, is_gone=True, merged_into="b")
    pairs = [(asset("a", name="x", lat=35.0, lon=139.0), gone)]
    write_delta_csv(tmp_path / "delta.csv", changes(pairs, audience=PUBLIC), audience=PUBLIC)
    row = _rows(tmp_path / "delta.csv")["a"]
    assert {name: cell for name, cell in row.items() if cell} == {"_change": "removed", "_merged_into": "b", "asset_id": "a"}
    write_delta_geojson(tmp_path / "delta.geojson", changes(pairs, audience=PUBLIC))
    (feature,) = json.loads((tmp_path / "delta.geojson").read_text("utf-8"))["features"]
    assert feature == {
        "type": "Feature",
        "id": "a",
        "geometry": None,
        "properties": {"_change": "removed", "_merged_into": "b", "asset_id": "a"},
    }


def test_the_ten_lines_for_carriers_do_what_they_say(tmp_path: Path) -> None:
    before, after = [asset("a", name="x"), asset("b", name="y")], [asset("a", name="z"), asset("c", name="w")]
    gone = stored(before[1].record, is_gone=True)
    write_csv(tmp_path / "assets.csv", before, audience=PUBLIC)
    write_csv(tmp_path / "after.csv", after, audience=PUBLIC)
    pairs = [(before[0], after[0]), (before[1], gone), (None, after[1])]
    write_delta_csv(tmp_path / "delta.csv", changes(pairs, audience=PUBLIC), audience=PUBLIC)
    page = (Path(__file__).parents[2] / "docs/register/publishing.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    for name in ("assets.csv", "delta.csv"):
        code = code.replace(f'"{name}"', repr(str(tmp_path / name)))
    known: dict[str, object] = {}
    exec(code, known)  # noqa: S102  # the page is what is tested
    assert known["assets"] == _rows(tmp_path / "after.csv")
