"""The first tables of the register."""

import sqlalchemy as sa
from alembic import op

from assets_db.store.column_types import Geometry, UtcTime

revision = "0001"
down_revision = None

_SQLITE = (
    "CREATE VIRTUAL TABLE asset_boxes USING rtree(asset_no, west, east, south, north)",
    """CREATE TRIGGER assets_box_new AFTER INSERT ON assets WHEN NEW.lat IS NOT NULL AND NEW.lon IS NOT NULL BEGIN
    INSERT INTO asset_boxes VALUES (NEW.asset_no, NEW.lon, NEW.lon, NEW.lat, NEW.lat); END""",
    """CREATE TRIGGER assets_box_moved AFTER UPDATE OF lat, lon ON assets WHEN NEW.lat IS NOT OLD.lat OR NEW.lon IS NOT OLD.lon BEGIN
    DELETE FROM asset_boxes WHERE asset_no = OLD.asset_no;
    INSERT INTO asset_boxes SELECT NEW.asset_no, NEW.lon, NEW.lon, NEW.lat, NEW.lat
    WHERE NEW.lat IS NOT NULL AND NEW.lon IS NOT NULL; END""",
    """CREATE TRIGGER assets_box_gone AFTER DELETE ON assets BEGIN
    DELETE FROM asset_boxes WHERE asset_no = OLD.asset_no; END""",
    "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows cannot be changed'); END",
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows cannot be deleted'); END",
)

_POSTGRESQL = (
    "CREATE INDEX gist_assets_position ON assets USING gist (ST_SetSRID(ST_MakePoint(lon, lat), 6668))",
    "CREATE INDEX gist_assets_geometry ON assets USING gist (geometry)",
    """CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'audit rows cannot be changed or deleted'; END $$""",
    "CREATE TRIGGER audit_refuse BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "CREATE TRIGGER audit_refuse_all BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
)


def upgrade() -> None:
    """Create everything."""
    _create_tables()
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Drop everything."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        op.execute("DROP TABLE asset_boxes")

    op.drop_index(op.f("ix_source_records_batch"), table_name="source_records")
    op.drop_index(op.f("ix_source_records_asset_id"), table_name="source_records")
    op.drop_table("source_records")
    op.drop_index(op.f("ix_repairs_batch"), table_name="repairs")
    op.drop_table("repairs")
    op.drop_index(op.f("ix_rejects_batch"), table_name="rejects")
    op.drop_table("rejects")
    op.drop_index(op.f("ix_batches_source_id"), table_name="batches")
    op.drop_table("batches")
    op.drop_table("asset_history")
    op.drop_table("versions")
    op.drop_table("sources")
    op.drop_table("pairs")
    op.drop_table("audit")
    op.drop_index(op.f("ix_assets_change_seq"), table_name="assets")
    op.drop_table("assets")
    if not is_sqlite:
        op.execute("DROP FUNCTION audit_refuse()")


