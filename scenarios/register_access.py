"""Read what a scenario needs of the register it names."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from assets_db import Reject
from assets_db.importing import apply_import
from assets_db.record import AssetRecord
from assets_db.rules import RuleBook, load_rules
from assets_db.schema import fields
from assets_db.sources import SourceSpec, open_source
from assets_db.store import AssetFilter, Register, init_register, open_register
from assets_db.unify.register import unify_register
from scenarios.data_paths import resolve_one
from scenarios.register_candidates import RegisterContents
from scenarios.register_place import database_url
from scenarios.register_tables import RegisterAssets, RegisterList
from scenarios.scenario import ScenarioFile

logger = logging.getLogger(__name__)

_WHO = "scenario"
"""Who imports the lists of a scenario, in the audit trail of its own register."""


def read_register(source: RegisterAssets, key: str, file: ScenarioFile) -> RegisterContents:
    """
    Return what a register holds within the area of a scenario, all of it from one moment.

    Raises
    ------
    RegisterError
        There is no register, or it is of another version.
    InvalidSourceError
        A list that cannot be used.
    ScenarioError
        A list that does not exist.
    """
    if source.lists:
        return _contents_of_lists(source, key, file)
    url = _url_of(source, file.path)
    return _contents(open_register(url), source, file, name=sa.make_url(url).render_as_string(hide_password=True))


def fill_register(register: Register, source: RegisterAssets, key: str, file: ScenarioFile) -> tuple[Reject, ...]:
    """
    Import the lists of a scenario into a register, one asset for each thing, and return the rows that were rejected.

    Times are the day of the source, so that the same lists make the same register.

    Raises
    ------
    InvalidSourceError
        A list that cannot be used.
    ScenarioError
        A list that does not exist.
    """
    now = dt.datetime.combine(source.on, dt.time(), tzinfo=dt.UTC)
    rejects: list[Reject] = []
    for place, one in enumerate(source.lists, start=1):
        opened = open_source(resolve_one(one.path, scenario=file.path, key=f"{key}.lists[{place}].path"), _spec_of(one))
        receipt = apply_import(register, opened, who=_WHO, why=file.scenario.scenario.name, now=now)
        rejects += [row for row in opened.rows() if isinstance(row, Reject)]
        logger.info("list %s: %d rows, %d rejected", one.source, receipt.n_rows, receipt.n_rejected)
    report = unify_register(register, who=_WHO, why=file.scenario.scenario.name, now=now, apply=True)
    logger.info("unified: %d records, %d assets, %d doubtful pairs", report.n_records, report.n_assets_after, len(report.doubtful))
    return tuple(rejects)


def _contents_of_lists(source: RegisterAssets, key: str, file: ScenarioFile) -> RegisterContents:
    """Make a register of the lists of a scenario and return what it holds."""
    with TemporaryDirectory() as folder:
        register = init_register(f"sqlite:///{Path(folder) / 'register.db'}")
        rejects = fill_register(register, source, key, file)
        try:
            return _contents(register, source, file, name=", ".join(one.source for one in source.lists), rejects=rejects)
        finally:
            register.engine.dispose()


def _spec_of(one: RegisterList) -> SourceSpec:
    """Return what holds for a list of a scenario."""
    return SourceSpec(
        source_id=one.source,
        owner_class=one.owner_class,
        asset_type=one.asset_type,
        lg_code=one.lg_code,
        grade=one.grade,
        as_of=one.as_of,
        credit=one.credit,
        is_synthetic=one.synthetic,
    )


def _contents(
    register: Register, source: RegisterAssets, file: ScenarioFile, *, name: str, rejects: tuple[Reject, ...] = ()
) -> RegisterContents:
    """Return what a register holds within the area of a scenario."""
    with register.reading() as session:
        stored = session.assets(AssetFilter(bbox=file.scenario.area.bbox))
        records = tuple(one.record if source.view == "restricted" else _public(one.record) for one in stored)
        lists = session.sources()
        change_seq, head = session.change_seq(), session.audit_head()
    return RegisterContents(
        records=records,
        rejects=rejects,
        register=name,
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
