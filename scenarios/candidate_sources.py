"""All candidates of a scenario, from lists and from rules."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from assets_db.record import AssetRecord
from scenarios.errors import ScenarioError
from scenarios.listed_candidates import listed_candidates
from scenarios.placed_candidates import placed_candidates
from scenarios.places import Plane
from scenarios.register_access import read_register, read_rules
from scenarios.register_candidates import register_candidates
from scenarios.register_tables import RegisterAssets
from scenarios.scenario import CsvAssets, OsmAssets, ScenarioFile, StationAssets
from scenarios.source_report import SourceReport
from siting import Candidates, City

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, eq=False)
class GatheredCandidates:
    """
    Candidates and where they came from.

    Attributes
    ----------
    candidates
        All of them; ids are prefixed with the name of their source, so that lists cannot clash.
    existing
        Ids of those on air already.
    sources
        How each source fared.
    records
        The asset of the register behind a candidate, by candidate id.
    chances
        How likely its permits are by the rules of the register, by candidate id, where the scenario asks for that.
    """

    candidates: Candidates
    existing: tuple[str, ...]
    sources: tuple[SourceReport, ...]
    records: Mapping[str, AssetRecord] = field(default_factory=dict)
    chances: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """Position of each candidate by its id."""
        return {one: row for row, one in enumerate(self.candidates.ids)}

    def ids_of(self, source: str) -> tuple[str, ...]:
        """Return the ids of the candidates of one source."""
        begin = 0
        for one in self.sources:
            if one.name == source:
                return self.candidates.ids[begin : begin + one.n_used]
            begin += one.n_used
        return ()


def gather_candidates(file: ScenarioFile, city: City, plane: Plane) -> GatheredCandidates:
    """
    Read and place all candidates of a scenario.

    Raises
    ------
    ScenarioError
        A source without candidates in the area, or a row that cannot be used.
    InvalidInputError, InvalidSourceError
        A file or value that cannot be used.
    """
    parts: list[Candidates] = []
    existing: list[str] = []
    reports = []
    records: dict[str, AssetRecord] = {}
    chances: dict[str, float] = {}
    for position, source in enumerate(file.scenario.candidates):
        key = f"candidates[{position + 1}]"
        if isinstance(source, (CsvAssets, OsmAssets, StationAssets)):
            part, on_air, report = listed_candidates(source, key, file, city, plane)
            existing += on_air
        elif isinstance(source, RegisterAssets):
            found = register_candidates(
                source, key, file, city, plane, contents=read_register(source, key, file), book=read_rules(source, key, file)
            )
            part, report = found.candidates, found.report
            existing += found.existing
            records |= found.records
            chances |= found.chances
        else:
            part, report = placed_candidates(source, key, file, city, plane, seed=file.scenario.solve.seed + position)
        logger.log(
            logging.WARNING if report.rejects else logging.INFO,
            "candidates %s: %d rows, %d used, %d outside [area], %d not selected, %d rejected",
            report.name,
            report.n_rows,
            report.n_used,
            report.n_outside,
            report.n_not_selected,
            len(report.rejects),
        )
        if not len(part):
            raise ScenarioError(str(file.path), key, _nothing_left(report), None)
        parts.append(part)
        reports.append(report)
    return GatheredCandidates(
        candidates=Candidates.concatenate(parts), existing=tuple(existing), sources=tuple(reports), records=records, chances=chances
    )


def _nothing_left(report: SourceReport) -> str:
    """Return the rule that a source without candidates breaks, and where its rows went."""
    if report.is_placed:
        return f"must leave candidates within [area]: its rule dropped all {report.n_rows} places"
    if not report.n_rows and report.stamp is not None:
        return "must leave candidates within [area]: its register holds no assets there"
    if not report.n_rows:
        return "must leave candidates within [area]: its file has no rows"
    fates = {"lie outside [area]": report.n_outside, "are not selected": report.n_not_selected, "are rejected": len(report.rejects)}
    told = ", ".join(f"{n} {fate}" for fate, n in fates.items() if n)
    if len(report.rejects) == report.n_rows:
        first = report.rejects[0]
        told += f" (the first: row {first.row}, {first.field} {first.reason}, it is {first.value!r})"
    return f"must leave candidates within [area]: of its {report.n_rows} rows {told}"
