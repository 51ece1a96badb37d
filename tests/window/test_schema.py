"""The desk's tables: made by migrations, equal to their definition, gone without a trace."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from assets_db.store import RegisterError
from assets_db.store.database import transaction
from tests.window.desk_samples import START
from window.desk import Desk, init_desk, open_desk
from window.schema import VERSION_TABLE, migrate_down, migrate_up
from window.tables import METADATA


def test_migrations_make_the_tables_as_defined_and_take_them_away(register_url: str) -> None:
    with pytest.raises(RegisterError, match="found none; make it with: siting people init"):
        open_desk(register_url)
    engine = init_desk(register_url).engine
    with transaction(engine, writes=True) as connection:
        options = {"version_table": VERSION_TABLE, "include_name": lambda name, kind, _: kind != "table" or str(name).startswith("desk_")}
        context = MigrationContext.configure(connection, opts=options)
        assert [one for one in compare_metadata(context, METADATA) if one[1].name != VERSION_TABLE] == []
        migrate_down(connection)
        left = [name for name in sa.inspect(connection).get_table_names() if name.startswith("desk_")]
        assert left == [VERSION_TABLE]
        migrate_up(connection)
    open_desk(register_url)
    init_desk(register_url)


def test_a_person_without_access_is_nobody(small_desk: Desk) -> None:
    small_desk.retire_person("alpha-1", asking="admin", now=START)
    with pytest.raises(LookupError, match="person 'alpha-1' does not exist"):
        small_desk.cases(asking="alpha-1")
    with pytest.raises(LookupError):
        small_desk.cases(asking="system")
