"""Positions for rows that have only an address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Geocoded:
    """
    A position found for an address.

    Attributes
    ----------
    lat, lon
        Position [deg].
    accuracy_m
        How far the true position may be from it [m].
    matched
        The part of the address that was found.
    """

    lat: float
    lon: float
    accuracy_m: float
    matched: str


class Geocoder(Protocol):
    """
    Finds positions of addresses, without a network.

    Attributes
    ----------
    digest
        Hash of all it knows: a list is read anew when a geocoder that knows other places is given.
    """

    @property
    def digest(self) -> str:
        """Return the hash."""

    def __call__(self, address: str) -> Geocoded | None:
        """Return the position of an address; ``None`` if it is not known."""
