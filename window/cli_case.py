"""The commands ``siting case``: open, act, wait, assign, documents, show, lists, export, the daily run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scenarios.command_errors import typed_errors
from scenarios.register_place import Database
from window.cli_options import Asking, CaseId, Details, Key, Now, Why, case_list, desk_at, moment, pairs, receipt_text, request_key

if TYPE_CHECKING:
    from window.requests import Box, Receipt

app = typer.Typer(help="Cases of the one-stop window.", no_args_is_help=True)


@app.command("open")
def open_(  # noqa: PLR0917  # typer takes options as arguments
    title: Annotated[str, typer.Argument(help="What it is about.", show_default=False)],
    asking: Asking,
    asset: Annotated[list[str] | None, typer.Option("--asset", help="Asset it names; may be given again.", show_default=False)] = None,
    area: Annotated[str, typer.Option("--area", help="west,south,east,north of a search area.", show_default=False)] = "",
    carrier: Annotated[str, typer.Option("--carrier", help="Carrier for whom the window opens it.", show_default=False)] = "",
    new_pole: Annotated[bool, typer.Option("--new-pole", help="A new pole is asked for.")] = False,  # noqa: FBT002  # typer makes it a flag
    key: Key = "",
    db: Database = "",
    now: Now = "",
) -> None:
    """Open a case: an inquiry about assets or a search area."""
    with typed_errors():
        from window.requests import OpenRequest  # noqa: PLC0415

        request = OpenRequest(title=title, asset_ids=tuple(asset or ()), area=_box(area), is_new_pole=new_pole, carrier_org=carrier)
        _say(desk_at(db).open_case(request, asking=asking, key=request_key(key), now=moment(now)))


@app.command()
def act(  # noqa: PLR0917  # typer takes options as arguments
    case_id: CaseId,
    action: Annotated[str, typer.Argument(help="Action, as in docs/desk/states.md.", show_default=False)],
    asking: Asking,
    why: Why = "",
    detail: Details = None,
    permit: Annotated[str, typer.Option("--permit", help="For actions on a permit: PERMIT@ASSET.", show_default=False)] = "",
    seen: Annotated[
        int | None, typer.Option("--seen", help="Version you saw; refused if the case changed since.", show_default=False)
    ] = None,
    key: Key = "",
    db: Database = "",
    now: Now = "",
) -> None:
    """Do an action on a case, or on one of its permits."""
    with typed_errors():
        from window.requests import Act  # noqa: PLC0415

        request = Act(action=action, why=why, detail=pairs(detail or []), expected_version=seen)
        desk, at, sent = desk_at(db), moment(now), request_key(key)
        if permit:
            kind, asset_id = _permit(permit)
            _say(desk.act_on_permit(case_id, asset_id, kind, request, asking=asking, key=sent, now=at))
            return
        _say(desk.act(case_id, request, asking=asking, key=sent, now=at))


@app.command()
def wait(case_id: CaseId, asking: Asking, key: Key = "", db: Database = "", now: Now = "") -> None:
    """Put a case on the waiting list of its assets."""
    with typed_errors():
        _say(desk_at(db).wait(case_id, asking=asking, key=request_key(key), now=moment(now)))


@app.command()
def assign(  # noqa: PLR0917  # typer takes options as arguments
    case_id: CaseId,
    org_id: Annotated[str, typer.Argument(help="Bureau, municipality, owner or organisation of experts.", show_default=False)],
    asking: Asking,
    key: Key = "",
    db: Database = "",
    now: Now = "",
) -> None:
    """Make an organisation party to a case: its people see the case from then on."""
    with typed_errors():
        _say(desk_at(db).assign(case_id, org_id, asking=asking, key=request_key(key), now=moment(now)))


@app.command()
def comment(  # noqa: PLR0917  # typer takes options as arguments
    case_id: CaseId,
    text: Annotated[str, typer.Argument(help="What to say.", show_default=False)],
    asking: Asking,
    internal: Annotated[bool, typer.Option("--internal", help="Not for the carrier.")] = False,  # noqa: FBT002  # typer makes it a flag
    key: Key = "",
    db: Database = "",
    now: Now = "",
) -> None:
    """Add a remark, to the carrier or internal."""
    with typed_errors():
        _say(desk_at(db).comment(case_id, text, is_internal=internal, asking=asking, key=request_key(key), now=moment(now)))


@app.command()
def attach(  # noqa: PLR0917  # typer takes options as arguments
    case_id: CaseId,
    file: Annotated[Path, typer.Argument(help="PDF, image, DOCX, XLSX or text.", show_default=False)],
    asking: Asking,
    internal: Annotated[bool, typer.Option("--internal", help="Not for the carrier.")] = False,  # noqa: FBT002  # typer makes it a flag
    key: Key = "",
    db: Database = "",
    now: Now = "",
) -> None:
    """Add a document."""
    with typed_errors():
        from window.documents import read_document  # noqa: PLC0415

        content = read_document(file)
        desk, at = desk_at(db), moment(now)
        _say(desk.add_document(case_id, file.name, content, is_internal=internal, asking=asking, key=request_key(key), now=at))


@app.command()
def fetch(
    case_id: CaseId,
    seq: Annotated[int, typer.Argument(help="Number of the document, as show gives it.", show_default=False)],
    asking: Asking,
    out: Annotated[Path, typer.Option("--out", help="File to write; must not exist.", show_default=False)],
    db: Database = "",
) -> None:
    """Write a document of a case to a file, its hash checked."""
    with typed_errors():
        from window.documents import write_document  # noqa: PLC0415

        content = desk_at(db).document(case_id, seq, asking=asking)
        write_document(content, out)
        typer.echo(f"{len(content)} bytes in {out}")


@app.command()
def show(case_id: CaseId, asking: Asking, db: Database = "", now: Now = "") -> None:
    """Show a case: state, clocks, history, and what may be done."""
    with typed_errors():
        from window.case_text import case_text  # noqa: PLC0415

        desk, at = desk_at(db), moment(now)
        typer.echo(case_text(desk.case(case_id, asking=asking, now=at), desk.settings), nl=False)


@app.command("list")
def list_(  # noqa: PLR0917  # typer takes options as arguments
    asking: Asking,
    state: Annotated[list[str] | None, typer.Option("--state", help="Only this state; may be given again.", show_default=False)] = None,
    ended: Annotated[bool, typer.Option("--ended", help="Ended cases instead of open ones.")] = False,  # noqa: FBT002  # typer makes it a flag
    carrier: Annotated[str, typer.Option("--carrier", help="Only this carrier's.", show_default=False)] = "",
    asset: Annotated[str, typer.Option("--asset", help="Only those that name this asset.", show_default=False)] = "",
    limit: Annotated[int, typer.Option("--limit", help="How many at most.")] = 100,
    db: Database = "",
) -> None:
    """List cases, the most urgent first."""
    with typed_errors():
        from window.case_rows import CaseFilter  # noqa: PLC0415

        chosen = CaseFilter(states=tuple(state or ()), is_open=not ended, carrier_org=carrier, asset_id=asset, limit=limit)
        typer.echo(case_list(desk_at(db).cases(chosen, asking=asking)), nl=False)


@app.command()
def overdue(
    asking: Asking,
    soon: Annotated[bool, typer.Option("--soon", help="Also what is due within a week.")] = False,  # noqa: FBT002  # typer makes it a flag
    limit: Annotated[int, typer.Option("--limit", help="How many at most.")] = 100,
    db: Database = "",
    now: Now = "",
) -> None:
    """List open cases whose day has passed, the longest overdue first."""
    with typed_errors():
        desk, at = desk_at(db), moment(now)
        found = desk.due_soon(asking=asking, now=at, limit=limit) if soon else desk.overdue(asking=asking, now=at, limit=limit)
        typer.echo(case_list(found), nl=False)


@app.command()
def export(
    asking: Asking,
    out: Annotated[Path, typer.Option("--out", help="CSV file to write; must not exist.", show_default=False)],
    db: Database = "",
) -> None:
    """Write every case you may see, open and ended, as CSV (UTF-8 with BOM, safe to open in a spreadsheet)."""
    with typed_errors():
        from window.case_text import write_cases  # noqa: PLC0415

        typer.echo(f"{write_cases(desk_at(db).all_cases(asking=asking), out)} cases in {out}")


@app.command()
def daily(asking: Asking, db: Database = "", now: Now = "") -> None:
    """Let time pass: expire what is over and give what is freed to those who wait. Run it once a day."""
    with typed_errors():
        done = desk_at(db).run_daily(now=moment(now), asking=asking)
        for receipt in done:
            _say(receipt)
        typer.echo(f"{len(done)} cases expired")


@app.command()
def demo(
    db: Database = "",
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same year.")] = 1,
    cases: Annotated[int, typer.Option("--cases", help="How many.")] = 300,
    until: Annotated[str, typer.Option("--until", help="Last day, such as 2026-11-30; by default today.", show_default=False)] = "",
) -> None:
    """Fill an empty desk with a synthetic year of cases about assets of the register, by the desk's own functions."""
    with typed_errors():
        from scenarios.register_place import database_url  # noqa: PLC0415
        from window.demo import fill_demo  # noqa: PLC0415
        from window.desk import init_desk  # noqa: PLC0415

        last = moment(f"{until}T18:00+09:00" if until else "")
        typer.echo(fill_demo(init_desk(database_url(db)), seed=seed, n_cases=cases, until=last))


def _box(text: str) -> Box | None:
    """Return the search area of an option."""
    from window.errors import InvalidRequestError  # noqa: PLC0415
    from window.requests import Box  # noqa: PLC0415

    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise InvalidRequestError("--area", "must be west,south,east,north in degrees", text) from None
    return Box(west=west, south=south, east=east, north=north)


def _permit(text: str) -> tuple[str, str]:
    """Return permit and asset of an option."""
    from window.errors import InvalidRequestError  # noqa: PLC0415

    kind, _, asset_id = text.partition("@")
    if not kind or not asset_id:
        raise InvalidRequestError("--permit", "must be PERMIT@ASSET, such as road_occupancy@demo:SYN-A0001", text)
    return kind, asset_id


def _say(receipt: Receipt) -> None:
    """Print a receipt."""
    typer.echo(receipt_text(receipt))
