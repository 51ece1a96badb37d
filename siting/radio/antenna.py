"""Antenna patterns: the element of TR 38.901, a sector antenna made of it, and an all-round antenna."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from siting.arrays import FloatArray
from siting.radio.ranges import within


def element_discount_db(
    azimuth_deg: ArrayLike,
    elevation_deg: ArrayLike,
    *,
    horizontal_beam_width_deg: float = 65.0,
    vertical_beam_width_deg: float = 65.0,
    floor_db: float = 30.0,
) -> FloatArray:
    """
    Return how much less than its peak an element radiates in a direction.

    Parameters
    ----------
    azimuth_deg
        From boresight [deg], any turn; NaN stands for an antenna that is alike all round.
    elevation_deg
        From boresight, up positive [deg], -180 to 180; both broadcast.
    horizontal_beam_width_deg, vertical_beam_width_deg
        Where the pattern has fallen by 3 dB, side to side [deg].
    floor_db
        The discount never exceeds this: ``A_max`` and ``SLA_V`` of the table [dB].

    Returns
    -------
    FloatArray
        Discounts [dB], 0 to ``floor_db``.

    References
    ----------
    3GPP TR 38.901 v19.4, table 7.3-1.
    """
    turn = np.asarray(azimuth_deg, dtype=np.float64)
    wrapped = np.where(np.isnan(turn), 0.0, np.remainder(turn + 180.0, 360.0) - 180.0)
    horizontal_db = np.minimum(12.0 * (wrapped / horizontal_beam_width_deg) ** 2, floor_db)
    vertical_db = np.minimum(12.0 * (np.asarray(elevation_deg, dtype=np.float64) / vertical_beam_width_deg) ** 2, floor_db)
    return np.asarray(np.minimum(horizontal_db + vertical_db, floor_db))


@dataclass(frozen=True, kw_only=True)
class SectorAntenna:
    """
    A panel that serves one sector; for a panel that steers its beam, the envelope of the beams.

    Attributes
    ----------
    peak_gain_dbi
        Gain at the peak [dBi].
    horizontal_beam_width_deg, vertical_beam_width_deg
        3 dB widths [deg], 1 to 360.
    floor_db
        Largest discount from the peak [dB], 0 to 60.
    electrical_tilt_deg
        How far the beam is steered down within the panel's frame, the same at every azimuth [deg], -90 to 90.
    mechanical_tilt_deg
        How far the panel leans forward [deg], -90 to 90: full downtilt ahead, none at the sides.

    Raises
    ------
    OutOfRangeError
        A value lies outside its range, or is NaN.
    """

    peak_gain_dbi: float = 8.0
    horizontal_beam_width_deg: float = 65.0
    vertical_beam_width_deg: float = 65.0
    floor_db: float = 30.0
    electrical_tilt_deg: float = 0.0
    mechanical_tilt_deg: float = 0.0

    def __post_init__(self) -> None:
        _check(self.peak_gain_dbi, self.floor_db)
        for field in ("horizontal_beam_width_deg", "vertical_beam_width_deg"):
            within(field, getattr(self, field), 1.0, 360.0, unit="deg", model="antenna")
        for field in ("electrical_tilt_deg", "mechanical_tilt_deg"):
            within(field, getattr(self, field), -90.0, 90.0, unit="deg", model="antenna")

    def gain_dbi(self, azimuth_offset_deg: ArrayLike, elevation_deg: ArrayLike) -> FloatArray:
        """
        Return the gain towards given directions.

        Parameters
        ----------
        azimuth_offset_deg
            From the panel's azimuth [deg], any turn. NaN stands for a site with a panel towards every side: the
            direction then lies ahead of one of them.
        elevation_deg
            Above the horizon [deg], -90 to 90; both broadcast.

        References
        ----------
        3GPP TR 38.901 v19.4, table 7.3-1; clause 7.1.3 for the mechanical tilt.
        """
        azimuth, elevation = np.asarray(azimuth_offset_deg, dtype=np.float64), np.asarray(elevation_deg, dtype=np.float64)
        if self.mechanical_tilt_deg:
            azimuth, elevation = _in_tilted_frame(azimuth, elevation, self.mechanical_tilt_deg)
        return self.peak_gain_dbi - element_discount_db(
            azimuth,
            elevation + self.electrical_tilt_deg,
            horizontal_beam_width_deg=self.horizontal_beam_width_deg,
            vertical_beam_width_deg=self.vertical_beam_width_deg,
            floor_db=self.floor_db,
        )


@dataclass(frozen=True, kw_only=True)
class OmniAntenna:
    """
    An antenna that is alike all round, with a vertical pattern, or none.

    Attributes
    ----------
    peak_gain_dbi
        Gain at the peak [dBi].
    vertical_beam_width_deg
        3 dB width [deg], 1 to 360; ``None`` for the same gain in every direction.
    floor_db
        Largest discount from the peak [dB], 0 to 60.
    electrical_tilt_deg
        How far below the horizon the peak lies, all round [deg], -90 to 90.

    Raises
    ------
    OutOfRangeError
        A value lies outside its range, or is NaN.
    """

    peak_gain_dbi: float = 0.0
    vertical_beam_width_deg: float | None = None
    floor_db: float = 30.0
    electrical_tilt_deg: float = 0.0

    def __post_init__(self) -> None:
        _check(self.peak_gain_dbi, self.floor_db)
        if self.vertical_beam_width_deg is not None:
            within("vertical_beam_width_deg", self.vertical_beam_width_deg, 1.0, 360.0, unit="deg", model="antenna")
        within("electrical_tilt_deg", self.electrical_tilt_deg, -90.0, 90.0, unit="deg", model="antenna")

    def gain_dbi(self, azimuth_offset_deg: ArrayLike, elevation_deg: ArrayLike) -> FloatArray:
        """Return the gain towards given directions [deg], as :meth:`SectorAntenna.gain_dbi` does; the azimuth has no effect."""
        shape = np.broadcast_shapes(np.shape(azimuth_offset_deg), np.shape(elevation_deg))
        elevation = np.asarray(elevation_deg, dtype=np.float64)
        if self.vertical_beam_width_deg is None:
            return np.full(shape, self.peak_gain_dbi)
        vertical_db = np.minimum(12.0 * ((elevation + self.electrical_tilt_deg) / self.vertical_beam_width_deg) ** 2, self.floor_db)
        return np.broadcast_to(self.peak_gain_dbi - vertical_db, shape)


def _check(peak_gain_dbi: float, floor_db: float) -> None:
    within("peak_gain_dbi", peak_gain_dbi, -60.0, 60.0, unit="dBi", model="antenna")
    within("floor_db", floor_db, 0.0, 60.0, unit="dB", model="antenna")


def _in_tilted_frame(azimuth_deg: FloatArray, elevation_deg: FloatArray, tilt_deg: float) -> tuple[FloatArray, FloatArray]:
    """Turn directions into the frame of a panel that leans forward; where there is no azimuth, they lie ahead of it."""
    if np.isnan(azimuth_deg).all():
        return azimuth_deg, elevation_deg + tilt_deg
    tilt, azimuth, elevation = np.radians(tilt_deg), np.radians(azimuth_deg), np.radians(elevation_deg)
    ahead, aside, up = np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)
    tilted_ahead = np.cos(tilt) * ahead - np.sin(tilt) * up
    tilted_up = np.sin(tilt) * ahead + np.cos(tilt) * up
    tilted_azimuth = np.degrees(np.arctan2(aside, tilted_ahead))
    tilted_elevation = np.where(np.isnan(azimuth_deg), elevation_deg + tilt_deg, np.degrees(np.arcsin(np.clip(tilted_up, -1.0, 1.0))))
    return tilted_azimuth, tilted_elevation
