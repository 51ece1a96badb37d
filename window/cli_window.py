"""The commands ``siting window``: a sample to try, and the worker beside the pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scenarios.command_errors import typed_errors
from window.cli_options import moment

app = typer.Typer(help="The pages of the one-stop window.", no_args_is_help=True)


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder of the sample; must not exist.")] = Path("runs/window"),
    cases: Annotated[int, typer.Option("--cases", help="Cases of the synthetic year.")] = 300,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same year.")] = 1,
    until: Annotated[str, typer.Option("--until", help="Last day, such as 2026-11-30; by default today.", show_default=False)] = "",
) -> None:
    """Make a sample window: register, a synthetic year of cases, and settings to open it with."""
    with typed_errors():
        from window.demo_window import make_demo_window  # noqa: PLC0415

        last = moment(f"{until}T18:00+09:00" if until else "")
        made = make_demo_window(out, until=last, n_cases=cases, seed=seed, say=typer.echo)
        typer.echo(f"{made}\nSITING_WINDOW={made} streamlit run app_streamlit.py")


@app.command()
def worker(
    settings: Annotated[
        Path | None,
        typer.Option("--settings", help="Settings; by default those that SITING_WINDOW names.", show_default=False),
    ] = None,
    with_parent: Annotated[bool, typer.Option("--with-parent", help="End with the process that started it.")] = False,  # noqa: FBT002
) -> None:
    """Compute the plans that are asked for at the window, until it is stopped. The pages start one by themselves."""
    with typed_errors():
        import os  # noqa: PLC0415

        from window.desk import open_desk  # noqa: PLC0415
        from window.planning.worker import parent_is_gone, work  # noqa: PLC0415
        from window.settings import read_settings  # noqa: PLC0415

        found = read_settings(settings)
        until = parent_is_gone(os.getppid()) if with_parent else (lambda: False)
        work(open_desk(found.database), found.plans, until=until)
