"""The commands ``siting assets export``, ``publish``, ``delta``, ``versions`` and ``dictionary``: what leaves the register."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scenarios.command_errors import typed_errors
from scenarios.register_place import Database, Who, database_url, person

if TYPE_CHECKING:
    from assets_db.publish.audience import Audience
    from assets_db.publish.columns import Headers
    from assets_db.publish.csv_writer import Encoding
    from assets_db.publish.versions import ExportFormat, SourceCredit
    from assets_db.store import ReadingSession, Register

Out = Annotated[Path, typer.Option("--out", help="Folder: new, empty, or an earlier export, which is replaced.", show_default=False)]
Format = Annotated[list[str], typer.Option("--format", help="csv, geojson, gpkg or xlsx; several times for several.")]
EncodingOption = Annotated[str, typer.Option("--encoding", help="Of the CSV: utf-8 or cp932.")]
HeadersOption = Annotated[str, typer.Option("--headers", help="Of CSV and workbook: names, ja or en.")]
ViewOption = Annotated[str, typer.Option("--view", help="public, or restricted: with contacts and occupancy, for those allowed.")]
Carrier = Annotated[
    str, typer.Option("--carrier", help="In the restricted view: the carrier that reads it, which sees its own occupancy alone.")
]
Words = Annotated[list[str] | None, typer.Option(show_default=False)]


def export(  # noqa: PLR0917  # typer takes options as arguments
    out: Out,
    formats: Format = ["csv"],  # noqa: B006  # typer reads it, nobody changes it
    encoding: EncodingOption = "utf-8",
    headers: HeadersOption = "names",
    view: ViewOption = "public",
    carrier: Carrier = "",
    asset_type: Words = None,
    owner_class: Words = None,
    source: Words = None,
    text: Annotated[str, typer.Option("--text", help="Part of name, address or id.", show_default=False)] = "",
    who: Who = "",
    db: Database = "",
) -> None:
    """Write assets as they stand now, with data dictionary and manifest; filters may be given several times."""
    with typed_errors():
        from assets_db.publish.versions import Publication, write_version  # noqa: PLC0415
        from assets_db.store import AssetFilter, open_register  # noqa: PLC0415

        register, audience = open_register(database_url(db)), _audience(view, carrier)
        wanted = AssetFilter(
            asset_types=tuple(asset_type or ()), owner_classes=tuple(owner_class or ()), source_ids=tuple(source or ()), text=text
        )
        _note_restricted(register, audience, who, out)
        with register.reading() as session:
            publication = Publication(
                number=None, at=dt.datetime.now(dt.UTC), change_seq=session.change_seq(), audit_head=session.audit_head().hash
            )
            manifest = write_version(
                out,
                lambda: session.assets(wanted),
                publication=publication,
                sources=_credits(session),
                audience=audience,
                formats=_formats(formats),
                encoding=_encoding(encoding),
                headers=_headers(headers),
            )
        typer.echo(str(manifest))


def publish(  # noqa: PLR0917  # typer takes options as arguments
    out: Out,
    formats: Format = ["csv", "geojson"],  # noqa: B006  # typer reads it, nobody changes it
    encoding: EncodingOption = "utf-8",
    why: Annotated[str, typer.Option("--why", help="Reason, for the audit trail.")] = "publish",
    who: Who = "",
    db: Database = "",
) -> None:
    """Make the register as it stands a numbered version, and write it for everybody."""
    with typed_errors():
        from assets_db.publish.audience import PUBLIC  # noqa: PLC0415
        from assets_db.publish.versions import Publication, write_version  # noqa: PLC0415
        from assets_db.store import open_register  # noqa: PLC0415
        from assets_db.store.versions import add_version  # noqa: PLC0415

        register = open_register(database_url(db))
        with register.writing(who=person(who), why=why, now=dt.datetime.now(dt.UTC)) as session:
            made = add_version(session)
            publication = Publication(number=made.number, at=made.at, change_seq=made.change_seq, audit_head=made.audit_hash)
            write_version(
                out,
                session.assets,
                publication=publication,
                sources=_credits(session),
                audience=PUBLIC,
                formats=_formats(formats),
                encoding=_encoding(encoding),
            )
        typer.echo(f"version {made.number}: {out}")


def delta(  # noqa: PLR0917  # typer takes options as arguments
    since: Annotated[int, typer.Option("--since", help="Version the reader holds.", show_default=False)],
    out: Out,
    encoding: EncodingOption = "utf-8",
    view: ViewOption = "public",
    carrier: Carrier = "",
    who: Who = "",
    db: Database = "",
) -> None:
    """Write what changed since a version up to the newest one: new rows, changed rows, tombstones."""
    with typed_errors():
        from assets_db.publish.changes import changes  # noqa: PLC0415
        from assets_db.publish.versions import Publication, write_delta  # noqa: PLC0415
        from assets_db.store import open_register  # noqa: PLC0415
        from assets_db.store.versions import changed_between, version_of, versions  # noqa: PLC0415

        register, audience = open_register(database_url(db)), _audience(view, carrier)
        _note_restricted(register, audience, who, out)
        with register.reading() as session:
            first = version_of(session, since)
            last = versions(session)[-1]
            manifest = write_delta(
                out,
                lambda: changes(changed_between(session, since=first.change_seq, until=last.change_seq), audience=audience),
                publication=Publication(
                    number=last.number, at=last.at, change_seq=last.change_seq, audit_head=last.audit_hash, since=since
                ),
                sources=_credits(session),
                audience=audience,
                encoding=_encoding(encoding),
            )
        typer.echo(str(manifest))


def list_versions(db: Database = "") -> None:
    """Show the published versions."""
    with typed_errors():
        from assets_db.store import open_register  # noqa: PLC0415
        from assets_db.store.versions import versions  # noqa: PLC0415

        with open_register(database_url(db)).reading() as session:
            for one in versions(session):
                typer.echo(f"{one.number}\t{one.at.isoformat()}\tchange {one.change_seq}\taudit {one.audit_hash[:12]}")


def dictionary(view: ViewOption = "public") -> None:
    """Show what the columns of an export mean, as Markdown."""
    with typed_errors():
        from assets_db.publish.dictionary import dictionary_markdown  # noqa: PLC0415

        typer.echo(dictionary_markdown(_audience(view, "")), nl=False)


def _audience(view: str, carrier: str) -> Audience:
    """Return whom an export is for."""
    from assets_db.errors import InvalidSourceError, one_of  # noqa: PLC0415
    from assets_db.publish.audience import Audience  # noqa: PLC0415
    from assets_db.schema import VIEWS  # noqa: PLC0415

    for known in VIEWS:
        if known == view:
            return Audience(view=known, carrier=carrier)
    raise InvalidSourceError("--view", one_of(view, VIEWS), view)


def _formats(given: list[str]) -> tuple[ExportFormat, ...]:
    """Return the formats of the options, in their usual order."""
    from assets_db.errors import InvalidSourceError, one_of  # noqa: PLC0415
    from assets_db.publish.versions import EXPORT_FORMATS  # noqa: PLC0415

    for one in given:
        if one not in EXPORT_FORMATS:
            raise InvalidSourceError("--format", one_of(one, EXPORT_FORMATS), one)
    return tuple(known for known in EXPORT_FORMATS if known in given)


def _encoding(given: str) -> Encoding:
    """Return the encoding of the option."""
    from assets_db.errors import InvalidSourceError, one_of  # noqa: PLC0415
    from assets_db.publish.csv_writer import ENCODINGS  # noqa: PLC0415

    for known in ENCODINGS:
        if known == given:
            return known
    raise InvalidSourceError("--encoding", one_of(given, ENCODINGS), given)


def _headers(given: str) -> Headers:
    """Return the headers of the option."""
    from assets_db.errors import InvalidSourceError, one_of  # noqa: PLC0415
    from assets_db.publish.columns import HEADERS  # noqa: PLC0415

    for known in HEADERS:
        if known == given:
            return known
    raise InvalidSourceError("--headers", one_of(given, HEADERS), given)


def _credits(session: ReadingSession) -> tuple[SourceCredit, ...]:
    """Return the terms of every list the register was fed with."""
    from assets_db.publish.versions import SourceCredit  # noqa: PLC0415

    return tuple(SourceCredit(source_id=one.source_id, licence=one.licence, credit=one.credit) for one in session.sources())


def _note_restricted(register: Register, audience: Audience, who: str, out: Path) -> None:
    """Write to the audit trail that somebody takes restricted fields out of the register."""
    if audience.view == "restricted":
        with register.writing(who=person(who), why="restricted export", now=dt.datetime.now(dt.UTC)) as session:
            session.audit("export_restricted", {"folder": out.name, "carrier": audience.carrier})
