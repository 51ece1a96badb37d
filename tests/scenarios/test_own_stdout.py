"""Standard output holds what the command says, and nothing that a solver in another language prints there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from demo_copy import copy_demo, toml
from typer.testing import CliRunner

from scenarios.cli import app

CHATTER = """
import ctypes
import scenarios.cli
import scenarios.frontier
solve = scenarios.frontier.frontier
libc = ctypes.CDLL(None)
def loud(*given, **named):
    libc.puts(b"a solver speaks")
    libc.fflush(None)
    return solve(*given, **named)
scenarios.frontier.frontier = loud
scenarios.cli.main()
"""


def test_a_solver_that_prints_is_not_heard(tmp_path: Path) -> None:
    quick = toml("seed = 1", "seed = 1\neffort = 0.05", "cell_m = 10.0", "cell_m = 20.0")
    file = copy_demo(tmp_path / "scenario", quick)
    arguments = ["frontier", str(file), "--out", str(tmp_path / "out"), "--values", "8", "--language", "en", "--no-cache"]
    loud = subprocess.run([sys.executable, "-c", CHATTER, *arguments], check=True, capture_output=True, text=True)  # noqa: S603
    quiet = CliRunner().invoke(app, arguments)
    assert loud.stdout == quiet.stdout
    assert "Proven" in loud.stdout
