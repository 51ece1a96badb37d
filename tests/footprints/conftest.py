"""A small district of awkward buildings, and a writer that stores it in every format."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from footprint_samples import WARD_CRS, Save, save_buildings


@pytest.fixture
def district() -> gpd.GeoDataFrame:
    """Return 6 x 5 buildings of 10 m in a street grid of 25 m: clockwise, holed, in two parts, of unknown height among them."""
    x, y = np.meshgrid(np.arange(6) * 25.0 - 8000.0, np.arange(5) * 25.0 - 36000.0)
    polygons = shapely.box(x.ravel(), y.ravel(), x.ravel() + 10.0, y.ravel() + 10.0, ccw=False)
    polygons[3] = shapely.Polygon(shapely.box(-7925, -36000, -7913, -35988).exterior, [shapely.box(-7922, -35997, -7916, -35991).exterior])
    polygons[7] = shapely.MultiPolygon([shapely.box(-7975, -35975, -7971, -35965), shapely.box(-7969, -35975, -7965, -35965)])
    height_m = 3.0 + 1.5 * np.arange(30)
    height_m[[4, 9, 20]] = np.nan
    storeys = np.full(30, np.nan)
    storeys[[4, 5]] = 4
    ids = [f"建物-{i}" for i in range(30)]
    return gpd.GeoDataFrame({"building_id": ids, "height_m": height_m, "storeys": storeys}, geometry=polygons, crs=WARD_CRS)


@pytest.fixture
def save() -> Save:
    """Return a writer that stores buildings as the suffix of the path says, with their own CRS."""
    return save_buildings
