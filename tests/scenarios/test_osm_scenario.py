"""A new scenario from OpenStreetMap runs as it is written."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from pathlib import Path

import geopandas
import pytest
import shapely
from pyproj import CRS
from typer.testing import CliRunner

from assets_db import OSM_CREDIT
from scenarios import osm_scenario
from scenarios.cli import app
from scenarios.errors import ScenarioError
from scenarios.osm_fetch import OsmFiles, layers_from_xml, write_layers
from scenarios.osm_layers import OsmLayers
from scenarios.osm_scenario import fetch_scenario, write_scenario
from scenarios.planes import japanese_cities, plane_for
from scenarios.run import run_scenario
from scenarios.scenario import AlongRoads, OsmAssets, PolygonZones
from scenarios.scenario_file import read_scenario
from siting.errors import InvalidInputError

WEST, SOUTH, EAST, NORTH = 139.6950, 35.6550, 139.6990, 35.6580


def layer(shapes: list[shapely.Geometry], **columns: list[object]) -> geopandas.GeoDataFrame:
    ids = [f"way/{i}" for i in range(len(shapes))]
    names: list[object] = [None] * len(shapes)
    return geopandas.GeoDataFrame({"osm_id": ids, "name": names, **columns}, geometry=shapes, crs="EPSG:4326")


def lamps_at(points: list[tuple[float, float]], highway: str = "street_lamp") -> geopandas.GeoDataFrame:
    return layer([shapely.Point(*one) for one in points], highway=[highway] * len(points), height=[None] * len(points))


@pytest.fixture
def hamlet() -> OsmLayers:
    """Return two streets of about 350 m that cross, three houses (one without any height), a park, one lamp and one signal."""
    middle_x, middle_y = (WEST + EAST) / 2, (SOUTH + NORTH) / 2
    streets = [shapely.LineString([(WEST, middle_y), (EAST, middle_y)]), shapely.LineString([(middle_x, SOUTH), (middle_x, NORTH)])]
    houses = [shapely.box(x, y, x + 4e-4, y + 4e-4) for x, y in [(139.6955, 35.6555), (139.6975, 35.6555), (139.6975, 35.6570)]]
    nothing: list[object] = [None, None]
    return OsmLayers(
        roads=layer(
            streets,
            klass=["residential", "residential"],
            layer=[float("nan")] * 2,
            tunnel=nothing,
            bridge=nothing,
            lit=nothing,
            length_m=[362.0, 333.0],
        ),
        street_lamps=lamps_at([(139.6960, 35.6564)]),
        parks=layer([shapely.box(139.6955, 35.6570, 139.6965, 35.6578)], leisure=["park"]),
        signals=lamps_at([(middle_x, middle_y)], "traffic_signals"),
        buildings=layer(
            houses, building=["yes"] * 3, height_m=[20.0, float("nan"), float("nan")], levels=[float("nan"), 3.0, float("nan")]
        ),
        zone=layer([shapely.box(WEST, SOUTH, EAST, NORTH)]).assign(name="Hamlet"),
    )


@pytest.fixture
def files(hamlet: OsmLayers, tmp_path: Path) -> OsmFiles:
    return write_layers(hamlet, tmp_path / "layers")


def test_the_scenario_runs_as_it_is(files: OsmFiles, tmp_path: Path) -> None:
    scenario = write_scenario(files, tmp_path / "hamlet", place="Hamlet")
    run = run_scenario(scenario, tmp_path / "run")
    assert run.city.report.n_used == 3
    assert (run.city.report.n_height_from_storeys, run.city.report.n_height_default) == (1, 1)
    assert [(one.name, one.n_used, one.is_synthetic) for one in run.gathered.sources[:2]] == [
        ("street_lamps", 1, False),
        ("signals", 1, False),
    ]
    assert run.gathered.sources[2].name == "streetlights"
    assert run.gathered.sources[2].is_synthetic
    assert [zone.name for zone in run.zones] == ["Hamlet"]
    assert run.city.vegetation is not None
    assert 0 < len(run.plan.chosen) <= 30
    assert OSM_CREDIT in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")


def test_the_scenario_says_what_the_layers_hold(files: OsmFiles, tmp_path: Path) -> None:
    scenario = read_scenario(write_scenario(files, tmp_path / "hamlet", place="Hamlet")).scenario
    west, south, east, north = scenario.area.bbox
    assert (west, south, east, north) == pytest.approx((WEST, SOUTH, EAST, NORTH), abs=3e-5)
    assert west < WEST < EAST < east
    assert south < SOUTH < NORTH < north
    assert (scenario.scenario.crs, scenario.scenario.credits) == ("EPSG:6677", (OSM_CREDIT,))
    assert (scenario.radio.band, scenario.rules.max_sites) == ("28GHz", 30)
    lamps, signals, roads = scenario.candidates
    assert isinstance(lamps, OsmAssets)
    assert isinstance(signals, OsmAssets)
    assert isinstance(roads, AlongRoads)
    assert ("street_lamp" in lamps.where["highway"], lamps.on_bad_row) == (True, "skip")
    assert isinstance(scenario.zones[0], PolygonZones)


def test_layers_that_are_empty_are_not_named(hamlet: OsmLayers, tmp_path: Path) -> None:
    bare = dataclasses.replace(hamlet, street_lamps=lamps_at([]), signals=lamps_at([], "traffic_signals"), parks=hamlet.parks.iloc[:0])
    scenario = read_scenario(write_scenario(write_layers(bare, tmp_path / "layers"), tmp_path / "new", place="Hamlet")).scenario
    assert [type(source) for source in scenario.candidates] == [AlongRoads]
    assert scenario.vegetation is None


def test_where_lamps_are_mapped_none_are_invented(hamlet: OsmLayers, tmp_path: Path) -> None:
    lamps = lamps_at([(139.6951 + i * 3e-4, 35.6564) for i in range(12)])
    lit = dataclasses.replace(hamlet, street_lamps=lamps)
    scenario = read_scenario(write_scenario(write_layers(lit, tmp_path / "layers"), tmp_path / "new", place="Hamlet")).scenario
    assert [source.name for source in scenario.candidates] == ["street_lamps", "signals"]


def test_a_layer_of_lamps_that_all_stand_indoors_is_not_named(hamlet: OsmLayers, tmp_path: Path) -> None:
    indoors = dataclasses.replace(hamlet, street_lamps=lamps_at([(139.6957, 35.6557)]))
    scenario = read_scenario(write_scenario(write_layers(indoors, tmp_path / "layers"), tmp_path / "new", place="Hamlet")).scenario
    assert [source.name for source in scenario.candidates] == ["signals", "streetlights"]


def test_without_buildings_a_building_file_is_asked_for(hamlet: OsmLayers, tmp_path: Path) -> None:
    files = write_layers(dataclasses.replace(hamlet, buildings=hamlet.buildings.iloc[:0]), tmp_path / "layers")
    with pytest.raises(InvalidInputError, match=r"Hamlet: buildings must .* supplied as a file with --buildings"):
        write_scenario(files, tmp_path / "new", place="Hamlet")
    assert [one.name for one in tmp_path.iterdir()] == ["layers"]


def test_a_building_file_is_used_instead(hamlet: OsmLayers, files: OsmFiles, tmp_path: Path) -> None:
    bare = write_layers(dataclasses.replace(hamlet, buildings=hamlet.buildings.iloc[:0]), tmp_path / "bare")
    assert files.buildings is not None
    scenario = write_scenario(bare, tmp_path / "new", place="Hamlet", buildings=files.buildings)
    assert read_scenario(scenario).scenario.buildings.paths == (str(files.buildings),)
    assert run_scenario(scenario, tmp_path / "run").city.report.n_used == 3


def test_without_anything_to_stand_on_the_place_is_refused(hamlet: OsmLayers, tmp_path: Path) -> None:
    steps = dataclasses.replace(
        hamlet, roads=hamlet.roads.assign(klass="steps"), street_lamps=lamps_at([]), signals=lamps_at([], "traffic_signals")
    )
    with pytest.raises(InvalidInputError, match="candidates must be possible"):
        write_scenario(write_layers(steps, tmp_path / "layers"), tmp_path / "new", place="Hamlet")
    assert not (tmp_path / "new").exists()


def test_a_failure_while_writing_leaves_nothing(files: OsmFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_text: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(osm_scenario, "_quoted", fail)
    with pytest.raises(KeyboardInterrupt):
        write_scenario(files, tmp_path / "new", place="Hamlet")
    assert [one.name for one in tmp_path.iterdir()] == ["layers"]


@pytest.mark.parametrize("place", ['Fuß "Q" \\ city', "渋谷区、東京都", "tab\tand\x7fdelete", "'''"])
def test_any_name_of_a_place_is_written_as_it_is(files: OsmFiles, tmp_path: Path, place: str) -> None:
    scenario = write_scenario(files, tmp_path / "新しい 地区", place=place)
    assert read_scenario(scenario).scenario.scenario.title_en == f"28 GHz sites in {place}"
    assert tomllib.loads(scenario.read_text(encoding="utf-8"))["scenario"]["name"] == "osm"


@pytest.fixture
def without_network(files: OsmFiles, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Answer every request for a place with the hamlet, and return the places asked for."""
    asked: list[str] = []

    def fetch(place: str, folder: Path) -> OsmFiles:
        asked.append(place)
        return dataclasses.replace(files, folder=files.folder.rename(folder), **moved(files, folder))

    monkeypatch.setattr(osm_scenario, "fetch_osm", fetch)
    return asked


