"""The command ``siting``. Heavy imports wait until a command needs them, so that help answers at once."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

app = typer.Typer(
    help="Choose 5G sites from real buildings, with a proof of how good the choice is.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

BAD_INPUT = 2
"""Exit code when something the user gave cannot be used."""

INTERRUPTED = 130
"""Exit code after Ctrl-C."""

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
    with _typed_errors():
        _run(file, out, language, no_cache)


@app.command()
def demo(
    out: Out = Path("runs/demo"),
    language: Language = "",
    no_cache: NoCache = False,  # noqa: FBT002  # typer makes it a flag
) -> None:
    """Compute the embedded sample: a synthetic district."""
    from importlib.resources import as_file, files  # noqa: PLC0415

    with _typed_errors(), as_file(files("scenarios") / "demo") as folder:
        _run(folder / "demo.toml", out, language, no_cache)


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
    with _typed_errors():
        from scenarios.osm_scenario import fetch_scenario  # noqa: PLC0415

        scenario = fetch_scenario(place, out, buildings=buildings)
        typer.echo(f"{scenario}\nsiting run {scenario} --out runs/{out.name}")


def _run(file: Path, out: Path, language: str, no_cache: bool) -> None:  # noqa: FBT001  # as the commands give it
    """Run a scenario with progress bars and a closing table."""
    from scenarios.console import closing_table, progress_bars  # noqa: PLC0415
    from scenarios.run import run_scenario  # noqa: PLC0415
    from siting.errors import InvalidInputError  # noqa: PLC0415
    from siting.outputs.text import LANGUAGES  # noqa: PLC0415

    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    chosen = language or ("ja" if locale.startswith("ja") else "en")
    if chosen not in LANGUAGES:
        raise InvalidInputError("--language", "must be ja or en", chosen)
    with progress_bars(chosen) as progress:
        result = run_scenario(file, out, cache_folder=None if no_cache else _cache_folder(), progress=progress)
    closing_table(result, out, chosen)


def _cache_folder() -> Path | None:
    """Return where finished cities are kept between runs; None for a user without a home."""
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "siting"
    except RuntimeError:
        return None


@contextmanager
def _typed_errors() -> Iterator[None]:
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


def _stop(_signal: int, _frame: object) -> NoReturn:
    """Treat a polite kill like Ctrl-C, so that nothing half-written stays."""
    raise KeyboardInterrupt


def main() -> None:
    """Entry point of the command."""
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
