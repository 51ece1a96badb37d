"""What is written is read back; what was known stays known; nobody overwrites another's change."""

from __future__ import annotations

import numpy as np
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects.postgresql.base import ischema_names
from store_samples import LATER, NOW, at, full_record

from assets_db.record import AssetRecord
from assets_db.record_json import record_from_json, record_to_json
from assets_db.store import (
    AssetFilter,
    AuditHead,
    Register,
    RegisterError,
    StaleEditError,
    downgrade_register,
    init_register,
    open_register,
    upgrade_register,
)
from assets_db.store.column_types import Geometry
from assets_db.store.database import engine_of, transaction
from assets_db.store.tables import AUDIT, METADATA


def test_a_record_is_read_back_as_it_was_written(register: Register) -> None:
    record = full_record()
    with register.writing(who="ito", why="test", now=NOW) as session:
        session.put_asset("parks:1", record)
    with register.reading() as session:
        found = session.asset("parks:1")
    assert found is not None
    assert found.record.values == {**record.values, "asset_id": "parks:1"}
    assert found.record.known_from == record.known_from
    assert (found.row_version, found.recorded_at, found.is_gone, found.merged_into, found.change_seq) == (1, NOW, False, "", 1)


def test_json_text_of_a_record_loses_nothing() -> None:
    record = full_record()
    assert record_from_json(record_to_json(record)) == record


@given(st.floats(-90, 90), st.text(), st.lists(st.text()))
def test_json_text_keeps_any_number_and_word(lat: float, name: str, areas: list[str]) -> None:
    record = AssetRecord(values={"lat": lat, "name": name, "priority_area_ids": tuple(areas)})
    assert record_from_json(record_to_json(record)).digest() == record.digest()


def test_a_box_finds_what_a_look_at_every_asset_finds(register: Register) -> None:
    draw = np.random.default_rng(7)
    places = {f"parks:{n:03}": (35.6 + float(draw.random()) / 10, 139.7 + float(draw.random()) / 10) for n in range(200)}
    with register.writing(who="ito", why="test", now=NOW) as session:
        for key, (lat, lon) in places.items():
            session.put_asset(key, at(key, lat, lon))
        session.put_asset("parks:000", at("000", 35.65, 139.75))
    places["parks:000"] = (35.65, 139.75)
    west, south, east, north = 139.72, 35.62, 139.75, 35.65
    expected = [key for key, (lat, lon) in sorted(places.items()) if west <= lon <= east and south <= lat <= north]
    with register.reading() as session:
        assert [one.asset_id for one in session.assets(AssetFilter(bbox=(west, south, east, north)))] == expected
    assert "parks:000" in expected


def test_filters_narrow_by_field_and_text(register: Register) -> None:
    with register.writing(who="ito", why="test", now=NOW) as session:
        session.put_asset("a", at("a", 35.0, 139.0, asset_type="park", name="100%の森"))
        session.put_asset("b", at("b", 35.0, 139.0, asset_type="building", name="庁舎"))
        session.put_asset("c", at("c", 35.0, 139.0, asset_type="park"), is_gone=True)
    with register.reading() as session:

        def found(chosen: AssetFilter) -> list[str]:
            return [one.asset_id for one in session.assets(chosen)]

        assert found(AssetFilter()) == ["a", "b"]
        assert found(AssetFilter(asset_types=("park",), include_gone=True)) == ["a", "c"]
        assert found(AssetFilter(text="0%の")) == ["a"]
        assert found(AssetFilter(text="%")) == ["a"]


def test_history_says_what_was_known_when(register: Register) -> None:
    with register.writing(who="ito", why="test", now=NOW) as session:
        session.put_asset("a", at("a", 35.0, 139.0))
    with register.writing(who="ito", why="test", now=LATER) as session:
        session.put_asset("a", at("a", 35.5, 139.0))
        session.put_asset("a", at("a", 35.5, 139.0))
    with register.reading() as session:
        assert [(one.row_version, one.record.number("lat")) for one in session.history("a")] == [(1, 35.0), (2, 35.5)]
        known = session.asset_as_known("a", LATER.replace(day=1, hour=0))
        assert known is not None
        assert known.record.number("lat") == 35.0
        assert session.asset_as_known("a", NOW.replace(year=2025)) is None


