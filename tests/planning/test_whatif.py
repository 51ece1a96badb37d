"""Another pin, ban or limit: the warm answer is as right as one from scratch."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from planning_oracle import changed, is_possible, positions

from siting import InvalidInputError, InvalidPlanError, Quota, SolveParams, WhatIf, solve
from siting.check import verify
from siting.planning.explanation import WhyNot
from siting.planning.groundwork import bound_in_unit
from siting.solver.presolve import presolve
from tests.solve.solve_samples import assert_keeps_the_rules, problem_of, random_sample, street_problem

QUICK = SolveParams(effort=0.05)
QUOTA = Quota(name="few", ids=tuple(f"c{i}" for i in range(7)), maximum=2)


def questions(sample, seed: int):
    """Return a few questions in a row: what they do to a session, and to the sample."""
    rng = np.random.default_rng(seed)
    closed = [i for i in range(len(sample.rows)) if i not in sample.fixed and i not in sample.forbidden]
    asked = []
    if len(closed) >= 2:
        banned, pinned = (int(i) for i in rng.choice(closed, 2, replace=False))
        asked.append((lambda s: s.ban(f"c{banned}"), {"forbidden": (*sample.forbidden, banned)}))
        asked.append((lambda s: s.pin(f"c{pinned}"), {"fixed": (*sample.fixed, pinned)}))
        asked.append((lambda s: s.allow(f"c{banned}"), {"forbidden": sample.forbidden}))
    if sample.max_sites is not None:
        asked.append((lambda s: s.with_max_sites(sample.max_sites + 1), {"max_sites": sample.max_sites + 1}))
    if sample.budget is not None:
        asked.append((lambda s: s.with_budget_yen(sample.budget + 2), {"budget": sample.budget + 2}))
    if len(closed) >= 2:
        asked.append((lambda s: s.unpin(f"c{pinned}"), {"fixed": sample.fixed}))
    return asked


@pytest.mark.parametrize("kind", ["count", "budget", "both"])
def test_answers_are_the_best_of_all_and_their_bounds_hold(kind):
    n_answers = 0
    for seed in range(60):
        sample = random_sample(seed, n_rows=6, n_cells=10, kind=kind)
        session = WhatIf(sample.problem(), params=QUICK)
        for ask, changes in questions(sample, seed):
            after = changed(sample, **changes)
            if not is_possible(after) or len(after.fixed) > (after.max_sites or len(after.rows)):
                break
            try:
                session = ask(session)
            except InvalidInputError:
                assert after.budget is not None
                break
            sample, n_answers = after, n_answers + 1
            best = sample.best()
            assert_keeps_the_rules(session.plan, session.problem)
            assert positions(session.problem.forbidden) == set(sample.forbidden)
            assert session.plan.objective == pytest.approx(best, rel=1e-12), seed
            assert best <= session.plan.upper_bound * (1 + 1e-12), seed
            if session.plan.status == "optimal":
                assert session.plan.objective == pytest.approx(session.plan.upper_bound, rel=1e-9)
    assert n_answers > 100


def test_an_answer_is_close_to_the_plan_from_scratch():
    problem = street_problem(5, n_rows=300, n_cells=3600, max_sites=25)
    session = WhatIf(problem, params=SolveParams(effort=0.3))
    for step, state in enumerate([session.ban(*session.plan.chosen[:3]), session.pin("c7"), session.with_max_sites(20)]):
        scratch = solve(state.problem, SolveParams(effort=0.3))
        assert_keeps_the_rules(state.plan, state.problem)
        assert state.plan.objective >= 0.995 * scratch.objective, step
        assert state.plan.gap <= scratch.gap + 0.005
        assert scratch.objective <= state.plan.upper_bound
        assert state.plan.objective <= scratch.upper_bound


def test_the_groundwork_serves_every_question():
    """The reduced problem of a question is the one presolve finds from the cells."""
    for seed in range(60):
        sample = random_sample(seed, n_rows=7, n_cells=20)
        session = WhatIf(sample.problem(), params=QUICK)
        closed = [one for one in session.plan.chosen if one not in session.problem.fixed][:1]
        question = replace(session.problem, forbidden=(*session.problem.forbidden, *closed))
        if not is_possible(changed(sample, forbidden=tuple(positions(question.forbidden)))):
            continue
        warm, cold = session._ground.reduce(question), presolve(question)
        assert warm.candidate.tolist() == cold.candidate.tolist()
        assert warm.unit * warm.open_weight == pytest.approx(cold.unit * cold.open_weight, rel=1e-12)
        assert warm.unit * warm.base_weight == pytest.approx(cold.unit * cold.base_weight, rel=1e-12)
        assert sorted((warm.unit * warm.weight).tolist()) == pytest.approx(sorted((cold.unit * cold.weight).tolist()), rel=1e-12)


def test_states_stay_as_they_were():
    session = WhatIf(street_problem(1, max_sites=8), params=QUICK)
    before = session.plan
    session.ban(before.chosen[0])
    session.with_max_sites(3)
    assert session.plan is before
    assert session.problem.forbidden == ()


def test_going_back_gives_the_same_plan():
    session = WhatIf(street_problem(2, max_sites=8), params=QUICK)
    gone = session.plan.chosen[2]
    assert session.ban(gone).pin("c0").unpin("c0").allow(gone).plan is session.plan


def test_the_same_questions_give_the_same_plans():
    def answers():
        session = WhatIf(street_problem(3, max_sites=12), params=QUICK)
        first = session.ban(session.plan.chosen[1])
        second = first.pin("c5").with_max_sites(13)
        return [(state.plan.chosen, state.plan.objective, state.plan.upper_bound) for state in (session, first, second)]

    assert answers() == answers()


def test_a_looser_rule_never_covers_less_and_a_tighter_one_never_has_a_higher_bound():
    session = WhatIf(street_problem(4, max_sites=10), params=QUICK)
    assert session.with_max_sites(11).plan.objective >= session.plan.objective
    for tighter in (session.with_max_sites(9), session.ban(session.plan.chosen[0]), session.pin("c3")):
        assert tighter.plan.upper_bound <= session.plan.upper_bound
        assert tighter.plan.objective <= session.plan.upper_bound


def test_a_plan_from_elsewhere_begins_the_session():
    problem = street_problem(6, max_sites=9)
    plan = solve(problem, SolveParams(seed=3, effort=0.05))
    session = WhatIf(problem, plan, QUICK)
    assert session.plan.objective >= plan.objective
    assert session.plan.upper_bound <= plan.upper_bound


def test_pins_may_take_every_place():
    problem = problem_of([[0, 1], [1, 2], [3]], np.ones(4), max_sites=2)
    session = WhatIf(problem, params=QUICK).pin("c1", "c2")
    assert session.plan.chosen == ("c1", "c2")
    assert (session.plan.objective, session.plan.upper_bound, session.plan.status) == (3.0, 3.0, "optimal")


def test_a_plan_of_another_problem_is_refused():
    problem = problem_of([[0], [1], [2]], np.ones(3), max_sites=2)
    plan = solve(problem, QUICK)
    with pytest.raises(InvalidPlanError, match="limits"):
        WhatIf(replace(problem, max_sites=1), plan)
    with pytest.raises(InvalidPlanError, match="candidates of the problem"):
        WhatIf(problem, replace(plan, chosen=("x", "y")))
    with pytest.raises(InvalidPlanError, match="status"):
        WhatIf(problem, replace(plan, status="infeasible"))


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda s: s.pin("nobody"), "nobody"),
        (lambda s: s.ban("nobody"), "nobody"),
        (lambda s: s.pin("c0").ban("c0"), "c0"),
        (lambda s: s.pin("c0").pin("c0"), "c0"),
        (lambda s: s.unpin("c1"), "c1"),
        (lambda s: s.allow("c1"), "c1"),
        (lambda s: s.pin("c0", "c1", "c2"), "max_sites"),
        (lambda s: s.with_max_sites(0), "max_sites"),
        (lambda s: s.with_max_sites(None), "max_sites"),
        (lambda s: s.with_budget_yen(0), "budget_yen"),
        (lambda s: s.ban("c0", "c1", "c2"), "coverage"),
    ],
)
def test_a_question_that_cannot_be_asked_names_the_item(ask, message):
    session = WhatIf(problem_of([[0], [1], [2]], np.ones(3), cost_yen=[3, 4, 5], max_sites=2), params=QUICK)
    with pytest.raises(InvalidInputError, match=message):
        ask(session)


def test_other_rules_are_kept_by_every_answer():
    problem = replace(street_problem(9, n_rows=14, n_cells=100, max_sites=4), either_or=(("c1", "c2"),), quotas=(QUOTA,))
    session = WhatIf(problem, params=QUICK)
    banned = session.plan.chosen[0]
    pinned = next(one for one in problem.coverage.candidate_ids if one not in (*session.plan.chosen, "c1", "c2"))
    for state in (session, session.ban(banned), session.pin(pinned), session.with_max_sites(3)):
        assert not verify(state.plan, state.problem)
        assert state.plan.is_plan
    assert banned not in session.ban(banned).plan.chosen
    assert pinned in session.pin(pinned).plan.chosen
    assert session.ban(banned).allow(banned).plan is session.plan
    assert session.explain().of(pinned).code in get_args(WhyNot)


def test_a_bound_taken_over_is_never_cut_below_what_it_was():
    """Ten cells of 0.1 weigh 1.0 when rounded, a little less than ten units."""
    reduced = presolve(problem_of([[0]], [0.1], max_sites=1))
    for weight in (0.1, 0.3, 0.7, 1.1, 25.3):
        for n_cells in range(1, 60):
            assert bound_in_unit(replace(reduced, unit=weight), weight * n_cells) == n_cells
