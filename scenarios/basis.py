"""What a scenario gives to plan with, once its files are read."""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.candidate_sources import GatheredCandidates
from scenarios.places import Plane
from scenarios.scenario import ScenarioFile
from siting import City, DemandGrid, RadioParams, Zone


@dataclass(frozen=True, kw_only=True, eq=False)
class Basis:
    """
    All that the rules of a scenario speak of.

    Attributes
    ----------
    file, plane
        The scenario and its plane.
    city, zones, demand, gathered
        Buildings, zones, cells and candidates.
    radio
        The radio of the scenario.
    """

    file: ScenarioFile
    plane: Plane
    city: City
    zones: tuple[Zone, ...]
    demand: DemandGrid
    gathered: GatheredCandidates
    radio: RadioParams
