"""What the desk must survive: many writers, races for the last slot, stale edits, kills, and a tampered trail."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from assets_db.store.tables import AUDIT
from tests.window.desk_samples import START, Walk
from window.desk import Desk, open_desk
from window.errors import DeskError
from window.requests import Act, OpenRequest, Receipt
from window.tables import HOLDS, RECEIPTS

IS_FULL = os.environ.get("SITING_STRESS") == "1"
N_WRITERS, N_EACH = (50, 20) if IS_FULL else (6, 3)
N_RACES = 200 if IS_FULL else 4
N_STALE = 100 if IS_FULL else 4
N_KILLS = 200 if IS_FULL else 3


def both(first: Callable[[], object], second: Callable[[], object]) -> list[object]:
    """Do two things at the same moment; return what came of each, errors of the desk included."""
    gate = threading.Barrier(2)

    def run(what: Callable[[], object]) -> object:
        gate.wait()
        try:
            return what()
        except DeskError as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, (first, second)))


def test_every_acknowledged_application_is_there_once(desk: Desk, printed: Callable[[str], None]) -> None:
    def write(writer: int) -> list[Receipt]:
        who = f"{('alpha', 'beta', 'gamma', 'delta')[writer % 4]}-1"
        request = OpenRequest(title=f"writer {writer}", asset_ids=("test:0",))
        return [desk.open_case(request, asking=who, key=f"w{writer}-{number}", now=START) for number in range(N_EACH)]

    begun = time.monotonic()
    with ThreadPoolExecutor(N_WRITERS) as pool:
        receipts = [one for some in pool.map(write, range(N_WRITERS)) for one in some]
    took_s = time.monotonic() - begun
    assert len({one.case_id for one in receipts}) == N_WRITERS * N_EACH
    with desk.reading("audit-1") as (session, _):
        stored = session.connection.execute(sa.select(RECEIPTS.c.key, RECEIPTS.c.audit_hash)).all()
    assert sorted(stored) == sorted((one.key, one.audit_hash) for one in receipts)
    assert desk.audit(asking="audit-1")[0] == ()
    printed(f"{N_WRITERS} writers x {N_EACH}: {len(stored)} receipts, each once, chain valid, {took_s:.0f} s")


def test_the_last_slot_never_has_two_winners(desk: Desk, printed: Callable[[str], None]) -> None:
    for _ in range(N_RACES):
        walks = [Walk(desk, name) for name in ("alpha", "beta")]
        for walk in walks:
            walk.open("test:5")
            walk.act("acknowledge", "desk-1")
        found = both(lambda: walks[0].act("hold"), lambda: walks[1].act("hold"))  # noqa: B023  # done within the turn
        assert sorted(type(one).__name__ for one in found) == ["ActionNotAllowedError", "Receipt"]
        for walk in walks:
            walk.act("withdraw")
    printed(f"{N_RACES} races for the last slot: one winner each")


def test_the_database_refuses_a_second_holder_of_a_slot(desk: Desk) -> None:
    walk, other = Walk(desk), Walk(desk, "beta")
    walk.open("test:6")
    other.open("test:6")
    walk.act("acknowledge", "desk-1")
    walk.act("hold")
    values = {
        "case_id": other.case_id,
        "asset_id": "test:6",
        "slot": 1,
        "carrier_org": "beta",
        "zone": "?",
        "held_at": START,
        "is_active": True,
    }
    with desk.engine.begin() as connection, pytest.raises(sa.exc.IntegrityError):
        connection.execute(HOLDS.insert().values(**values))


def test_of_two_stale_edits_one_is_a_clean_conflict(desk: Desk, printed: Callable[[str], None]) -> None:
    for number in range(N_STALE):
        walk = Walk(desk)
        walk.open("test:7")
        acts = [Act(action="acknowledge", expected_version=1), Act(action="withdraw", why="x", expected_version=1)]

        def do(index: int, who: str) -> Receipt:
            return desk.act(walk.case_id, acts[index], asking=who, key=f"s{number}-{index}", now=START)  # noqa: B023  # done within the turn

        found = both(lambda: do(0, "desk-1"), lambda: do(1, "alpha-1"))  # done within the turn
        assert sorted(type(one).__name__ for one in found) == ["Receipt", "StaleCaseError"]
        assert len(walk.view().history) == 2
    printed(f"{N_STALE} stale pairs: one clean conflict each")


LOOP = """
import sys, datetime as dt
from window.desk import open_desk
from window.requests import OpenRequest, Act
desk = open_desk(sys.argv[1])
for number in range(10_000):
    now = dt.datetime(2026, 4, 1, 1, tzinfo=dt.UTC)
    key = f"{sys.argv[2]}-{number}"
    request = OpenRequest(title="kill", asset_ids=("test:1",))
    case_id = desk.open_case(request, asking="alpha-1", key=key, now=now).case_id
    print(key, flush=True)
    desk.act(case_id, Act(action="withdraw", why="x"), asking="alpha-1", key=f"{key}-w", now=now)
    print(f"{key}-w", flush=True)
