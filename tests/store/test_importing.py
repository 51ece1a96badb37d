"""A file changes the register whole or not at all, and only once."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from store_samples import LATER, NOW

from assets_db.errors import InvalidSourceError
from assets_db.importing import ImportReceipt, apply_import, preview_import
from assets_db.sources import Reject, SourceFile, SourceRow, SourceSpec, open_source
from assets_db.store import AssetFilter, Register, open_register, register_faults
from assets_db.store.tables import BATCHES, REJECTS, REPAIRS

FIRST = "ID,名称,緯度,経度,地上高\n1,東公園,35.66,139.70,５\n2,西公園,35.67,139.71,6\n3,北公園,999,139.72,7\n"
SECOND = "ID,名称,緯度,経度,地上高\n1,東公園,35.66,139.70,８\n4,南公園,35.68,139.73,9\n"


def opened(folder: Path, text: str, *, is_complete: bool = False, source_id: str = "parks") -> SourceFile:
    """A list in a file."""
    path = folder / "parks.csv"
    path.write_text(text, encoding="utf-8")
    return open_source(path, SourceSpec(source_id=source_id, asset_type="park", is_complete=is_complete, as_of=dt.date(2026, 3, 1)))


def imported(register: Register, file: SourceFile, now: dt.datetime = NOW) -> ImportReceipt:
    return apply_import(register, file, who="ito", why="monthly list", now=now)


def test_every_row_is_accounted_for_and_remarks_are_kept(register: Register, tmp_path: Path) -> None:
    file = opened(tmp_path, FIRST)
    with register.reading() as session:
        preview = preview_import(session, file)
    receipt = imported(register, file)
    assert (preview.n_rows, preview.n_new, preview.n_rejected) == (receipt.n_rows, receipt.n_new, receipt.n_rejected) == (3, 2, 1)
    assert preview.first_rejects[0].row == 4
    with register.reading() as session:
        assert [one.asset_id for one in session.assets()] == ["parks:1", "parks:2"]
        found = {
            table.name: session.connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in (REJECTS, REPAIRS)
        }
        assert found == {"rejects": 1, "repairs": sum(preview.repaired_by.values())}
        assert session.audit_head().seq == 1
        assert session.audit_faults() == ()


def test_the_same_file_again_changes_nothing(register: Register, tmp_path: Path) -> None:
    file = opened(tmp_path, FIRST)
    first = imported(register, file)
    with register.reading() as session:
        before = session.audit_head(), session.change_seq()
        assert preview_import(session, file).same_as_batch == first.batch
    again = imported(register, file, LATER)
    with register.reading() as session:
        assert (session.audit_head(), session.change_seq()) == before
    assert (again.batch, again.is_new) == (first.batch, False)


def test_a_newer_file_changes_adds_and_removes_only_where_it_is_complete(register: Register, tmp_path: Path) -> None:
    imported(register, opened(tmp_path, FIRST))
    partial = imported(register, opened(tmp_path, SECOND), LATER)
    assert (partial.n_new, partial.n_changed, partial.n_vanished) == (1, 1, 0)
    whole = opened(tmp_path, SECOND, is_complete=True)
    with register.reading() as session:
        assert preview_import(session, whole).vanished == ("2",)
    receipt = imported(register, whole, LATER)
    assert (receipt.n_unchanged, receipt.n_vanished) == (2, 1)
    with register.reading() as session:
        assert [one.asset_id for one in session.assets()] == ["parks:1", "parks:4"]
        assert [one.record.number("height_agl_m") for one in session.history("parks:1")] == [5.0, 8.0]
        gone = session.asset("parks:2")
        assert gone is not None
        assert gone.is_gone
    assert imported(register, opened(tmp_path, FIRST), LATER).n_changed == 2
    with register.reading() as session:
        assert len(list(session.assets(AssetFilter(source_ids=("parks",))))) == 3


def test_an_edit_by_hand_outlives_the_next_import(register: Register, tmp_path: Path) -> None:
    imported(register, opened(tmp_path, FIRST))
    with register.writing(who="ito", why="seen on site", now=LATER) as session:
        session.edit("parks:1", {"name": "東児童公園"}, expected_version=1)
    imported(register, opened(tmp_path, SECOND), LATER)
    with register.reading() as session:
        found = session.asset("parks:1")
        assert found is not None
        assert (found.record.text("name"), found.record.number("height_agl_m")) == ("東児童公園", 8.0)
        assert next(one.record.text("name") for one in session.source_records("parks")) == "東公園"


def test_ten_imports_at_once_make_one_batch(register_url: str, tmp_path: Path) -> None:
    file = opened(tmp_path, FIRST)
    with ThreadPoolExecutor(10) as pool:
        receipts = list(pool.map(lambda _: imported(open_register(register_url), file), range(10)))
    assert sorted(one.is_new for one in receipts) == [False] * 9 + [True]
    with open_register(register_url).reading() as session:
        assert session.connection.execute(sa.select(sa.func.count()).select_from(BATCHES)).scalar_one() == 1
        assert session.audit_faults() == ()


def test_the_name_of_edits_by_hand_is_no_list(register: Register, tmp_path: Path) -> None:
    with pytest.raises(InvalidSourceError, match="kept for edits by hand"):
        imported(register, opened(tmp_path, FIRST, source_id="manual"))


def test_others_write_while_a_file_is_read(register: Register, tmp_path: Path) -> None:
    file = opened(tmp_path, FIRST)

    def read() -> Iterator[SourceRow | Reject]:
        for row in file.rows():
            with register.writing(who="abe", why="meanwhile", now=NOW) as session:
                session.audit("meanwhile", {})
            yield row

    assert imported(register, dataclasses.replace(file, read=read)).n_rows == 3
    with register.reading() as session:
        assert session.audit_head().seq == 4
        assert register_faults(session) == ()
