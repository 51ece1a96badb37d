"""What an antenna at one place would cover, exactly: the same rays and the same radio as a plan."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from pyproj import Transformer

from assets_db.record import AssetRecord
from scenarios.preparation import Prepared
from siting import Candidates, RadioParams, build_coverage
from siting.arrays import BoolArray, IndexArray
from siting.outputs.map_images import OverlayImage, cells_image
from siting.outputs.raster_image import Rgba
from siting.outputs.site_rows import GEOGRAPHIC_CRS
from window.errors import InvalidRequestError

BANDS = ("28GHz", "4.5GHz", "3.7GHz")
LOWEST_M, HIGHEST_M = 2.0, 150.0
MAST_M = 3.0

NEW: Rgba = (0, 114, 178, 170)
ALREADY: Rgba = (230, 159, 0, 150)
_CLEAR: Rgba = (0, 0, 0, 0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Viewshed:
    """
    What one antenna covers of the demand cells of an area.

    Attributes
    ----------
    cells
        Cells it serves.
    area_m2, weight, share
        How much that is; ``share`` of the weight of the area.
    new_weight, new_area_m2
        What the current plan does not serve.
    unit
        Unit of the weights.
    farthest_m
        Distance to the farthest cell served [m]; 0 for none.
    band, height_m
        What was asked.
    roof_m
        Height of the roof at the place [m]; 0 outdoors.
    image
        Picture for the map; ``None`` where nothing is served.
    """

    cells: IndexArray
    area_m2: float
    weight: float
    share: float
    new_weight: float
    new_area_m2: float
    unit: str
    farthest_m: float
    band: str
    height_m: float
    roof_m: float
    image: OverlayImage | None


def roof_at(prepared: Prepared, lon: float, lat: float) -> float:
    """Return the height of the roof at a place [m]; 0 outdoors."""
    xy_m = _plane_position(prepared, lon, lat)
    roof = float(prepared.basis.city.roof_above_ground_m(np.array([xy_m]))[0])
    return roof if math.isfinite(roof) and roof > 0 else 0.0


def usual_height_m(record: AssetRecord, roof_m: float) -> float:
    """Return the height an antenna on an asset would have [m]: what is known of it, at least a mast above the roof, within the limits."""
    known = record.number("mount_height_max_m") or record.number("height_agl_m") or 8.0
    return float(round(min(HIGHEST_M, max(known, roof_m + MAST_M if roof_m else LOWEST_M)), 1))


def viewshed(prepared: Prepared, lon: float, lat: float, *, height_m: float, band: str, is_served: BoolArray | None = None) -> Viewshed:
    """
    Return what an antenna would cover.

    Parameters
    ----------
    prepared
        The area.
    lon, lat
        Place [deg].
    height_m
        Above ground [m]; within a building it must not be below the roof.
    band
        One of ``BANDS``, or the band of the area.
    is_served
        Cells served by the current plan, shape (n_cells,); none by default.

    Raises
    ------
    InvalidRequestError
        A height that cannot be, or one below the roof of a building there.
    InvalidInputError
        A place too far from the city, or a height for which the radio model does not hold.
    """
    if not LOWEST_M <= height_m <= HIGHEST_M:
        raise InvalidRequestError("height_m", f"must be in {LOWEST_M:g}..{HIGHEST_M:g}", height_m)
    roof_m = roof_at(prepared, lon, lat)
    if height_m < roof_m:
        raise InvalidRequestError("height_m", f"must be at least that of the roof here, {roof_m:.1f} m", height_m)
    basis, demand = prepared.basis, prepared.basis.demand
    xy_m = _plane_position(prepared, lon, lat)
    one = Candidates(
        ids=("here",),
        xyz_m=np.array([[*xy_m, height_m]]),
        crs=basis.city.crs,
        cost_yen=np.zeros(1, dtype=np.int64),
        owner_class=("",),
        asset_type=("",),
        name=("",),
        capacity=np.ones(1, dtype=np.int64),
        azimuth_deg=np.array([math.nan]),
        is_synthetic=np.zeros(1, dtype=np.bool_),
    )
    radio = basis.radio if band == basis.radio.band else RadioParams.from_preset(band)
    cells = build_coverage(basis.city, one, demand, radio).cells
    centre_m = (demand.column_row[cells] + 0.5) * demand.cell_m
    served = np.zeros(len(demand), dtype=np.bool_) if is_served is None else is_served
    levels = np.zeros(len(demand), dtype=np.int64)
    levels[cells] = np.where(served[cells], 2, 1)
    is_new = ~served[cells]
    cell_m2 = demand.cell_m**2
    return Viewshed(
        cells=cells,
        area_m2=len(cells) * cell_m2,
        weight=float(demand.weight[cells].sum()),
        share=float(demand.weight[cells].sum()) / demand.total_weight if demand.total_weight else 0.0,
        new_weight=float(demand.weight[cells[is_new]].sum()),
        new_area_m2=float(is_new.sum()) * cell_m2,
        unit=demand.unit,
        farthest_m=float(np.hypot(*(centre_m - xy_m).T).max()) if len(cells) else 0.0,
        band=band,
        height_m=height_m,
        roof_m=roof_m,
        image=cells_image(demand, levels, (_CLEAR, NEW, ALREADY)) if len(cells) else None,
    )


def _plane_position(prepared: Prepared, lon: float, lat: float) -> tuple[float, float]:
    """Return x and y of a place in the plane of the city [m]."""
    x_m, y_m = Transformer.from_crs(GEOGRAPHIC_CRS, prepared.basis.city.crs, always_xy=True).transform(lon, lat)
    return float(x_m), float(y_m)
