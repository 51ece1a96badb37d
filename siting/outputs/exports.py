"""A plan as files other people's tools read: CSV for the carriers, GeoJSON, GeoPackage, and the key figures."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import numpy as np

from siting.candidates import Candidates
from siting.evaluate import GroupKpi, Kpis
from siting.outputs.escape import JsonValue, csv_text
from siting.outputs.site_rows import GEOGRAPHIC_CRS, SiteRow, site_rows
from siting.plan import Plan

_FIXED_DATE = "2000-01-01T00:00:00.000Z"
_WEIGHT_DIGITS = 6

SITE_COLUMNS: Mapping[str, type] = MappingProxyType(
    {
        "rank": np.int64,
        "site_id": object,
        "name": object,
        "asset_type": object,
        "owner_class": object,
        "lat": np.float64,
        "lon": np.float64,
        "lat_lon_crs": object,
        "x_m": np.float64,
        "y_m": np.float64,
        "plane_crs": object,
        "antenna_height_m": np.float64,
        "azimuth_deg": np.float64,
        "cost_yen": np.int64,
        "marginal_weight": np.float64,
        "only_weight": np.float64,
        "weight_unit": object,
        "is_synthetic": np.bool_,
        "is_fixed": np.bool_,
        "band": object,
    }
)
"""Columns of every site list, in order, with the numpy type each has in a GeoPackage; a contract with the readers."""

SHARED_SITE_COLUMNS: Mapping[str, type] = MappingProxyType({**SITE_COLUMNS, "carriers": object, "n_carriers": np.int64})
"""The same where carriers share: who opens a station at the site."""


def write_sites_csv(path: Path, *, plan: Plan, kpis: Kpis, candidates: Candidates, band: str, fixed: Collection[str] = ()) -> None:
    """
    Write the list for the carriers: UTF-8 with a byte order mark, one row per site, safe to open in a spreadsheet.

    Column names are English and stable; the data dictionary explains them in both languages.

    Parameters
    ----------
    path
        File to write.
    plan, kpis, candidates
        The plan, its figures, and what it chose from.
    band
        Frequency band the plan holds for.
    fixed
        Ids of sites that were open whatever the plan.

    Raises
    ------
    InvalidPlanError
        See :func:`siting.outputs.site_rows.site_rows`.
    """
    records = _records(plan, kpis, candidates, band, fixed)
    _write_csv(path, list(_columns(plan)), [list(record.values()) for record in records])


def _columns(plan: Plan) -> Mapping[str, type]:
    """Return the columns of a plan's site lists."""
    return SHARED_SITE_COLUMNS if plan.tenants else SITE_COLUMNS


