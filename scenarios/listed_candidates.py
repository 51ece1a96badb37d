"""Candidates from lists of real assets; every row left out is accounted for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from assets_db import AssetRows, InvalidSourceError, Reject, RejectCode, read_csv_list, read_osm_points, read_station_list
from scenarios.costs import cost_over_horizon
from scenarios.data_paths import resolve_one
from scenarios.errors import ScenarioError
from scenarios.places import Plane
from scenarios.scenario import CsvAssets, OsmAssets, ScenarioFile, StationAssets
from scenarios.source_report import SourceReport
from siting import Candidates, City
from siting.arrays import FloatArray, IntArray

ListedAssets = CsvAssets | OsmAssets | StationAssets

_KEYS = {"mapping": "columns", "ignore": "ignore", "where": "where"}
"""Keys of the scenario by the argument of the readers that they become."""


def listed_candidates(
    source: ListedAssets, key: str, file: ScenarioFile, city: City, plane: Plane
) -> tuple[Candidates, list[str], SourceReport]:
    """
    Return the candidates of a list, the ids of those on air already, and how its rows fared.

    Raises
    ------
    ScenarioError
        A row that cannot be used, unless the source says to skip such rows.
    InvalidSourceError
        A file that cannot be used.
    """
    path = resolve_one(source.path, scenario=file.path, key=f"{key}.path")
    rows = _read(source, key, file, path)
    table = rows.accepted
    xy_m = plane.to_m(table["lon"].to_numpy(), table["lat"].to_numpy())
    is_inside = plane.is_in_area(xy_m)
    n_outside = int((~is_inside).sum())
    table, xy_m = table[is_inside], xy_m[is_inside]
    height_m, reasons = _antenna_heights(source, table["height_agl_m"].to_numpy(), xy_m, city)
    without_place = tuple(
        Reject(
            source=source.name,
            row=int(table["source_row"].iloc[i]),
            field="height_agl_m",
            code=RejectCode.OUT_OF_RANGE,
            reason=reason,
            value=f"{table['asset_id'].iloc[i]} at ({xy_m[i, 0]:.1f}, {xy_m[i, 1]:.1f})",
        )
        for i, reason in reasons.items()
    )
    rejects = (*rows.rejects, *without_place)
    if rejects and source.on_bad_row == "refuse":
        rule = f'{rejects[0].reason} (on_bad_row = "skip" in {key} would go on without such rows, {len(rejects)} of {rows.n_rows})'
        raise ScenarioError(f"{path}, row {rejects[0].row}", rejects[0].field, rule, rejects[0].value)
    is_kept = np.ones(len(table), dtype=np.bool_)
    is_kept[list(reasons)] = False
    table = table[is_kept]
    ids = [f"{source.name}:{one}" for one in table["asset_id"]]
    candidates = Candidates.from_points(
        np.column_stack((xy_m[is_kept], height_m[is_kept])),
        crs=city.crs,
        ids=ids,
        cost_yen=_costs_yen(source, table, key, file),
        owner_class=table["owner_class"].tolist(),
        asset_type=table["asset_type"].tolist(),
        name=table["name"].tolist(),
        capacity=table["capacity"].fillna(source.capacity).to_numpy(dtype=np.int64),
        is_synthetic=source.synthetic,
    )
    report = SourceReport(
        name=source.name,
        n_rows=rows.n_rows,
        n_used=len(candidates),
        n_outside=n_outside,
        n_not_selected=rows.n_not_selected,
        rejects=rejects,
        is_synthetic=source.synthetic,
        credit=rows.credit,
    )
    return candidates, [one for one, is_on_air in zip(ids, table["existing"], strict=True) if is_on_air], report


def _costs_yen(source: ListedAssets, table: pd.DataFrame, key: str, file: ScenarioFile) -> IntArray:
    """Return what opening each asset costs over the horizon [yen] (n,); those on air already are paid for."""
    is_new = ~table["existing"].to_numpy(dtype=np.bool_)
    capital_yen = table["cost_yen"].fillna(source.cost_yen or 0).to_numpy(dtype=np.int64) * is_new
    fee_yen = table["yearly_fee_yen"].fillna(source.yearly_fee_yen or 0).to_numpy(dtype=np.int64) * is_new
    return cost_over_horizon(capital_yen, fee_yen, key, file)


def _read(source: ListedAssets, key: str, file: ScenarioFile, path: Path) -> AssetRows:
    """Read a list of assets; what is wrong with a key of the scenario is said of that key."""
    try:
        if isinstance(source, CsvAssets):
            return read_csv_list(
                path,
                mapping=source.columns,
                ignore=source.ignore,
                asset_type=source.asset_type,
                owner_class=source.owner_class,
                source=source.name,
            )
        if isinstance(source, OsmAssets):
            return read_osm_points(
                path, where=source.where, asset_type=source.asset_type, owner_class=source.owner_class, source=source.name
            )
        return read_station_list(path, owner_class=source.owner_class, source=source.name)
    except InvalidSourceError as error:
        argument, dot, rest = error.field.partition(".")
        if argument not in _KEYS:
            raise
        raise ScenarioError(str(file.path), f"{key}.{_KEYS[argument]}{dot}{rest}", f"{error.rule} ({path.name})", error.value) from None


def _antenna_heights(source: ListedAssets, given_m: FloatArray, xy_m: FloatArray, city: City) -> tuple[FloatArray, dict[int, str]]:
    """Return the antenna heights above ground [m] (n,), and the reason for each row that has no possible one."""
    height_m = np.where(np.isnan(given_m), np.nan if source.height_m is None else source.height_m, given_m)
    roof_m = city.roof_above_ground_m(xy_m)
    if source.mount == "roof":
        is_on_roof = (roof_m > 0) & ~(height_m >= roof_m)
        height_m = np.where(is_on_roof, roof_m + source.mast_m, height_m)
    rejects = {}
    for i in np.flatnonzero(np.isnan(height_m)).tolist():
        rejects[i] = "must be known, from the list or as height_m of the scenario"
    for i in np.flatnonzero(height_m < roof_m).tolist():
        rejects[i] = f"must not be below the roof of the building it stands in ({roof_m[i]:.1f} m, antenna at {height_m[i]:.1f} m)"
    return height_m, rejects
