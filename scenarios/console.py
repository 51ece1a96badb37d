"""What a run shows in the terminal: bars while it works, a table when it is done."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from scenarios.outputs import FILES
from scenarios.run_result import Run
from siting.outputs.plan_words import gap_percent, proof_sentence
from siting.outputs.rule_words import rule_limit, rule_name, rule_used, savings_sentences, server_words
from siting.outputs.text import Bilingual, Language, both, percent, percent_at_most, text
from siting.progress import Closing, Watch, no_watch
from siting.progress import Progress as Report


class Screen(NamedTuple):
    """Where a run reports to: how far each stage is, and how far apart plan and bound are."""

    progress: Report
    watch: Watch


@contextmanager
def progress_bars(language: Language) -> Iterator[Screen]:
    """Yield callbacks that draw one bar per stage on standard error, or one line where that is no terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Screen(progress=_lines(console, language), watch=no_watch)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,}/{task.total:,}"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[closing]}"),
    )
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(text(stage, language), total=total, closing="")
            bars.update(tasks[stage], completed=done, total=total)

        def watch(closing: Closing) -> None:
            report_at = tasks.get("stage.solve")
            if report_at is not None:
                bars.update(report_at, closing=closing_words(closing, language))

        yield Screen(progress=report, watch=watch)


def closing_words(closing: Closing, language: Language) -> str:
    """Return how far plan and bound are apart in a few words; the best plan may be missing still."""
    if math.isnan(closing.objective):
        return text("value.closing_none", language, bound=closing.bound)
    apart = abs(closing.bound - closing.objective) / max(abs(closing.bound), abs(closing.objective), 1e-300)
    return text("value.closing", language, objective=closing.objective, bound=closing.bound, gap=percent_at_most(apart))


def _lines(console: Console, language: Language) -> Report:
    """Return a callback that prints each stage once, when it begins."""
    begun: set[str] = set()

    def report(stage: str, _done: int, _total: int) -> None:
        if stage not in begun:
            begun.add(stage)
            console.print(text(stage, language))

    return report


def closing_table(run: Run, out: Path, language: Language) -> None:
    """Print the sites, the coverage by zone, the gap, the rules, what limited the plan, and where the files are."""
    console = Console()
    if run.has_plan:
        console.print(_zones(run, language))
    facts = Table.grid(padding=(0, 2))
    facts.add_column()
    facts.add_column(overflow="fold")
    for name, value in _facts(run, language):
        facts.add_row(name, value)
    n_rejects = sum(len(source.rejects) for source in run.gathered.sources)
    if n_rejects:
        facts.add_row(text("heading.rejects", language), f"{n_rejects:,}  (rejects.csv)")
    facts.add_row(text("column.seconds", language), f"{sum(run.seconds.values()):.1f} s")
    facts.add_row(text("heading.files", language), escape(f"{out}/  " + " ".join(FILES)))
    console.print(facts)
    if run.has_more_rules:
        console.print(_rules(run, language))
    if run.carrier_uses:
        console.print(_carriers(run, language))
    if run.savings is not None:
        for sentence in savings_sentences(run.savings):
            console.print(_said(sentence, language))
    console.print(text("summary.what_next", language))


def _said(sentence: Bilingual, language: Language) -> str:
    return escape(sentence.ja if language == "ja" else sentence.en)


def _zones(run: Run, language: Language) -> Table:
    """Return the coverage by zone as a table."""
    about, kpis = run.file.scenario.scenario, run.kpis
    zones = Table(title=_said(Bilingual(ja=about.title_ja, en=about.title_en), language))
    zones.add_column(text("column.zone", language))
    zones.add_column(text("column.cells", language), justify="right")
    zones.add_column(_said(run.meaning.share_name, language), justify="right")
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
    return zones


def _facts(run: Run, language: Language) -> Iterator[tuple[str, str]]:
    """Yield what to know of a plan, or why there is none: name and value."""
    plan = run.plan
    if not run.has_plan:
        yield text("column.status", language), text(f"status.{plan.status}", language)
        yield "", _said(proof_sentence(plan, run.kpis, run.meaning), language)
        return
    yield text("column.sites", language), f"{len(plan.chosen):,} / {len(run.gathered.candidates):,}"
    if plan.goal != "coverage":
        yield text("column.goal", language), text(f"goal.{plan.goal}", language)
    yield text("column.gap", language), f"{gap_percent(plan)} %  {text(f'status.{plan.status}', language)}"
    yield "", _said(proof_sentence(plan, run.kpis, run.meaning), language)
    yield text("column.limited_by", language), text(f"limited_by.{plan.limited_by}", language)


def _rules(run: Run, language: Language) -> Table:
    """Return what the plan uses of its rules as a table."""
    table = Table()
    table.add_column(text("column.rule", language), overflow="fold")
    table.add_column(text("column.limit", language), justify="right")
    table.add_column(text("column.used", language), justify="right")
    rows = [(rule_name(use), rule_limit(use), rule_used(use)) for use in run.rule_uses]
    for row in (*rows, *(server_words(use) for use in run.server_uses)):
        table.add_row(*(_said(words, language) for words in row))
    return table


def _carriers(run: Run, language: Language) -> Table:
    """Return what each carrier has of the plan as a table."""
    table = Table()
    table.add_column(text("column.carrier", language), overflow="fold")
    for name in ("new_sites", "existing_sites", "paid", "share_on_air" if run.meaning.n_existing else "share"):
        table.add_column(text(f"column.{name}", language), justify="right")
    for use in run.carrier_uses:
        cost = _said(both("value.cost", cost_yen=use.cost_yen), language)
        table.add_row(escape(use.name), f"{use.n_sites:,}", f"{use.n_existing:,}", cost, f"{percent(use.share)} %")
    return table