def write_sites_geojson(path: Path, *, plan: Plan, kpis: Kpis, candidates: Candidates, band: str, fixed: Collection[str] = ()) -> None:
    """
    Write the sites as GeoJSON points in longitude and latitude; parameters as :func:`write_sites_csv`.

    Raises
    ------
    InvalidPlanError
        See :func:`siting.outputs.site_rows.site_rows`.

    References
    ----------
    RFC 7946.
    """
    features: list[JsonValue] = []
    for record in _records(plan, kpis, candidates, band, fixed):
        properties: dict[str, JsonValue] = dict(record)
        point: JsonValue = {"type": "Point", "coordinates": [properties["lon"], properties["lat"]]}
        features.append({"type": "Feature", "id": record["site_id"], "geometry": point, "properties": properties})
    collection: JsonValue = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(collection, ensure_ascii=False, allow_nan=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def write_sites_gpkg(path: Path, *, plan: Plan, kpis: Kpis, candidates: Candidates, band: str, fixed: Collection[str] = ()) -> None:
    """
    Write the sites as a GeoPackage layer ``sites`` in the CRS of the candidates; parameters as :func:`write_sites_csv`.

    The same input gives the same bytes: GDAL's date of last change is fixed while the file is written.

    Raises
    ------
    InvalidPlanError
        See :func:`siting.outputs.site_rows.site_rows`.
    """
    import shapely  # noqa: PLC0415 - geometry libraries only when a file is written
    from pyogrio.raw import write  # noqa: PLC0415 - as above

    records = _records(plan, kpis, candidates, band, fixed)
    types = _columns(plan)
    columns = [np.asarray([record[field] for record in records], dtype=np.dtype(dtype)) for field, dtype in types.items()]
    names = list(types)
    missing = [np.array([record[field] is None for record in records], dtype=np.bool_) for field in types]
    points = shapely.points(columns[names.index("x_m")], columns[names.index("y_m")])
    path.unlink(missing_ok=True)
    with _fixed_gdal_date():
        write(
            str(path),
            np.asarray(shapely.to_wkb(points), dtype=object),
            columns,
            np.array(names, dtype=object),
            field_mask=missing,
            layer="sites",
            driver="GPKG",
            geometry_type="Point",
            crs=candidates.crs.to_wkt(),
        )


def write_kpis_csv(path: Path, *, plan: Plan, kpis: Kpis) -> None:
    """
    Write the key figures: one row for everything, then one per group; UTF-8 with a byte order mark.

    Parameters
    ----------
    path
        File to write.
    plan
        Gives the bound; all other figures come from ``kpis``.
    kpis
        The recomputed figures.
    """
    total = plan.total_weight
    bound_share = round(plan.upper_bound / total, _WEIGHT_DIGITS) if total else 0.0
    header = ["scope", "name", "unit", "n_cells", "n_covered_cells", "weight", "covered_weight", "covered_share"]
    header += ["reachable_weight", "reachable_share", "n_sites", "upper_bound", "upper_bound_share", "gap", "status"]
    proof: list[JsonValue] = [len(plan.chosen), round(plan.upper_bound, _WEIGHT_DIGITS), bound_share, round(plan.gap, 9), plan.status]
    rows = [["total", *_group_values(kpis.total, kpis.unit), *proof]]
    rows += [["group", *_group_values(group, kpis.unit), *[None] * len(proof)] for group in kpis.groups]
    _write_csv(path, header, rows)


def _group_values(group: GroupKpi, unit: str) -> list[JsonValue]:
    return [
        group.name,
        unit,
        group.n_cells,
        group.n_covered_cells,
        round(group.weight, _WEIGHT_DIGITS),
        round(group.covered_weight, _WEIGHT_DIGITS),
        round(group.share, _WEIGHT_DIGITS),
        round(group.reachable_weight, _WEIGHT_DIGITS),
        round(group.reachable_share, _WEIGHT_DIGITS),
    ]


def _records(plan: Plan, kpis: Kpis, candidates: Candidates, band: str, fixed: Collection[str]) -> list[dict[str, JsonValue]]:
    records = []
    for row in site_rows(plan, kpis, candidates, fixed):
        record = _record(row, kpis.unit, band, plane_crs_name(candidates))
        if plan.tenants:
            record |= {"carriers": "; ".join(row.carriers), "n_carriers": len(row.carriers)}
        records.append(record)
    return records


def plane_crs_name(candidates: Candidates) -> str:
    """Return the CRS of the plane coordinates as people cite it."""
    code = candidates.crs.to_epsg()
    return candidates.crs.name if code is None else f"EPSG:{code}"


def _record(row: SiteRow, unit: str, band: str, plane_crs: str) -> dict[str, JsonValue]:
    """Return the values of ``SITE_COLUMNS``, in that order."""
    return {
        "rank": row.rank,
        "site_id": row.id,
        "name": row.name,
        "asset_type": row.asset_type,
        "owner_class": row.owner_class,
        "lat": row.lat,
        "lon": row.lon,
        "lat_lon_crs": GEOGRAPHIC_CRS,
        "x_m": row.x_m,
        "y_m": row.y_m,
        "plane_crs": plane_crs,
        "antenna_height_m": row.height_m,
        "azimuth_deg": row.azimuth_deg,
        "cost_yen": row.cost_yen,
        "marginal_weight": round(row.kpi.marginal_weight, _WEIGHT_DIGITS),
        "only_weight": round(row.kpi.only_weight, _WEIGHT_DIGITS),
        "weight_unit": unit,
        "is_synthetic": row.is_synthetic,
        "is_fixed": row.is_fixed,
        "band": band,
    }


def _write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[JsonValue]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: JsonValue) -> JsonValue:
    """Return a value as a CSV cell: text made harmless, numbers untouched, no value as an empty cell."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return csv_text(value) if isinstance(value, str) else value


@contextmanager
def _fixed_gdal_date() -> Iterator[None]:
    """Keep the clock out of a GeoPackage, and leave GDAL's options as they were."""
    from pyogrio import get_gdal_config_option, set_gdal_config_options  # noqa: PLC0415 - only when a GeoPackage is written

    before = get_gdal_config_option("OGR_CURRENT_DATE")
    set_gdal_config_options({"OGR_CURRENT_DATE": _FIXED_DATE})
    try:
        yield
    finally:
        set_gdal_config_options({"OGR_CURRENT_DATE": before})
