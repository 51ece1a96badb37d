"""
Larger instances in the four-cities format, made from the real buildings of wards.

``python -m benchmarks.corners 13121 13122 --square-m 90 --name Adachi > Adachi.txt`` writes one corner for each square that has
buildings, where the largest of them stands, with the volume of all of them as its demand [1,000 m3]. For ``benchmarks.mclp``:
the stored instances end at 3,839 corners. Needs ``SITING_DATA``.
"""

from __future__ import annotations

import argparse
import sys

import geopandas as gpd
import numpy as np

from benchmarks.four_cities import instance_text
from benchmarks.measure import data_folder
from siting.arrays import FloatArray, IntArray

_UNIT_M3 = 1_000.0
_LEAST_HEIGHT_M = 3.0
"""A building whose height is not known, or less, counts as one storey."""


def main(arguments: list[str] | None = None) -> None:
    """Write an instance to the standard output."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ward", nargs="+", help="code of a ward, 13101 to 13123")
    parser.add_argument("--square-m", type=float, default=90.0, help="side of a square [m]")
    parser.add_argument("--name", default="Wards")
    given = parser.parse_args(arguments)
    if not given.square_m > 0.0:
        parser.error(f"--square-m: above 0, not {given.square_m:g}")
    paths = [data_folder() / "plateau_buildings_2020" / f"{code}.parquet" for code in given.ward]
    for path in paths:
        if not path.is_file():
            sys.exit(f"{path}: no such file")
    wards = [gpd.read_parquet(path) for path in paths]
    middle = [ward.geometry.centroid for ward in wards]
    height_m = np.concatenate([ward["height_m"].to_numpy(dtype=np.float64, na_value=np.nan) for ward in wards])
    area_m2 = np.concatenate([ward.geometry.area.to_numpy() for ward in wards])
    corner, demand = corners_of(
        np.concatenate([np.column_stack([one.x, one.y]) for one in middle]),
        area_m2 * np.fmax(height_m, _LEAST_HEIGHT_M),
        square_m=given.square_m,
    )
    degrees = np.concatenate([np.column_stack([one.x, one.y]) for one in (points.to_crs("EPSG:4326") for points in middle)])
    sys.stdout.write(instance_text(given.name, degrees[corner], demand))


def corners_of(xy_m: FloatArray, volume_m3: FloatArray, *, square_m: float) -> tuple[IntArray, IntArray]:
    """
    Return the largest building of each square, and the volume of all buildings there [1,000 m3, 1 at least], shapes (n,).

    Parameters
    ----------
    xy_m
        Middle of each building [m], shape (k, 2).
    volume_m3
        Volume of each building [m3], shape (k,).
    square_m
        Side of a square [m], > 0.
    """
    _, square = np.unique(np.floor(xy_m / square_m).astype(np.int64), axis=0, return_inverse=True)
    order = np.lexsort((-volume_m3, square.ravel()))
    _, first = np.unique(square.ravel()[order], return_index=True)
    volume = np.bincount(square.ravel(), weights=volume_m3) / _UNIT_M3
    return order[first].astype(np.int64), np.maximum(np.rint(volume), 1.0).astype(np.int64)


if __name__ == "__main__":
    main()
