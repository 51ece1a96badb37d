"""What a run was made from: files by digest, and versions."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel

from scenarios.data_paths import resolve
from scenarios.scenario import ScenarioFile
from siting.city_cache import file_digest

_PACKAGES = ("siting", "numpy", "numba", "ortools", "shapely", "pyproj", "pandas")
_PATH_KEYS = ("path", "paths", "table", "rules")


@dataclass(frozen=True, kw_only=True)
class InputFile:
    """
    A file that was read.

    Attributes
    ----------
    name
        As the scenario names it, or its file name where a wildcard did.
    path
        Where it was found.
    sha256
        Its digest.
    """

    name: str
    path: Path
    sha256: str


def input_files(file: ScenarioFile) -> tuple[InputFile, ...]:
    """
    Return the scenario and every file it names, each once.

    Raises
    ------
    ScenarioError
        A file that does not exist.
    InvalidInputError
        A file that cannot be read.
    """
    found = {file.path.resolve(): InputFile(name=file.path.name, path=file.path, sha256=file_digest(file.path))}
    for key, text in _paths(file.scenario, ""):
        for path in resolve(text, scenario=file.path, key=key):
            name = text if text.endswith(path.name) else f"{text.rpartition('/')[0]}/{path.name}"
            found.setdefault(path.resolve(), InputFile(name=name, path=path, sha256=file_digest(path)))
    return tuple(found.values())


def _paths(value: object, key: str) -> Iterator[tuple[str, str]]:
    """Yield the keys and texts of all paths in a scenario."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            one = getattr(value, name)
            below = f"{key}.{name}" if key else name
            if name in _PATH_KEYS and isinstance(one, str):
                yield below, one
            elif name in _PATH_KEYS and isinstance(one, tuple):
                yield from ((f"{below}[{position + 1}]", text) for position, text in enumerate(one))
            else:
                yield from _paths(one, below)
    elif isinstance(value, tuple):
        for position, one in enumerate(value):
            yield from _paths(one, f"{key}[{position + 1}]")


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that the numbers depend on."""
    return {"python": platform.python_version()} | {name: version(name) for name in _PACKAGES}
