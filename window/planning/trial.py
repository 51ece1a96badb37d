"""A plan tried out before a meeting: pins, bans and limits, each answer beside the one before."""

from __future__ import annotations

from dataclasses import dataclass

from siting import Explanation, WhatIf
from siting.planning.explanation import ChosenSite, RejectedCandidate
from window.errors import InvalidRequestError
from window.planning.keeper import OpenPlan


@dataclass(frozen=True, kw_only=True, eq=False)
class Step:
    """One state of a trial: what was asked to come here, and the answer."""

    asked: str
    site_id: str
    state: WhatIf


class Trial:
    """
    A plan and the questions asked of it. States are kept, so that each step can be taken back.

    Parameters
    ----------
    opened
        The plan to begin with.
    """

    def __init__(self, opened: OpenPlan) -> None:
        self.opened = opened
        self._steps = [Step(asked="begin", site_id="", state=opened.what_if())]
        self._explained: tuple[WhatIf, Explanation] | None = None

    @property
    def now(self) -> WhatIf:
        """The state as it stands."""
        return self._steps[-1].state

    @property
    def steps(self) -> tuple[Step, ...]:
        """All states, the first plan first."""
        return tuple(self._steps)

    @property
    def is_changed(self) -> bool:
        """Whether anything was asked of the plan."""
        return len(self._steps) > 1

    def ask(self, what: str, site_id: str = "", *, number: int | None = None) -> None:
        """
        Ask for another state.

        Parameters
        ----------
        what
            ``pin``, ``unpin``, ``ban``, ``allow``, ``max_sites`` or ``budget_yen``.
        site_id
            The site, of the first four.
        number
            The limit, of the last two.

        Raises
        ------
        InvalidInputError
            A question that contradicts the state; see :class:`siting.WhatIf`.
        InvalidRequestError
            Another word.
        """
        here = self.now
        if what == "pin":
            found = (here.allow(site_id) if site_id in here.problem.forbidden else here).pin(site_id)
        elif what == "ban":
            found = (here.unpin(site_id) if site_id in here.problem.fixed else here).ban(site_id)
        elif what == "unpin":
            found = here.unpin(site_id)
        elif what == "allow":
            found = here.allow(site_id)
        elif what == "max_sites":
            found = here.with_max_sites(number)
        elif what == "budget_yen":
            found = here.with_budget_yen(number)
        else:
            raise InvalidRequestError("what", "must be pin, unpin, ban, allow, max_sites or budget_yen", what)
        self._steps.append(Step(asked=what, site_id=site_id or f"{number:,}" if number is not None else site_id, state=found))

    def back(self) -> None:
        """Take the last step back."""
        if self.is_changed:
            self._steps.pop()

    def why(self, site_id: str) -> ChosenSite | RejectedCandidate:
        """
        Return why a site is, or is not, in the plan as it stands.

        Raises
        ------
        InvalidInputError
            An id that is no candidate.
        """
        if site_id in self.now.problem.forbidden:
            return RejectedCandidate(id=site_id, code="forbidden", adds_weight=None)
        if self._explained is None or self._explained[0] is not self.now:
            self._explained = (self.now, self.now.explain())
        return self._explained[1].of(site_id)