"""


def test_a_kill_loses_nothing_that_was_acknowledged(desk_url: str, printed: Callable[[str], None]) -> None:
    chance = random.Random(5)  # noqa: S311  # a fixed choice, no secret
    acknowledged: set[str] = set()
    for turn in range(N_KILLS):
        command = [sys.executable, "-c", LOOP, desk_url, f"k{turn}"]
        root = Path(__file__).parents[2]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:  # noqa: S603  # our own loop
            assert process.stdout is not None
            acknowledged.add(process.stdout.readline().strip())
            time.sleep(chance.random() * 0.2)
            process.send_signal(signal.SIGKILL)
            acknowledged |= {line.strip() for line in process.stdout if line.endswith("\n")}
    desk = open_desk(desk_url)
    faults, _ = desk.audit(asking="audit-1")
    assert faults == ()
    with desk.reading("audit-1") as (session, _person):
        stored = set(session.connection.execute(sa.select(RECEIPTS.c.key)).scalars())
    assert acknowledged <= stored
    for line in desk.all_cases(asking="alpha-1"):
        assert len(desk.case(line.case_id, asking="alpha-1", now=START).history) == line.version
    printed(f"{N_KILLS} kills: {len(acknowledged)} acknowledged, all of {len(stored)} receipts whole, chain valid")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE audit SET why = 'nothing' WHERE seq = (SELECT max(seq) - 1 FROM audit)", "was changed"),
        ("DELETE FROM audit WHERE seq = (SELECT max(seq) - 1 FROM audit)", "must be there"),
        ("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)", "is not in the audit trail"),
        ("DELETE FROM desk_receipts WHERE audit_seq = (SELECT max(audit_seq) FROM desk_receipts)", "has lost its receipt"),
        ("UPDATE desk_receipts SET state = 'PERMITTED'", "says something else"),
        ("UPDATE desk_cases SET state = 'PERMITTED'", "its history ends in SCREENING"),
        ("DELETE FROM desk_events WHERE seq = 1", "has lost an event"),
    ],
)
def test_tampering_is_found(small_desk: Desk, statement: str, words: str) -> None:
    walk = Walk(small_desk)
    walk.open()
    walk.act("acknowledge", "desk-1")
    assert small_desk.audit(asking="audit-1")[0] == ()
    with small_desk.engine.begin() as connection:
        for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql(statement)
    assert words in "; ".join(small_desk.audit(asking="audit-1")[0])


def test_two_rows_swapped_are_found(small_desk: Desk) -> None:
    Walk(small_desk).open()
    with small_desk.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        for old, new in ((3, -1), (4, 3), (-1, 4)):
            connection.execute(sa.update(AUDIT).where(AUDIT.c.seq == old).values(seq=new))
    assert len(small_desk.audit(asking="audit-1")[0]) >= 2
