"""Coverage: equal to line of sight and link budget pair by pair, whatever the chunks."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from siting import Candidates, City, DemandGrid, InvalidInputError, RadioParams, Vegetation, Zone, build_coverage, build_demand
from siting import coverage_build as module
from siting.radio import is_served, received_power_dbm

_CRS = "EPSG:6677"


def _block(rng: np.random.Generator, vegetation: Vegetation | None = None) -> City:
    corners = rng.uniform(0.0, 280.0, (45, 2))
    sizes = rng.uniform(4.0, 25.0, (45, 2))
    boxes = [shapely.box(*corner, *(corner + size)) for corner, size in zip(corners, sizes, strict=True)]
    return City.from_footprints(boxes, rng.uniform(3.0, 25.0, 45), crs=_CRS, vegetation=vegetation)


def _scene(seed: int, vegetation: Vegetation | None = None, *, is_sector: bool = False) -> tuple[City, Candidates, DemandGrid]:
    rng = np.random.default_rng(seed)
    city = _block(rng, vegetation)
    demand = build_demand(city, [Zone(name="z", polygon=shapely.box(-20, -20, 310, 310))], cell_m=10.0)
    places = rng.uniform(0.0, 300.0, (120, 2))
    places = places[city.is_outdoor(places)][:40]
    xyz_m = np.round(np.column_stack((places, rng.uniform(4.0, 12.0, len(places)))), 3)
    azimuth_deg = rng.uniform(0.0, 360.0, len(places)) if is_sector else np.nan
    return city, Candidates.from_points(xyz_m, crs=_CRS, azimuth_deg=azimuth_deg), demand


def _pair_by_pair(city: City, candidates: Candidates, demand: DemandGrid, radio: RadioParams) -> list[list[int]]:
    """Compute each pair on its own, through the public line of sight."""
    cells_m = np.column_stack((demand.xy_m, np.full(len(demand), radio.user_height_m)))
    is_clear = city.visible(candidates.xyz_m, cells_m)
    rows = []
    for i in range(len(candidates)):
        offset = cells_m[:, :2] - candidates.xyz_m[i, :2]
        distance_m = np.hypot(*offset.T)
        depth_m: np.ndarray | float = 0.0
        if city.vegetation is not None:
            pairs = np.arange(len(demand), dtype=np.int32)
            depth_m = city.vegetation.depths_m(candidates.xyz_m[i : i + 1], cells_m, np.zeros_like(pairs), pairs)
        near = distance_m <= radio.max_range_m
        power_dbm = received_power_dbm(
            radio,
            distance_2d_m=np.where(near, distance_m, 1.0),
            base_height_m=candidates.xyz_m[i, 2],
            is_line_of_sight=is_clear[i],
            azimuth_offset_deg=np.degrees(np.arctan2(*offset.T)) - candidates.azimuth_deg[i],
            vegetation_depth_m=depth_m,
        )
        rows.append(np.flatnonzero(near & is_served(radio, power_dbm, is_clear[i])).tolist())
    return rows


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "radio",
    [
        RadioParams.from_preset("28GHz", max_range_m=150.0),
        RadioParams.from_preset("28GHz", max_range_m=200.0, receiver_threshold_dbm=-98.0, antenna="sector"),
        RadioParams.from_preset("3.7GHz", max_range_m=250.0, receiver_threshold_dbm=-95.0),
        RadioParams.from_preset("4.5GHz", max_range_m=180.0, receiver_threshold_dbm=-100.0, path_loss_model="p1411_high_rise"),
    ],
    ids=["28GHz", "28GHz sector", "3.7GHz", "4.5GHz P.1411"],
)
def test_the_pattern_is_that_of_every_pair_on_its_own(radio: RadioParams, seed: int) -> None:
    trees = Vegetation.from_polygons([shapely.box(100, 100, 190, 160), shapely.box(150, 120, 220, 240)], crs=_CRS)
    city, candidates, demand = _scene(seed, trees if seed else None, is_sector=radio.antenna == "sector")
    coverage = build_coverage(city, candidates, demand, radio)
    rows = [coverage.cells_of(i).tolist() for i in range(len(candidates))]
    assert rows == _pair_by_pair(city, candidates, demand, radio)
    assert 0 < coverage.n_pairs < coverage.n_rays


def test_chunks_and_their_order_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    city, candidates, demand = _scene(5)
    radio = RadioParams.from_preset("28GHz")
    whole = build_coverage(city, candidates, demand, radio)
    monkeypatch.setattr(module, "_CANDIDATES_PER_CHUNK", 3)
    pieces = build_coverage(city, candidates, demand, radio)
    np.testing.assert_array_equal(whole.start, pieces.start)
    np.testing.assert_array_equal(whole.cells, pieces.cells)
    assert whole.n_rays == pieces.n_rays


def test_progress_rises_to_the_number_of_candidates() -> None:
    city, candidates, demand = _scene(6)
    seen: list[tuple[str, int, int]] = []
    build_coverage(city, candidates, demand, RadioParams.from_preset("28GHz"), progress=lambda *step: seen.append(step))
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)
    assert seen[0] == ("stage.rays", 0, len(candidates))
    assert seen[-1] == ("stage.rays", len(candidates), len(candidates))


def test_an_interrupt_passes_through() -> None:
    city, candidates, demand = _scene(6)

    def interrupt(_stage: str, done: int, _total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_coverage(city, candidates, demand, RadioParams.from_preset("28GHz"), progress=interrupt)


def test_trees_take_pairs_away_and_the_worst_case_more_than_the_best() -> None:
    trees = Vegetation.from_polygons([shapely.box(0, 0, 300, 300)], crs=_CRS, canopy_m=15.0)
    city, candidates, demand = _scene(7, trees)
    bare, _, _ = _scene(7)
    counts = [
        build_coverage(
            city, candidates, demand, RadioParams.from_preset("28GHz", vegetation_case=case, receiver_threshold_dbm=-105.0)
        ).n_pairs
        for case in ("high", "expected", "low")
    ]
    counts.append(build_coverage(bare, candidates, demand, RadioParams.from_preset("28GHz", receiver_threshold_dbm=-105.0)).n_pairs)
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


@pytest.mark.parametrize(
    ("xyz_m", "message"),
    [
        ((10.0, 10.0, 5.0), r"'c0' must be outdoors or not below the roof at 20\.0 m"),
        ((9_000.0, 0.0, 8.0), r"'c0' must lie within 200 m of the city"),
        ((40.0, 40.0, 0.5), r"antenna height of 'c0' must be in 1\.5\.\.1000 m"),
    ],
)
def test_candidates_that_cannot_be_are_refused(xyz_m: tuple[float, float, float], message: str) -> None:
    city = City.from_footprints([shapely.box(0, 0, 20, 20)], [20.0], crs=_CRS)
    demand = build_demand(city, [Zone(name="z", polygon=shapely.box(-50, -50, 100, 100))])
    with pytest.raises(InvalidInputError, match=message):
        build_coverage(city, Candidates.from_points([xyz_m], crs=_CRS), demand, RadioParams.from_preset("28GHz"))


def test_a_rooftop_candidate_is_welcome() -> None:
    city = City.from_footprints([shapely.box(0, 0, 20, 20)], [20.0], crs=_CRS)
    demand = build_demand(city, [Zone(name="z", polygon=shapely.box(-90, -90, 110, 110))])
    coverage = build_coverage(city, Candidates.from_points([(19.5, 10.0, 23.0)], crs=_CRS), demand, RadioParams.from_preset("28GHz"))
    assert coverage.n_pairs > 0


def test_another_plane_is_refused() -> None:
    city, candidates, demand = _scene(8)
    other = Candidates.from_points(candidates.xyz_m, crs="EPSG:6676")
    with pytest.raises(InvalidInputError, match=r"candidates\.crs must be the city's"):
        build_coverage(city, other, demand, RadioParams.from_preset("28GHz"))
