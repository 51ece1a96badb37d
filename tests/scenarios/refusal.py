"""What a refused scenario must look like from outside."""

from __future__ import annotations

from pathlib import Path

from demo_copy import Change, copy_demo
from typer.testing import CliRunner

from scenarios.cli import app
from scenarios.command_errors import BAD_INPUT


def assert_refused(change: Change, message: str, tmp_path: Path) -> None:
    """
    Check that a changed demo is refused in one line, and that nothing is written.

    ``message`` is all that the user reads, files named without their folder; "..." at its end stands for words of other
    libraries, or for a long table.
    """
    folder = tmp_path / "scenario"
    file = copy_demo(folder, change)
    result = CliRunner().invoke(app, ["run", str(file), "--out", str(tmp_path / "runs" / "new"), "--no-cache"])
    said = result.stderr.partition("siting: ")[2].rstrip("\n").replace(f"{folder}/", "")
    assert said == message or (message.endswith("...") and said.startswith(message.removesuffix("..."))), said
    assert "\n" not in said
    assert result.exit_code == BAD_INPUT
    assert result.stdout == ""
    assert [one.name for one in tmp_path.iterdir()] == ["scenario"], "something was written"