def test_a_stale_edit_is_refused_and_leaves_nothing(register: Register) -> None:
    with register.writing(who="ito", why="test", now=NOW) as session:
        session.put_asset("a", at("a", 35.0, 139.0))

    def late_edit() -> None:
        with register.writing(who="ito", why="test", now=LATER) as session:
            session.audit("before", {})
            session.edit("a", {"name": "x"}, expected_version=3)

    with pytest.raises(StaleEditError, match="asset a was changed meanwhile: expected version 3, found 1"):
        late_edit()
    with register.reading() as session:
        assert session.audit_head().seq == 0


def test_an_error_inside_a_transaction_leaves_nothing(register: Register) -> None:

    def broken_off() -> None:
        with register.writing(who="ito", why="test", now=NOW) as session:
            session.put_asset("a", at("a", 35.0, 139.0))
            raise KeyError

    with pytest.raises(KeyError):
        broken_off()
    with register.reading() as session:
        assert session.asset("a") is None


@pytest.mark.parametrize("statement", ["UPDATE audit SET why = 'x'", "DELETE FROM audit"])
def test_the_database_refuses_to_change_the_audit_trail(register: Register, statement: str) -> None:
    with register.writing(who="ito", why="test", now=NOW) as session:
        session.audit("a", {"n": 1})
    with pytest.raises(RegisterError, match="audit rows cannot be"), transaction(register.engine, writes=True) as connection:
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("UPDATE audit SET why = 'other' WHERE seq = 2", "audit row 2 was changed"),
        ("DELETE FROM audit WHERE seq = 2", "audit row 2 must be there"),
        ("UPDATE audit SET seq = CASE seq WHEN 2 THEN -3 ELSE -2 END WHERE seq IN (2, 3)", "audit row 1 must be there"),
        ("DELETE FROM audit WHERE seq = 4", "hash of the exported head is gone"),
    ],
)
def test_damage_to_the_audit_trail_is_found(register: Register, damage: str, fault: str) -> None:
    with register.writing(who="ito", why="test", now=NOW) as session:
        heads = [session.audit("a", {"n": n}) for n in range(4)]
    with register.reading() as session:
        assert session.audit_faults(heads[-1]) == ()
        assert session.audit_faults(AuditHead(seq=9, hash="f" * 64))
    with transaction(register.engine, writes=True) as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        names = ("audit_no_update", "audit_no_delete") if is_sqlite else ("audit_refuse ON audit",)
        for name in names:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql(damage)
    with register.reading() as session:
        assert any(fault in found for found in session.audit_faults(heads[-1]))


def test_tables_and_migrations_agree(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ischema_names, "geometry", lambda *_: Geometry())
    own = set(METADATA.tables)
    options = {"include_name": lambda name, kind, _: kind != "table" or name in own, "compare_type": register.engine.name != "sqlite"}
    with register.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)
    assert [one for one in found if not str(one).count("gist_assets")] == []


def test_up_down_up(empty_url: str) -> None:
    init_register(empty_url)
    with pytest.raises(RegisterError, match="must hold no register yet"):
        init_register(empty_url)
    downgrade_register(empty_url)
    with pytest.raises(RegisterError, match="siting db init"):
        open_register(empty_url)
    with engine_of(empty_url).connect() as connection:
        left = set(sa.inspect(connection).get_table_names()) - {"alembic_version", "spatial_ref_sys"}
    assert left == set()
    register = init_register(empty_url)
    upgrade_register(empty_url)
    with register.writing(who="ito", why="test", now=NOW) as session:
        session.audit("a", {})
    with open_register(empty_url).reading() as session:
        assert session.connection.execute(sa.select(sa.func.count()).select_from(AUDIT)).scalar_one() == 1
