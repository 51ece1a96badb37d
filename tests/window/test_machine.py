"""The table of states: sound, complete, and told to people as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from window.errors import ActionNotAllowedError, InvalidTableError
from window.guards import GUARDS
from window.machine import ROLES, case_machine, permit_machine, read_machine
from window.machine_page import write_pages

DOCS = Path(__file__).parents[2] / "docs" / "desk"
A = {"name": "A", "ja": "A", "en": "A"}
Z = {"name": "Z", "ja": "Z", "en": "Z", "is_final": True}


def row(state: str, goal: str, **more: object) -> dict[str, object]:
    return {"state": state, "action": "go", "who": ["window"], "next": goal, **more}


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "way out"),
        ([row("A", "B")], "must name states"),
        ([row("A", "Z", guard=["no_such"])], "must be one of"),
        ([row("A", "Z", clock=["wind up"])], "must be one of"),
        ([row("A", "Z"), row("A", "A")], "each action once"),
        ([row("A", "A")], "way out"),
        ([row("A", "Z"), row("Z", "A")], "way out"),
        ([row("A", "Z", who=[])], "must name a role"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(rows: list[dict[str, object]], words: str) -> None:
    with pytest.raises(InvalidTableError, match=words):
        read_machine({"first": "A", "states": [A, Z], "rows": rows})


def test_a_state_nobody_reaches_is_refused() -> None:
    with pytest.raises(InvalidTableError, match="reachable"):
        read_machine({"first": "A", "states": [A, Z, {"name": "Y", "ja": "", "en": "", "is_final": True}], "rows": [row("A", "Z")]})


def test_every_guard_is_used_and_every_state_of_the_domain_is_there() -> None:
    used = {guard for machine in (case_machine(), permit_machine()) for one in machine.rows for guard in one.guard}
    assert used == set(GUARDS)
    wanted = "INQUIRY SCREENING HELD SURVEY REPORTED APPLIED RETURNED REVIEW PERMITTED FEE_PAID BUILD HANDOVER IN_SERVICE RENEW RESTORED"
    ends = "DECLINED REFUSED WITHDRAWN EXPIRED"
    assert [state.name for state in case_machine().states] == f"{wanted} {ends}".split()


def test_the_wrong_action_and_the_wrong_role_are_told_what_is_allowed() -> None:
    with pytest.raises(ActionNotAllowedError, match="state INQUIRY has no such action; allowed instead: acknowledge, decline, withdraw"):
        case_machine().row("INQUIRY", "permit", "window")
    with pytest.raises(ActionNotAllowedError, match="is for window, not for carrier; allowed instead: withdraw"):
        case_machine().row("INQUIRY", "acknowledge", "carrier")
    assert all(case_machine().actions(state.name, "planner") == () for state in case_machine().states)
    assert {role for one in case_machine().rows for role in one.who} <= set(ROLES)


def test_the_page_and_the_diagrams_are_those_of_the_table(tmp_path: Path) -> None:
    for path in write_pages(tmp_path):
        assert path.read_text("utf-8") == (DOCS / path.name).read_text("utf-8"), "run python -m window.machine_page docs/desk"
