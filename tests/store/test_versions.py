"""A carrier that holds one version and takes the changes since has the newest one, on each engine."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

import pytest
from store_samples import NOW
from typer.testing import CliRunner

from assets_db.importing import apply_import
from assets_db.publish.changes import apply_delta
from assets_db.sources import SourceSpec, open_source
from assets_db.store import Register, RegisterError
from assets_db.store.versions import add_version, assets_of_version, changed_between, version_of, versions
from assets_db.unify.register import unify_register
from scenarios.cli import app

HEADER = "ID,名称,緯度,経度,地上高,電話番号\n"
FIRST = HEADER + "1,東公園,35.66,139.70,5,03-1\n2,=西公園,35.67,139.71,6,03-2\n3,南公園,35.68,139.72,7,03-3\n"
SECOND = HEADER + "1,東公園,35.66,139.70,8,03-1\n3,南公園,35.68,139.72,7,03-9\n4,北公園,35.69,139.73,9,03-4\n"


def take(register: Register, folder: Path, text: str, day: int, source: str = "parks") -> None:
    path = folder / f"{source}.csv"
    path.write_text(text, encoding="utf-8")
    spec = SourceSpec(source_id=source, asset_type="park", is_complete=True, licence="CC BY 4.0", credit="City")
    apply_import(register, open_source(path, spec), who="ito", why="list", now=NOW + dt.timedelta(days=day))


def rows(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return {row["asset_id"]: row for row in csv.DictReader(lines)}


def run(url: str, *words: str):
    found = CliRunner().invoke(app, ["assets", *words, "--db", url])
    assert found.exit_code == 0, found.output
    return found.output


def test_a_copy_and_the_changes_since_make_the_newest_version(register: Register, register_url: str, tmp_path: Path) -> None:
    take(register, tmp_path, FIRST, 0)
    assert run(register_url, "publish", "--out", str(tmp_path / "v1")).startswith("version 1:")
    take(register, tmp_path, SECOND, 1)
    take(register, tmp_path, HEADER + "9,東公園,35.66,139.70,5,\n", 2, source="other")
    unify_register(register, who="mori", why="monthly", now=NOW + dt.timedelta(days=3), apply=True)
    assert run(register_url, "publish", "--out", str(tmp_path / "v2")).startswith("version 2:")
    take(register, tmp_path, FIRST, 4)  # after the newest version: nobody's business yet
    run(register_url, "delta", "--since", "1", "--out", str(tmp_path / "delta"))
    with (tmp_path / "delta/delta.csv").open(encoding="utf-8-sig", newline="") as lines:
        delta = list(csv.DictReader(lines))
    assert {row["asset_id"]: row["_change"] for row in delta} == {"parks:1": "changed", "parks:2": "removed", "parks:4": "added"}
    assert apply_delta(rows(tmp_path / "v1/assets.csv"), delta) == rows(tmp_path / "v2/assets.csv")
    manifest = json.loads((tmp_path / "delta/manifest.json").read_text("utf-8"))
    assert (manifest["since_version"], manifest["version"], manifest["view"]) == (1, 2, "public")
    assert manifest["sources"][0] == {"source_id": "other", "licence": "CC BY 4.0", "credit": "City"}
    assert [line.split("\t")[0] for line in run(register_url, "versions").splitlines()] == ["1", "2"]


def test_a_version_holds_the_state_of_its_day(register: Register, tmp_path: Path) -> None:
    take(register, tmp_path, FIRST, 0)
    with register.writing(who="abe", why="first", now=NOW + dt.timedelta(days=1)) as session:
        before = [asset.record for asset in session.assets()]
        made = add_version(session)
    take(register, tmp_path, SECOND, 2)
    with register.reading() as session:
        assert versions(session) == (made,)
        assert [asset.record for asset in assets_of_version(session, made)] == before
        assert not list(changed_between(session, since=made.change_seq, until=made.change_seq))
        with pytest.raises(RegisterError, match="from 1 to 1, got 7"):
            version_of(session, 7)
        assert session.audit_faults() == ()


def test_a_failed_publication_is_no_version(register: Register, register_url: str, tmp_path: Path) -> None:
    take(register, tmp_path, FIRST, 0)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken/mine.txt").write_text("mine")
    found = CliRunner().invoke(app, ["assets", "publish", "--out", str(tmp_path / "taken"), "--db", register_url])
    assert found.exit_code == 2
    assert "must be new, empty" in found.output
    with register.reading() as session:
        assert versions(session) == ()


def test_exports_hide_contacts_unless_asked_and_asking_is_audited(register: Register, register_url: str, tmp_path: Path) -> None:
    take(register, tmp_path, FIRST, 0)
    run(register_url, "export", "--out", str(tmp_path / "public"), "--format", "csv", "--format", "gpkg", "--format", "xlsx")
    assert "contact" not in rows(tmp_path / "public/assets.csv")["parks:1"]
    with register.reading() as session:
        before = session.audit_head().seq
    run(register_url, "export", "--out", str(tmp_path / "office"), "--view", "restricted")
    assert rows(tmp_path / "office/assets.csv")["parks:1"]["contact"] == "03-1"
    with register.reading() as session:
        assert session.audit_head().seq == before + 1
        assert session.audit_faults() == ()


def test_an_export_imported_elsewhere_says_the_same(register: Register, register_url: str, tmp_path: Path) -> None:
    take(register, tmp_path, FIRST, 0)
    run(register_url, "export", "--out", str(tmp_path / "office"), "--view", "restricted")
    copy = open_source(tmp_path / "office/assets.csv", SourceSpec(source_id="copy"))
    apply_import(register, copy, who="ito", why="copy", now=NOW + dt.timedelta(days=1))
    with register.reading() as session:
        for number in (1, 2, 3):
            first, second = session.asset(f"parks:{number}"), session.asset(f"copy:parks:{number}")
            assert first is not None
            assert second is not None
            names = ("name", "lat", "lon", "height_agl_m", "contact", "asset_type")
            assert [first.record.values.get(name) for name in names] == [second.record.values.get(name) for name in names]
            assert first.record.known_from == second.record.known_from


def test_quality_is_shown_and_written(register: Register, register_url: str, tmp_path: Path) -> None:
    take(register, tmp_path, FIRST, 0)
    take(register, tmp_path, HEADER + "9,東公園,35.66,139.70,9,\n", 2, source="other")
    unify_register(register, who="mori", why="monthly", now=NOW + dt.timedelta(days=3), apply=True)
    assert "parks,height_agl_m,3,3,1.0000" in run(register_url, "completeness", "--by", "source_id")
    shown = list(csv.DictReader(run(register_url, "conflicts").splitlines()))
    assert {(row["field"], row["source"], row["value"]) for row in shown} == {
        ("height_agl_m", "other", "9.0"),
        ("height_agl_m", "parks", "5.0"),
    }
    run(register_url, "staleness", "--on", "2026-05-01", "--out", str(tmp_path / "old.csv"))
    assert (tmp_path / "old.csv").read_text("utf-8-sig").startswith("source,")
