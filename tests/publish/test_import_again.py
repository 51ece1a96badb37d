"""An export is imported again by the very reader of sources, and says the same."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assets_db.publish.audience import Audience
from assets_db.publish.csv_writer import write_csv
from assets_db.publish.entries import Written
from assets_db.publish.geojson_writer import write_geojson
from assets_db.sources import SourceRow, SourceSpec, open_source
from tests.publish.records import asset

WRITERS: dict[str, Callable[..., Written]] = {"csv": write_csv, "geojson": write_geojson}
SPEC = SourceSpec(source_id="other")
ASSETS = [
    asset("=1", name="-", remarks="行1\n\t行2", lat=35.1 + 1e-13, lon=139.7, structure="N/A", source_id="x|y", source_key="k"),
    asset("b", name="１０号", postal_code="0012", address="港区", needs_geocoding=True, occupancy=[{"carrier": "A"}], advisories=()),
]


@pytest.mark.parametrize("suffix", WRITERS)
def test_the_importer_reads_exports_without_a_repair(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{suffix}"
    WRITERS[suffix](path, ASSETS, audience=Audience(view="restricted"))
    source = open_source(path, SPEC)
    assert source.format == "register_export"
    for _ in range(2):
        rows = list(source.rows())
        assert [row.repairs for row in rows if isinstance(row, SourceRow)] == [(), ()]
        for row, told in zip(rows, ASSETS, strict=True):
            assert isinstance(row, SourceRow)
            values = {name: value for name, value in told.record.values.items() if name != "asset_id"}
            values |= {"source_id": "other", "source_key": told.record.values["asset_id"]}
            assert row.record.values == values | {"source_dataset": path.name}
            assert row.record.known_from == told.record.known_from


def test_the_public_export_is_recognised_too(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", ASSETS, audience=Audience(view="public"), encoding="cp932")
    assert open_source(tmp_path / "a.csv", SPEC).format == "register_export"
