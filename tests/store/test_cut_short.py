"""A full disk or Ctrl-C ends an import with one line; the register is as before, and the import works afterwards."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from store_samples import NOW

from assets_db.importing import apply_import
from assets_db.sources import SourceSpec, open_source
from assets_db.store import init_register, open_register, register_faults

_SMALL_DISK = """
import resource, signal, sys
from scenarios.cli import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))
sys.argv = ["siting", *sys.argv[1:]]
main()
"""


def _list(path: Path, n_rows: int) -> Path:
    rows = [f"{n},公園{n},{35.5 + n / 1e5:.5f},{139.5 + n / 1e5:.5f}" for n in range(n_rows)]
    path.write_text("ID,名称,緯度,経度\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_a_full_disk_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'register.db'}"
    register = init_register(url)
    small = open_source(_list(tmp_path / "small.csv", 50), SourceSpec(source_id="small", asset_type="park"))
    apply_import(register, small, who="ito", why="list", now=NOW)
    register.engine.dispose()
    large = _list(tmp_path / "large.csv", 8_000)
    command = [sys.executable, "-c", _SMALL_DISK, "assets", "import", str(large), "--source", "large", "--apply", "--db", url]
    full = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # the product's own command
    assert full.returncode == 2, full.stderr
    assert full.stderr.strip().splitlines()[-1].startswith("siting: ")
    assert "Traceback" not in full.stderr
    register = open_register(url)
    with register.reading() as session:
        assert {one.record.text("source_id") for one in session.assets()} == {"small"}
        assert sum(1 for _ in session.assets()) == 50
        assert register_faults(session) == ()
    again = open_source(large, SourceSpec(source_id="large", asset_type="park"))
    assert apply_import(register, again, who="ito", why="list", now=NOW).n_new == 8_000


_INTERRUPTED = """
import signal, sys
from assets_db.store import states
from scenarios.cli import main
put, calls = states.put_assets, []
def stopped(*given):
    calls.append(put(*given))
    if len(calls) == 3:
        signal.raise_signal(signal.SIGINT)
    return calls[-1]
from assets_db.importing import apply
apply.put_assets = stopped
sys.argv = ["siting", *sys.argv[1:]]
main()
"""


def test_ctrl_c_in_the_middle_of_an_import_leaves_the_register_as_it_was(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'register.db'}"
    init_register(url).engine.dispose()
    large = _list(tmp_path / "large.csv", 8_000)
    command = [sys.executable, "-c", _INTERRUPTED, "assets", "import", str(large), "--source", "large", "--apply", "--db", url]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # the product's own command
    assert ended.returncode == 130, ended.stderr
    assert "interrupted; nothing half-written is left" in ended.stderr
    register = open_register(url)
    with register.reading() as session:
        assert not list(session.assets())
        assert session.audit_head().seq == 0
        assert register_faults(session) == ()
