"""What one server of the window holds in memory: desk, register, where the assets are, planning areas."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import sqlalchemy as sa

from assets_db.store import Register
from window.asset_index import IndexKeeper
from window.desk import Desk, open_desk
from window.planning.areas import Areas
from window.planning.keeper import PlanKeeper
from window.planning.surveys import SurveyKeeper
from window.settings import WindowSettings, read_settings
from window.tables import ORGANISATIONS


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
    surveys
        What to survey first for them.
    """

    settings: WindowSettings
    desk: Desk
    register: Register
    assets: IndexKeeper
    areas: Areas
    plans: PlanKeeper
    surveys: SurveyKeeper
    _names: dict[str, str] = field(default_factory=dict, repr=False)

    def organisation(self, org_id: str) -> str:
        """Return the name of an organisation for people."""
        return self._names.get(org_id) or self._read_names().get(org_id, org_id)

    def carriers(self) -> tuple[str, ...]:
        """Return the ids of all carriers; not for carriers."""
        with self.register.reading() as session:
            query = sa.select(ORGANISATIONS.c.org_id).where(ORGANISATIONS.c.role == "carrier").order_by(ORGANISATIONS.c.org_id)
            return tuple(session.connection.execute(query).scalars())

    def _read_names(self) -> dict[str, str]:
        """Read the names anew."""
        with self.register.reading() as session:
            rows = session.connection.execute(sa.select(ORGANISATIONS.c.org_id, ORGANISATIONS.c.name))
            self._names.update(dict(rows.all()))
        return self._names


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

    def revision() -> int:
        with register.reading() as session:
            return session.change_seq()

    areas = Areas(settings.scenarios, revision)
    plans = PlanKeeper(desk, areas, settings.plans)
    return Server(
        settings=settings,
        desk=desk,
        register=register,
        assets=IndexKeeper(register, areas.zones_of),
        areas=areas,
        plans=plans,
        surveys=SurveyKeeper(areas),
    )
