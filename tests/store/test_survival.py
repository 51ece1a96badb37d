"""
Nothing acknowledged is lost and nothing half-done stays: under many writers, stale edits and killed imports.

A sample by default; ``SITING_STRESS=1`` runs the full numbers.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from threading import Event

import sqlalchemy as sa
from store_samples import LATER, NOW, at

from assets_db.importing import apply_import
from assets_db.sources import SourceSpec, open_source
from assets_db.store import StaleEditError, backup_register, open_register, register_faults, restore_register
from assets_db.store.tables import ASSETS, AUDIT, BATCHES
from tests.databases import empty_beside

_IS_FULL = os.environ.get("SITING_STRESS") == "1"
_WRITERS, _APPLICATIONS = (50, 20) if _IS_FULL else (4, 3)
_KILLS, _ROWS = (200, 20_000) if _IS_FULL else (4, 3_000)
_BACKUPS = 10 if _IS_FULL else 1
_PAIRS = 100 if _IS_FULL else 5

_IMPORT = """
import sys
from pathlib import Path
from store_samples import NOW
from assets_db.importing import apply_import
from assets_db.sources import SourceSpec, open_source
from assets_db.store import open_register
file = open_source(Path(sys.argv[2]), SourceSpec(source_id=sys.argv[3]))
tell = lambda n: print(n, flush=True)
tell(0)
apply_import(open_register(sys.argv[1]), file, who="ito", why="test", now=NOW, progress=tell)
tell(-1)
"""


def apply_once(url: str, writer: int, n: int) -> str:
    """Write one asset and return what was acknowledged."""
    asset_id = f"w:{writer}-{n}"
    with open_register(url).writing(who=f"w{writer}", why="application", now=NOW) as session:
        session.put_asset(asset_id, at(f"{writer}-{n}", 35.0, 139.0))
        session.audit("application", {"asset_id": asset_id})
    return asset_id


def apply_many(url: str, writer: int) -> list[str]:
    """Write one asset after the other and return what was acknowledged."""
    return [apply_once(url, writer, n) for n in range(_APPLICATIONS)]


def apply_until(url: str, writer: int, stop: Event) -> int:
    """Write one asset after the other until told to stop and return how many were acknowledged."""
    n_written = 0
    while not stop.is_set():
        apply_once(url, writer, n_written)
        n_written += 1
    return n_written


def asset_ids(url: str) -> set[str]:
    """Return the ids of a register that has to be whole."""
    with open_register(url).reading() as session:
        assert register_faults(session) == ()
        return {one.asset_id for one in session.assets()}


def test_every_receipt_of_many_writers_is_there_once(register_url: str) -> None:
    with ProcessPoolExecutor(_WRITERS, mp_context=get_context("spawn")) as pool:
        running = [pool.submit(apply_many, register_url, writer) for writer in range(_WRITERS)]
        receipts = sorted(receipt for one in running for receipt in one.result())
    with open_register(register_url).reading() as session:
        assert sorted(one.asset_id for one in session.assets()) == receipts
        assert len(session.connection.execute(sa.select(AUDIT.c.seq)).all()) == len(receipts) == _WRITERS * _APPLICATIONS
        assert register_faults(session) == ()
        seqs = session.connection.execute(sa.select(ASSETS.c.change_seq)).scalars().all()
        assert sorted(seqs) == list(range(1, len(receipts) + 1))


def test_backups_under_ten_writers_restore_to_what_was_acknowledged(register_url: str, tmp_path: Path) -> None:
    apply_once(register_url, 10, 0)
    stop = Event()
    with ThreadPoolExecutor(10) as pool:
        running = [pool.submit(apply_until, register_url, writer, stop) for writer in range(10)]
        try:
            for number in range(_BACKUPS):
                acknowledged = asset_ids(register_url)
                backup_register(register_url, tmp_path / f"copy{number}")
                restored = empty_beside(register_url, f"restored{number}")
                restore_register(tmp_path / f"copy{number}", restored)
                assert acknowledged <= asset_ids(restored)
        finally:
            stop.set()
        n_written = sum(one.result() for one in running)
    assert len(asset_ids(register_url)) == n_written + 1
    assert asset_ids(restored) <= asset_ids(register_url)


def edited(url: str, name: str, version: int) -> bool:
    """Edit the asset and tell whether that was accepted."""
    try:
        with open_register(url).writing(who="ito", why="test", now=LATER) as session:
            session.edit("parks:1", {"name": name}, expected_version=version)
    except StaleEditError:
        return False
    return True


def test_of_two_edits_of_one_version_one_is_refused(register_url: str, tmp_path: Path) -> None:
    path = tmp_path / "parks.csv"
    path.write_text("ID,名称,緯度,経度\n1,東公園,35.66,139.70\n", encoding="utf-8")
    apply_import(open_register(register_url), open_source(path, SourceSpec(source_id="parks")), who="ito", why="test", now=NOW)
    with ThreadPoolExecutor(2) as pool:
        for version in range(1, _PAIRS + 1):
            pair = [pool.submit(edited, register_url, f"{version} {which}", version) for which in "ab"]
            assert sorted(one.result() for one in pair) == [False, True]
    with open_register(register_url).reading() as session:
        assert len(session.history("parks:1")) == _PAIRS + 1
        assert register_faults(session) == ()


def test_a_killed_import_leaves_all_or_nothing(register_url: str, tmp_path: Path) -> None:
    path = tmp_path / "parks.csv"
    lines = (f"{n},公園{n},{35.5 + n % 100 / 1000},{139.5 + n // 100 / 1000}\n" for n in range(_ROWS))
    path.write_text("ID,名称,緯度,経度\n" + "".join(lines), encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path.cwd()), str(Path(__file__).parent)])}
    n_whole = 0
    for kill in range(_KILLS):
        with subprocess.Popen(  # noqa: S603  # this interpreter, this text
            [sys.executable, "-c", _IMPORT, register_url, str(path), f"parks-{n_whole}"], stdout=subprocess.PIPE, text=True, env=environment
        ) as child:
            assert child.stdout is not None
            for _ in range(kill % (_ROWS // 1000 + 2)):  # the last lines come with the commit and behind it
                child.stdout.readline()
            child.kill()
        with open_register(register_url).reading() as session:
            n_batches = len(session.connection.execute(sa.select(BATCHES)).all())
            n_assets = session.connection.execute(sa.select(sa.func.count()).select_from(ASSETS)).scalar_one()
        assert n_batches in {n_whole, n_whole + 1}
        assert n_assets == n_batches * _ROWS
        n_whole = n_batches
    file = open_source(path, SourceSpec(source_id=f"parks-{n_whole}"))
    apply_import(open_register(register_url), file, who="ito", why="test", now=NOW)
    assert not apply_import(open_register(register_url), file, who="ito", why="test", now=LATER).is_new
    with open_register(register_url).reading() as session:
        assert register_faults(session) == ()
