"""A run folder appears whole or not at all, and never in the place of anything but an earlier run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from demo_copy import copy_demo
from typer.testing import CliRunner

from scenarios.cli import app
from scenarios.command_errors import BAD_INPUT
from scenarios.errors import ScenarioError
from scenarios.outputs import FILES
from scenarios.run_folder import run_folder


def _earlier_run(folder: Path) -> Path:
    folder.mkdir()
    for name in FILES:
        (folder / name).write_text("earlier", encoding="utf-8")
    return folder


def _filled(folder: Path) -> Path:
    with run_folder(folder) as fresh:
        (fresh / "plan.json").write_text("new", encoding="utf-8")
    return folder / "plan.json"


def test_nothing_is_seen_under_the_name_before_the_end(tmp_path: Path) -> None:
    with run_folder(tmp_path / "run") as fresh:
        (fresh / "plan.json").write_text("new", encoding="utf-8")
        assert not (tmp_path / "run").exists()
    assert [one.name for one in tmp_path.iterdir()] == ["run"]
    assert [one.name for one in (tmp_path / "run").iterdir()] == ["plan.json"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit])
def test_an_error_leaves_neither_the_folder_nor_those_made_for_it(error: type[BaseException], tmp_path: Path) -> None:
    with pytest.raises(error), run_folder(tmp_path / "runs" / "today" / "run"):
        raise error
    assert list(tmp_path.iterdir()) == []


def test_an_error_keeps_the_earlier_run(tmp_path: Path) -> None:
    earlier = _earlier_run(tmp_path / "run")
    with pytest.raises(KeyboardInterrupt), run_folder(earlier):
        raise KeyboardInterrupt
    assert sorted(one.name for one in earlier.iterdir()) == sorted(FILES)
    assert [one.name for one in tmp_path.iterdir()] == ["run"]


def test_an_error_at_the_very_exchange_keeps_the_earlier_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = _earlier_run(tmp_path / "run")
    replace = Path.replace

    def interrupted(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise KeyboardInterrupt
        return replace(self, target)

    with pytest.raises(KeyboardInterrupt), run_folder(earlier):
        monkeypatch.setattr(Path, "replace", interrupted)
    assert (earlier / "plan.json").read_text(encoding="utf-8") == "earlier"
    assert [one.name for one in tmp_path.iterdir()] == ["run"]


def test_an_earlier_run_is_replaced_as_a_whole(tmp_path: Path) -> None:
    assert _filled(_earlier_run(tmp_path / "run")).read_text(encoding="utf-8") == "new"
    assert [one.name for one in (tmp_path / "run").iterdir()] == ["plan.json"]
    assert [one.name for one in tmp_path.iterdir()] == ["run"]


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    assert _filled(tmp_path / "run").is_file()


def test_the_folder_one_stands_in_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "run").mkdir()
    monkeypatch.chdir(tmp_path / "run")
    _filled(Path())
    assert (tmp_path / "run" / "plan.json").is_file()


def test_a_link_keeps_pointing_at_the_run(tmp_path: Path) -> None:
    (tmp_path / "latest").symlink_to(tmp_path / "run")
    assert _filled(tmp_path / "latest").is_file()
    assert (tmp_path / "latest").is_symlink()
    assert (tmp_path / "run" / "plan.json").is_file()


def test_a_run_with_a_file_of_the_user_is_not_replaced(tmp_path: Path) -> None:
    earlier = _earlier_run(tmp_path / "run")
    (earlier / "minutes.txt").write_text("ours", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"run: out must be new, empty or an earlier run, .* got 'a folder that holds minutes\.txt'"):
        _filled(earlier)
    assert (earlier / "minutes.txt").is_file()


def test_a_folder_of_other_files_is_not_replaced(tmp_path: Path) -> None:
    scenario = copy_demo(tmp_path / "scenario")
    result = CliRunner().invoke(app, ["run", str(scenario), "--out", str(tmp_path / "scenario")])
    assert result.exit_code == BAD_INPUT
    assert "out must be new, empty or an earlier run, which is then replaced, got 'a folder that holds assets.csv'" in result.stderr
    assert scenario.is_file()


def test_a_file_is_not_replaced(tmp_path: Path) -> None:
    scenario = copy_demo(tmp_path / "scenario")
    result = CliRunner().invoke(app, ["run", str(scenario), "--out", str(scenario)])
    assert result.exit_code == BAD_INPUT
    assert "demo.toml: out must be a folder, got 'a file'" in result.stderr
    assert scenario.stat().st_size > 0


@pytest.mark.parametrize("name", ["file/run", "n" * 300])
def test_a_place_that_cannot_be_written_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"out must be a folder that can be (written|read), got '"):
        _filled(tmp_path / name)
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ScenarioError, match="out must be a folder that can be written, got 'Permission denied'"):
        _filled(tmp_path / "run")
    tmp_path.chmod(0o700)
