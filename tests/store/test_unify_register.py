"""One asset per real thing: records joined, undone and kept joined, nothing of what was sent is lost."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa
from store_samples import LATER, NOW
from typer.testing import CliRunner

from assets_db.importing import apply_import
from assets_db.sources import SourceSpec, open_source
from assets_db.store import AssetFilter, Register, RegisterError
from assets_db.store.tables import SOURCE_RECORDS
from assets_db.unify.register import confirm_pair, doubtful_pairs, split_pair, split_record, unify_register
from scenarios.cli import app

WARD = "ID,名称,緯度,経度,地上高\n1,東公園,35.660000,139.700000,\n2,西公園,35.670000,139.710000,6\n"
CITY = "ID,名称,住所,緯度,経度,地上高\n7,東 公園,本町1-2,35.660090,139.700000,5\n8,西公園,,,,\n9,南公園,本町9,35.690000,139.730000,4\n"
ONE, OTHER = ("ward", "1"), ("city", "7")


@pytest.fixture
def filled(register: Register, tmp_path: Path) -> Register:
    """Two lists; the ward's was known first."""
    for source, text, now in (("ward", WARD, NOW), ("city", CITY.replace("8,西公園,,,,", "8,西公園,本町8,,,"), NOW + dt.timedelta(days=1))):
        take(register, tmp_path, source, text, now)
    return register


def take(register: Register, folder: Path, source: str, text: str, now: dt.datetime) -> None:
    path = folder / f"{source}.csv"
    path.write_text(text, encoding="utf-8")
    spec = SourceSpec(source_id=source, asset_type="park", as_of=dt.date(2026, 3, 1))
    apply_import(register, open_source(path, spec), who="ito", why="list", now=now)


def unified(register: Register, *, apply: bool = True):
    return unify_register(register, who="mori", why="monthly", now=LATER, apply=apply)


def ids(register: Register) -> list[str]:
    with register.reading() as session:
        return [one.asset_id for one in session.assets()]


def test_a_dry_run_tells_and_writes_nothing(filled: Register) -> None:
    before = ids(filled)
    report = unified(filled, apply=False)
    assert (report.n_records, report.n_assets_before, report.n_assets_after, report.is_applied) == (5, 5, 4, False)
    assert [(pair.one, pair.other) for pair in report.joined] == [(OTHER, ONE)]
    assert [pair.names for pair in report.doubtful] == [("西公園", "西公園")]
    assert ids(filled) == before


def test_the_asset_known_longest_keeps_its_id_and_knows_what_both_lists_know(filled: Register) -> None:
    unified(filled)
    with filled.reading() as session:
        asset = session.asset("ward:1")
        gone = session.asset("city:7")
        assert asset is not None
        assert gone is not None
        assert (gone.is_gone, gone.merged_into) == (True, "ward:1")
        assert asset.record.text("source_id") == "city|ward"
        assert asset.record.number("height_agl_m") == 5.0
        assert asset.record.known_from["height_agl_m"].source == "city"
        assert asset.record.text("address") == "本町1-2"
        assert {(one.source_id, one.source_key) for one in session.records_of("ward:1")} == {ONE, OTHER}
        assert [one.is_gone for one in session.history("city:7")] == [False, True]
        assert session.audit_faults() == ()


def test_a_second_run_changes_nothing(filled: Register) -> None:
    unified(filled)
    with filled.reading() as session:
        before = session.change_seq(), session.audit_head()
    report = unified(filled)
    assert not report.joined
    with filled.reading() as session:
        assert (session.change_seq(), session.audit_head()) == before


def test_joined_records_stay_joined_when_their_lists_come_again(filled: Register, tmp_path: Path) -> None:
    unified(filled)
    take(filled, tmp_path, "city", CITY.replace("35.660090,139.700000,5", "35.660090,139.700000,8"), LATER)
    with filled.reading() as session:
        asset = session.asset("ward:1")
        assert asset is not None
        assert asset.record.number("height_agl_m") == 8.0
    assert "city:7" not in ids(filled)


