"""Rates: the most specific entry counts, and what cannot be a probability is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from siting import Candidates, InvalidInputError, PermitRates, PointDemand, SitingProblem
from tests.solve.solve_samples import coverage

CANDIDATES = Candidates.from_points(
    np.zeros((5, 3)),
    crs="EPSG:6677",
    ids=("a", "b", "c", "d", "e"),
    owner_class=("municipal", "municipal", "private", "private", "metropolitan"),
    asset_type=("streetlight", "signal", "streetlight", "station", "park"),
)


def test_the_most_specific_entry_counts():
    rates = PermitRates(
        default=0.1,
        by_owner={"municipal": 0.2, "private": 0.3},
        by_type={"streetlight": 0.4, "station": 0.5},
        by_owner_and_type={("private", "streetlight"): 0.6},
        by_id={"d": 0.7},
    )
    assert rates.of(CANDIDATES).tolist() == [0.4, 0.2, 0.6, 0.7, 0.1]


def test_every_permit_is_certain_unless_said_otherwise():
    assert PermitRates().of(CANDIDATES).tolist() == [1.0] * 5


def test_granting_makes_some_ids_certain_and_changes_nothing_else():
    rates = PermitRates(default=0.5, by_id={"b": 0.2, "c": 0.3})
    assert rates.granting(("a", "b")).of(CANDIDATES).tolist() == [1.0, 1.0, 0.3, 0.5, 0.5]
    assert rates.of(CANDIDATES).tolist() == [0.5, 0.2, 0.3, 0.5, 0.5]


def test_names_that_match_nothing_are_told():
    rates = PermitRates(
        by_owner={"municipal": 0.5, "nobody": 0.5}, by_type={"park": 1, "tower": 1}, by_owner_and_type={("private", "park"): 1}
    )
    assert rates.unmatched(CANDIDATES) == ("nobody", "tower", "private / park")


def test_rates_are_copied_and_cannot_be_changed():
    given = {"a": 0.5}
    rates = PermitRates(by_id=given)
    given["a"] = 0.9
    assert rates.of(CANDIDATES)[0] == 0.5
    with pytest.raises(TypeError):
        rates.by_id["a"] = 0.1  # type: ignore[index]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"default": 1.1}, "permit rates default"),
        ({"default": -0.1}, "permit rates default"),
        ({"default": math.nan}, "permit rates default"),
        ({"by_owner": {"private": 2.0}}, "permit rates by_owner['private']"),
        ({"by_type": {"park": -1}}, "permit rates by_type['park']"),
        ({"by_owner_and_type": {("private", "park"): math.inf}}, "permit rates by_owner_and_type[('private', 'park')]"),
        ({"by_id": {"a": 1.0000001}}, "permit rates by_id['a']"),
    ],
)
def test_what_is_no_probability_is_refused(given, field):
    with pytest.raises(InvalidInputError) as refusal:
        PermitRates(**given)
    assert (refusal.value.field, refusal.value.rule) == (field, "must be in [0, 1]")


def test_an_unknown_id_is_refused():
    with pytest.raises(InvalidInputError) as refusal:
        PermitRates(by_id={"a": 0.5, "x": 0.5}).of(CANDIDATES)
    assert (refusal.value.field, refusal.value.value) == ("permit rates by_id", "x")


def test_a_problem_without_candidates_takes_rates_by_id_only():
    problem = SitingProblem(coverage=coverage([[0], [0]], 1), demand=PointDemand(weight=np.ones(1)), max_sites=1)
    assert PermitRates(default=0.5, by_id={"c1": 0.25}).of_problem(problem).tolist() == [0.5, 0.25]
    with pytest.raises(InvalidInputError, match="candidates must be given with permit rates by_type"):
        PermitRates(by_type={"park": 0.5}).of_problem(problem)
    with pytest.raises(InvalidInputError, match="must name known candidate ids"):
        PermitRates(by_id={"x": 0.5}).of_problem(problem)
