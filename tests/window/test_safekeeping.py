"""Register and desk are checked, copied and put back together, on both engines."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from assets_db.store import RegisterError, init_register
from assets_db.store.database import transaction
from tests.databases import _server, new_database
from tests.window.desk_samples import START, Walk, furnish, run
from window.desk import Desk, init_desk, open_desk
from window.row_security import as_desk
from window.safekeeping import backup, faults, restore
from window.schema import migrate_down
from window.tables import OF_A_CASE

_NUMBERS = count(1)


def rows_of(desk: Desk) -> dict[str, int]:
    """Return how many rows each table of cases holds, for the desk itself."""
    with desk.reading("desk-1") as (session, _):
        as_desk(session.connection)
        return {one.name: session.connection.execute(sa.select(sa.func.count()).select_from(one)).scalar_one() for one in OF_A_CASE}


def fill(desk: Desk) -> None:
    """Put something into every table of cases."""
    walk, other = Walk(desk), Walk(desk, "beta")
    walk.to_review("test:4")
    other.open("test:4")
    other.act("acknowledge", "desk-1")
    desk.wait(other.case_id, asking="beta-1", key="w", now=START)
    desk.comment(walk.case_id, "internal", is_internal=True, asking="desk-1", key="c", now=walk.now)
    desk.add_document(walk.case_id, "a.txt", b"secret", is_internal=True, asking="desk-1", key="d", now=walk.now)


@pytest.fixture
def empty_target(desk_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Address of an empty database of the same kind."""
    if desk_url.startswith("sqlite"):
        return f"sqlite:///{tmp_path / 'target.db'}"
    return new_database(str(request.getfixturevalue("postgres_url")), f"desk_target_{next(_NUMBERS)}", "template0")


def test_a_backup_of_a_desk_comes_back_whole_and_works_on(desk: Desk, desk_url: str, empty_target: str, tmp_path: Path) -> None:
    fill(desk)
    before = rows_of(desk)
    assert min(before[name] for name in before if name != "desk_areas") > 0
    said = run("db", "check", "--db", desk_url)
    assert said.startswith("register and desk are whole; ")
    run("db", "backup", "--out", str(tmp_path / "copy"), "--db", desk_url)
    run("db", "restore", str(tmp_path / "copy"), "--db", empty_target)
    assert run("db", "check", "--db", empty_target) == said
    restored = open_desk(empty_target)
    assert rows_of(restored) == before
    Walk(restored).open("test:5")
    assert len(restored.all_cases(asking="alpha-1")) == 2
    assert len(restored.all_cases(asking="beta-1")) == 1
    assert restored.audit(asking="audit-1")[0] == ()
    assert "must be empty" in run("db", "restore", str(tmp_path / "copy"), "--db", desk_url, code=2)
    run("db", "restore", str(tmp_path / "copy"), "--overwrite", "--db", empty_target)
    assert rows_of(open_desk(empty_target)) == before


def test_what_is_wrong_with_the_desk_is_found_by_the_check(small_desk: Desk) -> None:
    fill(small_desk)
    url = str(small_desk.engine.url)
    assert faults(url)[0] == ()
    wrong = {
        "UPDATE desk_documents SET content = x'00'": "is not as it was added",
        "UPDATE desk_cases SET is_open = 0 WHERE state = 'REVIEW'": "ended cases hold slots: 1",
        "DELETE FROM desk_parties WHERE org_id = 'beta'": "is not its carrier's to see",
        "UPDATE desk_waiting SET case_id = (SELECT case_id FROM desk_cases WHERE state = 'REVIEW')": "wait that are not in SCREENING: 1",
        "UPDATE desk_receipts SET state = 'X'": "says something else than the audit trail",
        "UPDATE desk_permits SET case_id = 'C-0'": "rows of desk_permits belong to no case: 2",
    }
    with small_desk.engine.connect() as connection:
        for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        for statement in wrong:
            connection.exec_driver_sql(statement)
    said = run("db", "check", "--db", url, code=1)
    assert [words for words in wrong.values() if words not in said] == []


def test_a_register_without_a_desk_is_checked_as_before(register_url: str) -> None:
    assert run("db", "check", "--db", register_url).startswith("the register is whole; 0 rows")


@pytest.fixture
def plain_owner(postgres_url: str) -> str:
    """Address of a database that belongs to a user who may not pass by row-level security."""
    new_database(postgres_url, "plain_desk", "template0")
    with sa.create_engine(f"{postgres_url}/plain_desk", isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool).connect() as connection:
        for statement in (
            "CREATE ROLE plain LOGIN CREATEROLE",
            "ALTER DATABASE plain_desk OWNER TO plain",
            "CREATE EXTENSION postgis",
            "ALTER SCHEMA public OWNER TO plain",
        ):
            connection.exec_driver_sql(statement)
    return f"{postgres_url.replace('postgres@', 'plain@')}/plain_desk"


def test_an_owner_from_whom_rows_are_hidden_still_copies_them_all(plain_owner: str, tmp_path: Path) -> None:
    url = plain_owner
    init_register(url)
    desk = init_desk(url)
    furnish(desk)
    fill(desk)
    assert faults(url)[0] == ()
    backup(url, tmp_path / "copy")
    with _server() as other:
        restored = new_database(other, "restored", "template0")
        restore(tmp_path / "copy", restored)
        assert rows_of(open_desk(restored)) == rows_of(desk)
        with pytest.raises(RegisterError, match="must be empty"):
            restore(tmp_path / "copy", restored)


def test_an_upgrade_brings_the_desk_along(desk: Desk, desk_url: str) -> None:
    with transaction(desk.engine, writes=True) as connection:
        migrate_down(connection, "d001")
    with pytest.raises(RegisterError, match="found d001; bring it up to date with: siting db upgrade"):
        open_desk(desk_url)
    assert "the desk must have version" in run("db", "check", "--db", desk_url, code=1)
    assert run("db", "upgrade", "--db", desk_url) == "register and desk are up to date\n"
    assert open_desk(desk_url).all_cases(asking="desk-1") == ()
    assert run("db", "check", "--db", desk_url).startswith("register and desk are whole")


def test_an_upgrade_makes_no_desk_where_there_was_none(register_url: str) -> None:
    assert run("db", "upgrade", "--db", register_url) == "the register is up to date\n"
