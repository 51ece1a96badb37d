"""Explanations under quotas, conflicts, companions, targets and backup: tried against every plan in plain Python."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pytest
from planning_oracle import positions

from siting import InvalidInputError, InvalidPlanError, Quota, SolveParams, Target, explain, solve
from siting.outputs.why_words import rejection_sentence, site_sentences
from tests.solve.solve_samples import problem_of, random_sample

QUICK = SolveParams(effort=0.05)


@dataclass(frozen=True)
class Ruled:
    """A random problem with more rules, as plain Python."""

    rows: list[frozenset[int]]
    weight: list[float]
    max_sites: int
    few: frozenset[int]
    most_of_few: int
    either: tuple[int, int]
    with_other: tuple[int, int]
    needed: int
    backup: float
    share: float | None

    @classmethod
    def random(cls, seed: int) -> Ruled:
        rng = np.random.default_rng(seed)
        sample = random_sample(seed, n_rows=7, n_cells=12, kind="count")
        one, two, three, four = (int(i) for i in rng.permutation(7)[:4])
        return cls(
            rows=sample.rows,
            weight=[round(weight * 4) / 4 for weight in sample.weight],
            max_sites=int(rng.integers(2, 6)),
            few=frozenset(int(i) for i in rng.choice(7, 4, replace=False)),
            most_of_few=int(rng.integers(1, 3)),
            either=(one, two),
            with_other=(three, four),
            needed=int(rng.integers(1, 3)) if seed % 3 == 0 else 1,
            backup=0.5 if seed % 4 == 0 else 0.0,
            share=0.4 if seed % 5 == 0 else None,
        )

    def problem(self):
        targets = () if self.share is None else (Target(share=self.share),)
        return problem_of(
            self.rows,
            self.weight,
            max_sites=self.max_sites,
            quotas=(Quota(name="few", ids=tuple(f"c{i}" for i in sorted(self.few)), maximum=self.most_of_few),),
            either_or=(tuple(f"c{i}" for i in self.either),),
            only_with=(tuple(f"c{i}" for i in self.with_other),),
            servers_needed=self.needed,
            backup_share=self.backup,
            targets=targets,
        )

    def value(self, chosen) -> float:
        n_servers = [sum(j in self.rows[i] for i in chosen) for j in range(len(self.weight))]
        covered = sum(w for w, n in zip(self.weight, n_servers, strict=True) if n >= self.needed)
        return covered + self.backup * sum(w for w, n in zip(self.weight, n_servers, strict=True) if n > self.needed)

    def is_allowed(self, chosen) -> bool:
        n_servers = [sum(j in self.rows[i] for i in chosen) for j in range(len(self.weight))]
        covered = sum(w for w, n in zip(self.weight, n_servers, strict=True) if n >= self.needed)
        return (
            len(chosen) <= self.max_sites
            and len(chosen & self.few) <= self.most_of_few
            and not set(self.either) <= chosen
            and (self.with_other[0] not in chosen or self.with_other[1] in chosen)
            and (self.share is None or covered >= self.share * sum(self.weight) - 1e-9)
        )

    def best_without(self, one: int) -> float | None:
        others = [i for i in range(len(self.rows)) if i != one]
        allowed = [frozenset(c) for k in range(self.max_sites + 1) for c in combinations(others, k) if self.is_allowed(frozenset(c))]
        return max(map(self.value, allowed), default=None)


def explained(seed: int):
    ruled = Ruled.random(seed)
    problem = ruled.problem()
    plan = solve(problem, QUICK)
    return (ruled, plan, explain(problem, plan)) if plan.is_plan and plan.chosen else None


def test_what_is_said_is_true_under_every_rule():
    codes: Counter[str] = Counter()
    n_substitutes = n_needed = 0
    for seed in range(120):
        found = explained(seed)
        if found is None:
            continue
        ruled, plan, explanation = found
        chosen = positions(plan.chosen)
        for site in explanation.chosen:
            n_substitutes += len(site.substitutes)
            n_needed += bool(site.needed_for)
            _check_site(ruled, plan, chosen, site)
        for entry in explanation.rejected:
            codes[entry.code] += 1
            _check_rejection(ruled, plan, chosen, entry)
        for words in (*(site_sentences(s, "m2") for s in explanation.chosen), [rejection_sentence(r, "m2") for r in explanation.rejected]):
            assert all(one.ja and one.en and "None" not in one.en for one in words)
    assert {"rule", "weaker", "left_out", "nothing_new"} <= set(codes), codes
    assert n_substitutes > 50
    assert n_needed > 0


def _check_site(ruled, plan, chosen, site) -> None:
    (one,) = positions([site.id])
    kept = chosen - {one}
    assert site.only_weight == pytest.approx(plan.objective - ruled.value(kept), abs=1e-9)
    assert bool(site.needed_for) == (not ruled.is_allowed(kept))
    swaps = {c: ruled.value(kept | {c}) for c in range(7) if c not in chosen and ruled.is_allowed(kept | {c})}
    for substitute in site.substitutes:
        (other,) = positions([substitute.id])
        assert substitute.objective == pytest.approx(swaps[other], abs=1e-9)
        assert substitute.loss == pytest.approx(plan.objective - swaps[other], abs=1e-9)
    best = ruled.best_without(one)
    if site.regret_at_most is not None:
        regret = plan.objective - best
        assert site.regret_at_least <= regret + 1e-9
        assert regret <= site.regret_at_most + 1e-9
    elif best is not None:
        assert not ruled.is_allowed(kept)


def _check_rejection(ruled, plan, chosen, entry) -> None:
    (one,) = positions([entry.id])
    swaps = {out: ruled.value(chosen - {out} | {one}) for out in chosen if ruled.is_allowed(chosen - {out} | {one})}
    if entry.adds_weight is not None:
        assert entry.adds_weight == pytest.approx(ruled.value(chosen | {one}) - plan.objective, abs=1e-9)
    if entry.instead_of is not None:
        (out,) = positions([entry.instead_of])
        assert swaps[out] == pytest.approx(max(swaps.values()), abs=1e-9)
        assert entry.swap_loss == pytest.approx(plan.objective - swaps[out], abs=1e-9)
    truth = {
        "nothing_new": ruled.value(chosen | {one}) <= plan.objective + 1e-9,
        "weaker": bool(swaps) and max(swaps.values()) <= plan.objective + 1e-9,
        "rule": not swaps and not ruled.is_allowed(chosen | {one}) and entry.rule is not None,
        "left_out": True,
        "would_help": ruled.is_allowed(chosen | {one}) or any(value > plan.objective for value in swaps.values()),
    }
    assert truth[entry.code], entry


def test_a_plan_that_breaks_a_rule_is_not_explained():
    ruled = Ruled.random(1)
    problem = ruled.problem()
    plan = solve(problem, QUICK)
    with pytest.raises(InvalidPlanError, match="rule"):
        explain(replace(problem, quotas=(Quota(name="none", ids=plan.chosen, maximum=0),)), plan)


def test_only_coverage_is_explained():
    problem = problem_of([[0], [1]], np.ones(2), cost_yen=[2, 3], goal="least_cost", targets=(Target(share=0.5),))
    with pytest.raises(InvalidInputError, match="goal"):
        explain(problem, solve(problem, QUICK))
