"""A scenario in which nothing counts is refused, and told what would count."""

from __future__ import annotations

from pathlib import Path

import pytest
from demo_copy import Change, add, both, copy_demo, every_property, properties, toml
from refusal import assert_refused

from scenarios.preparation import prepare
from scenarios.scenario_file import read_scenario
from scenarios.stopwatch import Stopwatch

NO_PRIORITY = toml('where = { kind = "whole" }', 'where = { kind = "whole" }\npriority = 0')
ONLY_ELSEWHERE = both(
    toml("priority = 0.0 ", "priority = 1.0 "),
    every_property("population.geojson", population=0),
    properties("population.geojson", 0, population=9),
)
FACILITIES = add('[[facilities]]\nname = "schools"\npath = "facilities.csv"\nradius_m = 60.0')


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            NO_PRIORITY,
            "demo.toml: zones must have at least one with priority > 0: zones with priority 0 are reported, but count for nothing",
        ),
        (
            both(NO_PRIORITY, ONLY_ELSEWHERE),
            "demo.toml: demand.weight must be > 0 in at least one cell of a zone with priority > 0, got 0",
        ),
    ],
)
def test_demand_that_weighs_nothing_is_refused(change: Change, message: str, tmp_path: Path) -> None:
    assert_refused(change, message, tmp_path)


def test_facilities_may_count_alone(tmp_path: Path) -> None:
    file = read_scenario(copy_demo(tmp_path / "scenario", both(NO_PRIORITY, FACILITIES, toml("cell_m = 10.0", "cell_m = 20.0"))))
    assert prepare(file, Stopwatch()).problem.facilities
