"""Everything about a radio service that coverage depends on."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Literal

from siting.errors import InvalidInputError
from siting.radio.antenna import OmniAntenna, SectorAntenna
from siting.radio.attenuation import MOST_RAIN_MM_H, VegetationCase, WallLoss
from siting.radio.bands import band_preset
from siting.radio.path_loss import PATH_LOSS_MODELS, PathLossName

AntennaKind = Literal["omni", "sector"]

_LIMITS: dict[str, tuple[float, float]] = {
    "frequency_ghz": (1.0, 95.0),  # where rain, air and vegetation can all be computed
    "bandwidth_mhz": (1.0, 4_000.0),
    "subcarrier_spacing_khz": (15.0, 960.0),
    "eirp_dbm": (-30.0, 90.0),
    "receiver_threshold_dbm": (-140.0, -30.0),
    "user_height_m": (0.0, 100.0),
    "body_loss_db": (0.0, 40.0),
    "max_range_m": (1.0, 5_000.0),
    "horizontal_beam_width_deg": (1.0, 360.0),
    "vertical_beam_width_deg": (1.0, 360.0),
    "tilt_deg": (-90.0, 90.0),
    "rain_mm_h": (0.0, MOST_RAIN_MM_H),
}
_CHOICES: dict[str, tuple[str, ...]] = {
    "path_loss_model": tuple(PATH_LOSS_MODELS),
    "antenna": ("omni", "sector"),
    "vegetation_case": ("low", "expected", "high"),
    "o2i": ("none", "low", "high"),
}


@dataclass(frozen=True, kw_only=True)
class RadioParams:
    """
    One radio service: what is sent, how it travels, and what a terminal needs.

    Attributes
    ----------
    band
        Name of the band, any text.
    frequency_ghz
        Centre frequency [GHz], 1 to 95 and within the path-loss model.
    bandwidth_mhz
        Width of the channel over which ``eirp_dbm`` is spread evenly [MHz].
    subcarrier_spacing_khz
        Width of a resource element [kHz].
    eirp_dbm
        Power of the whole channel at the peak of the antenna pattern [dBm EIRP].
    receiver_threshold_dbm
        Least received power per resource element (RSRP) that counts as service [dBm], -140 to -30.
    path_loss_model
        ``"umi"``, ``"uma"``, ``"p1411_high_rise"`` or ``"p1411_low_rise"``.
    requires_line_of_sight
        Links without line of sight never count, however strong.
    max_range_m
        Horizontal distance beyond which no link is looked at [m].
    user_height_m
        Terminal height above ground [m].
    body_loss_db
        Loss by the person who holds the terminal [dB].
    antenna
        ``"omni"`` is alike all round; ``"sector"`` is a panel, or panels to every side at sites without an azimuth.
    horizontal_beam_width_deg, vertical_beam_width_deg
        3 dB widths [deg]; for steered beams, of their envelope. The horizontal one matters for sectors only.
    tilt_deg
        Downtilt of the pattern's peak [deg]: of a sector the whole panel leans, of an omni the pattern is lowered.
    rain_mm_h
        Rain rate to plan for [mm/h]; horizontal polarisation, which loses more.
    vegetation_case
        Which end of the range of losses in trees to plan for.
    o2i
        Wall between antenna and terminal: ``"none"`` plans for outdoors.

    Raises
    ------
    InvalidInputError
        Names field, rule and value.
    """

    band: str
    frequency_ghz: float
    bandwidth_mhz: float
    subcarrier_spacing_khz: float
    eirp_dbm: float
    receiver_threshold_dbm: float
    path_loss_model: PathLossName
    requires_line_of_sight: bool
    max_range_m: float
    user_height_m: float = 1.5
    body_loss_db: float = 8.0
    antenna: AntennaKind = "omni"
    horizontal_beam_width_deg: float = 65.0
    vertical_beam_width_deg: float = 65.0
    tilt_deg: float = 0.0
    rain_mm_h: float = 0.0
    vegetation_case: VegetationCase = "expected"
    o2i: WallLoss = "none"

    def __post_init__(self) -> None:
        for field, limits in _LIMITS.items():
            self._check_number(field, *limits)
        for field, choices in _CHOICES.items():
            if getattr(self, field) not in choices:
                raise InvalidInputError(f"radio.{field}", f"must be one of {', '.join(choices)}", getattr(self, field))
        if not (isinstance(self.band, str) and self.band):
            raise InvalidInputError("radio.band", "must be a text that is not empty", self.band)
        if not isinstance(self.requires_line_of_sight, bool):
            raise InvalidInputError("radio.requires_line_of_sight", "must be true or false", self.requires_line_of_sight)
        self._check_model()

    def _check_number(self, field: str, low: float, high: float, why: str = "") -> None:
        value = getattr(self, field)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise InvalidInputError(f"radio.{field}", "must be a number", value)
        if not low <= value <= high:
            raise InvalidInputError(f"radio.{field}", f"must be in {low:g}..{high:g}{why}", value)

    def _check_model(self) -> None:
        """Refuse what the path-loss model cannot compute, before anything is computed."""
        limits, why = PATH_LOSS_MODELS[self.path_loss_model], f" with {self.path_loss_model}"
        self._check_number("frequency_ghz", *limits.frequency_ghz, why)
        self._check_number("user_height_m", *limits.user_height_m, why)
        self._check_number("max_range_m", 1.0, limits.distance_m(with_nlos=not self.requires_line_of_sight)[1], why)

    @classmethod
    def from_preset(cls, band: str, **overrides: float | str | bool) -> RadioParams:
        """
        Return the parameters of a band, with some of them changed.

        Parameters
        ----------
        band
            Name of a preset, such as ``"28GHz"``.
        overrides
            Fields to change, by name.

        Raises
        ------
        InvalidInputError
            Unknown band or field (the nearest is suggested), or an impossible value.
        """
        preset = band_preset(band)
        names = [field.name for field in fields(cls) if field.name != "band"]
        for name, value in overrides.items():
            if name not in names:
                near = get_close_matches(name, names, n=1)
                hint = f" (did you mean {near[0]!r}?)" if near else ""
                raise InvalidInputError(f"radio.{name}", f"is not a radio parameter{hint}", value)
        values: dict[str, Any] = {name: getattr(preset, name) for name in names if hasattr(preset, name)}
        return cls(band=preset.name, **(values | overrides))

    @property
    def resource_element_eirp_dbm(self) -> float:
        """Power of one resource element at the peak of the pattern [dBm EIRP]: the channel's power density times its width."""
        return self.eirp_dbm - 10.0 * math.log10(1e3 * self.bandwidth_mhz / self.subcarrier_spacing_khz)

    @cached_property
    def pattern(self) -> OmniAntenna | SectorAntenna:
        """Antenna pattern relative to its peak, which is 0 dBi because the peak gain is part of the EIRP."""
        if self.antenna == "omni":
            return OmniAntenna(peak_gain_dbi=0.0, vertical_beam_width_deg=self.vertical_beam_width_deg, electrical_tilt_deg=self.tilt_deg)
        return SectorAntenna(
            peak_gain_dbi=0.0,
            horizontal_beam_width_deg=self.horizontal_beam_width_deg,
            vertical_beam_width_deg=self.vertical_beam_width_deg,
            mechanical_tilt_deg=self.tilt_deg,
        )
