"""The command ``siting``. Heavy imports wait until a command needs them, so that help answers at once."""

from __future__ import annotations

import io
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from scenarios import cli_assets, cli_db
from scenarios.caching import cache_folder
from scenarios.command_errors import typed_errors

if TYPE_CHECKING:
    from siting.outputs.text import Language as TextLanguage
    from siting.planning.frontier import Over

app = typer.Typer(
    help="Choose 5G sites from real buildings, with a proof of how good the choice is.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(cli_assets.app, name="assets")
app.add_typer(cli_db.app, name="db")

NO_PLAN = 3
"""Exit code when the rules cannot be kept, or no plan that keeps them was found; the run folder says which, and why."""

Out = Annotated[Path, typer.Option("--out", help="Run folder to write: new, empty, or an earlier run, which is replaced.")]
Language = Annotated[str, typer.Option("--language", help="ja or en; by default that of the terminal (LANG).", show_default=False)]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Read the buildings afresh and keep no index of them.")]


@app.command()
def run(
    file: Annotated[Path, typer.Argument(help="Scenario file (TOML).", show_default=False)],
    out: Out,
    language: Language = "",
    no_cache: NoCache = False,  # noqa: FBT002  # typer makes it a flag
) -> None:
    """Compute a scenario and write its run folder: plan, map, report, site lists."""
    with typed_errors():
        _run(file, out, language, no_cache)


@app.command()
def demo(
    out: Out = Path("runs/demo"),
    language: Language = "",
    no_cache: NoCache = False,  # noqa: FBT002  # typer makes it a flag
) -> None:
    """Compute the embedded sample: a synthetic district."""
    from importlib.resources import as_file, files  # noqa: PLC0415

    with typed_errors(), as_file(files("scenarios") / "demo") as folder:
        _run(folder / "demo_register.toml", out, language, no_cache)


@app.command()
def frontier(  # noqa: PLR0917  # typer takes options as arguments
    file: Annotated[Path, typer.Argument(help="Scenario file (TOML).", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="Folder to write: new, empty, or an earlier frontier, which is replaced.")],
    over: Annotated[
        str, typer.Option("--over", help="sites or budget; by default what the scenario limits, sites first.", show_default=False)
    ] = "",
    values: Annotated[
        str, typer.Option("--values", help="Limits, such as 10,50,100; by default up to 1.5 times the scenario's.", show_default=False)
    ] = "",
    language: Language = "",
    no_cache: NoCache = False,  # noqa: FBT002  # typer makes it a flag
) -> None:
    """Compute coverage against the number of sites, or against the budget, with the proven bound above it."""
    with typed_errors():
        _frontier(file, out, over=over, values=values, language=language, no_cache=no_cache)


@app.command("fetch-osm")
def fetch(
    place: Annotated[
        str, typer.Argument(help="A place with an outline on OpenStreetMap, such as 'Yoyogi, Shibuya, Tokyo'.", show_default=False)
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder of the new scenario; must not exist.")],
    buildings: Annotated[
        Path | None, typer.Option("--buildings", help="Building file to use instead of OpenStreetMap's buildings.", show_default=False)
    ] = None,
) -> None:
    """Fetch roads, street lamps, parks and buildings of a place from OpenStreetMap (needs internet) as a new scenario."""
    with typed_errors():
        from scenarios.osm_scenario import fetch_scenario  # noqa: PLC0415

        scenario = fetch_scenario(place, out, buildings=buildings)
        typer.echo(f"{scenario}\nsiting run {scenario} --out runs/{out.name}")


def _run(file: Path, out: Path, language: str, no_cache: bool) -> None:  # noqa: FBT001  # as the commands give it
    """Run a scenario with progress bars and a closing table."""
    from scenarios.console import closing_table, progress_bars  # noqa: PLC0415
    from scenarios.run import run_scenario  # noqa: PLC0415

    chosen = _language(language)
    with progress_bars(chosen) as screen:
        cache = None if no_cache else cache_folder()
        result = run_scenario(file, out, cache_folder=cache, progress=screen.progress, watch=screen.watch)
    closing_table(result, out, chosen)
    if not result.has_plan:
        raise typer.Exit(NO_PLAN)


def _frontier(file: Path, out: Path, *, over: str, values: str, language: str, no_cache: bool) -> None:
    """Compute a frontier with progress bars and a closing table."""
    from scenarios.console import progress_bars  # noqa: PLC0415
    from scenarios.frontier import run_frontier  # noqa: PLC0415
    from scenarios.frontier_console import frontier_table  # noqa: PLC0415
    from siting.errors import InvalidInputError  # noqa: PLC0415

    chosen = _language(language)
    if over not in {"", "sites", "budget"}:
        raise InvalidInputError("--over", "must be sites or budget", over)
    limits = _whole_numbers("--values", values)
    cache = None if no_cache else cache_folder()
    with progress_bars(chosen) as screen:
        varied: Over | None = "sites" if over == "sites" else "budget" if over else None
        result = run_frontier(file, out, over=varied, values=limits or None, language=chosen, cache_folder=cache, progress=screen.progress)
    frontier_table(result, out, chosen)
    if not any(point.plan.is_plan for point in result.frontier.points):
        raise typer.Exit(NO_PLAN)


def _whole_numbers(option: str, text: str) -> list[int]:
    """Return the whole numbers of a list with commas; thousands may be split by underscores, as in TOML."""
    from siting.errors import InvalidInputError  # noqa: PLC0415

    try:
        numbers = [int(part) for part in text.split(",")] if text else []
    except ValueError:
        raise InvalidInputError(option, "must be whole numbers with commas between them", text) from None
    if min(numbers, default=0) < 0:
        raise InvalidInputError(option, "must not be below 0", text)
    return numbers


def _language(language: str) -> TextLanguage:
    """Return the language asked for, or that of the terminal."""
    from siting.errors import InvalidInputError  # noqa: PLC0415
    from siting.outputs.text import LANGUAGES  # noqa: PLC0415

    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    wanted = language or ("ja" if locale.startswith("ja") else "en")
    found = next((one for one in LANGUAGES if one == wanted), None)
    if found is None:
        raise InvalidInputError("--language", "must be ja or en", wanted)
    return found


def _stop(_signal: int, _frame: object) -> NoReturn:
    """Treat a polite kill like Ctrl-C, so that nothing half-written stays."""
    raise KeyboardInterrupt


def _own_stdout() -> None:
    """Keep standard output for what this program says: solvers in other languages that print there are heard by nobody."""
    out = sys.stdout
    if not isinstance(out, io.TextIOWrapper):
        return
    out.flush()
    own = os.dup(out.fileno())
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, out.fileno())
    os.close(nowhere)
    sys.stdout = open(own, "w", encoding=out.encoding, buffering=1 if out.isatty() else -1)  # noqa: PTH123, SIM115  # open to the end


def main() -> None:
    """Entry point of the command."""
    _own_stdout()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that knows no Japanese must not end a run that is done
    for name in ("SIGTERM", "SIGHUP"):  # Windows has no SIGHUP, and nohup has it ignored
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _stop)
    app()


if __name__ == "__main__":
    main()
