"""Dated presets of the frequency bands a scenario can name."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from siting.errors import InvalidInputError
from siting.radio.path_loss import PathLossName


@dataclass(frozen=True, kw_only=True)
class BandPreset:
    """
    What is usual in one band, and where that comes from. Thresholds and ranges are this project's defaults.

    Attributes
    ----------
    name
        Such as ``"28GHz"``.
    as_of
        Date of the source.
    source
        Document the power, height, tilt and terminal come from.
    base_heights_m
        Usual antenna heights above ground [m], lowest first.

    Notes
    -----
    The other attributes are the defaults of the fields of :class:`siting.radio.RadioParams` with the same name.
    """

    name: str
    as_of: date
    source: str
    base_heights_m: tuple[float, ...]
    frequency_ghz: float
    bandwidth_mhz: float
    subcarrier_spacing_khz: float
    eirp_dbm: float
    receiver_threshold_dbm: float
    user_height_m: float
    body_loss_db: float
    path_loss_model: PathLossName
    requires_line_of_sight: bool
    max_range_m: float
    antenna: str
    vertical_beam_width_deg: float
    tilt_deg: float


@lru_cache(maxsize=1)
def band_presets() -> MappingProxyType[str, BandPreset]:
    """Return the shipped presets by name."""
    text = files("siting.radio").joinpath("data", "bands.toml").read_text(encoding="utf-8")
    presets = {}
    for name, table in tomllib.loads(text).items():
        heights_m = tuple(table.pop("base_heights_m"))
        presets[name] = BandPreset(name=name, base_heights_m=heights_m, **table)
    return MappingProxyType(presets)


def band_preset(name: str) -> BandPreset:
    """
    Return the preset of a band.

    Parameters
    ----------
    name
        One of :func:`band_presets`, such as ``"28GHz"``.

    Raises
    ------
    InvalidInputError
        No such band; the error lists those there are, and suggests the nearest.
    """
    presets = band_presets()
    if name not in presets:
        near = get_close_matches(str(name), presets, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise InvalidInputError("band", f"must be one of {', '.join(presets)}{hint}", name)
    return presets[name]
