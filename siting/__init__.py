"""
The siting core: from buildings, candidates and zones to a plan with a proven gap.

``City`` and its rays, ``RadioParams``, the demand grid, coverage and the solver are made to be used from scripts and
notebooks; every result carries what is needed to reproduce and to trust it.
"""

from __future__ import annotations

from siting.candidates import Candidates
from siting.check import Violation, verify
from siting.city import City
from siting.coverage import CoverageMatrix
from siting.coverage_build import build_coverage
from siting.demand import DemandGrid
from siting.demand_build import ByArea, ByFacilities, ByMesh, Zone, build_demand
from siting.errors import InvalidInputError, InvalidPlanError, OutOfRangeError, SitingError
from siting.evaluate import Kpis, evaluate
from siting.ground import Ground
from siting.merged_points import cover_merged_points
from siting.plan import Infeasibility, Plan, SolveParams
from siting.planning.alternatives import KBest, RankedPlan, k_best
from siting.planning.explain import explain
from siting.planning.explanation import ChosenSite, Explanation, RejectedCandidate, Substitute
from siting.planning.frontier import Frontier, FrontierPoint, frontier
from siting.planning.whatif import WhatIf
from siting.point_coverage import cover_points
from siting.point_demand import PointDemand
from siting.problem import SitingProblem
from siting.radio import RadioParams
from siting.robust.compare import RobustComparison, compare_with_nominal
from siting.robust.plan import RobustPlan
from siting.robust.rates import PermitRates
from siting.robust.simulate import Lean, Simulation, find_leans, simulate
from siting.robust.solve import solve_robust
from siting.rules import Carrier, Facility, Quota, Sharing, Target
from siting.solver.solve import solve
from siting.vegetation import Vegetation

__all__ = [
    "ByArea",
    "ByFacilities",
    "ByMesh",
    "Candidates",
    "Carrier",
    "ChosenSite",
    "City",
    "CoverageMatrix",
    "DemandGrid",
    "Explanation",
    "Facility",
    "Frontier",
    "FrontierPoint",
    "Ground",
    "Infeasibility",
    "InvalidInputError",
    "InvalidPlanError",
    "KBest",
    "Kpis",
    "Lean",
    "OutOfRangeError",
    "PermitRates",
    "Plan",
    "PointDemand",
    "Quota",
    "RadioParams",
    "RankedPlan",
    "RejectedCandidate",
    "RobustComparison",
    "RobustPlan",
    "Sharing",
    "Simulation",
    "SitingError",
    "SitingProblem",
    "SolveParams",
    "Substitute",
    "Target",
    "Vegetation",
    "Violation",
    "WhatIf",
    "Zone",
    "build_coverage",
    "build_demand",
    "compare_with_nominal",
    "cover_merged_points",
    "cover_points",
    "evaluate",
    "explain",
    "find_leans",
    "frontier",
    "k_best",
    "simulate",
    "solve",
    "solve_robust",
    "verify",
]
