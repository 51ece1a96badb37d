"""The list of what to survey, as a file."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from assets_db.errors import InvalidSourceError
from scenarios.survey_first import SurveyList
from siting.outputs.escape import csv_text

COLUMNS = ("rank", "asset_id", "name", "owner_class", "bureau", "asset_type", "lat", "lon", "field", "chosen", "value", "unit", "reason")


def survey_csv(found: SurveyList) -> str:
    """Return what to survey as CSV, one fact per row, the most valuable first; no spreadsheet takes a text for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for rank, item in enumerate(found.items, start=1):
        record = item.record
        texts = [csv_text(record.text(name)) for name in ("asset_id", "name", "owner_class", "bureau", "asset_type")]
        place = (record.number("lat"), record.number("lon"))
        is_chosen = "true" if item.is_chosen else "false"
        value = f"{item.worth.value:.3f}"
        writer.writerow((rank, *texts, *place, item.field, is_chosen, value, csv_text(found.unit), csv_text(item.reason)))
    return out.getvalue()


def write_survey_csv(found: SurveyList, path: Path) -> None:
    """
    Write what to survey as :func:`survey_csv` says it.

    Raises
    ------
    InvalidSourceError
        The file cannot be written.
    """
    try:
        path.write_text(survey_csv(found), encoding="utf-8-sig", newline="")
    except OSError as error:
        raise InvalidSourceError("--out", "must be a file that can be written", error.strerror or str(error), source=str(path)) from None
