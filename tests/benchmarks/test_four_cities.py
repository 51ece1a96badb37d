"""The four-cities format is read whole or refused by line; stored solutions must be worth what they say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.corners import corners_of
from benchmarks.four_cities import best_known, check_stored, instance_text, read_instance, stored_solutions
from siting import InvalidInputError

TEXT = """NAME : Tiny
TYPE : MCLP
EDGE_WEIGHT_TYPE : COORD
DIMENSION : 4
NODE_COORD_SECTION\t
40.0000000 -074.0000000
40.0010000 -074.0000000
40.0020000 -074.0000000
40.1000000 -073.5000000
DEMAND_SECTION
10
20
30
40
EOF"""
"""A step of 0.001 degrees of latitude is 111.3 m: at 120 m a corner reaches its neighbours."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Tiny.txt").write_text(TEXT)
    (tmp_path / "OtimosFinais").mkdir()
    (tmp_path / "OtimosFinais" / "Tiny_1_120.txt").write_text("f: 60\nFacilidade: 1 \n")
    (tmp_path / "OtimosFinais" / "Tiny_2_120.txt").write_text("f: 100\nFacilidade: 1 3 ")
    (tmp_path / "OtimosFinais" / "Other_1_120.txt").write_text("nothing we know")
    (tmp_path / "best_known.csv").write_text(
        "instance,p,radius_m,best_known,proven\nTiny,1,120,60,true\ntiny,3,120,100,false\nOther,1,120,7,true\n"
    )
    return tmp_path


def check_all(instance) -> None:
    for one in stored_solutions(instance):
        check_stored(instance, one)


def rewrite(folder: Path, old: str, new: str) -> Path:
    assert old in TEXT
    (folder / "Tiny.txt").write_text(TEXT.replace(old, new, 1))
    return folder / "Tiny.txt"


def test_an_instance_is_read_with_longitude_first(folder):
    instance = read_instance(folder / "Tiny.txt")
    assert instance.name == "Tiny"
    assert instance.longitude_latitude.tolist() == [[-74.0, 40.0], [-74.0, 40.001], [-74.0, 40.002], [-73.5, 40.1]]
    assert instance.demand.tolist() == [10, 20, 30, 40]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("DIMENSION : 4", "DIMENSION: 4\nCOMMENT : corners of streets : all"),
        ("NODE_COORD_SECTION\t", "node_coord_section :"),
        ("40.0000000 -074.0000000", "1 40.0 -74.0"),
        ("10\n20", "1 10.0\n\n2\t20"),
        ("\nEOF", "\n"),
        ("\nEOF", "\nEOF\nanything"),
    ],
)
def test_harmless_differences_change_nothing(folder, old, new):
    plain = read_instance(folder / "Tiny.txt")
    other = read_instance(rewrite(folder, old, new))
    assert np.array_equal(other.longitude_latitude, plain.longitude_latitude)
    assert other.demand.tolist() == plain.demand.tolist()


@pytest.mark.parametrize(
    ("old", "new", "field", "rule"),
    [
        ("DIMENSION : 4\n", "", "DIMENSION", "must be a whole number"),
        ("DIMENSION : 4", "DIMENSION : many", "DIMENSION", "must be a whole number"),
        ("DIMENSION : 4", "DIMENSION : 0", "DIMENSION", "must be a whole number"),
        ("DIMENSION : 4", "DIMENSION : 5", "NODE_COORD_SECTION", "must have 5 lines"),
        ("\n40\nEOF", "\nEOF", "DEMAND_SECTION", "must have 4 lines"),
        ("DEMAND_SECTION\n", "", "line 10", "must hold 2 numbers"),
        ("NODE_COORD_SECTION\t\n", "", "line 5", "must be KEY : VALUE"),
        ("40.0010000 -074.0000000", "40.0010000 west", "line 7", "must hold 2 numbers"),
        ("40.0010000 -074.0000000", "40.0010000 nan", "line 7", "must hold 2 numbers"),
        ("40.0010000 -074.0000000", "40.0010000 -274.0", "corner 1", "must be latitude and longitude"),
        ("\n20\n", "\n-20\n", "demand of corner 1", "must be a whole number"),
        ("\n20\n", "\n20.5\n", "demand of corner 1", "must be a whole number"),
        ("\n20\n", "\n1 2 3\n", "line 12", "must hold 1 numbers"),
    ],
)
def test_a_broken_instance_is_refused_by_its_line(folder, old, new, field, rule):
    with pytest.raises(InvalidInputError) as refusal:
        read_instance(rewrite(folder, old, new))
    assert refusal.value.field == field
    assert refusal.value.rule.startswith(rule)
    assert refusal.value.source.endswith("Tiny.txt")


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "broken.txt").write_bytes(content)
    with pytest.raises(InvalidInputError, match="must be a text file that can be read"):
        read_instance(tmp_path / "broken.txt")


