"""CityGML as PLATEAU writes it: axis order, which outline is taken, what counts as unknown, what is refused."""

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import shapely
from footprint_samples import building_gml, city_model, surfaces_gml, to_degrees

from siting.errors import InvalidInputError
from siting.footprints import Footprints, read_footprints

HOUSE = shapely.box(-8000, -36000, -7990, -35990)
SHED = shapely.box(-7980, -36000, -7975, -35995)
HEIGHT = '<bldg:measuredHeight uom="m">9.5</bldg:measuredHeight>'


def outline(name: str, polygons: Sequence[shapely.Polygon]) -> str:
    return f"<bldg:{name}>{surfaces_gml(list(to_degrees(polygons)))}</bldg:{name}>"


def building(content: str, identifier: str = "b1", tag: str = "Building") -> str:
    return f'<bldg:{tag} gml:id="{identifier}">{content}</bldg:{tag}>'


def solid(polygon: shapely.Polygon) -> str:
    """Return an upright block: floor at 5 m, four walls, roof at 14.5 m."""
    flat = to_degrees([polygon])[0]
    corners = shapely.get_coordinates(flat).tolist()
    faces = [[(*c, 5.0) for c in corners], [(*c, 14.5) for c in corners]]
    faces += [[(*a, 5.0), (*b, 5.0), (*b, 14.5), (*a, 14.5), (*a, 5.0)] for a, b in itertools.pairwise(corners)]
    texts = (" ".join(f"{lat!r} {lon!r} {z!r}" for lon, lat, z in face) for face in faces)
    members = "".join(
        "<gml:surfaceMember><gml:Polygon><gml:exterior><gml:LinearRing><gml:posList>"
        f"{text}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></gml:surfaceMember>"
        for text in texts
    )
    surface = f"<gml:CompositeSurface>{members}</gml:CompositeSurface>"
    return f"<bldg:lod1Solid><gml:Solid><gml:exterior>{surface}</gml:exterior></gml:Solid></bldg:lod1Solid>"


def read(tmp_path: Path, *buildings: str, **options: str) -> Footprints:
    path = tmp_path / "plateau.gml"
    path.write_text(city_model(buildings, **options), encoding="utf-8")
    return read_footprints(path, crs="EPSG:6677")


def first_ring(footprints: Footprints) -> shapely.Polygon:
    return shapely.Polygon(footprints.xy_m[: footprints.ring_start[1]])


@pytest.mark.parametrize("name", ["lod0FootPrint", "lod0RoofEdge"])
def test_latitude_comes_first(name: str, tmp_path: Path) -> None:
    footprints = read(tmp_path, building(HEIGHT + outline(name, [HOUSE])))
    assert footprints.ids.tolist() == ["b1"]
    assert footprints.height_m.tolist() == [9.5]
    assert shapely.symmetric_difference(first_ring(footprints), HOUSE).area < 1e-4


def test_the_footprint_is_taken_before_the_roof_edge_and_the_solid(tmp_path: Path) -> None:
    footprints = read(tmp_path, building(outline("lod0RoofEdge", [SHED]) + solid(SHED) + outline("lod0FootPrint", [HOUSE])))
    assert first_ring(footprints).area == pytest.approx(100.0, abs=1e-3)


def test_without_an_outline_the_floor_of_the_solid_is_taken(tmp_path: Path) -> None:
    footprints = read(tmp_path, building(HEIGHT + solid(HOUSE)))
    assert footprints.report.n_repaired == 0
    assert shapely.symmetric_difference(first_ring(footprints), HOUSE).area < 1e-4


def test_courtyards_and_several_surfaces_are_kept(tmp_path: Path) -> None:
    holed = shapely.Polygon(HOUSE.exterior, [shapely.box(-7997, -35997, -7993, -35993).exterior])
    footprints = read(tmp_path, building(HEIGHT + outline("lod0FootPrint", [holed, SHED])))
    areas = [shapely.Polygon(footprints.xy_m[a:b]).area for a, b in zip(footprints.ring_start, footprints.ring_start[1:], strict=False)]
    assert areas == pytest.approx([100.0, 16.0, 25.0], abs=1e-3)
    assert footprints.ring_building.tolist() == [0, 0, 0]


def test_unknown_heights_and_storeys_follow_the_rule(tmp_path: Path) -> None:
    shapes = list(to_degrees([HOUSE]))
    footprints = read(
        tmp_path, building_gml("a", 12.0, 2, shapes), building_gml("b", np.nan, 2, shapes), building_gml("c", np.nan, np.nan, shapes)
    )
    assert footprints.height_m.tolist() == [12.0, 6.0, 8.0]


def test_a_height_that_is_a_text_is_filled_and_counted(tmp_path: Path) -> None:
    footprints = read(tmp_path, building("<bldg:measuredHeight>2.8（テスト）</bldg:measuredHeight>" + outline("lod0FootPrint", [HOUSE])))
    assert footprints.height_m.tolist() == [8.0]
    assert footprints.report.n_height_unreadable == 1


def test_parts_are_buildings_and_their_sum_is_none(tmp_path: Path) -> None:
    def part(identifier: str, content: str) -> str:
        return f"<bldg:consistsOfBuildingPart>{building(content, identifier, 'BuildingPart')}</bldg:consistsOfBuildingPart>"

    four_m = '<bldg:measuredHeight uom="m">4</bldg:measuredHeight>'
    whole = building(
        HEIGHT + part("low", four_m + outline("lod0FootPrint", [SHED])) + part("high", outline("lod0FootPrint", [HOUSE])), "sum"
    )
    annexed = building(HEIGHT + outline("lod0FootPrint", [HOUSE]) + part("annexe", outline("lod0FootPrint", [SHED])), "main")
    footprints = read(tmp_path, whole, annexed)
    assert footprints.ids.tolist() == ["low", "high", "main", "annexe"]
    assert footprints.height_m.tolist() == [4.0, 9.5, 9.5, 9.5]
    assert footprints.report.n_read == 4


