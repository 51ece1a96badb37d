"""What a run shows in the terminal: bars while it works, a table when it is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from scenarios.outputs import FILES
from scenarios.run import Run
from siting.outputs.plan_words import gap_percent, proof_sentence
from siting.outputs.text import Bilingual, Language, percent, text
from siting.progress import Progress as Report


@contextmanager
def progress_bars(language: Language) -> Iterator[Report]:
    """Yield a callback that draws one bar per stage on standard error, or one line where that is no terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines(console, language)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,}/{task.total:,}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(text(stage, language), total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield report


def _lines(console: Console, language: Language) -> Report:
    """Return a callback that prints each stage once, when it begins."""
    begun: set[str] = set()

    def report(stage: str, _done: int, _total: int) -> None:
        if stage not in begun:
            begun.add(stage)
            console.print(text(stage, language))

    return report


def closing_table(run: Run, out: Path, language: Language) -> None:
    """Print the sites, the coverage by zone, the gap, what limited the plan, and where the files are."""

    def said(sentence: Bilingual) -> str:
        return escape(sentence.ja if language == "ja" else sentence.en)

    console = Console()
    about, plan, kpis = run.file.scenario.scenario, run.plan, run.kpis
    zones = Table(title=said(Bilingual(ja=about.title_ja, en=about.title_en)))
    zones.add_column(text("column.zone", language))
    zones.add_column(text("column.cells", language), justify="right")
    zones.add_column(text("column.share", language), justify="right")
    zones.add_column(text("column.reachable", language), justify="right")
    for group in kpis.groups:
        zones.add_row(escape(group.name), f"{group.n_cells:,}", f"{percent(group.share)} %", f"{percent(group.reachable_share)} %")
    zones.add_section()
    total = kpis.total
    zones.add_row(
        text("column.total", language),
        f"{total.n_cells:,}",
        f"{percent(total.share)} %",
        f"{percent(total.reachable_share)} %",
        style="bold",
    )
    console.print(zones)
    facts = Table.grid(padding=(0, 2))
    facts.add_column()
    facts.add_column(overflow="fold")
    facts.add_row(text("column.sites", language), f"{len(plan.chosen):,} / {len(run.gathered.candidates):,}")
    facts.add_row(text("column.gap", language), f"{gap_percent(plan)} %  {text(f'status.{plan.status}', language)}")
    facts.add_row("", said(proof_sentence(plan, kpis)))
    facts.add_row(text("column.limited_by", language), text(f"limited_by.{plan.limited_by}", language))
    n_rejects = sum(len(source.rejects) for source in run.gathered.sources)
    if n_rejects:
        facts.add_row(text("heading.rejects", language), f"{n_rejects:,}  (rejects.csv)")
    facts.add_row(text("column.seconds", language), f"{sum(run.seconds.values()):.1f} s")
    facts.add_row(text("heading.files", language), escape(f"{out}/  " + " ".join(FILES)))
    console.print(facts)
    console.print(text("summary.what_next", language))
