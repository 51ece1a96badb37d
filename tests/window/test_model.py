"""Random people doing random things over months: the desk keeps to its table, loses nothing, and tells nobody what is not theirs."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from assets_db.store import init_register
from tests.window.desk_samples import CARRIERS, START, furnish
from tests.window.slow_clocks import slow_due_on
from window.desk import Desk, init_desk, open_desk
from window.errors import ActionNotAllowedError, DeskError, InvalidRequestError, KeyReusedError, NotFoundError, StaleCaseError
from window.events import CaseEvent
from window.requests import Act, OpenRequest, Receipt
from window.safekeeping import faults
from window.tables import HOLDS

TABLE = tomllib.loads((files("window") / "data" / "states.toml").read_text("utf-8"))["case"]
ROWS = {(row["state"], row["action"]): row for row in TABLE["rows"]}
PEOPLE = {"desk-1": "window", "roads-1": "bureau", "shibuya-1": "municipal", "lab-1": "expert", "plan-1": "planner", "audit-1": "auditor"}
ROLES = {**PEOPLE, **{f"{name}-1": "carrier" for name in CARRIERS}}
ACTIONS = sorted({row["action"] for row in TABLE["rows"]} - {"expire"})
ONWARD = (
    *("acknowledge", "hold", "ask_survey", "report", "set_dates", "apply", "accept", "resubmit", "permit", "confirm_fee", "give_notice"),
    *("hand_over", "accept_handover", "ask_renewal", "renew"),
)
WAY = (
    "INQUIRY",
    "SCREENING",
    "HELD",
    "SURVEY",
    "REPORTED",
    "APPLIED",
    "REVIEW",
    "PERMITTED",
    "FEE_PAID",
    "BUILD",
    "HANDOVER",
    "IN_SERVICE",
    "RENEW",
)
BESIDE = [key for key, row in ROWS.items() if row["action"] not in {*ONWARD, "expire"}]
"""What may be done beside the usual way."""
ENDS = {state["name"] for state in TABLE["states"] if state.get("is_final")}
CAPACITY = {0: 1, 1: 1, 2: 2, 3: 1}
"""Lamps that are asked for, and the carriers each can take; the last one is the municipality's."""

IS_FULL = os.environ.get("SITING_STRESS") == "1"
DEEPEST = settings(
    max_examples=100 if IS_FULL else 16,
    stateful_step_count=40 if IS_FULL else 24,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
    phases=list(Phase) if IS_FULL else [Phase.generate],  # a failure is made smaller by the full run only, which has the time
)
_TEMPLATE: list[bytes] = []
DONE: Counter[tuple[str, str]] = Counter()
"""Rows of the table that were done, over all runs."""


def fresh_desk(folder: str) -> Desk:
    """Return a furnished desk of its own."""
    path = Path(folder) / "desk.db"
    if not _TEMPLATE:
        init_register(f"sqlite:///{path}")
        desk = init_desk(f"sqlite:///{path}")
        furnish(desk)
        _TEMPLATE.append(path.read_bytes())
    path.write_bytes(_TEMPLATE[0])
    return open_desk(f"sqlite:///{path}")


@dataclass
class Told:
    """What a case must look like by the receipts alone."""

    case_id: str
    owner: str
    lamp: int
    said: list[tuple[str, str]] = field(default_factory=list)

    @property
    def state(self) -> str:
        return self.said[-1][1]

    @property
    def asset_id(self) -> str:
        return f"test:{self.lamp}"

    def person(self, role: str) -> str:
        """Return who has a part in the case in some role; an officer of the office that answers for its lamp."""
        return {"carrier": f"{self.owner}-1", "window": "desk-1"}.get(role, "shibuya-1" if self.lamp == 3 else "roads-1")


