"""The window served as a user would, for measurements and pictures."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from window.settings import VARIABLE

ROOT = Path(__file__).parents[1]
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
]
_START_S = 120.0


@contextmanager
def serving(settings: Path) -> Iterator[str]:
    """Serve a window, and give its address once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", "app_streamlit.py", "--server.port", str(port), "--server.address", "127.0.0.1"]
    environment = {**os.environ, VARIABLE: str(settings.absolute())}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(f"{address}/siting/vendor/leaflet.css", process)
            yield address
        finally:
            process.terminate()


def server_memory_gib(address: str) -> float:
    """Return the most memory the server at an address has held [GiB]."""
    port = address.rsplit(":", 1)[1]
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
            status = (folder / "status").read_text(encoding="ascii", errors="replace")
        except OSError:
            continue
        if b"streamlit" in command and port.encode() in command:
            peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
            return round(int(peak.split()[1]) / 2**20, 3)
    raise ConnectionError(f"no server at {address}")


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers."""
    until = monotonic() + _START_S
    while monotonic() < until:
        if process.poll() is not None:
            raise ConnectionError("the server ended before it answered")
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310  # our own server
                return
        except OSError:
            continue
    raise ConnectionError(f"no answer from {address} within {_START_S:g} s")
