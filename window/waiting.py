"""For whom a case waits: whoever may take it out of its state on its way, the one whose part it is first."""

from __future__ import annotations

from window.machine import Role, case_machine


def waits_for(state: str) -> Role | None:
    """Return the role whose step comes next in a state; ``None`` for one that waits for nobody."""
    machine = case_machine()
    if machine.state(state).is_final or state == "IN_SERVICE":
        return None
    onward = [row for row in machine.rows if row.state == state and row.next != state and not machine.state(row.next).is_final]
    return next((row.who[0] for row in onward if row.action not in {"return", "redo"}), None)