def test_a_split_record_is_an_asset_of_its_own_and_is_not_joined_again(filled: Register) -> None:
    unified(filled)
    with filled.writing(who="abe", why="two gates", now=LATER) as session:
        assert split_record(session, OTHER) == "city:7"
    assert {"ward:1", "city:7"} <= set(ids(filled))
    report = unified(filled)
    assert not report.joined
    assert OTHER not in {key for pair in report.doubtful for key in (pair.one, pair.other)}
    with filled.reading() as session:
        assert session.audit_faults() == ()


def test_splitting_off_the_record_an_asset_is_named_for_moves_the_others(filled: Register) -> None:
    unified(filled)
    with filled.writing(who="abe", why="two gates", now=LATER) as session:
        assert split_record(session, ONE) == "ward:1"
        named = session.asset("ward:1")
        other = session.asset("city:7")
        assert named is not None
        assert other is not None
        assert (named.record.text("source_id"), other.record.text("source_id")) == ("ward", "city")
        assert not other.is_gone


def test_doubtful_pairs_wait_for_a_person_who_confirms_or_splits(filled: Register) -> None:
    unified(filled)
    with filled.reading() as session:
        (pair,) = doubtful_pairs(session)
        assert (pair.one, pair.other, pair.asset_ids) == (("city", "8"), ("ward", "2"), ("city:8", "ward:2"))
        assert "no_place" in pair.reasons
    with filled.writing(who="abe", why="phoned", now=LATER) as session:
        assert confirm_pair(session, pair.one, pair.other) == "ward:2"
        assert not list(doubtful_pairs(session))
        with pytest.raises(RegisterError, match="two assets"):
            confirm_pair(session, pair.one, pair.other)
    assert unified(filled).n_assets_after == 3


def test_a_pair_that_was_split_is_not_asked_about_again(filled: Register) -> None:
    unified(filled)
    with filled.writing(who="abe", why="different", now=LATER) as session:
        split_pair(session, ("ward", "2"), ("city", "8"))
    assert not unified(filled).doubtful


def test_an_edit_by_hand_follows_its_asset(filled: Register) -> None:
    with filled.writing(who="abe", why="measured", now=LATER) as session:
        session.edit("city:7", {"storeys": 2}, expected_version=1)
    unified(filled)
    with filled.reading() as session:
        asset = session.asset("ward:1")
        assert asset is not None
        assert asset.record.number("storeys") == 2
        assert len(list(session.assets(AssetFilter(include_gone=True)))) == 5


@pytest.mark.parametrize("key", [("ward", "99"), ("manual", "ward:1")])
def test_unknown_records_are_refused(filled: Register, key: tuple[str, str]) -> None:
    with pytest.raises(RegisterError, match="SOURCE:KEY"), filled.writing(who="abe", why="?", now=LATER) as session:
        split_record(session, key)


def test_the_originals_stay_as_they_were_sent(filled: Register) -> None:
    def sent():
        with filled.reading() as session:
            rows = session.connection.execute(sa.select(SOURCE_RECORDS.c.source_key, SOURCE_RECORDS.c.digest))
            return {(row.source_key, row.digest) for row in rows}

    before = sent()
    unified(filled)
    assert sent() == before


def test_the_commands_show_join_and_undo(filled: Register, register_url: str) -> None:
    def run(*words: str):
        return CliRunner().invoke(app, ["assets", *words, "--db", register_url])

    assert "nothing was written" in run("unify").output
    assert "4 after" in run("unify", "--apply").output
    listed = run("duplicates", "list")
    assert "西公園" in listed.output
    assert run("duplicates", "confirm", "city:8", "ward:2").output == "one asset: ward:2\n"
    assert run("duplicates", "split", "city:8").output == "an asset of its own: city:8\n"
    wrong = run("duplicates", "split", "nothing")
    assert wrong.exit_code == 2
    assert "SOURCE:KEY" in wrong.output
