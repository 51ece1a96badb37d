"""How much of the demand several sites of a plan serve."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from siting.plan import Plan
from siting.problem import SitingProblem
from siting.rule_use import counted_cells


@dataclass(frozen=True, kw_only=True)
class ServerUse:
    """
    The share of the demand that a number of sites or more serve.

    Attributes
    ----------
    n_servers
        Number of sites, >= 2.
    share
        Share of the weight, in [0, 1].
    worth
        What the rules add for it as a share of the weight, in [0, 1]: that of backup; None where nothing less counts at all.
    carrier
        Whose sites and weights are meant, existing stations included; empty for the plan as a whole.
    """

    n_servers: int
    share: float
    worth: float | None = None
    carrier: str = ""


def server_uses(plan: Plan, problem: SitingProblem) -> tuple[ServerUse, ...]:
    """
    Return how much of the demand as many sites serve as the rules ask for, and how much one more.

    Nothing where one site is enough and backup is worth nothing. Where carriers are worth the sum of what each covers, the
    shares are those of each carrier.

    Parameters
    ----------
    plan
        A plan of the problem.
    problem
        Its rules.
    """
    needed, found = problem.servers_needed, []
    if needed > 1:
        found += _served_by(needed, None, plan, problem)
    if problem.backup_share:
        found += _served_by(needed + 1, problem.backup_share, plan, problem)
    return tuple(found)


def _served_by(n_servers: int, worth: float | None, plan: Plan, problem: SitingProblem) -> list[ServerUse]:
    """Return the share that a number of sites serve: of the plan as a whole, or else of each carrier."""
    counted = counted_cells(plan, replace(problem, servers_needed=n_servers))
    carriers = {} if problem.sharing is None else {one.name: one for one in problem.sharing.carriers}
    uses = []
    for name in [""] if "" in counted else list(counted):
        own = carriers[name].weight if name else None
        weight = problem.demand.weight if own is None else own
        total = math.fsum(weight)
        share = math.fsum(weight[counted[name]]) / total if total else 0.0
        uses.append(ServerUse(n_servers=n_servers, share=share, worth=worth, carrier=name))
    return uses
