"""What a frontier shows in the terminal when it is done."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from scenarios.frontier import FRONTIER_FILES, FrontierRun
from siting import FrontierPoint
from siting.outputs.plan_words import gap_percent
from siting.outputs.text import Language, percent, percent_at_most, text


def frontier_table(run: FrontierRun, out: Path, language: Language) -> None:
    """Print one row per point, and where the files are."""
    about = run.file.scenario.scenario
    console = Console()
    table = Table(title=escape(about.title_ja if language == "ja" else about.title_en))
    for key in (f"frontier.{run.frontier.over}", "column.n_sites", "frontier.cost", "frontier.share", "frontier.bound", "frontier.gap"):
        table.add_column(text(key, language), justify="right", overflow="fold")
    table.add_column("", no_wrap=True)
    for point in run.frontier.points:
        table.add_row(*_row(point, over_yen=run.frontier.over == "budget", language=language))
    console.print(table)
    console.print(f"{text('heading.files', language)}  {escape(str(out))}/  {' '.join(FRONTIER_FILES)}")


def _row(point: FrontierPoint, *, over_yen: bool, language: Language) -> list[str]:
    limit = f"{point.limit / 1e6:,.1f}" if over_yen else f"{point.limit:,}"
    status = "" if point.status == "feasible" else text(f"status.{point.status}", language)
    if not point.plan.is_plan:
        return [limit, "", "", "", "", "", status]
    total = point.plan.total_weight or 1.0
    return [
        limit,
        f"{point.n_sites:,}",
        f"{point.cost_yen / 1e6:,.1f}",
        percent(point.objective / total, digits=2),
        percent_at_most(point.upper_bound / total),
        percent(0.0, digits=2) if point.status == "optimal" else gap_percent(point.plan),
        status,
    ]
