"""Each benchmark prints lines of JSON whose figures hold, here on sizes that take no time."""

from __future__ import annotations

import json
import math
from datetime import timedelta
from itertools import combinations

import numpy as np
import pytest
from ortools.math_opt.python import mathopt

from benchmarks import covering, district, mclp, mip_peer, peers
from benchmarks.customers import SIDE, customer_blocks, facilities
from siting import CoverageMatrix, PointDemand, SolveParams, cover_points

EVERY = {"benchmark", "machine", "versions", "peak_memory_gib"}
CLAIM = {"objective", "upper_bound", "gap", "status", "stopped_by"}


def lines_of(capsys) -> list[dict]:
    return [json.loads(line, parse_constant=pytest.fail) for line in capsys.readouterr().out.splitlines()]


def best_cover(coverage: CoverageMatrix, weight, n_sites: int) -> float:
    rows = [set(coverage.cells_of(i).tolist()) for i in range(coverage.n_candidates)]
    return max(sum(weight[j] for j in set().union(*some)) for some in combinations(rows, n_sites))


@pytest.fixture
def instance(tmp_path):
    """Twelve corners along a street, 111 m apart, with a stored solution for one site."""
    demand = [5, 1, 1, 9, 1, 1, 1, 8, 1, 1, 2, 3]
    corners = "\n".join(f"{40 + 0.001 * i:.4f} -074.0000" for i in range(12))
    text = f"NAME : Street\nDIMENSION : 12\nNODE_COORD_SECTION\n{corners}\nDEMAND_SECTION\n" + "\n".join(map(str, demand)) + "\nEOF\n"
    path = tmp_path / "Street.txt"
    path.write_text(text)
    (tmp_path / "OtimosFinais").mkdir()
    (tmp_path / "OtimosFinais" / "Street_1_120.txt").write_text("f: 11\nFacilidade: 3\n")
    return path


def test_mclp_prints_a_line_for_each_number_of_sites(instance, capsys):
    mclp.main([str(instance), "--sites", "1", "3", "--radius-m", "120", "--effort", "0.1"])
    one, three = lines_of(capsys)
    assert one.keys() >= EVERY | CLAIM | {"instance", "sites", "radius_m", "best_known", "is_best_known_reached", "stages_s", "seconds"}
    assert (one["instance"], one["sites"], one["best_known"], one["stored_solutions_checked"]) == ("Street", 1, 11, 1)
    assert one["objective"] == one["upper_bound"] == 11
    assert (one["gap"], one["status"], one["is_best_known_reached"], one["is_best_known_beaten"]) == (0, "optimal", True, False)
    assert three["objective"] == (5 + 1 + 1) + (9 + 1 + 1) + (1 + 8 + 1)  # corners 1, 4 and 7
    assert three["best_known"] is three["is_best_known_reached"] is None
    assert set(three["stages_s"]) == {"read", "compile", "check", "coverage", "solve", "evaluate"}
    assert "ortools" in three["versions"]


def test_mclp_takes_all_known_cases(instance, capsys):
    mclp.main([str(instance), "--all", "--effort", "0.1"])
    assert [(line["sites"], line["radius_m"]) for line in lines_of(capsys)] == [(1, 120.0)]


def test_mclp_stops_at_a_stored_solution_that_does_not_hold(instance, capsys):
    (instance.parent / "OtimosFinais" / "Street_1_120.txt").write_text("f: 12\nFacilidade: 3\n")
    with pytest.raises(SystemExit, match="must be the demand its corners cover, 11, got 12"):
        mclp.main([str(instance), "--sites", "1", "--radius-m", "120"])
    assert lines_of(capsys) == []


@pytest.mark.parametrize("arguments", [[], ["--sites", "3"], ["--sites", "3", "--radius-m", "9", "--all"]])
def test_mclp_needs_sites_and_radius_or_all(instance, arguments, capsys):
    with pytest.raises(SystemExit):
        mclp.main([str(instance), *arguments])
    assert "give --sites and --radius-m, or --all" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--sites", "0", "--radius-m", "9"], ["--sites", "1", "--radius-m", "-9"]])
def test_mclp_refuses_what_cannot_be(instance, arguments):
    with pytest.raises(SystemExit, match=r"must be >(=| )"):
        mclp.main([str(instance), *arguments])


