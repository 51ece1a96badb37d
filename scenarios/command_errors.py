"""What commands do with errors: one line and an exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

BAD_INPUT = 2
"""Exit code when something the user gave cannot be used."""

INTERRUPTED = 130
"""Exit code after Ctrl-C."""


@contextmanager
def typed_errors() -> Iterator[None]:
    """Turn bad input into one line and exit code 2, and an interrupt into exit code 130."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo("interrupted; nothing half-written is left", err=True)
        raise typer.Exit(INTERRUPTED) from None
    except Exception as error:
        from assets_db.errors import AssetsError  # noqa: PLC0415
        from scenarios.errors import ScenarioError  # noqa: PLC0415
        from siting.errors import SitingError  # noqa: PLC0415

        if not isinstance(error, (SitingError, AssetsError, ScenarioError)):
            raise
        typer.echo(f"siting: {error}", err=True)
        raise typer.Exit(BAD_INPUT) from None
