"""The list of what to survey, as a file."""

from __future__ import annotations

import csv
from pathlib import Path

from assets_db.errors import InvalidSourceError
from scenarios.survey_first import SurveyList
from siting.outputs.escape import csv_text

COLUMNS = ("rank", "asset_id", "name", "owner_class", "bureau", "asset_type", "lat", "lon", "field", "chosen", "value", "unit", "reason")


def write_survey_csv(found: SurveyList, path: Path) -> None:
    """
    Write what to survey, one fact per row, the most valuable first.

    Raises
    ------
    InvalidSourceError
        The file cannot be written.
    """
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for rank, item in enumerate(found.items, start=1):
                record = item.record
                texts = [csv_text(record.text(name)) for name in ("asset_id", "name", "owner_class", "bureau", "asset_type")]
                place = (record.number("lat"), record.number("lon"))
                is_chosen = "true" if item.is_chosen else "false"
                value = f"{item.worth.value:.3f}"
                writer.writerow((rank, *texts, *place, item.field, is_chosen, value, csv_text(found.unit), csv_text(item.reason)))
    except OSError as error:
        raise InvalidSourceError("--out", "must be a file that can be written", error.strerror or str(error), source=str(path)) from None
