"""Where the files a scenario names are found."""

from __future__ import annotations

import os
from pathlib import Path

from scenarios.errors import ScenarioError

PREFIX = "data:"


def resolve(path: str, *, scenario: Path, key: str) -> tuple[Path, ...]:
    """
    Return the files a path of a scenario names.

    ``data:x`` lies in the folder that the environment variable ``SITING_DATA`` names, any other path is relative to the
    scenario file. ``*`` and ``?`` in the last part match several files, in alphabetical order.

    Raises
    ------
    ScenarioError
        No data folder, or no such file; names scenario, key and path.
    """
    if path.startswith(PREFIX):
        folder = os.environ.get("SITING_DATA", "")
        if not folder or not Path(folder).is_dir():
            rule = f"needs the data folder: set SITING_DATA to it (the README says where the originals are), for {path!r}"
            raise ScenarioError(str(scenario), key, rule, folder or "SITING_DATA is not set")
        whole = Path(folder) / path.removeprefix(PREFIX)
    else:
        whole = scenario.parent / path
    found = tuple(sorted(whole.parent.glob(whole.name))) if any(sign in whole.name for sign in "*?") else (whole,)
    if not found or not found[0].is_file():
        raise ScenarioError(str(scenario), key, "must name a file that exists", str(whole))
    return found


def resolve_one(path: str, *, scenario: Path, key: str) -> Path:
    """
    Return the one file a path of a scenario names; see :func:`resolve`.

    Raises
    ------
    ScenarioError
        As :func:`resolve`, or wildcards that match several files.
    """
    found = resolve(path, scenario=scenario, key=key)
    if len(found) > 1:
        raise ScenarioError(str(scenario), key, "must name one file", [one.name for one in found])
    return found[0]
