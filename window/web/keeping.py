"""What runs beside the pages while the server is open."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from window.server import server


@asynccontextmanager
async def keep_open(_app: object) -> AsyncIterator[dict[str, object]]:
    """Make ready what the first visitor would wait for, while the server is up."""
    threading.Thread(target=_warm_up, daemon=True).start()
    yield {}


def _warm_up() -> None:
    """Read the assets and the first area."""
    found = server()
    found.assets.current()
    for name in found.areas.names[:1]:
        found.areas.prepared(name)
