"""Cases as text for people and as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from siting.outputs.escape import csv_text
from window.clock_settings import DatedSettings
from window.clocks import Reading
from window.errors import InvalidRequestError
from window.requests import CaseLine, CaseView

_INDENT = "\n       "
"""Begins the further lines of a text, so that none of them passes for a line of the case itself."""

_COLUMNS = tuple(CaseLine.__dataclass_fields__)


def case_text(view: CaseView, settings: DatedSettings) -> str:
    """Return a case as a page of text."""
    line = view.line
    parts = [f"{line.case_id}  {line.title}" + ("  (synthetic)" if line.is_synthetic else "")]
    parts.append(f"carrier {line.carrier_org}  state {line.state}  version {line.version}  due {line.due_on or '-'}")
    parts += [f"asset  {one.text('asset_id')}  {one.text('name')}" for one in view.assets]
    if view.area:
        parts.append(f"area   {view.area.west:g},{view.area.south:g},{view.area.east:g},{view.area.north:g}")
    parts += [f"clock  {clock_text(one)}" for one in view.clocks]
    parts += [f"permit {one.permit} for {one.asset_id}: {one.state}" for one in view.permits]
    parts += [f"hold   {one.asset_id} slot {one.slot}{'' if one.is_active else ' (ended)'}" for one in view.holds]
    parts += [f"waits  {one.asset_id} place {one.place} in line since {settings.local_day(one.since)}" for one in view.waiting]
    parts += [history_line(view, index, settings) for index in range(len(view.history))]
    parts += [f"remark {one.at:%Y-%m-%d} {one.who}{' (internal)' if one.is_internal else ''}: {one.text}" for one in view.comments]
    parts += [f"file   {one.seq} {one.name} {one.media_type} sha256 {one.digest[:16]}" for one in view.documents]
    parts.append(f"you may: {', '.join(view.actions) or 'look'}")
    return "\n".join([*(part.replace("\n", _INDENT) for part in parts), ""])


def clock_text(shown: Reading) -> str:
    """Return a clock in words."""
    state = "stands still" if shown.is_stopped else f"until {shown.due_on}" + (", over" if shown.is_over else "")
    return f"{shown.name}: since {shown.started_on}, {state}"


def history_line(view: CaseView, index: int, settings: DatedSettings) -> str:
    """Return one line of a case's history."""
    event = view.history[index]
    extra = " ".join(f"{name}={value}" for name, value in sorted(event.detail.items()))
    return f"{settings.local_day(event.at)}  {event.action} -> {event.state}  {event.who}  {event.why}  {extra}".rstrip()


def write_cases(lines: Iterable[CaseLine], path: Path) -> int:
    """
    Write cases as CSV and return how many.

    Raises
    ------
    InvalidRequestError
        The file is there already, or cannot be written.
    """
    count = 0
    try:
        with path.open("x", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(_COLUMNS)
            for line in lines:
                writer.writerow([_cell(getattr(line, name)) for name in _COLUMNS])
                count += 1
    except OSError as error:
        raise InvalidRequestError("--out", "must be a new file that can be written", error.strerror or str(error)) from error
    return count


def _cell(value: object) -> object:
    """Return a cell no spreadsheet takes for a formula."""
    return csv_text(value) if isinstance(value, str) else value
