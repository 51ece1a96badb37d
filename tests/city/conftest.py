"""Cities that several tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from siting import City

_SHIBUYA_M = (-12_600.0, -38_600.0, -11_900.0, -37_900.0)
_NISHI_SHINJUKU_M = (-13_100.0, -34_900.0, -12_300.0, -34_100.0)
_WARDS = ("13103", "13104", "13110", "13113", "13114")


def _real_city(data_dir: Path, box_m: tuple[float, float, float, float]) -> City:
    paths = [data_dir / "plateau_buildings_2020" / f"{ward}.parquet" for ward in _WARDS]
    return City.from_file(paths, crs="EPSG:6677", bbox_m=box_m)


@pytest.fixture(scope="session")
def shibuya(data_dir: Path) -> City:
    return _real_city(data_dir, _SHIBUYA_M)


@pytest.fixture(scope="session")
def nishi_shinjuku(data_dir: Path) -> City:
    return _real_city(data_dir, _NISHI_SHINJUKU_M)