def test_a_building_without_any_outline_is_rejected_by_row(tmp_path: Path) -> None:
    broken = outline("lod0FootPrint", [HOUSE]).replace("<gml:posList>", "<gml:posList>x ")
    report = read(tmp_path, building(HEIGHT), building(broken, "b2"), building(outline("lod0FootPrint", [HOUSE]), "b3")).report
    assert [(reject.row, reject.reason) for reject in report.rejects] == [
        (0, "geometry is missing, empty or unreadable"),
        (1, "geometry is missing, empty or unreadable"),
    ]


def test_single_positions_are_read_like_a_list(tmp_path: Path) -> None:
    listed = outline("lod0FootPrint", [HOUSE])
    text = listed.split("<gml:posList>")[1].split("</gml:posList>")[0]
    numbers = text.split()
    single = "".join(f"<gml:pos>{' '.join(numbers[i : i + 3])}</gml:pos>" for i in range(0, len(numbers), 3))
    footprints = read(tmp_path, building(listed.replace(f"<gml:posList>{text}</gml:posList>", single)))
    assert first_ring(footprints).area == pytest.approx(100.0, abs=1e-3)


def test_a_file_in_the_plane_has_northing_first(tmp_path: Path) -> None:
    corners = "<gml:lowerCorner>-37000 -9000 0</gml:lowerCorner><gml:upperCorner>-35000 -7000 9</gml:upperCorner>"
    content = f"<bldg:lod0FootPrint>{surfaces_gml([HOUSE])}</bldg:lod0FootPrint>"
    footprints = read(tmp_path, building(content), envelope=corners, srs="http://www.opengis.net/def/crs/EPSG/0/6677")
    assert first_ring(footprints).equals(HOUSE)


def test_the_file_is_not_held_in_memory_as_a_whole(tmp_path: Path) -> None:
    """A tree of this file takes over 100 MB; the reader keeps a member at a time."""
    content = building(HEIGHT + outline("lod0FootPrint", [HOUSE]) + solid(HOUSE) * 40)
    path = tmp_path / "large.gml"
    path.write_text(city_model(content.replace('"b1"', f'"b{i}"') for i in range(150)), encoding="utf-8")
    tracemalloc.start()
    read_footprints(path, crs="EPSG:6677")
    peak_mb = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    assert path.stat().st_size > 8e6
    assert peak_mb < 8


GOOD = building(HEIGHT + outline("lod0FootPrint", [HOUSE]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("<core:CityModel", "<!DOCTYPE a [<!ENTITY b 'c'>]><core:CityModel"), "must not declare a document type"),
        (("<core:CityModel", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><core:CityModel'), "must not declare a document type"),
        (("citygml/2.0", "citygml/3.0"), "must be a CityGML 2.0 CityModel"),
        ((' srsName="http://www.opengis.net/def/crs/EPSG/0/6697"', ""), "srsName must be given"),
        (("EPSG/0/6697", "EPSG/0/999999"), "srsName must be a known coordinate reference system"),
        (('srsDimension="3"', 'srsDimension="4"'), "srsDimension must be 2 or 3"),
        (("<gml:Polygon>", '<gml:Polygon srsName="EPSG:4326">'), "srsName must be .* throughout the file"),
        (("9.5", "-1"), "height_m of building 'b1' must be > 0"),
        (("9.5", "12345"), "height_m of building 'b1' must be <= 1000 m"),
        (('uom="m"', 'uom="ft"'), "measuredHeight of 'b1' must have uom 'm'"),
        (("<gml:posList>35", "<gml:posList>NaN 139.7 5 35"), "coordinates of 'b1' must be finite"),
        (("<gml:posList>35", "<gml:posList>135"), "must be longitudes and latitudes"),
        (("</core:CityModel>", ""), "must be readable, complete XML"),
        (("UTF-8", "Shift_JIS"), "must be in an encoding XML readers know"),
        (("UTF-8", "nonsense"), "must be"),
    ],
)
def test_files_that_cannot_be_trusted_are_refused(change: tuple[str, str], message: str, tmp_path: Path) -> None:
    text = city_model([GOOD])
    assert change[0] in text
    path = tmp_path / "bad.gml"
    path.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(InvalidInputError, match=message) as caught:
        read_footprints(path, crs="EPSG:6677")
    assert caught.value.source == str(path)


def test_the_same_id_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="ids must be unique, got 'b1'"):
        read(tmp_path, GOOD, GOOD)


def test_degrees_need_a_target_plane(tmp_path: Path) -> None:
    path = tmp_path / "city.gml"
    path.write_text(city_model([GOOD]), encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"crs must be projected in metres .*name the plane"):
        read_footprints(path)


def test_citygml_has_no_columns_to_choose(tmp_path: Path) -> None:
    path = tmp_path / "city.gml"
    path.write_text(city_model([GOOD]), encoding="utf-8")
    with pytest.raises(InvalidInputError, match="height_column must not be given for CityGML"):
        read_footprints(path, crs="EPSG:6677", height_column="height")
