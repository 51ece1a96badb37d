"""Versions of the register, and the files that people take away from it."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from assets_db.publish.audience import Audience
from assets_db.publish.changes import changes
from assets_db.publish.columns import Headers
from assets_db.publish.csv_writer import Encoding
from assets_db.publish.versions import ExportFormat, Publication, SourceCredit, write_delta, write_version
from assets_db.schema import View
from assets_db.store import ReadingSession, Register
from assets_db.store.tables import SOURCES
from assets_db.store.versions import StoredVersion, add_version, assets_of_version, changed_between, version_of, versions
from window.errors import InvalidRequestError
from window.policy import Person, demand
from window.registry.access import audience_for
from window.requests import checked_text

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """
    What somebody wants to take away.

    Attributes
    ----------
    version
        Number of a version; ``None`` for the register as it stands now.
    since
        For changes alone: the version one holds already; ``None`` for everything.
    formats
        For everything: which files.
    encoding, headers
        Of the CSV; headers of the workbook too.
    view
        ``public``, or ``restricted`` for those whom the policy lets.
    """

    version: int | None = None
    since: int | None = None
    formats: tuple[ExportFormat, ...] = ("csv",)
    encoding: Encoding = "utf-8"
    headers: Headers = "names"
    view: View = "public"

    def __post_init__(self) -> None:
        if not self.formats:
            raise InvalidRequestError("formats", "must name one or more", "none")
        if self.since is not None and self.version is None:
            raise InvalidRequestError("version", "must be a published one where changes are asked for", self.version)


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """
    Files to take away.

    Attributes
    ----------
    name
        What to call the archive.
    files
        Content by name: data, dictionary, manifest.
    """

    name: str
    files: Mapping[str, bytes]

    def archive(self) -> bytes:
        """Return all of it as one ZIP archive; the same files make the same bytes."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in sorted(self.files.items()):
                archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), content, zipfile.ZIP_DEFLATED)
        return stream.getvalue()


@dataclass(frozen=True, kw_only=True)
class Standing:
    """
    How the register stands to its versions.

    Attributes
    ----------
    versions
        Those published, the first one first.
    n_changes
        Changes since the last of them.
    """

    versions: tuple[StoredVersion, ...]
    n_changes: int


def standing(session: ReadingSession) -> Standing:
    """Return the versions, and how far the register has gone on since."""
    found = versions(session)
    return Standing(versions=found, n_changes=session.change_seq() - (found[-1].change_seq if found else 0))


def publish(register: Register, *, person: Person, why: str, now: dt.datetime) -> StoredVersion:
    """
    Make the register as it stands a numbered version.

    Raises
    ------
    NotAllowedError
        The person's role may not change the register.
    InvalidRequestError
        No reason is given, or nothing has changed since the last version.
    """
    demand(person, "change", "register")
    with register.writing(who=person.person_id, why=checked_text("why", why, is_needed=True), now=now) as session:
        if not standing(session).n_changes:
            raise InvalidRequestError("version", "must differ from the last one", "no change")
        return add_version(session)


def take_away(register: Register, wish: Wish, *, person: Person, now: dt.datetime) -> Bundle:
    """
    Make the files somebody wants; taking restricted fields is written to the audit trail first.

    Raises
    ------
    NotAllowedError
        The restricted view is not for the person's role.
    RegisterError
        There is no such version.
    InvalidSourceError
        The changes would go backwards.
    """
    audience = audience_for(person, wish.view)
    name = _name(wish)
    if wish.view == "restricted":
        with register.writing(who=person.person_id, why="restricted export", now=now) as writing:
            writing.audit("export_restricted", {"folder": name, "carrier": ""})
    with tempfile.TemporaryDirectory(prefix="siting-export-") as place, register.reading() as session:
        folder = Path(place) / name
        _write(session, wish, folder, audience, now)
        return Bundle(name=f"{name}.zip", files={one.name: one.read_bytes() for one in sorted(folder.iterdir())})


def _write(session: ReadingSession, wish: Wish, folder: Path, audience: Audience, now: dt.datetime) -> None:
    """Write the files into a folder."""
    version = version_of(session, wish.version) if wish.version is not None else None
    credits_ = _credits(session, version.at if version else None)
    if version is not None and wish.since is not None:
        first = version_of(session, wish.since)
        write_delta(
            folder,
            lambda: changes(changed_between(session, since=first.change_seq, until=version.change_seq), audience=audience),
            publication=_publication(session, version, now, since=wish.since),
            sources=credits_,
            audience=audience,
            encoding=wish.encoding,
        )
        return
    write_version(
        folder,
        lambda: session.assets() if version is None else (one for one in assets_of_version(session, version) if not one.is_gone),
        publication=_publication(session, version, now),
        sources=credits_,
        audience=audience,
        formats=wish.formats,
        encoding=wish.encoding,
        headers=wish.headers,
    )


def _credits(session: ReadingSession, until: dt.datetime | None) -> tuple[SourceCredit, ...]:
    """Return the terms of the lists that the register was fed with, up to a moment if one is given."""
    query = sa.select(SOURCES.c.source_id)
    known = set(session.connection.execute(query.where(SOURCES.c.first_at <= until) if until else query).scalars())
    return tuple(
        SourceCredit(source_id=one.source_id, licence=one.licence, credit=one.credit) for one in session.sources() if one.source_id in known
    )


def _publication(session: ReadingSession, version: StoredVersion | None, now: dt.datetime, since: int | None = None) -> Publication:
    """Return the state that the files show."""
    if version is None:
        return Publication(number=None, at=now, change_seq=session.change_seq(), audit_head=session.audit_head().hash)
    return Publication(number=version.number, at=version.at, change_seq=version.change_seq, audit_head=version.audit_hash, since=since)


def _name(wish: Wish) -> str:
    """Return what to call the files."""
    state = "now" if wish.version is None else f"v{wish.version}"
    since = f"-since-v{wish.since}" if wish.since is not None else ""
    return f"assets-{state}{since}{'-restricted' if wish.view == 'restricted' else ''}"
