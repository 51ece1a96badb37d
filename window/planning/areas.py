"""The areas planners start from: scenario files, read once and kept while they are in use."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import shapely
import sqlalchemy as sa

from scenarios.caching import cache_folder
from scenarios.errors import ScenarioError
from scenarios.places import Plane
from scenarios.preparation import Prepared, prepare
from scenarios.register_tables import RegisterAssets
from scenarios.scenario import ScenarioFile
from scenarios.stopwatch import Stopwatch
from scenarios.zone_sources import gather_zones
from siting import Zone
from siting.arrays import BoolArray, FloatArray
from siting.errors import InvalidInputError
from window.errors import InvalidRequestError, NotFoundError
from window.planning.draft import placed_text, scenario_of
from window.words import Language

logger = logging.getLogger(__name__)

_KEPT = 2


class Areas:
    """
    Scenarios by their name.

    Parameters
    ----------
    paths
        Scenario files; two of one name are refused.
    revision
        Returns the number of the register's last change: areas whose candidates come from it are read again after a change.

    Raises
    ------
    InvalidRequestError
        A scenario holds the password of a database, which would be in every plan made from it.
    """

    def __init__(self, paths: Sequence[Path], revision: Callable[[], int] = lambda: 0) -> None:
        texts = [placed_text(path) for path in paths]
        self._files = {one.scenario.scenario.name: one for one in map(scenario_of, texts)}
        self._texts = dict(zip(self._files, texts, strict=True))
        self._of_register = {name for name, file in self._files.items() if _register_sources(file)}
        self._revision = revision
        self._ready: OrderedDict[tuple[str, int], Prepared] = OrderedDict()
        self._lock = threading.Lock()
        self._reading: dict[str, threading.Lock] = defaultdict(threading.Lock)
        for file in self._files.values():
            _refuse_passwords(file)

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

    def title(self, name: str, language: Language) -> str:
        """Return what people call an area."""
        scenario = self.file(name).scenario.scenario
        return scenario.title_ja if language == "ja" else scenario.title_en

    def takes_register(self, name: str) -> bool:
        """Return whether candidates of an area come from the register."""
        return name in self._of_register

    def zones_of(self, lon: FloatArray, lat: FloatArray) -> dict[str, BoolArray]:
        """Return which positions [deg] lie in each zone of all areas, by its name; an area whose zones cannot be read has none here."""
        found: dict[str, BoolArray] = {}
        for name, (plane, zones) in self._zones.items():
            west, south, east, north = self.file(name).scenario.area.bbox
            near = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
            xy_m = plane.to_m(lon[near], lat[near])
            for zone in zones:
                is_inside = found.setdefault(zone.name, np.zeros(len(lon), dtype=np.bool_))
                is_inside[near] |= shapely.intersects_xy(zone.polygon, xy_m)
        return found

    @cached_property
    def _zones(self) -> dict[str, tuple[Plane, tuple[Zone, ...]]]:
        found = {}
        for name, file in self._files.items():
            try:
                plane = Plane.of(file)
                found[name] = (plane, gather_zones(file, plane))
            except (ScenarioError, InvalidInputError) as error:
                logger.warning("zones of %s: %s", name, error)  # the studio says so to whoever plans there
        return found

    def revision_of(self, name: str) -> int:
        """Return the state of the register an area is of now; 0 for one that takes nothing from it."""
        return self._revision() if self.takes_register(name) else 0

    def ready(self, name: str, revision: int) -> Prepared | None:
        """Return an area as of a state of the register, if it is in memory."""
        return self._ready.get((name, revision))

    def name_at(self, lon: float, lat: float) -> str | None:
        """Return the first area that holds a place; ``None`` if none does."""
        for name, file in self._files.items():
            west, south, east, north = file.scenario.area.bbox
            if west <= lon <= east and south <= lat <= north:
                return name
        return None

    def prepared(self, name: str) -> Prepared:
        """Return an area with its city, cells, candidates and coverage; read when it is asked for first, and after a change."""
        key = (name, self.revision_of(name))
        with self._lock:
            if key in self._ready:
                self._ready.move_to_end(key)
                return self._ready[key]
        with self._reading[name]:
            found = self._ready.get(key)  # read while this one waited
            if found is not None:
                return found
            found = prepare(self.file(name), Stopwatch(), cache_folder=cache_folder())
            with self._lock:
                for old in [one for one in self._ready if one[0] == name]:
                    del self._ready[old]
                self._ready[key] = found
                while len(self._ready) > _KEPT:
                    self._ready.popitem(last=False)
            return found


def asset_of(file: ScenarioFile, candidate_id: str) -> str:
    """Return the asset of the register that a candidate of a scenario is; empty for one that is from elsewhere."""
    for source in _register_sources(file):
        if candidate_id.startswith(f"{source.name}:"):
            return candidate_id.removeprefix(f"{source.name}:")
    return ""


def _register_sources(file: ScenarioFile) -> list[RegisterAssets]:
    return [one for one in file.scenario.candidates if isinstance(one, RegisterAssets)]


def _refuse_passwords(file: ScenarioFile) -> None:
    """Refuse a scenario with the password of a database in it."""
    for source in _register_sources(file):
        if source.database and "://" in source.database and sa.make_url(source.database).password:
            rule = "must hold no password: leave it out, and give the address in SITING_DB"
            raise InvalidRequestError(f"database of the area {file.scenario.scenario.name}", rule, source.name)
