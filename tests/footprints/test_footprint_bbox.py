"""A box gives what reading everything and filtering would give, without reading the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from footprint_samples import Save
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siting.errors import InvalidInputError
from siting.footprints import read_footprints

Box = tuple[float, float, float, float]

FORMATS = (".parquet", ".gpkg", ".geojson", ".gml")
SOME = (-7960.0, -35985.0, -7910.0, -35930.0)
NOWHERE = (9000.0, 9000.0, 9100.0, 9100.0)


def expected_ids(frame: gpd.GeoDataFrame, box: Box) -> list[str]:
    """Return the ids of buildings whose bounding box touches the wanted one, by the oracle of geopandas' own bounds."""
    b = frame.geometry.bounds
    is_in = (b.minx <= box[2]) & (b.maxx >= box[0]) & (b.miny <= box[3]) & (b.maxy >= box[1])
    return frame.loc[is_in, "building_id"].tolist()


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_box_keeps_whole_the_buildings_it_touches(suffix: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path) -> None:
    path = save(district, tmp_path / f"city{suffix}")
    everything = read_footprints(path, crs="EPSG:6677")
    some = read_footprints(path, crs="EPSG:6677", bbox_m=SOME)
    wanted = expected_ids(district, SOME)
    assert 0 < len(wanted) < 30
    assert some.ids.tolist() == wanted
    assert some.report.n_read == len(wanted)
    is_wanted = np.isin(everything.ids[everything.ring_building], np.array(wanted, dtype=everything.ids.dtype))
    np.testing.assert_array_equal(some.xy_m, everything.xy_m[np.repeat(is_wanted, np.diff(everything.ring_start))])


corners = st.tuples(st.integers(-20, 150), st.integers(-20, 120), st.integers(1, 90), st.integers(1, 90))


