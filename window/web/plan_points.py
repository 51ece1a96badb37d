"""The candidates of a plan in a part of the map, for those whose plan it is."""

from __future__ import annotations

import numpy as np

from siting.outputs.site_rows import lon_lat_deg
from window.asset_index import FILTERED, AssetIndex
from window.planning.keeper import OpenPlan


def index_of(opened: OpenPlan) -> AssetIndex:
    """Return where the candidates of a plan are, as the map asks for assets."""
    candidates = opened.prepared.basis.gathered.candidates
    lon, lat = lon_lat_deg(candidates.xyz_m[:, :2], candidates.crs).T
    types = tuple(sorted(set(candidates.asset_type)))
    place = {one: number for number, one in enumerate(types)}
    nothing = np.zeros(len(candidates), dtype=np.int64)
    codes = np.array([place[one] for one in candidates.asset_type], dtype=np.int64)
    return AssetIndex(
        change_seq=0,
        ids=candidates.ids,
        names=candidates.name,
        lon=lon.copy(),
        lat=lat.copy(),
        values={name: types if name == "asset_type" else ("",) for name in FILTERED},
        codes={name: codes if name == "asset_type" else nothing for name in FILTERED},
        search_text=("",) * len(candidates),
    )