def moved(files: OsmFiles, folder: Path) -> dict[str, Path]:
    return {name: folder / f"{name}.geojson" for name in ("roads", "street_lamps", "parks", "signals", "buildings", "zone")}


def test_the_command_writes_a_scenario_and_says_how_to_run_it(without_network: list[str], tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["fetch-osm", "Hamlet, Tokyo", "--out", str(tmp_path / "hamlet")])
    assert (result.exit_code, without_network) == (0, ["Hamlet, Tokyo"])
    assert result.stdout.splitlines() == [
        f"{tmp_path}/hamlet/scenario.toml",
        f"siting run {tmp_path}/hamlet/scenario.toml --out runs/hamlet",
    ]
    layers = {"roads", "street_lamps", "parks", "signals", "buildings", "zone"}
    expected = {f"{name}.geojson" for name in layers} | {"CREDIT.txt", "scenario.toml"}
    assert {one.name for one in (tmp_path / "hamlet").iterdir()} == expected


def test_a_folder_that_exists_is_refused_before_anything_is_fetched(without_network: list[str], tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="folder must not exist yet"):
        fetch_scenario("Hamlet", tmp_path)
    with pytest.raises(ScenarioError, match="must be a file that exists"):
        fetch_scenario("Hamlet", tmp_path / "new", buildings=tmp_path / "none.gpkg")
    assert without_network == []


