"""What it is worth to know a fact before deciding: expected coverage with the fact known, less that of deciding now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siting.arrays import FloatArray
from siting.planning.whatif import WhatIf
from siting.problem import SitingProblem


@dataclass(frozen=True, kw_only=True)
class Question:
    """
    An asset with a fact unknown.

    Attributes
    ----------
    candidate
        Id of the asset as the plan has it.
    variants
        Id of the asset as each state of the fact would have it; None where no antenna could stand there.
    chances
        Of each state, adding up to 1.
    """

    candidate: str
    variants: tuple[str | None, ...]
    chances: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Worth:
    """
    What knowing is worth, in demand weight.

    Attributes
    ----------
    decided_now
        Expected weight of the best plan found that is chosen before the fact is known.
    informed
        Expected weight of the best plans found for each state.
    by_state
        Weight of the best plan found for each state.
    """

    decided_now: float
    informed: float
    by_state: tuple[float, ...]

    @property
    def value(self) -> float:
        """What perfect information adds, >= 0."""
        return max(self.informed - self.decided_now, 0.0)


def worth_of(question: Question, state: WhatIf, variants: frozenset[str]) -> Worth:
    """
    Return what knowing a fact is worth.

    The plans weighed against each other are the plan as it stands and the best one for each state. Deciding now takes the one of
    these with the highest expected weight, so ``value`` is never too low but for what the search misses, and may be too high where
    a compromise that is best in no state beats them all.

    Parameters
    ----------
    question
        The asset and its states.
    state
        The plan as it stands, of a problem in which all variants are banned.
    variants
        Ids of all variants of all assets.
    """
    problem = state.problem
    banned = tuple(one for one in problem.forbidden if one not in variants)
    plans = {_as_candidate(state.plan.chosen, question)}
    for variant in dict.fromkeys(question.variants):
        others = sorted(variants - {variant})
        answer = state.with_forbidden(*banned, *others, *({question.candidate} - set(banned)))
        plans.add(_as_candidate(answer.plan.chosen, question))
    weights = np.array([[_weight(problem, plan, question, variant) for variant in question.variants] for plan in sorted(plans)])
    chances: FloatArray = np.array(question.chances)
    best = weights.max(axis=0)
    return Worth(decided_now=float((weights @ chances).max()), informed=float(best @ chances), by_state=tuple(best.tolist()))


def _as_candidate(chosen: tuple[str, ...], question: Question) -> tuple[str, ...]:
    """Return a plan with the asset under the id it has today."""
    return tuple(sorted({question.candidate if one in question.variants else one for one in chosen}))


def _weight(problem: SitingProblem, plan: tuple[str, ...], question: Question, variant: str | None) -> float:
    """Return the weight that a plan covers in a state."""
    there = [one for one in plan if one != question.candidate]
    if question.candidate in plan and variant is not None:
        there.append(variant)
    return covered_weight(problem, tuple(there))


def covered_weight(problem: SitingProblem, ids: tuple[str, ...]) -> float:
    """Return the weight of the cells that sites cover together."""
    is_covered = np.zeros(problem.coverage.n_cells, dtype=np.bool_)
    for row in problem.positions(ids).tolist():
        is_covered[problem.coverage.cells_of(row)] = True
    return float(problem.demand.weight[is_covered].sum())
