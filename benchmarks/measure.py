"""What every benchmark measures alike: stages, peak memory, the machine and the versions."""

from __future__ import annotations

import json
import os
import platform
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = ("siting", "numpy", "numba", "ortools", "shapely", "pyproj", "geopandas", "pyarrow")


class Stages:
    """Wall-clock and processor seconds by stage."""

    def __init__(self) -> None:
        self.wall_s: dict[str, float] = {}
        self.cpu_s: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure the block."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall_s[name] = round(time.perf_counter() - wall, 3)
        self.cpu_s[name] = round(time.process_time() - cpu, 3)
        print(f"{name}: {self.wall_s[name]} s", file=sys.stderr)


def data_folder() -> Path:
    """Return the folder that SITING_DATA names; ends the program where there is none."""
    folder = os.environ.get("SITING_DATA", "")
    if not folder or not Path(folder).is_dir():
        sys.exit("set SITING_DATA to the folder of real data (README, Real data)")
    return Path(folder)


def peak_memory_gib() -> float:
    """Return the most memory this process has held [GiB]; what its parent held does not count where the system tells them apart."""
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return round(int(line.split()[1]) / 2**20, 3)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 3)


def environment(*packages: str) -> dict[str, object]:
    """Return the machine and the versions of what is measured."""
    found = {}
    for name in (*_PACKAGES, *packages):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return {
        "machine": {"processor": platform.machine(), "cores": len(os.sched_getaffinity(0)), "python": platform.python_version()},
        "versions": found,
    }


def report(result: dict[str, object]) -> None:
    """Print a result as one JSON line."""
    print(json.dumps(result, ensure_ascii=False))
