"""A backup restores to a register that is whole; nothing is overwritten by accident."""

from __future__ import annotations

from pathlib import Path

import pytest
from store_samples import NOW, at
from typer.testing import CliRunner

from assets_db.store import RegisterError, backup_register, open_register, read_head, register_faults, restore_register, write_head
from assets_db.store.database import engine_of, transaction
from scenarios.cli import app


def filled(url: str) -> None:
    with open_register(url).writing(who="ito", why="test", now=NOW) as session:
        session.put_asset("parks:1", at("1", 35.66, 139.7))
        session.audit("test", {})


def test_a_backup_brings_back_what_was_there(register_url: str, tmp_path: Path) -> None:
    filled(register_url)
    copy = tmp_path / "copy"
    backup_register(register_url, copy)
    with pytest.raises(RegisterError, match="must be a new file"):
        backup_register(register_url, copy)
    with open_register(register_url).writing(who="ito", why="later", now=NOW) as session:
        session.put_asset("parks:2", at("2", 35.66, 139.7))
    with pytest.raises(RegisterError, match="must be empty"):
        restore_register(copy, register_url)
    restore_register(copy, register_url, overwrite=True)
    with open_register(register_url).reading() as session:
        assert [one.asset_id for one in session.assets()] == ["parks:1"]
        assert register_faults(session) == ()


def test_a_head_goes_through_its_file(register_url: str, tmp_path: Path) -> None:
    filled(register_url)
    with open_register(register_url).reading() as session:
        write_head(session.audit_head(), tmp_path / "head.json")
        assert register_faults(session, known_head=read_head(tmp_path / "head.json")) == ()


def test_a_spatial_index_out_of_step_is_found(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'r.db'}"
    assert CliRunner().invoke(app, ["db", "init", "--db", url]).exit_code == 0
    filled(url)
    assert CliRunner().invoke(app, ["db", "check", "--db", url]).exit_code == 0
    with transaction(engine_of(url), writes=True) as connection:
        connection.exec_driver_sql("DELETE FROM asset_boxes")
    done = CliRunner().invoke(app, ["db", "check", "--db", url])
    assert (done.exit_code, "not in the spatial index" in done.output) == (1, True)


def test_import_shows_first_and_writes_only_when_told(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'r.db'}"
    path = tmp_path / "parks.csv"
    path.write_text("ID,名称,緯度,経度\n1,東公園,35.66,139.70\n2,=1+1,999,139.70\n", encoding="utf-8")
    words = ["assets", "import", str(path), "--source", "parks", "--db", url, "--rejects", str(tmp_path / "rejects.csv")]
    assert CliRunner().invoke(app, words).exit_code == 2
    CliRunner().invoke(app, ["db", "init", "--db", url])
    assert "nothing was written" in CliRunner().invoke(app, words).output
    assert CliRunner().invoke(app, ["assets", "show", "parks:1", "--db", url]).exit_code == 2
    assert "imported as batch 1" in CliRunner().invoke(app, [*words, "--apply"]).output
    assert "imported before as batch 1" in CliRunner().invoke(app, [*words, "--apply"]).output
    assert "東公園" in CliRunner().invoke(app, ["assets", "show", "parks:1", "--db", url]).output
    assert len((tmp_path / "rejects.csv").read_text(encoding="utf-8-sig").splitlines()) == 2
