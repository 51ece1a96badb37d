"""
The siting core: from buildings, candidates and zones to a plan with a proven gap.

``City`` and its rays, ``RadioParams``, the demand grid, coverage and the solver are made to be used from scripts and
notebooks; every result carries what is needed to reproduce and to trust it.
"""

from __future__ import annotations

from siting.candidates import Candidates
from siting.city import City
from siting.coverage import CoverageMatrix
from siting.coverage_build import build_coverage
from siting.demand import DemandGrid
from siting.demand_build import ByArea, ByFacilities, ByMesh, Zone, build_demand
from siting.errors import InvalidInputError, InvalidPlanError, OutOfRangeError, SitingError
from siting.evaluate import Kpis, evaluate
from siting.ground import Ground
from siting.plan import Plan, SolveParams
from siting.problem import SitingProblem
from siting.radio import RadioParams
from siting.solver.solve import solve
from siting.vegetation import Vegetation

__all__ = [
    "ByArea",
    "ByFacilities",
    "ByMesh",
    "Candidates",
    "City",
    "CoverageMatrix",
    "DemandGrid",
    "Ground",
    "InvalidInputError",
    "InvalidPlanError",
    "Kpis",
    "OutOfRangeError",
    "Plan",
    "RadioParams",
    "SitingError",
    "SitingProblem",
    "SolveParams",
    "Vegetation",
    "Zone",
    "build_coverage",
    "build_demand",
    "evaluate",
    "solve",
]
