"""The vector layers of a map as GeoJSON, with every text from outside made safe."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from siting.candidates import Candidates
from siting.errors import InvalidInputError
from siting.evaluate import Kpis
from siting.outputs.escape import JsonValue, js_safe
from siting.outputs.site_rows import SiteRow, lon_lat_deg
from siting.outputs.text import Bilingual, asset_type_text, both, owner_class_text, percent, weight_text

_DEGREE_DIGITS = 6
_ROW_LABELS = ("id", "asset_type", "owner_class", "position", "height", "azimuth", "cost", "marginal", "only", "cells")


def popup_labels() -> JsonValue:
    """Return the row headings of the popups, by name, as [Japanese, English]."""
    return {name: pair(both(f"column.{name}")) for name in _ROW_LABELS}


def site_features(rows: Sequence[SiteRow], unit: str) -> JsonValue:
    """
    Return the chosen sites as a feature collection.

    Parameters
    ----------
    rows
        The sites, in the order of the plan.
    unit
        Unit of the weights.
    """
    return _collection([_site_feature(row, unit) for row in rows])


def candidate_features(candidates: Candidates, *, without: Collection[str]) -> JsonValue:
    """
    Return the candidates as a feature collection.

    Parameters
    ----------
    candidates
        A few thousand at most.
    without
        Ids that another layer shows.
    """
    lon_lat = lon_lat_deg(candidates.xyz_m[:, :2], candidates.crs)
    hidden = frozenset(without)
    features = []
    for row, one in enumerate(candidates.ids):
        if one in hidden:
            continue
        azimuth = float(candidates.azimuth_deg[row])
        lon, lat = lon_lat[row].tolist()
        values = _asset_values(
            one, candidates.asset_type[row], candidates.owner_class[row], lon_lat=(lon, lat), height_m=float(candidates.xyz_m[row, 2])
        )
        values["azimuth"] = _azimuth(None if np.isnan(azimuth) else azimuth)
        values["cost"] = both("value.cost", cost_yen=int(candidates.cost_yen[row]))
        properties: dict[str, JsonValue] = {
            "kind": pair(both("popup.candidate")),
            "name": _name(candidates.name[row]),
            "rows": {name: pair(value) for name, value in values.items()},
            "is_synthetic": bool(candidates.is_synthetic[row]),
        }
        features.append(_point(lon, lat, properties))
    return _collection(features)


def zone_features(zones: Mapping[str, BaseGeometry], crs: CRS, kpis: Kpis) -> JsonValue:
    """
    Return the zones as a feature collection, each with a tooltip of its coverage.

    Parameters
    ----------
    zones
        Polygons in the plane of ``crs``, by name.
    crs
        Projected CRS in metres.
    kpis
        A zone whose name is that of a group shows the group's figures.

    Raises
    ------
    InvalidInputError
        A zone is not a polygon, or is empty.
    """
    groups = {group.name: group for group in kpis.groups}
    features: list[JsonValue] = []
    for name, zone in zones.items():
        if zone.is_empty or zone.geom_type not in {"Polygon", "MultiPolygon"}:
            raise InvalidInputError(f"zones[{name!r}]", "must be a polygon with an area", zone.geom_type)
        geographic = shapely.transform(zone, lambda xy: np.round(lon_lat_deg(xy, crs), _DEGREE_DIGITS))
        properties: dict[str, JsonValue] = {"name": js_safe(name), "share": None, "reachable": None}
        if name in groups:
            properties["share"] = percent(groups[name].share)
            properties["reachable"] = percent(groups[name].reachable_share)
        features.append({"type": "Feature", "geometry": mapping(geographic), "properties": properties})
    return _collection(features)


def _site_feature(row: SiteRow, unit: str) -> JsonValue:
    values = _asset_values(row.id, row.asset_type, row.owner_class, lon_lat=(row.lon, row.lat), height_m=row.height_m)
    values["azimuth"] = _azimuth(row.azimuth_deg)
    values["cost"] = both("value.cost", cost_yen=row.cost_yen)
    values["marginal"] = weight_text(row.kpi.marginal_weight, unit)
    values["only"] = weight_text(row.kpi.only_weight, unit)
    values["cells"] = Bilingual(ja=f"{row.kpi.n_cells:,}", en=f"{row.kpi.n_cells:,}")
    properties: dict[str, JsonValue] = {
        "kind": pair(both("popup.fixed" if row.is_fixed else "popup.site")),
        "rank": row.rank,
        "name": _name(row.name),
        "rows": {name: pair(value) for name, value in values.items()},
        "is_synthetic": row.is_synthetic,
        "is_fixed": row.is_fixed,
    }
    return _point(row.lon, row.lat, properties)


def _asset_values(one: str, asset_type: str, owner_class: str, *, lon_lat: tuple[float, float], height_m: float) -> dict[str, Bilingual]:
    position = f"{lon_lat[1]:.6f}, {lon_lat[0]:.6f}"
    return {
        "id": Bilingual(ja=one, en=one),
        "asset_type": asset_type_text(asset_type),
        "owner_class": owner_class_text(owner_class),
        "position": Bilingual(ja=position, en=position),
        "height": both("value.height", height_m=height_m),
    }


def _azimuth(azimuth_deg: float | None) -> Bilingual:
    return both("value.all_round") if azimuth_deg is None else both("value.azimuth", azimuth_deg=azimuth_deg)


def _name(name: str) -> JsonValue:
    return pair(Bilingual(ja=name, en=name) if name else both("value.unnamed"))


def pair(sentence: Bilingual) -> JsonValue:
    """Return [Japanese, English], or one entry where both are the same, safe for the page."""
    return [js_safe(sentence.ja)] if sentence.ja == sentence.en else [js_safe(sentence.ja), js_safe(sentence.en)]


def _point(lon: float, lat: float, properties: dict[str, JsonValue]) -> JsonValue:
    point: JsonValue = {"type": "Point", "coordinates": [round(lon, _DEGREE_DIGITS), round(lat, _DEGREE_DIGITS)]}
    return {"type": "Feature", "geometry": point, "properties": properties}


def _collection(features: list[JsonValue]) -> JsonValue:
    return {"type": "FeatureCollection", "features": features}