def test_customers_are_the_same_whatever_is_done_with_them():
    first, again = (np.concatenate([places for places, _ in customer_blocks(300_000, 4)]) for _ in range(2))
    assert np.array_equal(first, again)
    assert 0 <= first.min() < first.max() < SIDE
    demand = np.concatenate([demand for _, demand in customer_blocks(300_000, 4)])
    assert (len(demand), demand.min(), demand.max()) == (300_000, 1, 100)
    assert not np.array_equal(facilities(10, 4), facilities(10, 5))


def test_covering_counts_what_the_sites_of_the_optimum_cover(capsys):
    covering.main(["--customers", "2000", "--facilities", "12", "--sites", "3", "--radius", "5", "--seed", "2"])
    (line,) = lines_of(capsys)
    assert line.keys() >= EVERY | CLAIM | {"customers", "merged_customers", "sites", "radius", "seconds", "stages_s", "total_demand"}
    ((places, demand),) = customer_blocks(2_000, 2)
    coverage = cover_points(facilities(12, 2), places, radius_m=5.0)
    assert line["objective"] == line["upper_bound"] == best_cover(coverage, demand.tolist(), 3)
    assert line["total_demand"] == demand.sum()
    assert line["merged_customers"] < 2_000
    assert set(line["stages_s"]) == {"compile", "customers_alone", "customers_and_merging", "solve", "check"}


def test_demand_within_is_counted_one_by_one():
    case = covering.Case(customers=500, facilities=9, sites=2, radius=6.0, seed=3, time_limit_s=9.0)
    chosen = facilities(9, 3)[:2]
    ((places, demand),) = customer_blocks(500, 3)
    expected = sum(int(w) for place, w in zip(places, demand, strict=True) if min(math.dist(place, site) for site in chosen) <= 6.0)
    assert covering.demand_within(chosen, case) == expected


def test_all_published_pairs_are_those_of_the_literature():
    pairs = {(p, r) for p, radii in covering.PUBLISHED.items() for r in radii}
    assert len(pairs) == 14
    assert {(10, 5.5), (10, 6.25), (15, 4.0), (15, 5.0), (20, 3.25), (20, 4.25)} <= pairs


def test_district_runs_once_for_each_limit():
    coverage = cover_points(facilities(30, 1), facilities(200, 2), radius_m=6.0)
    found = district.run(coverage, PointDemand(weight=np.ones(200)), 4, SolveParams(effort=0.2, time_limit_s=60.0))
    assert found.keys() >= CLAIM | {"time_limit_s", "seconds"}
    assert found["objective"] == best_cover(coverage, [1] * 200, 4)


def test_spopt_finds_the_same_objective():
    found = peers.against_spopt(peers.Size(facilities=10, customers=60, sites=3, radius=6.0), SolveParams(seed=1))
    ((places, demand),) = customer_blocks(60, 1)
    coverage = cover_points(facilities(10, 1), places, radius_m=6.0)
    assert found["objective"] == found["spopt"]["objective"] == best_cover(coverage, demand.tolist(), 3)
    assert found["is_same_objective"]
    assert found["times_faster"] > 0


def test_the_raw_program_has_the_same_optimum():
    coverage = cover_points(facilities(12, 1), facilities(80, 2), radius_m=5.0)
    weight = np.arange(80.0)
    model = mip_peer.build(coverage.start, coverage.cells, weight, 3)
    result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=mathopt.SolveParameters(time_limit=timedelta(seconds=60)))
    assert result.objective_value() == pytest.approx(best_cover(coverage, weight.tolist(), 3))


def test_improvements_are_read_from_the_solvers_table():
    improvements = mip_peer.Improvements()
    improvements(
        [
            "Src  Proc. InQueue |  Leaves   Expl. | BestBound       BestSol              Gap |   Cuts   InLp Confl. | LpIters     Time",
            " z       0       0         0   0.00%   inf             -0                 Large        0      0      0         0    60.3s",
            " J       0       0         0   0.00%   inf             2000               Large        0      0      0         0    61.0s",
            "         0       0         0   0.00%   2893900         2000               Large        0      0      0     28967    90.5s",
        ]
    )
    improvements([" L       1       0         0   0.00%   2893900         2100.5          137.77%     0      0      0     28967    95.0s"])
    improvements(["  Timing            90.55", "4.8 28941 rows, 33167 cols, 595315 nonzeros  1s", ""])
    assert improvements.found == [(61.0, 2000.0), (95.0, 2100.5)]
