"""The tables of the desk, in the database of the register. Assets are named by their ids, which the register never gives away twice."""

from __future__ import annotations

import sqlalchemy as sa

from assets_db.store.column_types import UtcTime

METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ORGANISATIONS = sa.Table(
    "desk_organisations",
    METADATA,
    sa.Column("org_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("bureau", sa.Text, nullable=False, index=True),
    sa.Column("lg_code", sa.Text, nullable=False, index=True),
    sa.Column("is_synthetic", sa.Boolean, nullable=False),
)

PEOPLE = sa.Table(
    "desk_people",
    METADATA,
    sa.Column("person_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("org_id", sa.ForeignKey("desk_organisations.org_id"), nullable=False, index=True),
    sa.Column("is_active", sa.Boolean, nullable=False),
)

CASES = sa.Table(
    "desk_cases",
    METADATA,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("carrier_org", sa.ForeignKey("desk_organisations.org_id"), nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("is_open", sa.Boolean, nullable=False),
    sa.Column("is_new_pole", sa.Boolean, nullable=False),
    sa.Column("opened_at", UtcTime, nullable=False),
    sa.Column("changed_at", UtcTime, nullable=False),
    sa.Column("due_on", sa.Date),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("is_synthetic", sa.Boolean, nullable=False),
    sa.Index(None, "is_open", "due_on", "case_id"),
    sa.Index(None, "carrier_org", "is_open", "due_on"),
    sa.Index(None, "state", "due_on"),
    sa.Index(None, "opened_at"),
)

_CASE = "desk_cases.case_id"

PARTIES = sa.Table(
    "desk_parties",
    METADATA,
    sa.Column("org_id", sa.ForeignKey("desk_organisations.org_id"), primary_key=True),
    sa.Column("case_id", sa.ForeignKey(_CASE), primary_key=True, index=True),
    sa.Column("why", sa.Text, nullable=False),
)

CASE_ASSETS = sa.Table(
    "desk_case_assets",
    METADATA,
    sa.Column("case_id", sa.ForeignKey(_CASE), primary_key=True),
    sa.Column("asset_id", sa.Text, primary_key=True, index=True),
    sa.Column("zone", sa.Text, nullable=False),
    sa.Column("lat", sa.Double),
    sa.Column("lon", sa.Double, index=True),
)

AREAS = sa.Table(
    "desk_areas",
    METADATA,
    sa.Column("case_id", sa.ForeignKey(_CASE), primary_key=True),
    sa.Column("west", sa.Double, nullable=False),
    sa.Column("south", sa.Double, nullable=False),
    sa.Column("east", sa.Double, nullable=False),
    sa.Column("north", sa.Double, nullable=False),
    sa.CheckConstraint("west < east AND south < north", name="box"),
)

EVENTS = sa.Table(
    "desk_events",
    METADATA,
    sa.Column("case_id", sa.ForeignKey(_CASE), primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("detail", sa.JSON, nullable=False),
)

PERMITS = sa.Table(
    "desk_permits",
    METADATA,
    sa.Column("case_id", sa.ForeignKey(_CASE), primary_key=True),
    sa.Column("asset_id", sa.Text, primary_key=True),
    sa.Column("permit", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
)

HOLDS = sa.Table(
    "desk_holds",
    METADATA,
    sa.Column("case_id", sa.ForeignKey(_CASE), primary_key=True),
    sa.Column("asset_id", sa.Text, primary_key=True),
    sa.Column("slot", sa.BigInteger, nullable=False),
    sa.Column("carrier_org", sa.ForeignKey("desk_organisations.org_id"), nullable=False),
    sa.Column("zone", sa.Text, nullable=False),
    sa.Column("held_at", UtcTime, nullable=False),
    sa.Column("is_active", sa.Boolean, nullable=False),
    sa.Index(
        "uq_desk_holds_slot", "asset_id", "slot", unique=True, sqlite_where=sa.text("is_active"), postgresql_where=sa.text("is_active")
    ),
    sa.Index(None, "carrier_org", "zone", "is_active"),
)

WAITING = sa.Table(
    "desk_waiting",
    METADATA,
    sa.Column("asset_id", sa.Text, primary_key=True),
    sa.Column("place", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("case_id", sa.ForeignKey(_CASE), nullable=False, index=True),
    sa.Column("since", UtcTime, nullable=False),
    sa.Column("is_waiting", sa.Boolean, nullable=False),
)

DOCUMENTS = sa.Table(
    "desk_documents",
    METADATA,
    sa.Column("case_id", sa.ForeignKey(_CASE), primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("is_internal", sa.Boolean, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
)

COMMENTS = sa.Table(
    "desk_comments",
    METADATA,
    sa.Column("case_id", sa.ForeignKey(_CASE), primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("is_internal", sa.Boolean, nullable=False),
)

RECEIPTS = sa.Table(
    "desk_receipts",
    METADATA,
    sa.Column("who", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("request_digest", sa.Text, nullable=False),
    sa.Column("case_id", sa.Text, nullable=False, index=True),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("audit_seq", sa.BigInteger, nullable=False),
    sa.Column("audit_hash", sa.Text, nullable=False),
)

OF_A_CASE = (CASES, CASE_ASSETS, AREAS, EVENTS, PERMITS, HOLDS, WAITING, DOCUMENTS, COMMENTS)
"""Tables whose rows belong to a case and are seen only by its parties."""

PLANS = sa.Table(
    "desk_plans",
    METADATA,
    sa.Column("plan_id", sa.Text, primary_key=True),
    sa.Column("org_id", sa.ForeignKey("desk_organisations.org_id"), nullable=False),
    sa.Column("person_id", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("area", sa.Text, nullable=False),
    sa.Column("scenario", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("asked_at", UtcTime, nullable=False),
    sa.Column("changed_at", UtcTime, nullable=False),
    sa.Column("attempt", sa.BigInteger, nullable=False),
    sa.Column("beat_at", UtcTime),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("done", sa.BigInteger, nullable=False),
    sa.Column("total", sa.BigInteger, nullable=False),
    sa.Column("closing", sa.JSON, nullable=False),
    sa.Column("summary", sa.JSON, nullable=False),
    sa.Column("problem", sa.Text, nullable=False),
    sa.Index(None, "org_id", "asked_at"),
    sa.Index(None, "state", "asked_at"),
)
