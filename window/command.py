"""The command ``siting``, whole: the commands of scenarios and register, and those of the desk, composed in the topmost room."""

from __future__ import annotations

from scenarios import cli_db
from scenarios.cli import app, main
from window import cli_audit, cli_case, cli_database, cli_people, cli_staff, cli_window

cli_staff.add_to(cli_case.app)
cli_database.replace_in(cli_db.app)
app.add_typer(cli_case.app, name="case")
app.add_typer(cli_people.app, name="people")
app.add_typer(cli_audit.app, name="audit")
app.add_typer(cli_window.app, name="window")

if __name__ == "__main__":
    main()
