"""How a window is set up: one TOML file that the environment variable ``SITING_WINDOW`` names."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from window.errors import InvalidTableError
from window.sign_in import LoginClaim

VARIABLE = "SITING_WINDOW"
DEFAULT = Path("runs/window/window.toml")


@dataclass(frozen=True, kw_only=True)
class WindowSettings:
    """
    One window.

    Attributes
    ----------
    database
        Address of the register and the desk.
    scenarios
        Scenario files that planners start from; relative to the file of settings.
    plans
        Folder that holds the run folders of plans; relative to the file of settings.
    backups
        Folder that holds copies of the database; relative to the file of settings.
    sign_in
        ``"demo"``: pick a made-up person, for a demonstration alone; ``"oidc"``: the organisation's own sign-in.
    login_claim
        What of an identity names the person of the database; an e-mail address counts unless the provider says that it is not verified.
    tiles
        Base map: ``"none"`` draws buildings and boundaries of this machine; ``"gsi"`` fetches the tiles of the Geospatial Information
        Authority of Japan, in the browser of each user.
    boundaries
        GeoJSON file of boundaries for the map; empty for none.
    is_synthetic
        Whether the data are made up; said on every page.
    """

    database: str
    scenarios: tuple[Path, ...] = ()
    plans: Path = Path("plans")
    backups: Path = Path("backups")
    sign_in: Literal["demo", "oidc"] = "oidc"
    login_claim: LoginClaim = "email"
    tiles: Literal["none", "gsi"] = "none"
    boundaries: str = ""
    is_synthetic: bool = False

    def __post_init__(self) -> None:
        if self.sign_in == "demo" and not self.is_synthetic:
            raise InvalidTableError("sign_in", "must be 'oidc' unless is_synthetic = true: demo lets everybody in", self.sign_in)


def read_settings(path: Path | None = None) -> WindowSettings:
    """
    Read the settings of a window.

    Raises
    ------
    InvalidTableError
        No such file, bad TOML, an unknown key, or a value against its rule.
    """
    file = path or Path(os.environ.get(VARIABLE) or DEFAULT)
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        rule = f"must be a file that can be read (named by {VARIABLE}; make a demonstration with: siting window demo)"
        raise InvalidTableError(str(file), rule, error.strerror) from None
    except ValueError as error:
        raise InvalidTableError(str(file), "must be valid TOML", str(error)) from None
    unknown = sorted(set(table) - set(WindowSettings.__dataclass_fields__))
    if unknown:
        raise InvalidTableError(f"{file}: {unknown[0]}", "is not a key of the window's settings", table[unknown[0]])
    try:
        found = TypeAdapter(WindowSettings).validate_python(table)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidTableError(f"{file}: {'.'.join(map(str, first['loc']))}", first["msg"], first["input"]) from None
    return _placed(found, file.parent)


def _placed(found: WindowSettings, folder: Path) -> WindowSettings:
    """Return settings whose paths hold from wherever the window is started."""
    return WindowSettings(
        database=found.database.replace("sqlite:///./", f"sqlite:///{folder.absolute()}/"),
        scenarios=tuple((folder / one).absolute() for one in found.scenarios),
        plans=(folder / found.plans).absolute(),
        backups=(folder / found.backups).absolute(),
        sign_in=found.sign_in,
        login_claim=found.login_claim,
        tiles=found.tiles,
        boundaries=str((folder / found.boundaries).absolute()) if found.boundaries else "",
        is_synthetic=found.is_synthetic,
    )
