"""The second wall: on PostgreSQL the database itself hides foreign rows, and on both engines the history cannot be changed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import sqlalchemy as sa

from window.policy import Person, reach

DATABASE_ROLE = "siting_desk"
"""Role that owns nothing, in which every statement of the desk runs."""

SEES_EVERYTHING: Mapping[str, str] = MappingProxyType({"desk.org": "", "desk.sees": "everything", "desk.internal": "yes"})
"""What the policies of the database look at when the desk itself asks."""

_OF_A_CASE = ("cases", "case_assets", "areas", "events", "permits", "holds", "waiting", "documents", "comments")
_INTERNAL = ("documents", "comments")
_APPEND_ONLY = ("desk_events", "desk_receipts", "desk_documents", "desk_comments", "audit")
_PARTY = "case_id IN (SELECT p.case_id FROM desk_parties p WHERE p.org_id = current_setting('desk.org', true))"
_SEES_ALL = "current_setting('desk.sees', true) = 'everything'"
_OPEN = "(NOT is_internal OR current_setting('desk.internal', true) = 'yes')"


def protect(connection: sa.Connection) -> None:
    """Raise the wall over new tables."""
    if connection.dialect.name == "sqlite":
        for statement in _sqlite_triggers():
            connection.exec_driver_sql(statement)
        return
    for statement in _postgresql_wall():
        connection.exec_driver_sql(statement)


def unprotect(connection: sa.Connection) -> None:
    """Take away what would outlive the tables, or keep them from being dropped."""
    if connection.dialect.name == "postgresql":
        for name in (*_OF_A_CASE, "parties"):
            connection.exec_driver_sql(f"DROP POLICY desk ON desk_{name}")
        connection.exec_driver_sql(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {DATABASE_ROLE}")
        connection.exec_driver_sql(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {DATABASE_ROLE}")
        connection.exec_driver_sql(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM {DATABASE_ROLE}")


def protect_plans(connection: sa.Connection) -> None:
    """Raise the wall over plans: each organisation its own, nobody all but the desk itself."""
    if connection.dialect.name == "postgresql":
        for statement in _policy("desk_plans", "org_id = current_setting('desk.org', true) OR current_setting('desk.org', true) = ''"):
            connection.exec_driver_sql(statement)


def unprotect_plans(connection: sa.Connection) -> None:
    """Take the wall away."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP POLICY desk ON desk_plans")


def enter(connection: sa.Connection, person: Person) -> None:
    """Say for this transaction who asks; it ends with the transaction, so a connection that is used again remembers nothing."""
    if connection.dialect.name != "postgresql":
        return
    internal = "yes" if reach(person.role, "see", "internal") != "nothing" else "no"
    sees = reach(person.role, "see", "case")
    _say(connection, {"role": DATABASE_ROLE, "desk.org": person.org_id, "desk.sees": sees, "desk.internal": internal})


def as_desk(connection: sa.Connection) -> None:
    """Let the desk itself go on in a transaction: slots, caps and waiting lists are counted over all carriers."""
    if connection.dialect.name == "postgresql":
        _say(connection, SEES_EVERYTHING)


def grant_rights(connection: sa.Connection) -> None:
    """Give the role of the desk its rights, the role made where the server does not know it yet."""
    if connection.dialect.name == "postgresql":
        for statement in _rights():
            connection.exec_driver_sql(statement)


def _say(connection: sa.Connection, settings: Mapping[str, str]) -> None:
    """Set the role and what the policies of the database look at, until the transaction ends."""
    connection.execute(sa.select(*(sa.func.set_config(name, value, sa.true()) for name, value in settings.items())))


def _sqlite_triggers() -> list[str]:
    """Return triggers that keep the history as it is."""
    return [
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{table}: rows are only ever added'); END"
        for table in _APPEND_ONLY
        if table != "audit"
        for verb in ("update", "delete")
    ]


def _rights() -> list[str]:
    """Return the role and its rights."""
    return [
        f"DO $$ BEGIN CREATE ROLE {DATABASE_ROLE} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
        f"GRANT {DATABASE_ROLE} TO CURRENT_USER",
        f"GRANT USAGE ON SCHEMA public TO {DATABASE_ROLE}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {DATABASE_ROLE}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {DATABASE_ROLE}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {DATABASE_ROLE}",
        *(f"REVOKE UPDATE, DELETE ON {table} FROM {DATABASE_ROLE}" for table in _APPEND_ONLY),
    ]


def _postgresql_wall() -> list[str]:
    """Return the role, its rights and the policies."""
    wall = _rights()
    for name in _OF_A_CASE:
        rule = f"({_PARTY})" + (f" AND {_OPEN}" if name in _INTERNAL else "")
        wall += _policy(f"desk_{name}", f"{_SEES_ALL} OR ({rule})")
    return wall + _policy("desk_parties", f"{_SEES_ALL} OR org_id = current_setting('desk.org', true)")


def _policy(table: str, rule: str) -> list[str]:
    """Return the statements that hide the rows of a table that break a rule, from its owner too."""
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY desk ON {table} USING ({rule}) WITH CHECK ({rule})",
    ]
