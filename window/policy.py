"""Who may do what, read from the one policy table; what it does not say is denied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal, TypeAlias

from window.data_files import checked, raw_table
from window.errors import InvalidTableError, NotAllowedError
from window.machine import Role

Reach: TypeAlias = Literal["everything", "own", "nothing"]


@dataclass(frozen=True, kw_only=True)
class PolicyRow:
    """Roles that may do a verb to a thing: all of them, or those their organisation is party to."""

    thing: str
    verb: str
    everything: tuple[Role, ...] = ()
    own: tuple[Role, ...] = ()

    def __post_init__(self) -> None:
        both = sorted(set(self.everything) & set(self.own))
        if both:
            raise InvalidTableError(f"rows.{self.thing}.{self.verb}", "must name each role once", both)


@dataclass(frozen=True, kw_only=True)
class _Policy:
    rows: tuple[PolicyRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """
    One who asks.

    Attributes
    ----------
    person_id
        Login.
    name
        Name for people.
    role
        The one role the person acts in.
    org_id
        Organisation the person belongs to.
    """

    person_id: str
    name: str
    role: Role
    org_id: str


SYSTEM = Person(person_id="system", name="system", role="system", org_id="")
"""The desk itself, in its daily run."""


@cache
def policy_rows() -> Mapping[tuple[str, str], PolicyRow]:
    """Return the rows of the policy by thing and verb."""
    rows = checked(_Policy, raw_table("policy.toml")).rows
    found = {(row.thing, row.verb): row for row in rows}
    if len(found) != len(rows):
        raise InvalidTableError("rows", "must give each thing and verb once", len(rows))
    return MappingProxyType(found)


def reach(role: Role, verb: str, thing: str) -> Reach:
    """Return how far a role's right goes."""
    row = policy_rows().get((thing, verb))
    if row is None:
        return "nothing"
    return "everything" if role in row.everything else "own" if role in row.own else "nothing"


def demand(person: Person, verb: str, thing: str) -> Reach:
    """
    Return how far a person's right goes, which is somewhere.

    Raises
    ------
    NotAllowedError
        The person has none.
    """
    found = reach(person.role, verb, thing)
    if found == "nothing":
        raise NotAllowedError(person.role, verb, thing)
    return found
