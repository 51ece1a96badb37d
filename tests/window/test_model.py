"""Random people doing random things over months: the desk keeps to its table, loses nothing, and tells nobody what is not theirs."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
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

    @rule(pick=st.integers(0, 999), choice=st.integers(0, 99))
    def likely_action(self, pick: int, choice: int) -> None:
        if not self.cases:
            return
        case_id = self.cases[pick % len(self.cases)]
        rows = [
            row for (state, _), row in ROWS.items() if state == self.said[case_id][-1][1] and row["action"] not in {"expire", "withdraw"}
        ]
        if rows:
            row = rows[choice % len(rows)]
            people = {"carrier": f"{self.owner[case_id]}-1", "window": "desk-1", "bureau": "roads-1"}
            self._try(case_id, row["action"], next(people[role] for role in row["who"] if role in people), "why")

    def _try(self, case_id: str, action: str, who: str, why: str) -> None:
        self.key += 1
        detail = {"code": "space", "receipt": "r", "as_built": json.dumps({self._asset(case_id): {"storeys": 3}})}
        detail["day"] = (self.now + dt.timedelta(days=12)).date().isoformat()
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

    @rule(pick=st.integers(0, 999))
    def decide_permits(self, pick: int) -> None:
        case_id = self.cases[pick % len(self.cases)] if self.cases else ""
        if not case_id or self.said[case_id][-1][1] != "REVIEW":
            return
        for one in self.desk.case(case_id, asking="desk-1", now=self.now).permits:
            if one.state in {"NEEDED", "ASKED"}:
                self.key += 1
                waive = Act(action="waive_permit", why="why")
                where = (case_id, one.asset_id, one.permit)
                self.desk.act_on_permit(*where, waive, asking="roads-1", key=str(self.key), now=self.now)
                self.said[case_id].append(("waive_permit", "REVIEW"))

    @rule(days=st.integers(1, 40))
    def time_passes(self, days: int) -> None:
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
        for before, after in zip(history, history[1:], strict=False):
            row = ROWS.get((before.state, after.action))
            if row:
                assert (after.state, after.role in row["who"]) == (row["next"], True)
            else:
                assert (after.state, after.action) == (before.state, "waive_permit")

    @invariant()
    def everybody_sees_their_own(self) -> None:
        for carrier in CARRIERS[:2]:
            own = {case_id for case_id, owner in getattr(self, "owner", {}).items() if owner == carrier}
            if hasattr(self, "desk"):
                assert {line.case_id for line in self.desk.all_cases(asking=f"{carrier}-1")} == own


TestDesk = DeskMachine.TestCase
TestDesk.settings = settings(
    max_examples=8, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
