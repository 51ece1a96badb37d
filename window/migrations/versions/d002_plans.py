"""Plans that are computed beside the pages."""

import sqlalchemy as sa
from alembic import op

from assets_db.store.column_types import UtcTime
from window.row_security import protect_plans, unprotect_plans

revision = "d002"
down_revision = "d001"


def upgrade() -> None:
    """Create the table and its wall."""
    op.create_table(
        "desk_plans",
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("scenario", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", UtcTime(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("beat_at", UtcTime(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("closing", sa.JSON(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["desk_organisations.org_id"], name=op.f("fk_desk_plans_org_id")),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_desk_plans")),
    )
    op.create_index(op.f("ix_desk_plans_org_id_asked_at"), "desk_plans", ["org_id", "asked_at"], unique=False)
    op.create_index(op.f("ix_desk_plans_state_asked_at"), "desk_plans", ["state", "asked_at"], unique=False)
    protect_plans(op.get_bind())


def downgrade() -> None:
    """Drop both."""
    unprotect_plans(op.get_bind())
    op.drop_index(op.f("ix_desk_plans_state_asked_at"), table_name="desk_plans")
    op.drop_index(op.f("ix_desk_plans_org_id_asked_at"), table_name="desk_plans")
    op.drop_table("desk_plans")
