"""Random people doing random things over months: the desk keeps to its table, loses nothing, and tells nobody what is not theirs."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import random
import tomllib
from collections import Counter
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from assets_db.store import init_register
from tests.window.desk_samples import CARRIERS, START, furnish
from tests.window.slow_clocks import slow_due_on
from window.desk import Desk, init_desk, open_desk
from window.errors import DeskError
from window.events import CaseEvent
from window.requests import Act, OpenRequest

TABLE = tomllib.loads((files("window") / "data" / "states.toml").read_text("utf-8"))["case"]
ROWS = {(row["state"], row["action"]): row for row in TABLE["rows"]}
PEOPLE = {"desk-1": "window", "roads-1": "bureau", "shibuya-1": "municipal", "lab-1": "expert", "plan-1": "planner", "audit-1": "auditor"}
ROLES = {**PEOPLE, **{f"{name}-1": "carrier" for name in CARRIERS}}
ACTIONS = sorted({row["action"] for row in TABLE["rows"]} - {"expire"})
FORWARD = {
    *("acknowledge", "hold", "ask_survey", "set_dates", "report", "apply", "accept", "resubmit", "permit", "confirm_fee", "give_notice"),
    *("hand_over", "accept_handover", "ask_renewal", "renew"),
}
N_STEPS = 1500 if os.environ.get("SITING_STRESS") == "1" else 160
_TEMPLATE: list[bytes] = []


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


class DeskMachine(RuleBasedStateMachine):
    """The desk beside a model that only remembers what was answered with a receipt."""

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        self.desk = fresh_desk(self.folder.name)
        self.now = START
        self.cases: list[str] = []
        self.owner: dict[str, str] = {}
        self.said: dict[str, list[tuple[str, str]]] = {}
        self.touched: set[str] = set()
        self.key = 0
        self.done: Counter[tuple[str, str]] = Counter()

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    @rule(carrier=st.sampled_from(CARRIERS), number=st.integers(0, 2), pole=st.booleans())
    def open(self, carrier: str, number: int, pole: bool) -> None:
        self.key += 1
        request = OpenRequest(title="model", asset_ids=(f"test:{number}",), is_new_pole=pole)
        receipt = self.desk.open_case(request, asking=f"{carrier}-1", key=str(self.key), now=self.now)
        self.cases.append(receipt.case_id)
        self.owner[receipt.case_id] = carrier
        self.said[receipt.case_id] = [("open", "INQUIRY")]
        self.touched.add(receipt.case_id)

    @rule(pick=st.integers(0, 999), action=st.sampled_from(ACTIONS), who=st.sampled_from(sorted(ROLES)), why=st.sampled_from(("", "why")))
    def any_action(self, pick: int, action: str, who: str, why: str) -> None:
        if self.cases:
            self._try(self.cases[pick % len(self.cases)], action, who, why)

    @rule(pick=st.integers(0, 99), choices=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 6)), min_size=6, max_size=24))
    def likely_way(self, pick: int, choices: list[tuple[int, int]]) -> None:
        """Walk one case on, mostly forward, some days between the steps."""
        for choice, days in choices if self.cases else ():
            case_id = self.cases[pick % len(self.cases)]
            rows = [row for (state, _), row in ROWS.items() if state == self.said[case_id][-1][1] and row["action"] != "expire"]
            if not rows:
                return
            self.decide_permits_of(case_id)
            forward = [row for row in rows if row["action"] in FORWARD]
            stays = [row for row in rows if row["action"] not in {"decline", "withdraw"}] if choice < 93 else []
            rare = min(stays or rows, key=lambda one: self.done[one["state"], one["action"]])
            row = rare if choice >= 60 or not forward else forward[choice % len(forward)]
            self.done[row["state"], row["action"]] += 1
            people = {"carrier": f"{self.owner[case_id]}-1", "window": "desk-1", "bureau": "roads-1"}
            self._try(case_id, row["action"], next(people[role] for role in row["who"] if role in people), "why")
            self._later(days)

    def _try(self, case_id: str, action: str, who: str, why: str) -> None:
        self.key += 1
        detail = {"code": "space", "receipt": "r", "as_built": json.dumps({self._asset(case_id): {"storeys": 3}})}
        detail["day"] = (self.now + dt.timedelta(days=12 if action == "give_notice" else 1)).date().isoformat()
        before = self.said[case_id][-1][1]
        try:
            receipt = self.desk.act(case_id, Act(action=action, why=why, detail=detail), asking=who, key=str(self.key), now=self.now)
        except DeskError:
            return
        row = ROWS[before, action]
        assert ROLES[who] in row["who"]
        assert ROLES[who] != "carrier" or self.owner[case_id] == who[:-2]
        assert receipt.state == row["next"]
        self.said[case_id].append((action, receipt.state))
        self.touched = set(self.cases)

    def _asset(self, case_id: str) -> str:
        return self.desk.case(case_id, asking="desk-1", now=self.now).assets[0].text("asset_id")

    def decide_permits_of(self, case_id: str) -> None:
        if self.said[case_id][-1][1] != "REVIEW":
            return
        for one in self.desk.case(case_id, asking="desk-1", now=self.now).permits:
            for action, who in (("ask_permit", f"{self.owner[case_id]}-1"), ("grant_permit", "roads-1")):
                if one.state == "NEEDED":
                    self.key += 1
                    where = (case_id, one.asset_id, one.permit)
                    self.desk.act_on_permit(*where, Act(action=action), asking=who, key=str(self.key), now=self.now)
                    self.said[case_id].append((action, "REVIEW"))

    @rule(days=st.integers(1, 40))
    def time_passes(self, days: int) -> None:
        self._later(days)

    def _later(self, days: int) -> None:
        self.now += dt.timedelta(days=days)
        for receipt in self.desk.run_daily(now=self.now):
            assert ROWS[self.said[receipt.case_id][-1][1], "expire"]
            self.said[receipt.case_id].append(("expire", "EXPIRED"))
            self.touched.add(receipt.case_id)

    @invariant()
    def nothing_is_lost_and_clocks_are_right(self) -> None:
        for case_id in getattr(self, "touched", set()):
            view = self.desk.case(case_id, asking="desk-1", now=self.now)
            mine = [(event.action, event.state) for event in view.history if event.role != "system" or event.action == "expire"]
            assert mine == self.said[case_id]
            self._check_table(view.history)
            assert view.line.due_on == slow_due_on(view.history, is_new_pole=view.line.is_new_pole)
        if hasattr(self, "touched"):
            self.touched = set()

    def _check_table(self, history: tuple[CaseEvent, ...]) -> None:
        for before, after in itertools.pairwise(history):
            row = ROWS.get((before.state, after.action))
            if row:
                assert (after.state, after.role in row["who"]) == (row["next"], True)
            else:
                assert after.state == before.state
                assert after.action in {"ask_permit", "grant_permit"}

    @invariant()
    def everybody_sees_their_own(self) -> None:
        for carrier in CARRIERS[:2]:
            own = {case_id for case_id, owner in getattr(self, "owner", {}).items() if owner == carrier}
            if hasattr(self, "desk"):
                assert {line.case_id for line in self.desk.all_cases(asking=f"{carrier}-1")} == own


TestDesk = DeskMachine.TestCase
TestDesk.settings = settings(
    max_examples=10, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


def test_a_long_way_through_the_model_reaches_every_state() -> None:
    chance = random.Random(13)  # noqa: S311  # a fixed choice, no secret
    machine = DeskMachine()
    machine.begin()
    for _ in range(N_STEPS):
        luck = chance.random()
        pick = chance.randrange(1000)
        if luck < 0.2:
            machine.open(carrier=chance.choice(CARRIERS), number=chance.choice((0, 1, 2, 4, 5, 6, 8, 9, 10)), pole=luck < 0.1)
        elif luck < 0.3:
            who = chance.choice(sorted(ROLES))
            machine.any_action(pick=pick, action=chance.choice(ACTIONS), who=who, why=chance.choice(("", "why")))
        elif luck < 0.9:
            machine.likely_way(pick=pick, choices=[(chance.randrange(100), chance.randrange(7)) for _ in range(chance.randrange(1, 14))])
        else:
            machine.time_passes(days=chance.randrange(1, 90))
        machine.nothing_is_lost_and_clocks_are_right()
    machine.everybody_sees_their_own()
    reached = {state for said in machine.said.values() for _, state in said}
    machine.teardown()
    assert reached == {state["name"] for state in TABLE["states"]}
