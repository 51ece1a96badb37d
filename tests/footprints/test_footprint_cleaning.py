"""Polygons become oriented rings of clean buildings, and every row is accounted for."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.errors import InvalidInputError
from siting.footprints import Footprints, clean_footprints, concatenate

CRS = "EPSG:6677"
FAR = np.array([-8000.0, -36000.0])


def cleaned(polygons: list[object], **options: object) -> Footprints:
    return clean_footprints(polygons, np.full(len(polygons), 10.0), crs=CRS, **options)


def rings_of(footprints: Footprints) -> list[shapely.LinearRing]:
    return [shapely.LinearRing(footprints.xy_m[a:b]) for a, b in itertools.pairwise(footprints.ring_start)]


def rebuilt(footprints: Footprints) -> list[shapely.Geometry]:
    """Put polygons together again from the rings: counter-clockwise ones are shells, the clockwise ones after them their holes."""
    buildings: list[list[tuple[shapely.LinearRing, list[shapely.LinearRing]]]] = [[] for _ in range(len(footprints))]
    for ring, owner in zip(rings_of(footprints), footprints.ring_building, strict=True):
        if shapely.is_ccw(ring):
            buildings[owner].append((ring, []))
        else:
            buildings[owner][-1][1].append(ring)
    return [shapely.MultiPolygon([shapely.Polygon(shell, holes) for shell, holes in parts]) for parts in buildings]


def test_exteriors_run_counter_clockwise_and_holes_clockwise() -> None:
    exterior, hole = shapely.box(0, 0, 20, 20, ccw=False).exterior, shapely.box(5, 5, 9, 9, ccw=True).exterior
    footprints = cleaned([shapely.Polygon(exterior, [hole])])
    assert [shapely.is_ccw(ring) for ring in rings_of(footprints)] == [True, False]
    assert footprints.ring_building.tolist() == [0, 0]


def test_the_outline_itself_is_not_moved() -> None:
    polygon = shapely.Polygon([(0.1, 0.2), (10.3, 0.4), (7.7, 9.9)])
    assert rebuilt(cleaned([polygon]))[0].equals(polygon)


def test_a_multipolygon_stays_one_building_with_several_exteriors() -> None:
    two = shapely.MultiPolygon([shapely.box(0, 0, 5, 5), shapely.box(10, 0, 15, 5)])
    footprints = cleaned([shapely.box(30, 0, 35, 5), two, shapely.box(40, 0, 45, 5)])
    assert len(footprints) == 3
    assert footprints.ring_building.tolist() == [0, 1, 1, 2]
    assert rebuilt(footprints)[1].equals(two)


def test_buildings_that_overlap_each_other_are_both_kept() -> None:
    footprints = cleaned([shapely.box(0, 0, 10, 10), shapely.box(5, 5, 15, 15), shapely.box(0, 0, 10, 10)])
    assert len(footprints) == 3
    assert footprints.report.n_repaired == 0


def test_heights_of_vertices_are_dropped_even_when_they_are_not_numbers() -> None:
    footprints = cleaned([shapely.Polygon([(0, 0, 1), (10, 0, np.nan), (10, 10, 3), (0, 10, 4)])])
    assert footprints.xy_m.shape == (5, 2)


def test_repeated_vertices_are_dropped() -> None:
    footprints = cleaned([shapely.Polygon([(0, 0), (0, 0), (10, 0), (10, 0), (10, 10), (0, 10), (0, 0)]), shapely.box(0, 0, 5, 5)])
    assert np.diff(footprints.ring_start).tolist() == [5, 5]
    assert rebuilt(footprints)[0].equals(shapely.box(0, 0, 10, 10))


def test_a_ring_may_start_where_the_one_before_ends() -> None:
    footprints = cleaned([shapely.Polygon([(0, 0), (9, 0), (9, 9)]), shapely.Polygon([(0, 0), (-9, 0), (-9, -9)])])
    assert np.diff(footprints.ring_start).tolist() == [4, 4]


def test_a_self_crossing_polygon_is_repaired_and_counted() -> None:
    footprints = cleaned([shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)]), shapely.box(20, 0, 30, 10)])
    assert footprints.report.n_repaired == 1
    assert rebuilt(footprints)[0].area == pytest.approx(50.0)
    assert footprints.ring_building.tolist() == [0, 0, 1]


def test_overlapping_parts_of_one_building_become_their_union() -> None:
    parts = shapely.MultiPolygon([shapely.box(0, 0, 10, 10), shapely.box(5, 0, 15, 10)])
    footprints = cleaned([parts])
    assert footprints.report.n_repaired == 1
    assert rebuilt(footprints)[0].equals(shapely.box(0, 0, 15, 10))


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (None, "geometry is missing, empty or unreadable"),
        (shapely.Polygon(), "geometry is missing, empty or unreadable"),
        (shapely.Point(1, 1), "geometry is not a polygon"),
        (shapely.LineString([(0, 0), (1, 0), (1, 1), (0, 0)]), "geometry is not a polygon"),
        (shapely.GeometryCollection([shapely.box(0, 0, 5, 5)]), "geometry is not a polygon"),
        (shapely.Polygon([(0, 0), (5, 5), (9, 9)]), "polygon crosses itself and encloses nothing"),
        (shapely.box(0, 0, 50, 0.0001), "polygon is smaller than 0.01 m2"),
    ],
)
def test_what_is_no_building_is_rejected_with_its_row_and_reason(geometry: shapely.Geometry | None, reason: str) -> None:
    footprints = cleaned([shapely.box(0, 0, 9, 9), geometry, shapely.box(20, 0, 29, 9)], source="ward.gpkg", rows=[5, 7, 9])
    report = footprints.report
    assert report.rejects == (("ward.gpkg", 7, reason),)
    assert report.n_rejected_by_reason() == {reason: 1}
    assert (report.n_read, report.n_used, report.n_rejected) == (3, 2, 1)
    assert footprints.ids.tolist() == ["ward-5", "ward-9"]


def test_nothing_in_gives_nothing_out() -> None:
    footprints = cleaned([])
    assert len(footprints) == 0
    assert footprints.ring_start.tolist() == [0]


coordinates = st.integers(0, 12).map(float)
any_ring = st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=9)


@settings(max_examples=150, deadline=None)
@given(st.lists(any_ring, min_size=1, max_size=5))
def test_any_rings_at_all_give_valid_buildings_or_counted_rejects(rings: list[list[tuple[float, float]]]) -> None:
    polygons = [shapely.Polygon(np.array(ring) + FAR) for ring in rings]
    footprints = cleaned(polygons)
    report = footprints.report
    assert report.n_used + report.n_rejected == report.n_read == len(rings)
    used = [i for i in range(len(rings)) if i not in {reject.row for reject in report.rejects}]
    for polygon, clean in zip((polygons[i] for i in used), rebuilt(footprints), strict=True):
        assert clean.is_valid
        assert clean.area > 0
        assert polygon.convex_hull.buffer(1e-6).contains(clean)
        if polygon.is_valid:
            assert clean.equals(polygon)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8), st.booleans(), st.booleans()), min_size=1, max_size=12))
def test_rings_enclose_the_same_area_as_the_polygons(cells: list[tuple[int, int, bool, bool]]) -> None:
    """Unions of cells, some with a courtyard: multipolygons and holes of every kind, in both directions."""
    squares = [shapely.box(c, r, c + 1, r + 1) for c, r, _, _ in cells]
    yards = [shapely.box(c + 0.2, r + 0.2, c + 0.8, r + 0.8) for c, r, has_yard, _ in cells if has_yard]
    shape = shapely.union_all(squares).difference(shapely.union_all(yards))
    polygons = [shape if is_forward else shape.reverse() for _, _, _, is_forward in cells]
    for clean in rebuilt(cleaned(polygons)):
        assert clean.equals(shape)


def test_arrays_cannot_be_changed_and_the_input_is_not() -> None:
    polygons = np.array([shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])], dtype=object)
    before, height_m = polygons.copy(), np.array([-9999.0])
    footprints = clean_footprints(polygons, height_m, crs=CRS)
    assert polygons[0] is before[0]
    assert height_m.tolist() == [-9999.0]
    with pytest.raises(ValueError, match="read-only"):
        footprints.xy_m[0] = 0


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (None, ["city-0", "city-1"]),
        (["a", None], ["a", "city-1"]),
        (["a", ""], ["a", "city-1"]),
        (np.array([7, 8]), ["7", "8"]),
        (np.array([7.0, np.nan]), ["7", "city-1"]),
        ([12, "高"], ["12", "高"]),
    ],
)
def test_ids_are_texts_and_missing_ones_are_made_from_source_and_row(ids: object, expected: list[str]) -> None:
    footprints = cleaned([shapely.box(0, 0, 9, 9), shapely.box(20, 0, 29, 9)], ids=ids, source="city.parquet")
    assert footprints.ids.tolist() == expected
    assert type(footprints.ids[0]) is str


@pytest.mark.parametrize(
    ("polygons", "options", "message"),
    [
        ([shapely.Polygon([(0, 0), (10, 0), (10, np.inf), (0, 10)])], {}, "coordinates of building 'footprints-0' must be finite"),
        ([shapely.box(0, 0, 1e9, 9)], {}, "must lie within 1e\\+08 m of the origin"),
        ([shapely.box(139.7, 35.6, 139.7002, 35.6001)], {}, "must be metres, but look like degrees"),
        ([shapely.box(0, 0, 9, 9)], {"crs": "EPSG:4326"}, "must be projected in metres"),
        ([shapely.box(0, 0, 9, 9)], {"crs": None}, "crs must be given"),
        ([shapely.box(0, 0, 9, 9)], {"crs": "EPSG:2263"}, "must have the metre as its unit"),
        ([shapely.box(0, 0, 9, 9), shapely.box(0, 0, 9, 9)], {"ids": ["same", "same"]}, "ids must be unique, got 'same'"),
        ([shapely.box(0, 0, 9, 9)], {"ids": ["a", "b"]}, "ids must have shape"),
        (["POLYGON EMPTY"], {}, "polygons\\[0\\] must be a shapely geometry or None"),
    ],
)
def test_impossible_input_is_refused(polygons: list[object], options: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        clean_footprints(polygons, np.full(len(polygons), 10.0), **{"crs": CRS, **options})


def test_a_building_with_a_vertex_that_is_not_a_number_is_refused() -> None:
    vertices = np.array([(0, 0), (10, 0), (10, np.nan), (0, 10), (0, 0)])
    with np.errstate(invalid="ignore"):
        polygon = shapely.Polygon(shapely.linearrings(vertices))
    with pytest.raises(InvalidInputError, match=r"must be finite, got \[10\.0, nan\]"):
        cleaned([shapely.box(0, 0, 9, 9), polygon])


def test_a_small_district_around_the_origin_is_not_taken_for_degrees() -> None:
    assert len(cleaned([shapely.box(0, 0, 5, 5), shapely.box(20, 20, 22, 22)])) == 2


def test_parts_are_joined_in_order_and_their_reports_added() -> None:
    holed = shapely.Polygon(shapely.box(0, 0, 20, 20).exterior, [shapely.box(5, 5, 9, 9).exterior])
    first = cleaned([holed, None], source="a.gpkg")
    second = cleaned([shapely.box(50, 0, 60, 9), shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])], source="b.gpkg")
    both = concatenate([first, second])
    assert both.ids.tolist() == ["a-0", "b-0", "b-1"]
    assert [g.area for g in rebuilt(both)] == [g.area for part in (first, second) for g in rebuilt(part)]
    assert both.ring_building.tolist() == [0, 0, 1, 2, 2]
    assert (both.report.n_read, both.report.n_used, both.report.n_repaired) == (4, 3, 1)
    assert both.report.rejects == first.report.rejects


def test_parts_must_agree_on_the_plane_and_not_repeat_ids() -> None:
    part = cleaned([shapely.box(0, 0, 9, 9)])
    other = clean_footprints([shapely.box(0, 0, 9, 9)], [5.0], crs="EPSG:6676", ids=["x"])
    with pytest.raises(InvalidInputError, match="crs must be EPSG:6677 for every part, got 'EPSG:6676'"):
        concatenate([part, other])
    with pytest.raises(InvalidInputError, match="must be unique, got 'footprints-0'"):
        concatenate([part, part])
    with pytest.raises(InvalidInputError, match="at least one source"):
        concatenate([])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"height_m": np.array([0.0])}, "height_m must be finite and > 0"),
        ({"ring_start": np.array([0, 4])}, "ring_start must cut"),
        ({"ring_building": np.array([1], dtype=np.int32)}, "give each of the 1 buildings a ring"),
        ({"xy_m": np.array([[0.0, 0], [9, 0], [9, 9], [0, 9], [0, 1]])}, "closed rings"),
        ({"ids": np.array(["a", "b"])}, "one entry for each of the 1 heights"),
    ],
)
def test_footprints_that_contradict_themselves_are_refused(change: dict[str, object], message: str) -> None:
    good = cleaned([shapely.box(0, 0, 9, 9)])
    fields = {name: getattr(good, name) for name in ("xy_m", "ring_start", "ring_building", "height_m", "ids", "crs", "report")}
    with pytest.raises(InvalidInputError, match=message):
        Footprints(**{**fields, **change})
