"""Whether a register is whole."""

from __future__ import annotations

import sqlalchemy as sa

from assets_db.store.audit import AuditHead, audit_faults
from assets_db.store.session import ReadingSession

_ANY = {
    "asset names an asset it was merged into that is not there": """SELECT count(*) FROM assets WHERE merged_into <> ''
        AND merged_into NOT IN (SELECT asset_id FROM assets)""",
    "record of a list belongs to no asset": """SELECT count(*) FROM source_records
        WHERE asset_id NOT IN (SELECT asset_id FROM assets)""",
    "asset misses a state in its history": """SELECT count(*) FROM assets WHERE row_version <> 1 +
        (SELECT count(*) FROM asset_history WHERE asset_history.asset_id = assets.asset_id)""",
    "batch whose kept rejects are not as many as it counts": """SELECT count(*) FROM batches WHERE n_rejected <>
        (SELECT count(*) FROM rejects WHERE rejects.batch = batches.batch)""",
}

_SQLITE = {
    "asset with a position is not in the spatial index where it stands": """SELECT count(*) FROM assets
        LEFT JOIN asset_boxes ON asset_boxes.asset_no = assets.asset_no WHERE lat IS NOT NULL AND lon IS NOT NULL
        AND (west IS NULL OR NOT (lon BETWEEN west AND east AND lat BETWEEN south AND north))""",
    "entry of the spatial index has no asset with a position": """SELECT count(*) FROM asset_boxes WHERE asset_no NOT IN
        (SELECT asset_no FROM assets WHERE lat IS NOT NULL AND lon IS NOT NULL)""",
}

_POSTGRESQL = {
    "index is not valid": "SELECT count(*) FROM pg_index WHERE NOT indisvalid",
    "spatial index is not there": """SELECT 2 - count(*) FROM pg_indexes
        WHERE indexname IN ('gist_assets_position', 'gist_assets_geometry')""",
}


def register_faults(session: ReadingSession, *, known_head: AuditHead | None = None) -> tuple[str, ...]:
    """
    Return what is wrong with a register, empty if nothing is.

    Parameters
    ----------
    session
        View of the register.
    known_head
        A head of the audit trail exported earlier: it must still be there.
    """
    connection = session.connection
    faults: list[str] = []
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        faults += [f"file: {line}" for line in found if line != "ok"]
        faults += [
            f"row of {row[0]} refers to a row of {row[2]} that is not there"
            for row in connection.exec_driver_sql("PRAGMA foreign_key_check")
        ]
    for fault, query in {**_ANY, **(_SQLITE if is_sqlite else _POSTGRESQL)}.items():
        n_found = connection.execute(sa.text(query)).scalar_one()
        if n_found:
            faults.append(f"{fault}: {n_found}")
    return (*faults, *audit_faults(connection, known_head=known_head))
