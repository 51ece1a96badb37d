"""What runs beside the pages while the server is open: a worker that computes plans, started again whenever it ends."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from window.server import server

_SLOW_TO_IMPORT = ("altair", "folium.plugins", "pandas", "pyarrow")
"""Not the component of the map itself: Streamlit serves only components that a page has imported first."""

_PAUSE_S = 1.0


@asynccontextmanager
async def keep_open(_app: object) -> AsyncIterator[dict[str, object]]:
    """Make ready what the first visitor would wait for, and keep a worker while the server is up."""
    is_over = threading.Event()
    threading.Thread(target=_warm_up, daemon=True).start()
    keeper = threading.Thread(target=_keep_worker, args=(is_over,), daemon=True)
    keeper.start()
    try:
        yield {}
    finally:
        is_over.set()
        keeper.join(timeout=10)


def _warm_up() -> None:
    """Read the assets, what the pages import, and the first area."""
    found = server()
    found.assets.current()
    for name in _SLOW_TO_IMPORT:
        import_module(name)
    for name in found.areas.names[:1]:
        found.areas.prepared(name)


def _keep_worker(is_over: threading.Event) -> None:
    """Start a worker, and another one whenever it ends, until the server closes."""
    command = [sys.executable, "-m", "window.command", "window", "worker", "--with-parent"]
    while not is_over.is_set():
        worker = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603  # our own program
        while worker.poll() is None and not is_over.wait(_PAUSE_S):
            pass
        if worker.poll() is None:
            worker.terminate()
            worker.wait(timeout=10)
        is_over.wait(_PAUSE_S)
