"""Organisations and people of the desk: roles live in the database, never in what a login claims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import sqlalchemy as sa

from assets_db.record import AssetRecord
from assets_db.store import WritingSession
from window.errors import InvalidRequestError, NotFoundError
from window.machine import ROLES, Role
from window.policy import SYSTEM, Person, demand
from window.requests import checked_text, is_storable
from window.tables import ORGANISATIONS, PEOPLE


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """
    A carrier, bureau, municipality, owner, or the window itself.

    Attributes
    ----------
    org_id
        Short id.
    name
        Name for people.
    role
        Role its people have.
    bureau
        Assets whose ``bureau`` says this are answered for by it; empty for none.
    lg_code
        Municipal assets with this local government code are answered for by it; empty for none.
    is_synthetic
        Whether it is made up.
    """

    org_id: str
    name: str
    role: Role
    bureau: str = ""
    lg_code: str = ""
    is_synthetic: bool = False

    def __post_init__(self) -> None:
        checked_text("org_id", self.org_id, is_needed=True, longest=60, is_line=True)
        checked_text("name", self.name, is_needed=True, longest=200, is_line=True)
        checked_text("bureau", self.bureau, longest=200, is_line=True)
        checked_text("lg_code", self.lg_code, longest=60, is_line=True)
        role_of(self.role)


def role_of(text: str) -> Role:
    """
    Return the role of a word.

    Raises
    ------
    InvalidRequestError
        There is no such role that people have.
    """
    found = next((role for role in ROLES if role == text and role != "system"), None)
    if found is None:
        raise InvalidRequestError("role", f"must be one of {', '.join(ROLES[:-1])}", text)
    return found


def find_person(connection: sa.Connection, person_id: str) -> Person:
    """
    Return who asks.

    Raises
    ------
    NotFoundError
        Nobody of that id works here, or no longer.
    """
    query = sa.select(PEOPLE).where(PEOPLE.c.person_id == person_id, PEOPLE.c.is_active)
    row = connection.execute(query).first() if is_storable(person_id) else None
    if row is None:
        raise NotFoundError("person", person_id)
    return Person(person_id=row.person_id, name=row.name, role=row.role, org_id=row.org_id)


def list_people(connection: sa.Connection, asking: Person) -> tuple[Person, ...]:
    """Return everybody who works here."""
    demand(asking, "see", "people")
    rows = connection.execute(sa.select(PEOPLE).where(PEOPLE.c.is_active).order_by(PEOPLE.c.org_id, PEOPLE.c.person_id))
    return tuple(Person(person_id=row.person_id, name=row.name, role=row.role, org_id=row.org_id) for row in rows)


def list_organisations(connection: sa.Connection, asking: Person) -> tuple[Organisation, ...]:
    """Return all organisations."""
    demand(asking, "see", "people")
    rows = connection.execute(sa.select(ORGANISATIONS).order_by(ORGANISATIONS.c.org_id)).mappings()
    return tuple(Organisation(**cast("dict[str, object]", dict(row))) for row in rows)  # type: ignore[arg-type]  # the columns have these types


def add_organisation(session: WritingSession, asking: Person, new: Organisation) -> None:
    """
    Add an organisation.

    Raises
    ------
    InvalidRequestError
        The id is taken.
    """
    _demand_change(session, asking)
    taken = session.connection.execute(sa.select(ORGANISATIONS.c.org_id).where(ORGANISATIONS.c.org_id == new.org_id)).first()
    if taken:
        raise InvalidRequestError("org_id", "must be new", new.org_id)
    values = {name: getattr(new, name) for name in Organisation.__dataclass_fields__}
    session.connection.execute(ORGANISATIONS.insert().values(**values))
    session.audit("desk.organisation", {"org_id": new.org_id, "role": new.role})


def add_person(session: WritingSession, asking: Person, person_id: str, name: str, org_id: str) -> None:
    """
    Add a person to an organisation, whose role the person takes.

    Raises
    ------
    InvalidRequestError
        The id is taken.
    NotFoundError
        There is no such organisation.
    """
    _demand_change(session, asking)
    checked_text("person_id", person_id, is_needed=True, longest=60, is_line=True)
    checked_text("name", name, is_needed=True, longest=200, is_line=True)
    checked_text("org_id", org_id, is_line=True)
    role = session.connection.execute(sa.select(ORGANISATIONS.c.role).where(ORGANISATIONS.c.org_id == org_id)).scalar()
    if role is None:
        raise NotFoundError("organisation", org_id)
    if person_id == SYSTEM.person_id or session.connection.execute(sa.select(PEOPLE).where(PEOPLE.c.person_id == person_id)).first():
        raise InvalidRequestError("person_id", "must be new", person_id)
    session.connection.execute(PEOPLE.insert().values(person_id=person_id, name=name, role=role, org_id=org_id, is_active=True))
    session.audit("desk.person", {"person_id": person_id, "org_id": org_id, "role": str(role)})


def retire_person(session: WritingSession, asking: Person, person_id: str) -> None:
    """
    Take away a person's access; what the person did stays.

    Raises
    ------
    InvalidRequestError
        The person is the last administrator: nobody could let anybody in again.
    """
    _demand_change(session, asking)
    found = find_person(session.connection, person_id)
    administrators = sa.select(sa.func.count()).select_from(PEOPLE).where(PEOPLE.c.is_active, PEOPLE.c.role == "administrator")
    if found.role == "administrator" and session.connection.execute(administrators).scalar_one() == 1:
        raise InvalidRequestError("person_id", "must not be the last administrator", person_id)
    session.connection.execute(PEOPLE.update().where(PEOPLE.c.person_id == person_id).values(is_active=False))
    session.audit("desk.person_retired", {"person_id": person_id})


def _demand_change(session: WritingSession, asking: Person) -> None:
    """Let administrators change people, and anybody set up the first one of an empty desk."""
    is_empty = session.connection.execute(sa.select(PEOPLE.c.person_id).limit(1)).first() is None
    if not (is_empty and asking == SYSTEM):
        demand(asking, "change", "people")


def organisation_name(connection: sa.Connection, org_id: str) -> str:
    """Return the name of an organisation for people."""
    return str(connection.execute(sa.select(ORGANISATIONS.c.name).where(ORGANISATIONS.c.org_id == org_id)).scalar_one())


def answering(connection: sa.Connection, record: AssetRecord) -> tuple[str, ...]:
    """Return the organisations that answer for an asset: by its bureau, or for a municipal asset by its municipality."""
    named = (ORGANISATIONS.c.bureau != "") & (ORGANISATIONS.c.bureau == record.text("bureau"))
    owned = (ORGANISATIONS.c.lg_code != "") & (ORGANISATIONS.c.lg_code == record.text("lg_code"))
    is_municipal = record.text("owner_class") == "municipal"
    query = sa.select(ORGANISATIONS.c.org_id).where(named | owned if is_municipal else named).order_by(ORGANISATIONS.c.org_id)
    return tuple(connection.execute(query).scalars())
