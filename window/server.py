"""What one server of the window holds in memory: desk, register, where the assets are, planning areas."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from assets_db.store import Register
from window.asset_index import IndexKeeper
from window.desk import Desk, open_desk
from window.planning.areas import Areas
from window.planning.keeper import PlanKeeper
from window.settings import WindowSettings, read_settings


@dataclass(frozen=True, kw_only=True)
class Server:
    """
    A window that is open.

    Attributes
    ----------
    settings
        How it is set up.
    desk, register
        The database.
    assets
        Where the assets are.
    areas
        What planners start from.
    plans
        What they made of it.
    """

    settings: WindowSettings
    desk: Desk
    register: Register
    assets: IndexKeeper
    areas: Areas
    plans: PlanKeeper


@cache
def server() -> Server:
    """
    Open the window that the settings name, once for the process.

    Raises
    ------
    InvalidTableError, RegisterError
        Settings or database that cannot be used.
    """
    settings = read_settings()
    desk = open_desk(settings.database, keeps_connections=True)
    register = Register(engine=desk.engine)
    areas = Areas(settings.scenarios)
    plans = PlanKeeper(desk, areas, settings.plans)
    return Server(settings=settings, desk=desk, register=register, assets=IndexKeeper(register), areas=areas, plans=plans)
