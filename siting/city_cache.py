"""Keep a finished city on disk, named by the digest of what it was made from."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from siting.arrays import FloatArray, IntArray
from siting.errors import InvalidInputError
from siting.footprints import FootprintReport, RejectedFootprint, TextArray
from siting.outlines import Outlines, WallBins

if TYPE_CHECKING:
    from siting.city import City
    from siting.ground import Ground

logger = logging.getLogger(__name__)

N_KEPT = 8
"""Cities kept in a cache folder; the one not used for longest makes room for a new one."""

_FACTS = "city.json"
_VERSION = "1"
"""Raise it when the arrays change their meaning: older entries are then no longer found."""


class CityParts(TypedDict):
    """What a cached city consists of."""

    outlines: Outlines
    height_m: FloatArray
    roof_m: FloatArray
    ids: TextArray
    walls: WallBins
    crs: CRS
    report: FootprintReport


def file_digest(path: Path | str) -> str:
    """
    Return the SHA-256 of a file, as hexadecimal text.

    Raises
    ------
    InvalidInputError
        The file cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InvalidInputError("file", "must be readable", error.strerror, source=str(path)) from None


def digest(paths: Sequence[Path | str], options: str, ground: Ground | None) -> str:
    """Return the name of the city that these files, options and ground make."""
    whole = hashlib.sha256(f"{_VERSION}|{options}".encode())
    for path in paths:
        whole.update(f"|{Path(path).name}|{file_digest(path)}".encode())
    if ground is not None:
        whole.update(f"|{ground.crs.to_wkt()}|{ground.origin_m.tolist()}|{ground.post_m}".encode())
        whole.update(np.ascontiguousarray(ground.elevation_m).tobytes())
    return whole.hexdigest()[:32]


def save(folder: Path | str, key: str, city: City) -> None:
    """
    Write a city under its digest; a disk that is full or read-only costs only the next run's time and is logged.

    The entry appears whole or not at all.
    """
    target = Path(folder) / key
    partial: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{key}-", dir=target.parent))
        arrays: dict[str, NDArray[np.generic]] = {
            "xy_mm": city.outlines.xy_mm,
            "ring_start": city.outlines.ring_start,
            "ring_outline": city.outlines.ring_outline,
            "origin_m": city.outlines.origin_m,
            "height_m": city.height_m,
            "roof_m": city.roof_m,
            "ids": np.frombuffer(json.dumps(city.ids.tolist(), ensure_ascii=False).encode(), dtype=np.uint8),
            "start": city.walls.start,
            "walls": city.walls.walls,
            "top": city.walls.top,
        }
        for name, array in arrays.items():
            np.save(partial / f"{name}.npy", array)
        walls = {"bin_mm": city.walls.bin_mm, "n_columns": city.walls.n_columns, "n_rows": city.walls.n_rows}
        (partial / _FACTS).write_text(
            json.dumps({"crs": city.crs.to_wkt(), "walls": walls, "report": asdict(city.report)}, ensure_ascii=False), encoding="utf-8"
        )
        partial.replace(target)
        _drop_oldest(target.parent)
    except OSError as error:
        logger.warning("the city could not be cached in %s: %s", target, error)
    finally:
        if partial is not None:
            shutil.rmtree(partial, ignore_errors=True)


def _drop_oldest(folder: Path) -> None:
    """Remove the entries that have not been used for longest, so that the cache does not fill the disk."""
    whole = (one for one in folder.iterdir() if not one.name.startswith(".") and (one / _FACTS).is_file())
    entries = sorted(whole, key=lambda one: (one / _FACTS).stat().st_mtime)
    for entry in entries[:-N_KEPT]:
        shutil.rmtree(entry, ignore_errors=True)


def load(folder: Path | str, key: str) -> CityParts | None:
    """Return the parts of the city with this digest, None if it is not there or not whole; such an entry is dropped."""
    entry = Path(folder) / key
    if not entry.is_dir():
        return None
    try:
        facts = json.loads((entry / _FACTS).read_text(encoding="utf-8"))
        with contextlib.suppress(OSError):  # a cache that can only be read serves as well
            (entry / _FACTS).touch()

        def array(name: str) -> NDArray[np.generic]:
            # Copy-on-write maps are read as needed and, unlike read-only ones, are what the kernels were compiled for.
            return np.asarray(np.load(entry / f"{name}.npy", mmap_mode="c"))

        height_m = np.array(array("height_m"), dtype=np.float64)
        outlines = Outlines(
            xy_mm=array("xy_mm").view(np.int32),
            ring_start=array("ring_start").view(np.int64),
            ring_outline=array("ring_outline").view(np.int32),
            n_outlines=len(height_m),
            origin_m=array("origin_m").view(np.float64),
        )
        walls = WallBins(
            start=array("start").view(np.int64), walls=array("walls").view(np.int32), top=array("top").view(np.int32), **facts["walls"]
        )
        ids = np.array(json.loads(array("ids").tobytes()), dtype=np.dtypes.StringDType())
        roof_m = np.array(array("roof_m"), dtype=np.float64)
        _check(outlines, walls, roof_m, ids)
        report = facts["report"] | {"rejects": tuple(RejectedFootprint(*reject) for reject in facts["report"]["rejects"])}
        return CityParts(
            outlines=outlines,
            height_m=height_m,
            roof_m=roof_m,
            ids=ids,
            walls=walls,
            crs=CRS.from_wkt(facts["crs"]),
            report=FootprintReport(**report),
        )
    except (OSError, EOFError, ValueError, KeyError, TypeError, CRSError) as error:
        logger.warning("the cached city in %s is damaged and is built again: %s", entry, error)
        shutil.rmtree(entry, ignore_errors=True)
        return None


def _check(outlines: Outlines, walls: WallBins, roof_m: FloatArray, ids: TextArray) -> None:
    """Raise ValueError unless the arrays fit together: the kernels trust their indices."""
    n_bins, ring_start = walls.n_columns * walls.n_rows, outlines.ring_start
    fits = (
        len(ids) == len(roof_m) == outlines.n_outlines
        and len(walls.top) == n_bins
        and _cuts(walls.start, n_bins, len(walls.walls))
        and _cuts(ring_start, len(outlines.ring_outline), len(outlines.xy_mm))
    )
    if not fits:
        raise ValueError("its arrays do not fit together")


def _cuts(start: IntArray, n_parts: int, n_items: int) -> bool:
    """Tell whether starts cut items into parts."""
    return len(start) == n_parts + 1 and start[0] == 0 and start[-1] == n_items and bool((start[1:] >= start[:-1]).all())
