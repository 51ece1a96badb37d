"""How high an antenna stands on an asset of the register."""

from __future__ import annotations

import math

import numpy as np

from assets_db.record import AssetRecord
from scenarios.register_tables import RegisterAssets
from siting.arrays import FloatArray

_ROOF_TYPES = ("building", "station")
"""What carries antennas on its roof where the register does not say how they are mounted."""


def is_on_roof(record: AssetRecord) -> bool:
    """Return whether an antenna on an asset stands on its roof."""
    mount = record.text("mount_type")
    return mount == "roof" if mount else record.text("asset_type") in _ROOF_TYPES


def assumed_height_m(source: RegisterAssets, record: AssetRecord) -> float:
    """Return the height a scenario gives to an asset of unknown height [m]; NaN for none."""
    found = source.height_m.get(record.text("asset_type"), source.default_height_m)
    return math.nan if found is None else found


def antenna_height_m(source: RegisterAssets, record: AssetRecord) -> float:
    """
    Return the height of an antenna above ground [m]; NaN if nothing says it.

    The highest mount counts where it is known, else the height of the asset (and the mast on its roof), else what the scenario
    gives to its type.
    """
    mount_m, asset_m = record.number("mount_height_max_m"), record.number("height_agl_m")
    if mount_m is not None and mount_m > 0:
        return mount_m
    if asset_m is not None and asset_m > 0:
        return asset_m + (source.mast_m if is_on_roof(record) else 0.0)
    return assumed_height_m(source, record)


def fit_to_roofs(source: RegisterAssets, records: tuple[AssetRecord, ...], height_m: FloatArray, roof_m: FloatArray) -> FloatArray:
    """Return heights [m] (n,) of which those on roofs are a mast above the roof there [m] (n,) where they were lower or unknown."""
    is_roof = np.array([is_on_roof(record) for record in records], dtype=np.bool_)
    is_low = is_roof & (roof_m > 0) & ~(height_m >= roof_m)
    return np.where(is_low, roof_m + source.mast_m, height_m)
