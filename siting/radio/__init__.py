"""Radio: path loss, attenuation, antennas, bands, and the link budget that joins them."""

from __future__ import annotations

from siting.radio.antenna import OmniAntenna, SectorAntenna, element_discount_db
from siting.radio.attenuation import LossRange, rain_coefficients, rain_db_per_km, vegetation_loss_db, wall_loss_db
from siting.radio.bands import BandPreset, band_preset, band_presets
from siting.radio.emf import emf_clearance_m
from siting.radio.gas import gas_db_per_km
from siting.radio.link_budget import Extrapolation, extrapolations, is_served, received_power_dbm
from siting.radio.p1411 import (
    p1411_corner_path_loss_db,
    p1411_high_rise_path_loss_db,
    p1411_los_path_loss_db,
    p1411_low_rise_path_loss_db,
)
from siting.radio.params import RadioParams
from siting.radio.path_loss import PATH_LOSS_MODELS, ModelRange, path_loss_db
from siting.radio.tr38901 import (
    uma_los_path_loss_db,
    uma_los_probability,
    uma_nlos_path_loss_db,
    umi_los_path_loss_db,
    umi_los_probability,
    umi_nlos_path_loss_db,
)

__all__ = [
    "PATH_LOSS_MODELS",
    "BandPreset",
    "Extrapolation",
    "LossRange",
    "ModelRange",
    "OmniAntenna",
    "RadioParams",
    "SectorAntenna",
    "band_preset",
    "band_presets",
    "element_discount_db",
    "emf_clearance_m",
    "extrapolations",
    "gas_db_per_km",
    "is_served",
    "p1411_corner_path_loss_db",
    "p1411_high_rise_path_loss_db",
    "p1411_los_path_loss_db",
    "p1411_low_rise_path_loss_db",
    "path_loss_db",
    "rain_coefficients",
    "rain_db_per_km",
    "received_power_dbm",
    "uma_los_path_loss_db",
    "uma_los_probability",
    "uma_nlos_path_loss_db",
    "umi_los_path_loss_db",
    "umi_los_probability",
    "umi_nlos_path_loss_db",
    "vegetation_loss_db",
    "wall_loss_db",
]
