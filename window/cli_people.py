"""The commands ``siting people``: who works at the desk, and in which role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from scenarios.command_errors import typed_errors
from scenarios.register_place import Database, database_url
from window.cli_options import Asking, Now, desk_at, moment

if TYPE_CHECKING:
    from window.machine import Role

app = typer.Typer(help="Organisations and people of the desk.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="Login of the person.", show_default=False)]
Name = Annotated[str, typer.Option("--name", help="Name for people.", show_default=False)]


@app.command()
def init(login: Login, name: Name, db: Database = "", now: Now = "") -> None:
    """Add the desk to a register, with its first administrator."""
    with typed_errors():
        from window.desk import init_desk  # noqa: PLC0415
        from window.people import Organisation  # noqa: PLC0415
        from window.policy import SYSTEM  # noqa: PLC0415

        desk, at = init_desk(database_url(db)), moment(now)
        desk.add_organisation(
            Organisation(org_id="administration", name="Administration", role="administrator"), asking=SYSTEM.person_id, now=at
        )
        desk.add_person(login, name, "administration", asking=SYSTEM.person_id, now=at)
        typer.echo(f"the desk is there; {login} is its administrator")


@app.command("add-organisation")
def add_organisation(  # noqa: PLR0917  # typer takes options as arguments
    org_id: Annotated[str, typer.Argument(help="Short id.", show_default=False)],
    role: Annotated[
        str, typer.Option("--role", help="carrier, window, bureau, municipal, owner, expert, planner, auditor, administrator.")
    ],
    name: Name,
    asking: Asking,
    bureau: Annotated[str, typer.Option("--bureau", help="Answers for assets of this bureau.", show_default=False)] = "",
    lg_code: Annotated[str, typer.Option("--lg-code", help="Answers for municipal assets with this code.", show_default=False)] = "",
    db: Database = "",
    now: Now = "",
) -> None:
    """Add an organisation."""
    with typed_errors():
        from window.people import Organisation, role_of  # noqa: PLC0415

        checked: Role = role_of(role)
        new = Organisation(org_id=org_id, name=name, role=checked, bureau=bureau, lg_code=lg_code)
        desk_at(db).add_organisation(new, asking=asking, now=moment(now))
        typer.echo(f"{org_id}: {role}")


@app.command()
def add(  # noqa: PLR0917  # typer takes options as arguments
    login: Login,
    org: Annotated[str, typer.Option("--org", help="Organisation, whose role the person takes.", show_default=False)],
    name: Name,
    asking: Asking,
    db: Database = "",
    now: Now = "",
) -> None:
    """Add a person to an organisation."""
    with typed_errors():
        desk_at(db).add_person(login, name, org, asking=asking, now=moment(now))
        typer.echo(f"{login} works for {org}")


@app.command()
def retire(login: Login, asking: Asking, db: Database = "", now: Now = "") -> None:
    """Take away a person's access; what the person did stays."""
    with typed_errors():
        desk_at(db).retire_person(login, asking=asking, now=moment(now))
        typer.echo(f"{login} has no access any more")


@app.command("list")
def list_people(asking: Asking, db: Database = "") -> None:
    """Show who works at the desk."""
    with typed_errors():
        for one in desk_at(db).people(asking=asking):
            typer.echo(f"{one.person_id}\t{one.role}\t{one.org_id}\t{one.name}")
