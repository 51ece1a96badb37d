"""The command ``siting assets survey-first``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scenarios.command_errors import typed_errors


def survey(
    file: Annotated[Path, typer.Argument(help="Scenario file (TOML) with candidates from the register.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="CSV file to write.", show_default=False)],
    most: Annotated[int, typer.Option("--most", min=1, help="How many unknown facts to look at in full.")] = 30,
    near: Annotated[int, typer.Option("--near", min=0, help="How many assets that the plan leaves closed to look at.")] = 200,
) -> None:
    """Rank the unknown facts of assets near the plan by what knowing them would add to it."""
    with typed_errors():
        from scenarios.preparation import prepare  # noqa: PLC0415
        from scenarios.scenario_file import read_scenario  # noqa: PLC0415
        from scenarios.stopwatch import Stopwatch  # noqa: PLC0415
        from scenarios.survey_csv import write_survey_csv  # noqa: PLC0415
        from scenarios.survey_first import survey_first  # noqa: PLC0415

        found = survey_first(prepare(read_scenario(file), Stopwatch()), most=most, near=near)
        write_survey_csv(found, out)
        typer.echo(f"{out}: {len(found.items)} facts ranked; {found.n_passed_over} of {found.n_unknown} unknown facts promise less")