class DeskMachine(RuleBasedStateMachine):
    """The desk beside a model that only remembers what was answered with a receipt."""

    @initialize(
        cases=st.lists(st.tuples(st.sampled_from(CARRIERS), st.sampled_from(sorted(CAPACITY)), st.integers(0, 16)), min_size=3, max_size=6)
    )
    def begin(self, cases: list[tuple[str, int, int]]) -> None:
        """Open some cases and walk each on its way, so that time is not spent at the beginning alone."""
        self.folder = TemporaryDirectory()
        self.desk = fresh_desk(self.folder.name)
        self.now = START
        self.told: dict[str, Told] = {}
        self.checked: dict[str, int] = {}
        self.line: dict[int, list[str]] = {lamp: [] for lamp in CAPACITY}
        self.last: tuple[str, str, Act, Receipt] | None = None
        self.key = 0
        for carrier, lamp, depth in cases:
            self.open(carrier, lamp, pole=depth % 2 == 0)
            for _ in range(depth):
                self._step(list(self.told.values())[-1])

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            assert faults(str(self.desk.engine.url))[0] == ()
            self.folder.cleanup()

    def _pick(self, number: int) -> Told:
        """Return a case, an open one rather than an ended one."""
        alive = [one for one in self.told.values() if one.state not in ENDS] or list(self.told.values())
        return alive[number % len(alive)]

    def _next_key(self) -> str:
        self.key += 1
        return str(self.key)

    @rule(carrier=st.sampled_from(CARRIERS), lamp=st.sampled_from(sorted(CAPACITY)), pole=st.booleans())
    def open(self, carrier: str, lamp: int, pole: bool) -> None:
        request = OpenRequest(title="model", asset_ids=(f"test:{lamp}",), is_new_pole=pole)
        receipt = self.desk.open_case(request, asking=f"{carrier}-1", key=self._next_key(), now=self.now)
        self.told[receipt.case_id] = Told(receipt.case_id, carrier, lamp, [("open", "INQUIRY")])

    @rule(number=st.integers(0, 99), steps=st.integers(1, 4), days=st.integers(0, 3))
    def go_on(self, number: int, steps: int, days: int) -> None:
        """Walk one case on, some days between the steps."""
        one = self._pick(number)
        for _ in range(steps):
            self._step(one)
            self._later(days)

    def _step(self, one: Told) -> None:
        """Do what comes next in a case, by the one whose part it is."""
        state = one.state
        if state == "REVIEW":
            self._decide_permits(one, "grant_permit")
        if state == "SURVEY":
            self._try(one, "set_dates", one.person("bureau"))
            self._later(2)
        for action in ONWARD:
            row = ROWS.get((state, action))
            if row and one.state == state and action != "set_dates":
                is_done = self._try(
                    one, action, one.person(row["who"][0 if row["who"][0] != "window" or "carrier" not in row["who"] else 1])
                )
                if action == "hold" and not is_done:
                    self.wait_in_line(0, one=one)

    @rule(rare=st.lists(st.sampled_from(BESIDE), min_size=4, max_size=8, unique=True), choice=st.integers(0, 99), days=st.integers(0, 2))
    def leave_the_usual_way(self, rare: list[tuple[str, str]], choice: int, days: int) -> None:
        for one in rare:
            self._leave(one, choice, days)

    def _leave(self, rare: tuple[str, str], choice: int, days: int) -> None:
        """Walk a case to where something rare may be done, and do it: stop a clock, extend, return, redo, restore, an end."""
        state, action = rare
        before = WAY[: WAY.index(state) + 1] if state in WAY else WAY[: WAY.index("APPLIED") + 1]
        able = [one for one in self.told.values() if one.state in {*before, state}]
        if not able:
            self.open(CARRIERS[choice % len(CARRIERS)], choice % len(CAPACITY), pole=False)
            able = [list(self.told.values())[-1]]
        one = max(able, key=lambda one: WAY.index(one.state) if one.state in WAY else 99)
        while one.state in before and one.state != (state if state in WAY else "APPLIED"):
            here = one.state
            self._step(one)
            self._later(days)
            if one.state == here:
                return
        if state == "RETURNED" and one.state == "APPLIED":
            self._try(one, "return", one.person("bureau"))
        if action == "run_clock":
            self._try(one, "stop_clock", one.person(ROWS[rare]["who"][0]))
        if one.state == state:
            who = ROWS[rare]["who"]
            self._try(one, action, one.person(who[choice % len(who)]))

    @rule(
        number=st.integers(0, 99),
        action=st.sampled_from(ACTIONS),
        who=st.sampled_from(sorted(ROLES)),
        why=st.sampled_from(("", "why")),
        is_bare=st.booleans(),
    )
    def any_action(self, number: int, action: str, who: str, why: str, is_bare: bool) -> None:
        """Anybody tries anything, legal or not."""
        self._try(list(self.told.values())[number % len(self.told)], action, who, why, is_bare=is_bare)

    @rule(number=st.integers(0, 99), carrier=st.sampled_from(CARRIERS))
    def strangers_are_told_nothing(self, number: int, carrier: str) -> None:
        one = self._pick(number)
        if carrier == one.owner:
            return
        note = {"asking": f"{carrier}-1", "key": self._next_key(), "now": self.now}
        permit = (one.asset_id, "road_occupancy", Act(action="ask_permit"))
        tries: tuple[Callable[[], object], ...] = (
            lambda: self.desk.case(one.case_id, asking=f"{carrier}-1", now=self.now),
            lambda: self.desk.document(one.case_id, 1, asking=f"{carrier}-1"),
            lambda: self.desk.act(one.case_id, Act(action="withdraw", why="x"), **note),  # type: ignore[arg-type]
            lambda: self.desk.act_on_permit(one.case_id, *permit, **note),  # type: ignore[arg-type]
            lambda: self.desk.wait(one.case_id, **note),  # type: ignore[arg-type]
            lambda: self.desk.comment(one.case_id, "x", is_internal=False, **note),  # type: ignore[arg-type]
            lambda: self.desk.add_document(one.case_id, "x.txt", b"x", **note),  # type: ignore[arg-type]
        )
        for attempt in tries:
            with pytest.raises(NotFoundError):
                attempt()

    @rule(is_same=st.booleans())
    def a_request_comes_again(self, is_same: bool) -> None:
        if self.last is None:
            return
        case_id, who, request, receipt = self.last
        later = self.now + dt.timedelta(hours=1)
        if is_same:
            assert self.desk.act(case_id, request, asking=who, key=receipt.key, now=later) == receipt
            return
        with pytest.raises(KeyReusedError):
            self.desk.act(case_id, Act(action=request.action, why="another body"), asking=who, key=receipt.key, now=later)

    @rule(number=st.integers(0, 99))
    def stale_and_past_requests_are_refused(self, number: int) -> None:
        one = self._pick(number)
        known = len(self.desk.case(one.case_id, asking="desk-1", now=self.now).history)
        for version, now, error in ((known + 1, self.now, StaleCaseError), (known, START - dt.timedelta(days=1), DeskError)):
            request = Act(action="withdraw", why="x", expected_version=version)
            with pytest.raises(error) as raised:
                self.desk.act(one.case_id, request, asking=f"{one.owner}-1", key=self._next_key(), now=now)
            assert isinstance(raised.value, StaleCaseError | InvalidRequestError | ActionNotAllowedError)

    @rule(number=st.integers(0, 99))
    def wait_in_line(self, number: int, one: Told | None = None) -> None:
        one = one or self._pick(number)
        try:
            self.desk.wait(one.case_id, asking=f"{one.owner}-1", key=self._next_key(), now=self.now)
        except ActionNotAllowedError:
            assert one.state != "SCREENING"
            return
        one.said.append(("wait", "SCREENING"))
        if one.case_id not in self.line[one.lamp]:
            self.line[one.lamp].append(one.case_id)

    @rule(number=st.integers(0, 99), action=st.sampled_from(("grant_permit", "waive_permit", "refuse_permit")))
    def permits_are_decided(self, number: int, action: str) -> None:
        one = self._pick(number)
        if one.state == "REVIEW":
            self._decide_permits(one, action)

    def _decide_permits(self, one: Told, action: str) -> None:
        for permit in self.desk.case(one.case_id, asking="desk-1", now=self.now).permits:
            steps = {
                "NEEDED": (("ask_permit", f"{one.owner}-1"), (action, one.person("bureau"))),
                "ASKED": ((action, one.person("bureau")),),
            }
            for what, who in steps.get(permit.state, ()):
                request = Act(action=what, why="why", detail={"code": "safety"})
                where = (one.case_id, permit.asset_id, permit.permit)
                self.desk.act_on_permit(*where, request, asking=who, key=self._next_key(), now=self.now)
                one.said.append((what, "REVIEW"))

    @rule(days=st.integers(1, 14))
    def days_pass(self, days: int) -> None:
        self._later(days)

    @rule(days=st.integers(35, 100))
    def months_pass(self, days: int) -> None:
        self._later(days)

    def _later(self, days: int) -> None:
        self.now += dt.timedelta(days=days)
        for receipt in self.desk.run_daily(now=self.now) if days else ():
            one = self.told[receipt.case_id]
            assert (one.state, "expire") in ROWS
            DONE[one.state, "expire"] += 1
            one.said.append(("expire", "EXPIRED"))

    def _try(self, one: Told, action: str, who: str, why: str = "why", *, is_bare: bool = False) -> bool:
        """Try an action; whatever is answered with a receipt must be a row of the table."""
        detail = {"code": "space", "receipt": "r", "as_built": json.dumps({one.asset_id: {"storeys": 3}})}
        detail["day"] = (self.now + dt.timedelta(days=16 if action == "give_notice" else 1)).date().isoformat()
        self._learn_of_slots()
        before, key, request = one.state, self._next_key(), Act(action=action, why=why, detail={} if is_bare else detail)
        try:
            receipt = self.desk.act(one.case_id, request, asking=who, key=key, now=self.now)
        except DeskError:
            return False
        row = ROWS[before, action]
        assert ROLES[who] in row["who"]
        assert ROLES[who] != "carrier" or one.owner == who[:-2]
        assert receipt.state == row["next"]
        DONE[before, action] += 1
        one.said.append((action, receipt.state))
        self.last = (one.case_id, who, request, receipt)
        return True

    def _learn_of_slots(self) -> None:
        """Note the cases the desk itself let hold: each must have been the first in its line."""
        states = {line.case_id: line.state for line in self.desk.all_cases(asking="desk-1")}
        for lamp, waiting in self.line.items():
            gone = [case_id for case_id in waiting if self.told[case_id].state != "SCREENING"]
            left = [case_id for case_id in waiting if case_id not in gone]
            given = [case_id for case_id in left if states[case_id] == "HELD"]
            assert given == left[: len(given)]
            for case_id in given:
                self.told[case_id].said.append(("hold", "HELD"))
            self.line[lamp] = left[len(given) :]

    @invariant()
    def nothing_is_lost_and_clocks_are_right(self) -> None:
        if not hasattr(self, "desk"):
            return
        self._learn_of_slots()
        for line in self.desk.all_cases(asking="desk-1"):
            if self.checked.get(line.case_id) == line.version:
                continue
            one = self.told[line.case_id]
            view = self.desk.case(line.case_id, asking=f"{one.owner}-1", now=self.now)
            assert [(event.action, event.state) for event in view.history] == one.said
            assert line.version == len(view.history)
            self._check_table(view.history)
            assert line.due_on == slow_due_on(view.history, is_new_pole=line.is_new_pole)
            assert line.is_open == (line.state not in ENDS)
            assert not any(other in repr(view) for other in CARRIERS if other != one.owner)
            self.checked[line.case_id] = line.version

    def _check_table(self, history: tuple[CaseEvent, ...]) -> None:
        for before, after in itertools.pairwise(history):
            row = ROWS.get((before.state, after.action))
            if row:
                assert (after.state, after.role in row["who"]) == (row["next"], True)
            else:
                assert after.state == before.state
                assert after.action in {"ask_permit", "grant_permit", "waive_permit", "refuse_permit", "wait"}
            assert after.at >= before.at

    @invariant()
    def everybody_sees_their_own(self) -> None:
        for carrier in CARRIERS if hasattr(self, "desk") else ():
            own = {one.case_id for one in self.told.values() if one.owner == carrier}
            assert {line.case_id for line in self.desk.all_cases(asking=f"{carrier}-1")} == own

    @invariant()
    def slots_and_places_are_kept(self) -> None:
        if not hasattr(self, "desk"):
            return
        with self.desk.reading("desk-1") as (session, _):
            query = sa.select(HOLDS.c.asset_id, sa.func.count()).where(HOLDS.c.is_active).group_by(HOLDS.c.asset_id)
            held = {row[0]: row[1] for row in session.connection.execute(query)}
        for lamp, waiting in self.line.items():
            occupancy = self.desk.asset(f"test:{lamp}", asking="desk-1").values.get("occupancy") or ()
            assert isinstance(occupancy, list | tuple)
            assert held.get(f"test:{lamp}", 0) + len(occupancy) <= CAPACITY[lamp]
            for place, case_id in enumerate(waiting, 1):
                view = self.desk.case(case_id, asking=f"{self.told[case_id].owner}-1", now=self.now)
                assert [(one.asset_id, one.place) for one in view.waiting] == [(f"test:{lamp}", place)]


def test_random_people_over_months_keep_to_the_table_and_reach_every_state() -> None:
    DONE.clear()
    run_state_machine_as_test(DeskMachine, settings=DEEPEST)
    reached = {ROWS[key]["next"] for key in DONE}
    assert {state["name"] for state in TABLE["states"]} - reached == {"INQUIRY"}
    missing = sorted(set(ROWS) - set(DONE))
    assert len(missing) <= len(ROWS) // 10, missing
