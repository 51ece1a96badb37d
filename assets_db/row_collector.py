"""Gathers checked rows and rejects while a file is read."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from assets_db.row_checks import AssetRow, Bounds, RowProblem, check_row
from assets_db.rows import COLUMNS, AssetRows, Reject, RejectCode

_MAX_VALUE_CHARACTERS = 200


class RowCollector:
    """
    Sorts raw rows into accepted ones and rejects.

    Parameters
    ----------
    source
        Name of the source, for every row.
    bounds
        Area all positions have to lie in; None allows the whole world.
    """

    def __init__(self, source: str, *, bounds: Bounds | None) -> None:
        self._source = source
        self._bounds = bounds
        self._rows: list[AssetRow] = []
        self._row_numbers: list[int] = []
        self._rejects: list[Reject] = []
        self._row_of_id: dict[str, int] = {}

    def add(self, row_number: int, raw: Mapping[str, object]) -> None:
        """Accept a row of raw values, or reject it for the first rule it breaks."""
        try:
            row = check_row(raw, bounds=self._bounds)
            self._refuse_known_id(row.asset_id)
        except RowProblem as problem:
            self.reject(row_number, problem)
        else:
            self._rows.append(row)
            self._row_numbers.append(row_number)
            self._row_of_id[row.asset_id] = row_number

    def _refuse_known_id(self, asset_id: str) -> None:
        """Raise if an accepted row has the id already."""
        if asset_id in self._row_of_id:
            rule = f"must be unique: row {self._row_of_id[asset_id]} has it already"
            raise RowProblem("asset_id", RejectCode.DUPLICATE_ID, rule, asset_id)

    def reject(self, row_number: int, problem: RowProblem) -> None:
        """Reject a row."""
        value = str("" if problem.value is None else problem.value)[:_MAX_VALUE_CHARACTERS]
        self._rejects.append(
            Reject(source=self._source, row=row_number, field=problem.field, code=problem.code, reason=problem.reason, value=value)
        )

    def result(self, *, n_rows: int, n_not_selected: int = 0, credit: str = "") -> AssetRows:
        """Return all rows added so far."""
        columns: dict[str, object] = {field: [getattr(row, field) for row in self._rows] for field in AssetRow._fields}
        columns["source"] = [self._source] * len(self._rows)
        columns["source_row"] = np.array(self._row_numbers, dtype=np.int64)
        accepted = pd.DataFrame({name: pd.Series(columns[name], dtype=dtype) for name, dtype in COLUMNS.items()})
        return AssetRows(accepted=accepted, rejects=tuple(self._rejects), n_rows=n_rows, n_not_selected=n_not_selected, credit=credit)
