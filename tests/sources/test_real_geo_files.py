"""Real geo files, row by row accounted for."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets_db.sources import Reject, SourceRow, SourceSpec, open_source

pytestmark = pytest.mark.real_data


@pytest.mark.parametrize(
    ("name", "n_accepted", "n_rejected"),
    [
        ("osm_tokyo_points/osm_point_assets_central.geojson", 2438, 1673),
        ("osm_shibuya/pois.geojson", 2337, 0),
        ("osm_shibuya/crossings.geojson", 192, 0),
        ("osm_shibuya/shibuya_roads.osm", 155, 2214),
        ("municipal_csv_yaizu/公園・緑地.shp", 148, 0),
        ("plateau_citygml/53395404_bldg_6697_op.gml", 657, 0),
        ("plateau_citygml/533925_luse_6697_park_op.gml", 10, 0),
        ("plateau_citygml/533925_urf_6668_yoto_op.gml", 0, 8),
        ("plateau_citygml/53394525_frn_6697_sjkms_op.gml", 0, 2),
        ("plateau_buildings_2020/13101.parquet", 11581, 0),
    ],
)
def test_every_feature_is_accounted_for(name: str, n_accepted: int, n_rejected: int, data_dir: Path) -> None:
    items = list(open_source(data_dir / name, SourceSpec(source_id="t")).rows())
    accepted = [one for one in items if isinstance(one, SourceRow)]
    assert (len(accepted), sum(isinstance(one, Reject) for one in items)) == (n_accepted, n_rejected)
    assert all("lat" in one.record.values and "lon" in one.record.values for one in accepted)
