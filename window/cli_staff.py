"""The commands ``siting case`` for those who work on many cases: bulk actions, likeness, drafts, sharing, alerts, figures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from scenarios.command_errors import typed_errors
from scenarios.register_place import Database
from window.cli_options import Asking, CaseId, Details, Key, Now, Why, desk_at, moment, pairs, receipt_text, request_key

if TYPE_CHECKING:
    from window.likeness import Likeness

REFUSED = 1
"""Exit code when one of several actions was refused."""


def add_to(app: typer.Typer) -> None:
    """Add these commands to those of cases."""
    for command in (bulk, duplicates, similar, draft, sharing, terms, figures):
        app.command()(command)


def bulk(  # noqa: PLR0917  # typer takes options as arguments
    action: Annotated[str, typer.Argument(help="Action, as in docs/desk/states.md.", show_default=False)],
    case_ids: Annotated[list[str], typer.Argument(help="Numbers of the cases.", show_default=False)],
    asking: Asking,
    why: Why = "",
    detail: Details = None,
    key: Key = "",
    db: Database = "",
    now: Now = "",
) -> None:
    """Do the same action on several cases, each by itself. Exit code 1 if one was refused; the others are done."""
    with typed_errors():
        from window.requests import Act  # noqa: PLC0415

        request = Act(action=action, why=why, detail=pairs(detail or []))
        done = desk_at(db).act_on_many(case_ids, request, asking=asking, key=request_key(key), now=moment(now))
        for one in done:
            typer.echo(receipt_text(one.receipt) if one.receipt else f"{one.case_id}\trefused\t{one.error}")
        if any(one.receipt is None for one in done):
            raise typer.Exit(REFUSED)


def duplicates(case_id: CaseId, asking: Asking, db: Database = "") -> None:
    """List open cases about the same assets, near ones or the same area, asked for at nearly the same time."""
    with typed_errors():
        typer.echo(_alike(desk_at(db).duplicates(case_id, asking=asking)), nl=False)


def similar(
    case_id: CaseId,
    asking: Asking,
    within_m: Annotated[float, typer.Option("--within-m", help="How near [m].")] = 500.0,
    db: Database = "",
) -> None:
    """List ended cases about the same assets or near ones: how it went before."""
    with typed_errors():
        typer.echo(_alike(desk_at(db).similar(case_id, asking=asking, within_m=within_m)), nl=False)


def draft(  # noqa: PLR0917  # typer takes options as arguments
    case_id: CaseId,
    template: Annotated[str, typer.Argument(help="to_bureau or to_carrier.", show_default=False)],
    asking: Asking,
    language: Annotated[str, typer.Option("--language", help="ja or en.")] = "ja",
    db: Database = "",
    now: Now = "",
) -> None:
    """Draft a message about a case, to be read over and sent by a person."""
    with typed_errors():
        found = desk_at(db).draft(case_id, template, language, asking=asking, now=moment(now))
        typer.echo(f"{found.subject}\n\n{found.body}", nl=False)


def sharing(
    asset_id: Annotated[str, typer.Argument(help="Asset already in use.", show_default=False)],
    asking: Asking,
    own: Annotated[bool, typer.Option("--own", help="The structure belongs to the carrier that holds the present permit.")] = False,  # noqa: FBT002  # typer makes it a flag
    db: Database = "",
    now: Now = "",
) -> None:
    """Tell what a further carrier needs on an asset, with the rule that says so."""
    with typed_errors():
        found = desk_at(db).sharing(asset_id, is_permittees_own=own, asking=asking, now=moment(now))
        typer.echo(f"{found.answer}\t{', '.join(found.permits) or '-'}\trule of {found.rule_from}: {found.rule_source}")


def terms(asking: Asking, db: Database = "", now: Now = "") -> None:
    """List cases in service whose term ends soon, with the alert that is due (180, 90 or 30 days before)."""
    with typed_errors():
        for one in desk_at(db).term_alerts(asking=asking, now=moment(now)):
            line = one.line
            words = (str(line.due_on), line.case_id, f"{one.days_left} days left", f"alert {one.alert_days}", line.carrier_org, line.title)
            typer.echo("\t".join(words))


def figures(asking: Asking, db: Database = "", now: Now = "") -> None:
    """Show the figures of the last seven days: received, in time, median days by state, open by bureau."""
    with typed_errors():
        found = desk_at(db).weekly_figures(asking=asking, now=moment(now))
        rows = [("week until", found.until), ("received", found.n_received), ("open", found.n_open), ("overdue", found.n_overdue)]
        rows += [("steps", found.n_moved), ("steps in time", found.n_moved_in_time)]
        rows += [(f"median days in {state}", f"{days:.1f}") for state, days in found.median_days_by_state.items()]
        rows += [(f"open at {bureau}", count) for bureau, count in found.open_by_bureau.items()]
        typer.echo("".join(f"{name}\t{value}\n" for name, value in rows), nl=False)


def _alike(found: Iterable[Likeness]) -> str:
    """Return cases like another, one a line."""
    rows = (
        (f"{one.distance_m:.0f} m", one.case_id, one.state, one.carrier_org, one.asset_id or "area", f"{one.opened_at:%Y-%m-%d}")
        for one in found
    )
    return "".join("\t".join(row) + "\n" for row in rows)
