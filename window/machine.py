"""The table of states: what may be done in each, by whom, under which guards, and what it does to clocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

from window.data_files import checked, raw_table
from window.errors import ActionNotAllowedError, InvalidTableError
from window.guards import GUARDS

Role: TypeAlias = Literal["carrier", "window", "bureau", "municipal", "owner", "expert", "planner", "auditor", "administrator", "system"]
ROLES: tuple[Role, ...] = get_args(Role)

VERBS = ("start", "start_from_day", "resume", "stop", "run", "extend", "end")
"""What an action may do to a clock."""


@dataclass(frozen=True, kw_only=True)
class State:
    """
    A state, and the clocks that run in it.

    Attributes
    ----------
    name
        Name in tables and messages.
    ja, en
        Name for people.
    clocks
        Clocks that start on entry, or go on where they already run.
    is_final
        Whether the life ends here.
    """

    name: str
    ja: str
    en: str
    clocks: tuple[str, ...] = ()
    is_final: bool = False


@dataclass(frozen=True, kw_only=True)
class Row:
    """
    One row of the table: an action that is possible in a state.

    Attributes
    ----------
    state, action
        Where, and what.
    who
        Roles that may do it.
    next
        State afterwards; the same state where only a clock or a date changes.
    guard
        Names of conditions that must all hold.
    clock
        What it does to clocks beyond those of the next state, such as ``"extend screening"``.
    """

    state: str
    action: str
    who: tuple[Role, ...]
    next: str
    guard: tuple[str, ...] = ()
    clock: tuple[str, ...] = ()

    def effects(self) -> tuple[tuple[str, str], ...]:
        """Return the effects on clocks as pairs of verb and clock."""
        return tuple((verb, name) for verb, _, name in (effect.partition(" ") for effect in self.clock))


@dataclass(frozen=True, kw_only=True)
class Machine:
    """
    A table of states, sound and complete.

    Raises
    ------
    InvalidTableError
        A state cannot be reached or left, a row names what does not exist, or an action has two rows in one state.
    """

    first: str
    states: tuple[State, ...]
    rows: tuple[Row, ...]
    by_action: Mapping[tuple[str, str], Row] = field(init=False)

    def __post_init__(self) -> None:
        names = [state.name for state in self.states]
        _check(len(set(names)) == len(names), "states", "must have names of their own", names)
        _check(self.first in names, "first", "must be a state", self.first)
        for row in self.rows:
            self._check_row(row, names)
        keys = [(row.state, row.action) for row in self.rows]
        _check(len(set(keys)) == len(keys), "rows", "must give each action once per state", keys)
        for state in self.states:
            leaves = any(row.state == state.name and row.next != state.name for row in self.rows)
            _check(leaves != state.is_final, f"states.{state.name}", "must have a way out, or be final and have none", leaves)
        lost = set(names) - self.reachable()
        _check(not lost, "states", f"must all be reachable from {self.first}", sorted(lost))
        object.__setattr__(self, "by_action", MappingProxyType({(row.state, row.action): row for row in self.rows}))

    @staticmethod
    def _check_row(row: Row, names: list[str]) -> None:
        """Refuse a row that names a state, guard or effect that does not exist."""
        where = f"rows.{row.state}.{row.action}"
        for name in (row.state, row.next):
            _check(name in names, where, "must name states of the table", name)
        for guard in row.guard:
            _check(guard in GUARDS, f"{where}.guard", f"must be one of {', '.join(GUARDS)}", guard)
        _check(bool(row.who), f"{where}.who", "must name a role", row.who)
        for verb, clock in row.effects():
            _check(verb in VERBS and bool(clock), f"{where}.clock", f"must be one of {', '.join(VERBS)} and a clock", row.clock)

    def reachable(self) -> set[str]:
        """Return the states that can be reached from the first one."""
        seen, front = {self.first}, [self.first]
        while front:
            here = front.pop()
            new = {row.next for row in self.rows if row.state == here} - seen
            seen |= new
            front.extend(new)
        return seen

    def state(self, name: str) -> State:
        """Return a state by name."""
        return next(state for state in self.states if state.name == name)

    def actions(self, state: str, role: Role | None = None) -> tuple[str, ...]:
        """Return the actions possible in a state, for one role or for any."""
        return tuple(row.action for row in self.rows if row.state == state and (role is None or role in row.who))

    def row(self, state: str, action: str, role: Role) -> Row:
        """
        Return the row of an action.

        Raises
        ------
        ActionNotAllowedError
            There is none for that state, or none for that role; names what is allowed instead.
        """
        allowed = self.actions(state, role)
        found = self.by_action.get((state, action))
        if found is None:
            raise ActionNotAllowedError(action, f"state {state} has no such action", allowed)
        if role not in found.who:
            raise ActionNotAllowedError(action, f"in state {state} it is for {', '.join(found.who)}, not for {role}", allowed)
        return found

    def clocks(self) -> frozenset[str]:
        """Return the names of all clocks the table uses."""
        named = {clock for state in self.states for clock in state.clocks}
        return frozenset(named | {clock for row in self.rows for _, clock in row.effects()})


def _check(holds: bool, name: str, rule: str, value: object) -> None:  # noqa: FBT001  # reads as an assertion
    """Refuse a table that breaks a rule."""
    if not holds:
        raise InvalidTableError(name, rule, value)


def read_machine(raw: Mapping[str, object]) -> Machine:
    """Return the machine a table describes, checked."""
    return checked(Machine, raw)


@cache
def _tables() -> Mapping[str, Machine]:
    """Return both tables of the data file."""
    return MappingProxyType({name: checked(Machine, raw) for name, raw in raw_table("states.toml").items()})


def case_machine() -> Machine:
    """Return the table of a case."""
    return _tables()["case"]


def permit_machine() -> Machine:
    """Return the table of a permit."""
    return _tables()["permit"]
