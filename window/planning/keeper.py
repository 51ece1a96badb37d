"""Plans as the pages open them: the run folder of each, its coverage, and the questions asked of it."""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scenarios.caching import cache_folder
from scenarios.errors import ScenarioError
from scenarios.plan_file import read_plan
from scenarios.preparation import Prepared, prepare, restate, same_inputs
from scenarios.stopwatch import Stopwatch
from siting import Plan, WhatIf
from siting.arrays import BoolArray
from siting.errors import InvalidInputError
from window.desk import Desk
from window.errors import InvalidRequestError
from window.planning.areas import Areas
from window.planning.draft import Wish, scenario_of, scenario_text
from window.planning.plans import PlanRow, PlanState, ask_plan, cancel_plan, find_plan, list_plans
from window.policy import Person, reach

_KEPT = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class OpenPlan:
    """
    A plan that is done, with all it was computed from.

    Attributes
    ----------
    row
        What was asked for and came of it.
    folder
        Its run folder.
    prepared
        Cells, candidates and coverage.
    plan
        The plan.
    revision
        State of the register it was opened with.
    """

    row: PlanRow
    folder: Path
    prepared: Prepared
    plan: Plan
    revision: int = 0

    def served(self, chosen: Sequence[str]) -> BoolArray:
        """Return which cells some sites serve, shape (n_cells,)."""
        coverage = self.prepared.coverage
        is_served = np.zeros(coverage.n_cells, dtype=np.bool_)
        for one in chosen:
            row = self.prepared.basis.gathered.rows[one]
            is_served[coverage.cells[coverage.start[row] : coverage.start[row + 1]]] = True
        return is_served

    def what_if(self) -> WhatIf:
        """Return the plan as a state that can be asked what if."""
        return WhatIf(self.prepared.problem, self.plan, self.prepared.params)


class PlanKeeper:
    """
    Plans of a desk.

    Parameters
    ----------
    desk
        Where they are asked for.
    areas
        What they begin from.
    folder
        Holds the run folders.
    """

    def __init__(self, desk: Desk, areas: Areas, folder: Path) -> None:
        self._desk, self._areas, self._folder = desk, areas, folder
        self._opened: OrderedDict[str, OpenPlan] = OrderedDict()
        self._lock = threading.Lock()
        self._opening: dict[str, threading.Lock] = defaultdict(threading.Lock)

    def ask(self, person: Person, area: str, wish: Wish, *, now: dt.datetime) -> str:
        """
        Ask for a plan and return its id; the scenario is checked at once.

        Raises
        ------
        ScenarioError
            A wish that no scenario can hold.
        NotAllowedError, NotFoundError, InvalidRequestError
            As :func:`window.planning.plans.ask_plan` and :meth:`Areas.file`.
        """
        return self._ask(person, area, scenario_text(self._areas.text(area), wish), wish.title, now)

    def ask_from(self, person: Person, row: PlanRow, wish: Wish, *, now: dt.datetime) -> str:
        """Ask for a plan that begins from another one's scenario; see :meth:`ask`."""
        return self._ask(person, row.area, scenario_text(row.scenario, wish), wish.title, now)

    def _ask(self, person: Person, area: str, text: str, title: str, now: dt.datetime) -> str:
        scenario_of(text)
        with self._desk.writing(person.person_id, now, title) as (session, asking):
            return ask_plan(session, asking, title=title, area=area, scenario=text)

    def plans(self, person: Person, *, area: str = "", states: Sequence[PlanState] = ()) -> tuple[PlanRow, ...]:
        """Return the plans of a person's organisation, the newest first; none for those who make no plans."""
        if reach(person.role, "make", "plan") == "nothing":
            return ()
        with self._desk.reading(person.person_id) as (session, asking):
            return list_plans(session, asking, area=area, states=states)

    def plan(self, person: Person, plan_id: str) -> PlanRow:
        """Return a plan; see :func:`window.planning.plans.find_plan`."""
        with self._desk.reading(person.person_id) as (session, asking):
            return find_plan(session, asking, plan_id)

    def cancel(self, person: Person, plan_id: str, *, now: dt.datetime) -> None:
        """Cancel a plan that is not done."""
        with self._desk.writing(person.person_id, now, "cancelled") as (session, asking):
            cancel_plan(session, asking, plan_id)

    def opened(self, person: Person, plan_id: str) -> OpenPlan:
        """
        Return a plan that is done, ready for questions.

        Raises
        ------
        InvalidRequestError
            It is not done, or it was made from another state of the register.
        """
        row = self.plan(person, plan_id)
        if row.state != "done":
            raise InvalidRequestError("plan", "must be done", row.state)
        with self._lock:
            if plan_id in self._opened:
                self._opened.move_to_end(plan_id)
                return self._opened[plan_id]
        with self._opening[plan_id]:
            found = self._opened.get(plan_id)  # read while this one waited
            if found is not None:
                return found
            found = self._open(row)
            with self._lock:
                self._opened[plan_id] = found
                while len({id(one.prepared.coverage) for one in self._opened.values()}) > _KEPT:
                    self._opened.popitem(last=False)
            return found

    def _open(self, row: PlanRow) -> OpenPlan:
        """Read a plan; coverage that is in memory already serves again."""
        file = scenario_of(row.scenario)
        revision = self._areas.revision_of(row.area)
        with self._lock:
            in_memory = [one.prepared for one in self._opened.values() if one.revision == revision]
        area = self._areas.ready(row.area, revision)
        base = next((one for one in [area, *in_memory] if one is not None and same_inputs(one.basis.file, file)), None)
        prepared = restate(base, file) if base is not None else prepare(file, Stopwatch(), cache_folder=cache_folder())
        folder = self._folder / row.plan_id
        plan = read_plan(folder)
        gone = [one for one in plan.chosen if one not in prepared.basis.gathered.rows]
        if gone:
            rule = "was made from another state of the register, in which there are sites that are no candidates now: make it again"
            raise InvalidRequestError(f"plan {row.title}", rule, gone[0])
        return OpenPlan(row=row, folder=folder, prepared=prepared, plan=plan, revision=revision)

    def newest(self, person: Person, area: str) -> OpenPlan | None:
        """Return the newest plan of a person's organisation in an area; ``None`` if there is none that still holds."""
        done = [one for one in self.plans(person, area=area, states=("done",)) if one.summary.get("n_sites")]
        try:
            return self.opened(person, done[0].plan_id) if done else None
        except (InvalidRequestError, ScenarioError, InvalidInputError):
            return None  # the register has moved on since

    def served_cells(self, area: str, person: Person) -> BoolArray | None:
        """Return which cells of an area the newest plan serves; ``None`` without a plan on the cells of the area."""
        newest = self.newest(person, area)
        if newest is None or len(newest.prepared.basis.demand) != len(self._areas.prepared(area).basis.demand):
            return None
        return newest.served(newest.plan.chosen)
