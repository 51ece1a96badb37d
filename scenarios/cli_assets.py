"""The commands ``siting assets``: lists of assets into the register."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scenarios import cli_publish, cli_quality
from scenarios.cli_survey import survey
from scenarios.cli_unify import app as duplicates
from scenarios.cli_unify import unify
from scenarios.command_errors import typed_errors
from scenarios.register_place import Database, Who, database_url, person

if TYPE_CHECKING:
    from assets_db.row_checks import Bounds
    from assets_db.schema import Grade

app = typer.Typer(help="Bring lists of assets into the register.", no_args_is_help=True)


@app.callback()
def assets() -> None:
    """Bring lists of assets into the register."""


@app.command("propose-mapping")
def propose(
    file: Annotated[Path, typer.Argument(help="CSV file or workbook.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option("--out", help="Mapping file to write; by default it is shown. Must not exist.", show_default=False)
    ] = None,
    sheet: Annotated[str, typer.Option("--sheet", help="Sheet of a workbook, where several look like lists.", show_default=False)] = "",
) -> None:
    """Propose a mapping file for a list whose columns cannot be told with certainty, with samples, for you to correct."""
    with typed_errors():
        from assets_db.errors import InvalidSourceError  # noqa: PLC0415
        from assets_db.sources.proposal import propose_mapping  # noqa: PLC0415

        text = propose_mapping(file, sheet=sheet)
        if out is None:
            typer.echo(text, nl=False)
            return
        try:
            with out.open("x", encoding="utf-8") as stream:
                stream.write(text)
        except OSError as error:
            raise InvalidSourceError(
                "--out", "must be a new file that can be written", error.strerror or str(error), source=str(out)
            ) from error
        typer.echo(str(out))


@app.command("import")
def import_file(  # noqa: PLR0917  # typer takes options as arguments
    file: Annotated[Path, typer.Argument(help="The list.", show_default=False)],
    source: Annotated[str, typer.Option("--source", help="Name of the list in the register, the same each time.", show_default=False)],
    owner: Annotated[str, typer.Option("--owner", help="Owner class where no column says it.", show_default=False)] = "",
    lg_code: Annotated[str, typer.Option("--lg-code", help="Local government code where no column says it.", show_default=False)] = "",
    mapping: Annotated[Path | None, typer.Option("--mapping", help="Mapping file.", show_default=False)] = None,
    asset_type: Annotated[str, typer.Option("--asset-type", help="Type where no column says it.", show_default=False)] = "",
    as_of: Annotated[
        dt.datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Day the list was true.", show_default=False)
    ] = None,
    grade: Annotated[str, typer.Option("--grade", help="A survey, B register, C modelled, D guess.")] = "B",
    complete: Annotated[bool, typer.Option("--complete", help="The list holds everything: what is gone from it is gone.")] = False,  # noqa: FBT002
    synthetic: Annotated[bool, typer.Option("--synthetic", help="No survey stands behind the list: say so wherever it is used.")] = False,  # noqa: FBT002
    licence: Annotated[str, typer.Option("--licence", help="Terms of the data.", show_default=False)] = "",
    credit: Annotated[str, typer.Option("--credit", help="Credit to show wherever the data are shown.", show_default=False)] = "",
    bounds: Annotated[str, typer.Option("--bounds", help="W,S,E,N in degrees: positions outside are rejected.", show_default=False)] = "",
    towns: Annotated[
        Path | None,
        typer.Option("--towns", help="Table or outlines of towns, to place rows that have an address alone.", show_default=False),
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Import; by default only shown.")] = False,  # noqa: FBT002
    rejects: Annotated[Path | None, typer.Option("--rejects", help="CSV file for the rejected rows.", show_default=False)] = None,
    why: Annotated[str, typer.Option("--why", help="Reason, for the audit trail.")] = "import",
    who: Who = "",
    db: Database = "",
) -> None:
    """Show what a list would change in the register; with --apply, change it: whole or not at all."""
    with typed_errors():
        from rich.console import Console  # noqa: PLC0415

        from assets_db.importing import apply_import, preview_import  # noqa: PLC0415
        from assets_db.sources import SourceSpec, open_source  # noqa: PLC0415
        from assets_db.sources.mapping import load_mapping  # noqa: PLC0415
        from assets_db.sources.town_geocoder import read_towns  # noqa: PLC0415
        from assets_db.store import open_register  # noqa: PLC0415
        from scenarios.import_summary import show_preview, what_next, write_rejects  # noqa: PLC0415

        register = open_register(database_url(db))
        spec = SourceSpec(
            source_id=source,
            owner_class=owner or None,
            lg_code=lg_code or None,
            asset_type=asset_type or None,
            as_of=as_of.date() if as_of else None,
            grade=grade_of(grade),
            is_complete=complete,
            is_synthetic=synthetic,
            licence=licence,
            credit=credit,
            bounds=bounds_of(bounds),
            geocoder=read_towns(towns) if towns else None,
            mapping=load_mapping(mapping) if mapping else None,
        )
        opened = open_source(file, spec)
        console, errors = Console(), Console(stderr=True)
        with errors.status("reading") as status:

            def progress(n_rows: int) -> None:
                status.update(f"{n_rows:,} rows")

            with register.reading() as session:
                preview = preview_import(session, opened, progress=progress)
            if rejects is not None:
                write_rejects(opened, rejects)
            receipt = None
            if apply:
                now = dt.datetime.now(dt.UTC)
                receipt = apply_import(register, opened, who=person(who), why=why, now=now, progress=progress)
        show_preview(console, opened, preview)
        console.print(what_next(preview, receipt))


@app.command()
def show(
    asset_id: Annotated[str, typer.Argument(help="Id of the asset.", show_default=False)],
    history: Annotated[bool, typer.Option("--history", help="Every state the register held.")] = False,  # noqa: FBT002
    db: Database = "",
) -> None:
    """Show what the register knows of an asset, as JSON, one line per state."""
    with typed_errors():
        import json  # noqa: PLC0415

        from assets_db.record_json import record_to_json  # noqa: PLC0415
        from assets_db.store import UnknownAssetError, open_register  # noqa: PLC0415

        with open_register(database_url(db)).reading() as session:
            states = session.history(asset_id)
        if not states:
            raise UnknownAssetError(asset_id)
        for state in states if history else states[-1:]:
            said = {"row_version": state.row_version, "recorded_at": state.recorded_at.isoformat(), "is_gone": state.is_gone}
            said |= {"merged_into": state.merged_into, **json.loads(record_to_json(state.record))}
            typer.echo(json.dumps(said, ensure_ascii=False))


def bounds_of(text: str) -> Bounds | None:
    """Return the box of an option."""
    from assets_db.errors import InvalidSourceError  # noqa: PLC0415

    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise InvalidSourceError("--bounds", "must be four numbers with commas between them: W,S,E,N", text) from None
    return west, south, east, north


def grade_of(text: str) -> Grade:
    """Return the grade of an option."""
    from assets_db.errors import InvalidSourceError, one_of  # noqa: PLC0415
    from assets_db.schema import GRADES  # noqa: PLC0415

    for grade in GRADES:
        if grade == text:
            return grade
    raise InvalidSourceError("--grade", one_of(text, GRADES), text)


app.command("survey-first")(survey)
app.command("unify")(unify)
app.command("export")(cli_publish.export)
app.command("publish")(cli_publish.publish)
app.command("delta")(cli_publish.delta)
app.command("versions")(cli_publish.list_versions)
app.command("dictionary")(cli_publish.dictionary)
app.command("completeness")(cli_quality.completeness)
app.command("staleness")(cli_quality.staleness)
app.command("conflicts")(cli_quality.conflicts)
app.add_typer(duplicates, name="duplicates")
