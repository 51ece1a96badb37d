"""
Rays per core-second on real Shibuya, against viewsheds of the same place measured in the same run.

``python -m benchmarks.los`` prints one JSON line. Rays run from poles at 8 m to the centres of all outdoor 10 m cells
within 200 m. The peers compute a viewshed over a 2 m surface raster of the same buildings, per observer.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import shapely

from benchmarks.measure import Stages, data_folder, environment, peak_memory_gib, report
from siting import Candidates, City, DemandGrid, RadioParams, Zone, build_coverage, build_demand
from siting.placement import place_along_fronts

AREA_M = (-13_200.0, -38_800.0, -10_800.0, -36_200.0)
RANGE_M = 200.0
RASTER_M = 2.0
BLOCK_M = 200.0
_WARDS = ("13103", "13104", "13110", "13113")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--observers", type=int, default=4_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--peer-observers", type=int, default=5)
    arguments = parser.parse_args()
    stages = Stages()
    paths = [data_folder() / "plateau_buildings_2020" / f"{ward}.parquet" for ward in _WARDS]
    with stages.stage("city"):
        city = City.from_file(paths, crs="EPSG:6677", bbox_m=AREA_M)
    with stages.stage("demand"):
        demand = build_demand(city, [Zone(name="area", polygon=shapely.box(*AREA_M))])
    poles = place_along_fronts(
        city.outlines.xy_m,
        city.outlines.ring_start,
        crs=city.crs,
        is_outdoor=city.is_outdoor,
        n_candidates=arguments.observers,
        seed=0,
        within=lambda xy_m: shapely.contains_xy(shapely.box(*AREA_M), xy_m[:, 0], xy_m[:, 1]),
    ).candidates
    result = {
        "benchmark": "los",
        "buildings": len(city),
        "walls": int(len(city.outlines.xy_mm) - len(city.outlines.ring_outline)),
        "observers": len(poles),
        "cells": len(demand),
        "coverage": _coverage(city, poles, demand, arguments.repeats),
        "visible": _visible(city, poles, demand, arguments.repeats),
        "peers_s_per_observer": _peers(city, poles, arguments.peer_observers),
        "stages_s": stages.wall_s,
        "peak_memory_gib": peak_memory_gib(),
    }
    ours_s = result["coverage"]["core_seconds"] / len(poles)  # type: ignore[index]  # built just above
    result["times_faster"] = {name: round(seconds / ours_s) for name, seconds in result["peers_s_per_observer"].items()}  # type: ignore[attr-defined]
    report(result | environment("xarray-spatial"))


def _coverage(city: City, poles: Candidates, demand: DemandGrid, repeats: int) -> dict[str, float]:
    """Measure the rays of a coverage matrix, from all cores, power included."""
    radio = RadioParams.from_preset("28GHz", max_range_m=RANGE_M)
    begin = time.perf_counter()
    build_coverage(city, poles.take(np.arange(10)), demand, radio)
    compile_s = time.perf_counter() - begin
    runs = []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        coverage = build_coverage(city, poles, demand, radio)
        runs.append((time.process_time() - cpu, time.perf_counter() - wall))
    core_s, wall_s = (statistics.median(column) for column in zip(*runs, strict=True))
    return {
        "rays": coverage.n_rays,
        "pairs": coverage.n_pairs,
        "core_seconds": round(core_s, 4),
        "wall_s": round(wall_s, 4),
        "million_rays_per_core_second": round(coverage.n_rays / core_s / 1e6, 2),
        "compile_s": round(compile_s, 2),
    }


def _visible(city: City, poles: Candidates, demand: DemandGrid, repeats: int) -> dict[str, float]:
    """Measure ``City.visible``, one call per block of poles and the cells within range of the block."""
    blocks = []
    cells_m = np.column_stack((demand.xy_m, np.full(len(demand), 1.5)))
    for x in np.arange(AREA_M[0], AREA_M[2], BLOCK_M):
        for y in np.arange(AREA_M[1], AREA_M[3], BLOCK_M):
            is_here = ((poles.xyz_m[:, :2] >= (x, y)) & (poles.xyz_m[:, :2] < (x + BLOCK_M, y + BLOCK_M))).all(axis=1)
            is_near = (np.abs(cells_m[:, :2] - (x + BLOCK_M / 2, y + BLOCK_M / 2)) <= BLOCK_M / 2 + RANGE_M).all(axis=1)
            if is_here.any() and is_near.any():
                blocks.append((poles.xyz_m[is_here], cells_m[is_near]))
    n_rays = sum(len(observers) * len(targets) for observers, targets in blocks)
    city.visible(*blocks[0])
    runs = []
    for _ in range(repeats):
        cpu = time.process_time()
        for observers, targets in blocks:
            city.visible(observers, targets)
        runs.append(time.process_time() - cpu)
    core_s = statistics.median(runs)
    return {"rays": n_rays, "core_seconds": round(core_s, 4), "million_rays_per_core_second": round(n_rays / core_s / 1e6, 2)}


def _peers(city: City, poles: Candidates, n_observers: int) -> dict[str, float]:
    """Measure peers on a surface raster of 100,000 posts around each of a few poles, where they are installed."""
    half = int(np.sqrt(1e5) / 2)
    windows = []
    for pole in poles.xyz_m[np.linspace(0, len(poles) - 1, n_observers).astype(int)]:
        offsets = (np.arange(2 * half + 1) - half) * RASTER_M
        points = np.stack(np.meshgrid(pole[0] + offsets, pole[1] + offsets), axis=-1).reshape(-1, 2)
        windows.append((pole, city.roof_above_ground_m(points).reshape(2 * half + 1, 2 * half + 1)))
    found = {}
    if shutil.which("gdal_viewshed"):
        found["gdal_viewshed"] = _gdal(windows)
    with contextlib.suppress(ImportError):
        found["xarray_spatial"] = _xarray_spatial(windows)
    return {name: round(seconds, 4) for name, seconds in found.items()}


def _gdal(windows: list[tuple[np.ndarray, np.ndarray]]) -> float:
    """Return seconds per observer of gdal_viewshed, reading and writing its rasters."""
    import rasterio  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        seconds = []
        for pole, heights_m in windows:
            n = len(heights_m)
            surface, out = Path(folder) / "surface.tif", Path(folder) / "seen.tif"
            transform = rasterio.transform.from_origin(pole[0] - RASTER_M * n / 2, pole[1] + RASTER_M * n / 2, RASTER_M, RASTER_M)
            with rasterio.open(
                surface, "w", driver="GTiff", height=n, width=n, count=1, dtype="float32", crs="EPSG:6677", transform=transform
            ) as raster:
                raster.write(heights_m[::-1].astype(np.float32), 1)
            command = [
                "gdal_viewshed",
                "-q",
                "-oz",
                str(pole[2]),
                "-tz",
                "1.5",
                "-ox",
                str(pole[0]),
                "-oy",
                str(pole[1]),
                str(surface),
                str(out),
            ]
            begin = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            seconds.append(time.perf_counter() - begin)
        return statistics.median(seconds)


def _xarray_spatial(windows: list[tuple[np.ndarray, np.ndarray]]) -> float:
    """Return seconds per observer of xarray-spatial's viewshed."""
    import xarray  # noqa: PLC0415
    from xrspatial import viewshed  # noqa: PLC0415

    seconds = []
    for i, (pole, heights_m) in enumerate([windows[0], *windows]):
        axis = np.arange(len(heights_m)) * RASTER_M
        surface = xarray.DataArray(heights_m.astype(np.float64), coords={"y": axis, "x": axis}, dims=("y", "x"))
        begin = time.perf_counter()
        viewshed(surface, x=axis[len(axis) // 2], y=axis[len(axis) // 2], observer_elev=float(pole[2]), target_elev=1.5)
        if i:
            seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds)


if __name__ == "__main__":
    main()