def _create_tables() -> None:
    """Create the tables, as they were then."""
    op.create_table(
        "assets",
        sa.Column("asset_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asset_id", sa.Text(), nullable=False),
        sa.Column("lg_code", sa.Text(), nullable=True),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("source_key", sa.Text(), nullable=True),
        sa.Column("source_dataset", sa.Text(), nullable=True),
        sa.Column("owner_class", sa.Text(), nullable=True),
        sa.Column("bureau", sa.Text(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("name_kana", sa.Text(), nullable=True),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("asset_type", sa.Text(), nullable=True),
        sa.Column("property_class", sa.Text(), nullable=True),
        sa.Column("usage", sa.Text(), nullable=True),
        sa.Column("postal_code", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("address_prefecture", sa.Text(), nullable=True),
        sa.Column("address_municipality", sa.Text(), nullable=True),
        sa.Column("address_town", sa.Text(), nullable=True),
        sa.Column("address_rest", sa.Text(), nullable=True),
        sa.Column("address_building", sa.Text(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("needs_geocoding", sa.Boolean(), nullable=True),
        sa.Column("geometry", Geometry(), nullable=True),
        sa.Column("land_area_m2", sa.Double(), nullable=True),
        sa.Column("floor_area_m2", sa.Double(), nullable=True),
        sa.Column("roof_area_m2", sa.Double(), nullable=True),
        sa.Column("height_agl_m", sa.Double(), nullable=True),
        sa.Column("ground_elev_m", sa.Double(), nullable=True),
        sa.Column("storeys", sa.BigInteger(), nullable=True),
        sa.Column("structure", sa.Text(), nullable=True),
        sa.Column("built_year", sa.BigInteger(), nullable=True),
        sa.Column("seismic", sa.Text(), nullable=True),
        sa.Column("mount_type", sa.Text(), nullable=True),
        sa.Column("mount_height_max_m", sa.Double(), nullable=True),
        sa.Column("load_capacity_kg", sa.Double(), nullable=True),
        sa.Column("wind_area_spare_m2", sa.Double(), nullable=True),
        sa.Column("power_available", sa.Boolean(), nullable=True),
        sa.Column("power_volts", sa.Double(), nullable=True),
        sa.Column("power_kva", sa.Double(), nullable=True),
        sa.Column("power_metered", sa.Boolean(), nullable=True),
        sa.Column("backup_power_hours", sa.Double(), nullable=True),
        sa.Column("fibre_distance_m", sa.Double(), nullable=True),
        sa.Column("fibre_owner", sa.Text(), nullable=True),
        sa.Column("access_hours", sa.Text(), nullable=True),
        sa.Column("access_escort", sa.Boolean(), nullable=True),
        sa.Column("access_lift", sa.Boolean(), nullable=True),
        sa.Column("carrier_capacity", sa.BigInteger(), nullable=True),
        sa.Column("occupancy", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("sharing", sa.Text(), nullable=True),
        sa.Column("advisories", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("flood_depth_max_m", sa.Double(), nullable=True),
        sa.Column("flood_scenario", sa.Text(), nullable=True),
        sa.Column("priority_area_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("priority_definition", sa.Text(), nullable=True),
        sa.Column("permit_path", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("fee_rule_id", sa.Text(), nullable=True),
        sa.Column("est_annual_fee_yen", sa.BigInteger(), nullable=True),
        sa.Column("est_capital_yen", sa.BigInteger(), nullable=True),
        sa.Column("lifecycle", sa.Text(), nullable=True),
        sa.Column("planned_from", sa.Date(), nullable=True),
        sa.Column("planned_to", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("remarks", sa.Text(), nullable=True),
        sa.Column("known_from", sa.JSON(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", UtcTime(timezone=True), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.Column("merged_into", sa.Text(), nullable=False),
        sa.Column("change_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("asset_no", name=op.f("pk_assets")),
        sa.UniqueConstraint("asset_id", name=op.f("uq_assets_asset_id")),
    )
    op.create_index(op.f("ix_assets_change_seq"), "assets", ["change_seq"], unique=False)
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", UtcTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_table(
        "pairs",
        sa.Column("pair", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id_a", sa.Text(), nullable=False),
        sa.Column("source_key_a", sa.Text(), nullable=False),
        sa.Column("source_id_b", sa.Text(), nullable=False),
        sa.Column("source_key_b", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'confirmed', 'split')", name=op.f("ck_pairs_state")),
        sa.PrimaryKeyConstraint("pair", name=op.f("pk_pairs")),
        sa.UniqueConstraint("source_id_a", "source_key_a", "source_id_b", "source_key_b", name=op.f("uq_pairs_source_id_a")),
    )
    op.create_table(
        "sources",
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("credit", sa.Text(), nullable=False),
        sa.Column("is_synthetic", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("first_at", UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_sources")),
    )
    op.create_table(
        "versions",
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UtcTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("change_seq", sa.BigInteger(), nullable=False),
        sa.Column("audit_seq", sa.BigInteger(), nullable=False),
        sa.Column("audit_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_versions")),
    )
    op.create_table(
        "asset_history",
        sa.Column("asset_id", sa.Text(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.Column("merged_into", sa.Text(), nullable=False),
        sa.Column("change_seq", sa.BigInteger(), nullable=False),
        sa.Column("recorded_from", UtcTime(timezone=True), nullable=False),
        sa.Column("recorded_to", UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.asset_id"], name=op.f("fk_asset_history_asset_id")),
        sa.PrimaryKeyConstraint("asset_id", "row_version", name=op.f("pk_asset_history")),
    )
    op.create_table(
        "batches",
        sa.Column("batch", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_digest", sa.Text(), nullable=False),
        sa.Column("terms_digest", sa.Text(), nullable=False),
        sa.Column("mapping_digest", sa.Text(), nullable=False),
        sa.Column("file_format", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("n_rows", sa.BigInteger(), nullable=False),
        sa.Column("n_accepted", sa.BigInteger(), nullable=False),
        sa.Column("n_rejected", sa.BigInteger(), nullable=False),
        sa.Column("n_new", sa.BigInteger(), nullable=False),
        sa.Column("n_changed", sa.BigInteger(), nullable=False),
        sa.Column("n_unchanged", sa.BigInteger(), nullable=False),
        sa.Column("n_vanished", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("n_accepted + n_rejected = n_rows", name=op.f("ck_batches_all_rows")),
        sa.CheckConstraint("n_new + n_changed + n_unchanged = n_accepted", name=op.f("ck_batches_all_accepted")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.source_id"], name=op.f("fk_batches_source_id")),
        sa.PrimaryKeyConstraint("batch", name=op.f("pk_batches")),
    )
    op.create_index(op.f("ix_batches_source_id"), "batches", ["source_id"], unique=False)
    op.create_table(
        "rejects",
        sa.Column("reject", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batches.batch"], name=op.f("fk_rejects_batch")),
        sa.PrimaryKeyConstraint("reject", name=op.f("pk_rejects")),
    )
    op.create_index(op.f("ix_rejects_batch"), "rejects", ["batch"], unique=False)
    op.create_table(
        "repairs",
        sa.Column("repair", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batches.batch"], name=op.f("fk_repairs_batch")),
        sa.PrimaryKeyConstraint("repair", name=op.f("pk_repairs")),
    )
    op.create_index(op.f("ix_repairs_batch"), "repairs", ["batch"], unique=False)
    op.create_table(
        "source_records",
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("asset_id", sa.Text(), nullable=False),
        sa.Column("batch", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("imported_at", UtcTime(timezone=True), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.asset_id"], name=op.f("fk_source_records_asset_id")),
        sa.ForeignKeyConstraint(["batch"], ["batches.batch"], name=op.f("fk_source_records_batch")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.source_id"], name=op.f("fk_source_records_source_id")),
        sa.PrimaryKeyConstraint("source_id", "source_key", name=op.f("pk_source_records")),
    )
    op.create_index(op.f("ix_source_records_asset_id"), "source_records", ["asset_id"], unique=False)
    op.create_index(op.f("ix_source_records_batch"), "source_records", ["batch"], unique=False)
