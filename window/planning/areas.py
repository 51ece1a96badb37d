"""The areas planners start from: scenario files, read once and kept while they are in use."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

from scenarios.caching import cache_folder
from scenarios.preparation import Prepared, prepare
from scenarios.scenario import ScenarioFile
from scenarios.stopwatch import Stopwatch
from window.errors import NotFoundError
from window.planning.draft import placed_text, scenario_of

_KEPT = 2


class Areas:
    """
    Scenarios by their name.

    Parameters
    ----------
    paths
        Scenario files; two of one name are refused.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        texts = [placed_text(path) for path in paths]
        self._files = {one.scenario.scenario.name: one for one in map(scenario_of, texts)}
        self._texts = dict(zip(self._files, texts, strict=True))
        self._ready: OrderedDict[str, Prepared] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all areas, in the order of the settings."""
        return tuple(self._files)

    def file(self, name: str) -> ScenarioFile:
        """
        Return the scenario of an area.

        Raises
        ------
        NotFoundError
            There is none of that name.
        """
        found = self._files.get(name)
        if found is None:
            raise NotFoundError("area", name)
        return found

    def text(self, name: str) -> str:
        """Return the scenario file of an area, its paths absolute."""
        self.file(name)
        return self._texts[name]

    @property
    def ready(self) -> tuple[Prepared, ...]:
        """Areas that are in memory."""
        return tuple(self._ready.values())

    def name_at(self, lon: float, lat: float) -> str | None:
        """Return the first area that holds a place; ``None`` if none does."""
        for name, file in self._files.items():
            west, south, east, north = file.scenario.area.bbox
            if west <= lon <= east and south <= lat <= north:
                return name
        return None

    def prepared(self, name: str) -> Prepared:
        """Return an area with its city, cells, candidates and coverage; read the first time it is asked for."""
        with self._lock:
            if name in self._ready:
                self._ready.move_to_end(name)
                return self._ready[name]
            found = prepare(self.file(name), Stopwatch(), cache_folder=cache_folder())
            self._ready[name] = found
            while len(self._ready) > _KEPT:
                self._ready.popitem(last=False)
            return found
