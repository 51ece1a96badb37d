"""A window to try: the synthetic district's register made from its messy lists, a synthetic year of cases, and the settings to open it."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path

from assets_db.store import init_register
from scenarios.register_access import fill_register
from scenarios.register_tables import RegisterAssets
from scenarios.scenario_file import read_scenario
from window.demo import fill_demo
from window.desk import init_desk
from window.errors import InvalidRequestError

_SHAPES = ("buildings.geojson", "parks.geojson", "population.geojson", "zones.geojson")
_SETTINGS = """\
# The sample window: everything in it is synthetic.
database = "sqlite:///./register.db"
scenarios = ["area.toml"]
plans = "plans"
sign_in = "demo"
tiles = "none"
boundaries = "zones.geojson"
is_synthetic = true
"""


def make_demo_window(folder: Path, *, until: dt.datetime, n_cases: int = 300, seed: int = 1, say: Callable[[str], None] = print) -> Path:
    """
    Make a sample window in a new folder and return its settings.

    Parameters
    ----------
    folder
        Must not exist, or be empty.
    until
        Last moment of the year of cases.
    n_cases, seed
        Cases of the year; the same seed gives the same year.
    say
        Told each step.

    Raises
    ------
    InvalidRequestError
        The folder holds something.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InvalidRequestError("folder", "must be new or empty", str(folder))
    building = folder.with_name(folder.name + ".part")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    with as_file(files("scenarios") / "demo") as demo:
        file = read_scenario(demo / "demo_register.toml")
        for name in _SHAPES:
            shutil.copyfile(demo / name, building / name)
        (building / "area.toml").write_text(_area(demo / "demo_register.toml"), encoding="utf-8")
        say("register from seven lists")
        url = f"sqlite:///{(building / 'register.db').absolute()}"
        register = init_register(url)
        source = next(one for one in file.scenario.candidates if isinstance(one, RegisterAssets))
        rejects = fill_register(register, source, "candidates[1]", file)
        register.engine.dispose()
    say(f"{len(rejects)} rows were no assets; a year of cases")
    desk = init_desk(url)
    say(fill_demo(desk, seed=seed, n_cases=n_cases, until=until))
    desk.engine.dispose()
    (building / "window.toml").write_text(_SETTINGS, encoding="utf-8")
    if folder.exists():
        folder.rmdir()
    building.rename(folder)
    return folder / "window.toml"


def _area(scenario: Path) -> str:
    """Return the scenario of the sample with the window's register in place of its own lists."""
    lines = scenario.read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("lists = ["))
    last = next(number for number, line in enumerate(lines) if number > first and line == "]")
    return "\n".join([*lines[:first], 'database = "register.db"', *lines[last + 1 :], ""])
