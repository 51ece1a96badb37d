"""How much of the demand several sites serve, against counting by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from street_grid import District

from siting.problem import SitingProblem
from siting.rules import Carrier, Sharing
from siting.server_use import ServerUse, server_uses


def share(district: District, ids: tuple[str, ...], n_servers: int) -> float:
    """Return the share of the cells, all of one weight, that so many of the sites serve."""
    count = np.zeros(len(district.demand), dtype=int)
    for one in set(ids):
        count[district.coverage.cells_of(district.coverage.candidate_ids.index(one))] += 1
    return float((count >= n_servers).mean())


def problem(district: District, **rules: object) -> SitingProblem:
    return SitingProblem(
        coverage=district.coverage,
        demand=district.demand,
        candidates=district.candidates,
        max_sites=12,
        **rules,  # type: ignore[arg-type]
    )


def test_one_site_that_is_enough_needs_no_row(district: District) -> None:
    assert server_uses(district.plan, problem(district)) == ()


def test_what_counts_and_what_backup_is_worth_are_told_apart(district: District) -> None:
    chosen = district.plan.chosen
    double = pytest.approx(share(district, chosen, 2))
    assert server_uses(district.plan, problem(district, servers_needed=2)) == (ServerUse(n_servers=2, share=double),)
    assert server_uses(district.plan, problem(district, backup_share=0.2)) == (ServerUse(n_servers=2, share=double, worth=0.2),)
    both = server_uses(district.plan, problem(district, servers_needed=2, backup_share=0.2))
    assert [(one.n_servers, one.worth) for one in both] == [(2, None), (3, 0.2)]
    assert both[1].share == pytest.approx(share(district, chosen, 3))


def test_each_carrier_counts_its_stations_on_air(district: District) -> None:
    new, on_air = district.plan.chosen[:6], district.plan.chosen[6:9]
    carriers = (Carrier(name="甲", existing=on_air), Carrier(name="乙", weight=np.full(len(district.demand), 2.0)))
    shared = replace(district.plan, tenants={"甲": new, "乙": new})
    uses = server_uses(shared, problem(district, backup_share=0.5, sharing=Sharing(carriers=carriers)))
    assert [(one.carrier, one.n_servers) for one in uses] == [("甲", 2), ("乙", 2)]
    assert uses[0].share == pytest.approx(share(district, (*new, *on_air), 2))
    assert uses[1].share == pytest.approx(share(district, new, 2))
    (whole,) = server_uses(shared, problem(district, backup_share=0.5, sharing=Sharing(carriers=carriers, kpi="any")))
    assert whole.carrier == ""
