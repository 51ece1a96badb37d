"""The tables of the register; the columns of an asset follow from the one definition of its fields."""

from __future__ import annotations

from typing import TypeAlias

import sqlalchemy as sa

from assets_db.schema import Field, Kind, fields
from assets_db.store.column_types import Geometry, UtcTime

METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


_ColumnType: TypeAlias = sa.Text | sa.Double[float] | sa.BigInteger | sa.Boolean | sa.Date | sa.JSON[object] | Geometry


def _field_column(field: Field) -> sa.Column[object]:
    """Return the column of a field; unknown is NULL."""
    kinds: dict[Kind, _ColumnType] = {
        "text": sa.Text(),
        "code": sa.Text(),
        "codes": sa.JSON(none_as_null=True),
        "number": sa.Double(),
        "whole": sa.BigInteger(),
        "flag": sa.Boolean(),
        "date": sa.Date(),
        "geometry": Geometry(),
        "json": sa.JSON(none_as_null=True),
    }
    is_key = field.name == "asset_id"
    return sa.Column(field.name, kinds[field.kind], nullable=not is_key, unique=is_key or None)


_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

SOURCES = sa.Table(
    "sources",
    METADATA,
    sa.Column("source_id", sa.Text, primary_key=True),
    sa.Column("licence", sa.Text, nullable=False),
    sa.Column("credit", sa.Text, nullable=False),
    sa.Column("is_synthetic", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("first_at", UtcTime, nullable=False),
)

BATCHES = sa.Table(
    "batches",
    METADATA,
    sa.Column("batch", _NUMBER, primary_key=True),
    sa.Column("source_id", sa.ForeignKey("sources.source_id"), nullable=False, index=True),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("file_digest", sa.Text, nullable=False),
    sa.Column("terms_digest", sa.Text, nullable=False),
    sa.Column("mapping_digest", sa.Text, nullable=False),
    sa.Column("file_format", sa.Text, nullable=False),
    sa.Column("as_of", sa.Date),
    sa.Column("is_complete", sa.Boolean, nullable=False),
    sa.Column("n_rows", sa.BigInteger, nullable=False),
    sa.Column("n_accepted", sa.BigInteger, nullable=False),
    sa.Column("n_rejected", sa.BigInteger, nullable=False),
    sa.Column("n_new", sa.BigInteger, nullable=False),
    sa.Column("n_changed", sa.BigInteger, nullable=False),
    sa.Column("n_unchanged", sa.BigInteger, nullable=False),
    sa.Column("n_vanished", sa.BigInteger, nullable=False),
    sa.CheckConstraint("n_accepted + n_rejected = n_rows", name="all_rows"),
    sa.CheckConstraint("n_new + n_changed + n_unchanged = n_accepted", name="all_accepted"),
)

REJECTS = sa.Table(
    "rejects",
    METADATA,
    sa.Column("reject", _NUMBER, primary_key=True),
    sa.Column("batch", sa.ForeignKey("batches.batch"), nullable=False, index=True),
    sa.Column("row", sa.BigInteger, nullable=False),
    sa.Column("field", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
)

REPAIRS = sa.Table(
    "repairs",
    METADATA,
    sa.Column("repair", _NUMBER, primary_key=True),
    sa.Column("batch", sa.ForeignKey("batches.batch"), nullable=False, index=True),
    sa.Column("row", sa.BigInteger, nullable=False),
    sa.Column("field", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("before", sa.Text, nullable=False),
    sa.Column("after", sa.Text, nullable=False),
)

ASSETS = sa.Table(
    "assets",
    METADATA,
    sa.Column("asset_no", _NUMBER, primary_key=True),
    *(_field_column(field) for field in fields().values()),
    sa.Column("known_from", sa.JSON, nullable=False),
    sa.Column("row_version", sa.BigInteger, nullable=False),
    sa.Column("recorded_at", UtcTime, nullable=False),
    sa.Column("is_gone", sa.Boolean, nullable=False),
    sa.Column("merged_into", sa.Text, nullable=False),
    sa.Column("change_seq", sa.BigInteger, nullable=False, index=True),
)

ASSET_HISTORY = sa.Table(
    "asset_history",
    METADATA,
    sa.Column("asset_id", sa.ForeignKey("assets.asset_id"), primary_key=True),
    sa.Column("row_version", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("record", sa.Text, nullable=False),
    sa.Column("is_gone", sa.Boolean, nullable=False),
    sa.Column("merged_into", sa.Text, nullable=False),
    sa.Column("change_seq", sa.BigInteger, nullable=False),
    sa.Column("recorded_from", UtcTime, nullable=False),
    sa.Column("recorded_to", UtcTime, nullable=False),
)

SOURCE_RECORDS = sa.Table(
    "source_records",
    METADATA,
    sa.Column("source_id", sa.ForeignKey("sources.source_id"), primary_key=True),
    sa.Column("source_key", sa.Text, primary_key=True),
    sa.Column("asset_id", sa.ForeignKey("assets.asset_id"), nullable=False, index=True),
    sa.Column("batch", sa.ForeignKey("batches.batch"), index=True),
    sa.Column("record", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("imported_at", UtcTime, nullable=False),
    sa.Column("is_gone", sa.Boolean, nullable=False),
)

PAIRS = sa.Table(
    "pairs",
    METADATA,
    sa.Column("pair", _NUMBER, primary_key=True),
    sa.Column("source_id_a", sa.Text, nullable=False),
    sa.Column("source_key_a", sa.Text, nullable=False),
    sa.Column("source_id_b", sa.Text, nullable=False),
    sa.Column("source_key_b", sa.Text, nullable=False),
    sa.Column("score", sa.Double, nullable=False),
    sa.Column("reasons", sa.JSON, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.UniqueConstraint("source_id_a", "source_key_a", "source_id_b", "source_key_b"),
    sa.CheckConstraint("state IN ('open', 'confirmed', 'split')", name="state"),
)

VERSIONS = sa.Table(
    "versions",
    METADATA,
    sa.Column("version", _NUMBER, primary_key=True),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("change_seq", sa.BigInteger, nullable=False),
    sa.Column("audit_seq", sa.BigInteger, nullable=False),
    sa.Column("audit_hash", sa.Text, nullable=False),
)

AUDIT = sa.Table(
    "audit",
    METADATA,
    sa.Column("seq", _NUMBER, primary_key=True, autoincrement=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("prev_hash", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
)