def test_a_building_said_to_be_0_m_high_has_no_known_height(tmp_path: Path) -> None:
    corners = "".join(f'<node id="{i}" lat="35.{y}" lon="139.{x}"/>' for i, (x, y) in enumerate([(1, 1), (2, 1), (2, 2)], start=1))
    ways = '<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="path"/></way>'
    ways += '<way id="2"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="1"/><tag k="building" v="yes"/><tag k="height" v="0"/></way>'
    (tmp_path / "a.osm").write_text(f"<osm>{corners}{ways}</osm>", encoding="utf-8")
    assert layers_from_xml(tmp_path / "a.osm").buildings["height_m"].isna().tolist() == [True]


def test_every_city_lies_where_its_zone_is_used() -> None:
    for zone, (latitude, longitude) in japanese_cities():
        assert plane_for(longitude, latitude) == f"EPSG:{6668 + zone}"
        area = CRS.from_epsg(6668 + zone).area_of_use
        assert area is not None
        assert area.west <= longitude <= area.east
        assert area.south <= latitude <= area.north


@pytest.mark.parametrize(
    ("longitude", "latitude", "plane"),
    [
        (139.7016, 35.6595, 6677),  # Shibuya
        (139.3161, 35.6664, 6677),  # Hachioji, the west of Tokyo
        (139.0034, 36.3219, 6677),  # Takasaki, nearer to the meridian of zone VIII
        (137.7347, 34.7108, 6676),  # Hamamatsu, nearer to the meridian of zone VII
        (141.3545, 43.0621, 6680),  # Sapporo
        (127.6792, 26.2124, 6683),  # Naha
        (129.0756, 35.1796, 32652),  # Pusan
        (2.3522, 48.8566, 32631),  # Paris
        (151.2093, -33.8688, 32756),  # Sydney
        (180.0, 10.0, 32660),
        (-180.0, 10.0, 32601),
    ],
)
def test_a_place_gets_the_plane_of_its_prefecture_or_its_utm_zone(longitude: float, latitude: float, plane: int) -> None:
    assert plane_for(longitude, latitude) == f"EPSG:{plane}"


def test_a_pole_has_no_plane() -> None:
    with pytest.raises(InvalidInputError, match="84 degrees north"):
        plane_for(0.0, 89.0)


@pytest.mark.real_data
def test_a_stored_file_with_real_buildings_runs(data_dir: Path, tmp_path: Path) -> None:
    layers = layers_from_xml(data_dir / "osm_shibuya" / "shibuya_roads.osm")
    box = shapely.box(139.700, 35.657, 139.705, 35.661)
    document = json.loads((data_dir / "osm_shibuya" / "buildings.geojson").read_text(encoding="utf-8"))
    real = geopandas.GeoDataFrame.from_features(document["features"], crs="EPSG:4326")
    real = real[real.geometry.intersects(box)].rename(columns={"id": "osm_id"})
    layers = dataclasses.replace(layers, buildings=real, zone=layers.zone.set_geometry([box], crs="EPSG:4326"))
    scenario = write_scenario(write_layers(layers, tmp_path / "layers"), tmp_path / "shibuya", place="Shibuya")
    run = run_scenario(scenario, tmp_path / "run")
    assert run.city.report.n_used == len(real)
    assert [source.name for source in run.gathered.sources] == ["signals", "streetlights"]
    assert len(run.plan.chosen) == 30
    assert run.plan.gap < 0.05