def test_stored_solutions_of_the_instance_are_found_and_hold(folder):
    instance = read_instance(folder / "Tiny.txt")
    stored = stored_solutions(instance)
    assert [(one.n_sites, one.radius_m, one.value, one.corners.tolist()) for one in stored] == [
        (1, 120.0, 60, [1]),
        (2, 120.0, 100, [1, 3]),
    ]
    check_all(instance)


@pytest.mark.parametrize(
    ("content", "field", "rule"),
    [
        ("f: 61\nFacilidade: 1", "f", "must be the demand its corners cover, 60"),
        ("f: 60\nFacilidade: 1 2", "Facilidade", "must name 1 corners"),
        ("f: 60\nFacilidade: 4", "Facilidade", "must name corners 0..3"),
        ("f: 60", "solution", "must hold"),
        ("f: much\nFacilidade: 1", "solution", "must hold"),
    ],
)
def test_a_stored_solution_that_does_not_hold_is_refused(folder, content, field, rule):
    (folder / "OtimosFinais" / "Tiny_1_120.txt").write_text(content)
    instance = read_instance(folder / "Tiny.txt")
    with pytest.raises(InvalidInputError) as refusal:
        check_all(instance)
    assert (refusal.value.field, refusal.value.rule[: len(rule)]) == (field, rule)


def test_the_best_known_value_is_the_larger_of_table_and_solutions(folder):
    instance = read_instance(folder / "Tiny.txt")
    assert best_known(instance) == {(1, 120.0): 60, (2, 120.0): 100, (3, 120.0): 100}


def test_a_table_without_its_columns_is_refused(folder):
    (folder / "best_known.csv").write_text("instance,p\nTiny,1\n")
    with pytest.raises(InvalidInputError, match="must hold instance, p, radius_m and best_known"):
        best_known(read_instance(folder / "Tiny.txt"))


def test_an_instance_alone_has_nothing_stored_and_nothing_known(tmp_path):
    (tmp_path / "Tiny.txt").write_text(TEXT)
    instance = read_instance(tmp_path / "Tiny.txt")
    assert stored_solutions(instance) == []
    assert best_known(instance) == {}


@pytest.mark.real_data
@pytest.mark.parametrize(("name", "radius_m"), [("NewYork", 400.0), ("Bronx", 600.0)])
def test_every_published_solution_reproduces_its_value(data_dir, name, radius_m):
    instance = read_instance(data_dir / "mclp_benchmarks" / f"{name}.txt")
    stored = stored_solutions(instance)
    assert [(one.n_sites, one.radius_m) for one in stored] == [(n, radius_m) for n in (50, 60, 70, 80, 90, 100)]
    check_all(instance)
    assert best_known(instance) == {(one.n_sites, one.radius_m): one.value for one in stored}


def test_an_instance_that_was_written_is_read_again(tmp_path):
    corners, demand = np.array([[139.6812345, 35.7012345], [-74.0, 40.0]]), np.array([0, 1_234_567])
    (tmp_path / "any.txt").write_text(instance_text("Adachi", corners, demand))
    instance = read_instance(tmp_path / "any.txt")
    assert instance.name == "Adachi"
    assert np.array_equal(instance.longitude_latitude, corners)
    assert np.array_equal(instance.demand, demand)


def test_a_square_with_buildings_is_a_corner_where_its_largest_one_stands():
    xy_m = np.array([[10.0, 10.0], [80.0, 20.0], [95.0, 10.0], [-1.0, 5.0], [20.0, 30.0]])
    volume_m3 = np.array([1_400.0, 3_000.0, 900.0, 100.0, 1_100.0])
    corner, demand = corners_of(xy_m, volume_m3, square_m=90.0)
    assert dict(zip(corner.tolist(), demand.tolist(), strict=True)) == {1: 6, 2: 1, 3: 1}
