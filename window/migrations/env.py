"""Runs the migrations of the desk on the connection it is given."""

from alembic import context

from window.schema import VERSION_TABLE
from window.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