@pytest.mark.parametrize("suffix", FORMATS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(corner=corners)
def test_any_box_gives_what_filtering_everything_gives(
    suffix: str, corner: tuple[int, int, int, int], district: gpd.GeoDataFrame, save: Save, tmp_path: Path
) -> None:
    path = tmp_path / f"city{suffix}"
    if not path.exists():
        save(district, path)
    x, y, width, height = corner
    # Off the walls by 0.3 m, so that the rounding of a detour over degrees decides nothing.
    box = (x - 7999.7, y - 35999.7, x - 7999.7 + width, y - 35999.7 + height)
    assert read_footprints(path, crs="EPSG:6677", bbox_m=box).ids.tolist() == expected_ids(district, box)


@pytest.mark.parametrize("suffix", FORMATS[:3])
@pytest.mark.parametrize("file_crs", ["EPSG:4326", "EPSG:32654"])
def test_a_box_is_meant_in_the_target_plane(suffix: str, file_crs: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path) -> None:
    path = save(district.to_crs(file_crs), tmp_path / f"city{suffix}")
    assert read_footprints(path, crs="EPSG:6677", bbox_m=SOME).ids.tolist() == expected_ids(district, SOME)


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_box_elsewhere_gives_no_buildings(suffix: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path) -> None:
    footprints = read_footprints(save(district, tmp_path / f"city{suffix}"), crs="EPSG:6677", bbox_m=NOWHERE)
    assert len(footprints) == 0
    assert footprints.report.n_read == 0


def damaged(path: Path, first: int, last: int) -> None:
    content = bytearray(path.read_bytes())
    content[first:last] = b"\xff" * (last - first)
    path.write_bytes(content)


def span_of_row_group(path: Path, group: int) -> tuple[int, int]:
    row_group = pq.ParquetFile(path).metadata.row_group(group)
    columns = [row_group.column(i) for i in range(row_group.num_columns)]
    starts = [c.dictionary_page_offset or c.data_page_offset for c in columns]
    return min(starts), max(start + c.total_compressed_size for start, c in zip(starts, columns, strict=True))


def test_row_groups_outside_the_box_are_not_read(district: gpd.GeoDataFrame, save: Save, tmp_path: Path) -> None:
    """Each row of the grid is a row group; the damaged one is noticed only when it is wanted."""
    path = save(district, tmp_path / "city.parquet")
    assert pq.ParquetFile(path).num_row_groups == 5
    damaged(path, *span_of_row_group(path, 4))
    lowest_rows = (-8100.0, -36100.0, -7000.0, -35940.0)
    assert read_footprints(path, bbox_m=lowest_rows).ids.tolist() == district["building_id"].tolist()[:18]
    with pytest.raises(InvalidInputError, match="must be a readable, complete GeoParquet file"):
        read_footprints(path)


def test_row_groups_without_a_covering_are_filtered_row_by_row(district: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "city.parquet"
    district.to_parquet(path, row_group_size=7)
    assert read_footprints(path, bbox_m=SOME).ids.tolist() == expected_ids(district, SOME)


def test_a_geoparquet_file_outside_the_box_is_not_read(district: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "city.parquet"
    district.to_parquet(path)
    damaged(path, *span_of_row_group(path, 0))
    assert len(read_footprints(path, bbox_m=NOWHERE)) == 0
    with pytest.raises(InvalidInputError):
        read_footprints(path, bbox_m=SOME)


def test_a_citygml_file_outside_the_box_is_read_no_further_than_its_envelope(
    district: gpd.GeoDataFrame, save: Save, tmp_path: Path
) -> None:
    path = save(district, tmp_path / "city.gml")
    path.write_bytes(path.read_bytes()[:-200])
    assert len(read_footprints(path, crs="EPSG:6677", bbox_m=NOWHERE)) == 0
    with pytest.raises(InvalidInputError, match="must be readable, complete XML"):
        read_footprints(path, crs="EPSG:6677", bbox_m=SOME)


def test_a_geopackage_is_asked_through_its_index(
    district: gpd.GeoDataFrame, save: Save, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(district, tmp_path / "city.gpkg")
    n_rows = []

    def counted(*arguments: object, read: Callable[..., tuple[object, ...]] = pyogrio.raw.read, **options: object) -> tuple[object, ...]:
        answer = read(*arguments, **options)
        n_rows.append(len(answer[2]))
        return answer

    monkeypatch.setattr(pyogrio.raw, "read", counted)
    corner = (-8000.0, -36000.0, -7990.0, -35990.0)
    assert read_footprints(path, bbox_m=corner).ids.tolist() == ["建物-0"]
    assert n_rows == [1]


@pytest.mark.parametrize("suffix", FORMATS[:3])
def test_what_is_outside_the_box_is_not_judged(suffix: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path) -> None:
    district.loc[0, "height_m"] = -5.0
    path = save(district, tmp_path / f"city{suffix}")
    assert read_footprints(path, bbox_m=SOME).ids.tolist() == expected_ids(district, SOME)
    with pytest.raises(InvalidInputError, match=r"height_m of building '建物-0' must be > 0, got -5\.0"):
        read_footprints(path)


@pytest.mark.parametrize("suffix", FORMATS[:3])
def test_an_id_may_be_repeated_outside_the_box(suffix: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path) -> None:
    district.loc[29, "building_id"] = "建物-28"
    path = save(district, tmp_path / f"city{suffix}")
    assert len(read_footprints(path, bbox_m=SOME)) > 0
    with pytest.raises(InvalidInputError, match="ids must be unique, got '建物-28'"):
        read_footprints(path)


@pytest.mark.parametrize("suffix", FORMATS[:3])
def test_degrees_under_a_projected_crs_are_noticed_even_with_a_box(
    suffix: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path
) -> None:
    lying = district.to_crs("EPSG:4326").set_crs("EPSG:6677", allow_override=True)
    path = save(lying, tmp_path / f"city{suffix}")
    with pytest.raises(InvalidInputError, match="must be metres, but look like degrees"):
        read_footprints(path, bbox_m=SOME)


@pytest.mark.parametrize("suffix", FORMATS[:3])
def test_metres_under_a_geographic_crs_are_noticed_even_with_a_box(
    suffix: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path
) -> None:
    lying = district.set_crs("EPSG:4326", allow_override=True)
    path = save(lying, tmp_path / f"city{suffix}")
    with pytest.raises(InvalidInputError, match="must be longitudes and latitudes"):
        read_footprints(path, crs="EPSG:6677", bbox_m=SOME)


@pytest.mark.parametrize(
    ("box", "rule"),
    [
        ((0.0, 0.0, 10.0), "must be four finite numbers"),
        ((0.0, 0.0, np.nan, 10.0), "must be four finite numbers"),
        ((10.0, 0.0, 0.0, 10.0), "at least 1 m wide and high"),
        ((139.6, 35.6, 139.8, 35.7), "in metres, at least 1 m wide and high"),
    ],
)
def test_a_box_that_is_none_is_refused(box: Box, rule: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=f"bbox_m .*{rule}"):
        read_footprints(save(district, tmp_path / "city.parquet"), bbox_m=box)


def test_a_wide_box_over_a_curved_edge_loses_nothing(tmp_path: Path) -> None:
    """Buildings every 2 km along the top of a 300 km box, whose edge in degrees is an arc."""
    x_m = np.arange(-150_000.0, 150_000.0, 2000.0)
    frame = gpd.GeoDataFrame(
        {"building_id": [f"b{i}" for i in range(len(x_m))]}, geometry=shapely.box(x_m, -5, x_m + 10, 5), crs="EPSG:6677"
    )
    path = tmp_path / "long.parquet"
    frame.to_crs("EPSG:6668").to_parquet(path, row_group_size=5, write_covering_bbox=True)
    box = (-151_000.0, -100_000.0, 151_000.0, -4.5)
    assert len(read_footprints(path, crs="EPSG:6677", bbox_m=box)) == len(x_m)
