"""Read what a scenario needs of the register it names."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from assets_db.record import AssetRecord
from assets_db.rules import RuleBook, load_rules
from assets_db.schema import fields
from assets_db.store import AssetFilter, open_register
from scenarios.data_paths import resolve_one
from scenarios.register_candidates import RegisterContents
from scenarios.register_place import database_url
from scenarios.register_tables import RegisterAssets
from scenarios.scenario import ScenarioFile


def read_register(source: RegisterAssets, file: ScenarioFile) -> RegisterContents:
    """
    Return what a register holds within the area of a scenario, all of it from one moment.

    Raises
    ------
    RegisterError
        There is no register, or it is of another version.
    """
    url = _url_of(source, file.path)
    with open_register(url).reading() as session:
        stored = session.assets(AssetFilter(bbox=file.scenario.area.bbox))
        records = tuple(one.record if source.view == "restricted" else _public(one.record) for one in stored)
        lists = session.sources()
        change_seq, head = session.change_seq(), session.audit_head()
    return RegisterContents(
        records=records,
        register=sa.make_url(url).render_as_string(hide_password=True),
        change_seq=change_seq,
        audit_head=head.hash if head.seq else "",
        synthetic_sources=frozenset(one.source_id for one in lists if one.is_synthetic),
        credits={one.source_id: one.credit for one in lists},
    )


def read_rules(source: RegisterAssets, key: str, file: ScenarioFile) -> RuleBook:
    """
    Return the rules a source is priced and judged by.

    Raises
    ------
    ScenarioError
        A rule file that does not exist.
    RuleError
        A rule file that cannot be used.
    """
    paths = [resolve_one(one, scenario=file.path, key=f"{key}.rules[{place}]") for place, one in enumerate(source.rules, start=1)]
    return load_rules(*paths)


def _url_of(source: RegisterAssets, scenario: Path) -> str:
    """Return the address of the register; a path is that of an SQLite file, relative to the scenario that names it."""
    named = source.database
    if named is None or "://" in named:
        return database_url(named or "")
    return f"sqlite:///{(scenario.parent / named).absolute()}"


def _public(record: AssetRecord) -> AssetRecord:
    """Return a record without the fields that are for those allowed alone."""
    hidden = {name for name in record.values if fields()[name].view == "restricted"}
    if not hidden:
        return record
    return AssetRecord(
        values={name: value for name, value in record.values.items() if name not in hidden},
        known_from={name: one for name, one in record.known_from.items() if name not in hidden},
    )
