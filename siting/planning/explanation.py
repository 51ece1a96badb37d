"""What there is to say of a plan, candidate by candidate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from siting.errors import InvalidInputError
from siting.plan import Plan

WhyNot = Literal[
    "forbidden", "serves_nothing", "nothing_new", "over_budget", "no_room", "would_help", "dominated", "weaker", "rule", "left_out"
]
"""Why a candidate is not in the plan; each code has its sentence in the text catalogue."""


@dataclass(frozen=True, kw_only=True)
class Substitute:
    """
    A closed candidate that could take the place of a chosen site.

    Attributes
    ----------
    id
        The candidate.
    objective
        Weight covered after the swap, exactly.
    loss
        What the swap loses of the plan's weight; below zero where it gains.
    """

    id: str
    objective: float
    loss: float


@dataclass(frozen=True, kw_only=True)
class ChosenSite:
    """
    What a chosen site is good for.

    Attributes
    ----------
    id
        The site.
    is_fixed
        It is open whatever the plan; it has no substitutes and no regret then.
    marginal_weight
        Weight it adds to the sites before it in the plan.
    only_weight
        Weight that no other chosen site covers: what is lost if it goes and nothing takes its place. None for a fixed site
        where there are other rules.
    needed_for
        Rules and targets that are not kept without it, by name.
    substitutes
        The best candidates for its place within the rules, at most three, the best first; none for a site that serves nothing
        beyond the fixed ones, and none where no swap keeps the rules.
    regret_at_most
        Weight lost if the site is refused, at most: a plan without it is known that loses no more. None if fixed, or if no
        plan without it is at hand.
    regret_at_least
        Weight lost if the site is refused, at least: no plan without it loses less, which is proven. Zero or less where a
        plan without it may be as good, or better than a plan that is not proven optimal. None if fixed.
    """

    id: str
    is_fixed: bool
    marginal_weight: float
    only_weight: float | None
    needed_for: tuple[str, ...] = ()
    substitutes: tuple[Substitute, ...] = ()
    regret_at_most: float | None = None
    regret_at_least: float | None = None


@dataclass(frozen=True, kw_only=True)
class RejectedCandidate:
    """
    Why a candidate is not in the plan.

    Attributes
    ----------
    id
        The candidate.
    code
        The first of these that is true: ``"forbidden"``; ``"serves_nothing"`` (no cell that has weight);
        ``"nothing_new"`` (the plan covers all that it serves); ``"over_budget"`` (it costs too much, even in place of the
        dearest site); ``"no_room"`` (every open site is fixed and the limits leave no room); ``"would_help"`` (the plan
        would gain by adding it or by the swap, so it is not the best); ``"dominated"`` (another candidate serves all that
        it could add, for no more yen where there is a budget); ``"weaker"`` (it would add something, but every swap loses).
        Where there are rules beside the limits: ``"rule"`` (every swap and its addition break a rule) and ``"left_out"`` (no
        plan can open it, or another candidate does as well under these rules).
    adds_weight
        Weight it would add to the whole plan, rules aside; None for forbidden and left out ones where there are other rules.
    dominated_by
        A candidate that serves all it could add, if there is one.
    instead_of
        The chosen site it would best replace within the rules; None where no swap is possible, or none needed.
    swap_loss
        Weight lost by that swap, below zero for a gain; None as above.
    missing_yen
        Yen that lack to open it in place of the dearest site; None unless the code is ``"over_budget"``.
    rule
        The first rule or target that its addition breaks; None unless the code is ``"rule"``.
    """

    id: str
    code: WhyNot
    adds_weight: float | None
    dominated_by: str | None = None
    instead_of: str | None = None
    swap_loss: float | None = None
    missing_yen: int | None = None
    rule: str | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Explanation:
    """
    Why a plan is as it is.

    Attributes
    ----------
    plan
        The plan.
    unit
        Unit of every weight.
    chosen
        One entry per chosen site, in the order of the plan.
    rejected
        One entry per other candidate, in the order of the coverage.
    """

    plan: Plan
    unit: str
    chosen: tuple[ChosenSite, ...]
    rejected: tuple[RejectedCandidate, ...]

    def of(self, one: str) -> ChosenSite | RejectedCandidate:
        """
        Return what there is to say of a candidate.

        Raises
        ------
        InvalidInputError
            An id that is no candidate.
        """
        entries: tuple[ChosenSite | RejectedCandidate, ...] = (*self.chosen, *self.rejected)
        found = next((entry for entry in entries if entry.id == one), None)
        if found is None:
            raise InvalidInputError("id", "must name a candidate of the problem", one)
        return found
