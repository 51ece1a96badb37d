"""The candidates of a search area, the one that adds most coverage first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assets_db.store import AssetFilter, Register
from siting.outputs.site_rows import lon_lat_deg
from window.first_facts import FIRST_FACTS
from window.planning.areas import Areas, asset_of
from window.planning.keeper import PlanKeeper
from window.policy import Person


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """
    One candidate of a search area.

    Attributes
    ----------
    asset_id, name
        Which.
    area_m2, new_area_m2
        What it covers, and what of that the current plan does not.
    height_m
        Antenna height it was computed with.
    n_unknown
        How many of height, load, power and sharing nobody knows.
    """

    asset_id: str
    name: str
    area_m2: float
    new_area_m2: float
    height_m: float
    n_unknown: int


def rank_box(
    areas: Areas, plans: PlanKeeper, register: Register, box: tuple[float, float, float, float], person: Person, *, most: int = 50
) -> tuple[Ranked, ...]:
    """
    Return the candidates of a box (west, south, east, north [deg]) that the areas of the window know, the best first.

    A candidate counts by the demand weight it would add to the newest plan; ties go to the one of which more is known.
    """
    area = areas.name_at((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    if area is None:
        return ()
    prepared = areas.prepared(area)
    candidates, demand, coverage = prepared.basis.gathered.candidates, prepared.basis.demand, prepared.coverage
    lon, lat = lon_lat_deg(candidates.xyz_m[:, :2], candidates.crs).T
    rows = np.flatnonzero((lon >= box[0]) & (lon <= box[2]) & (lat >= box[1]) & (lat <= box[3]))
    served = plans.served_cells(area, person)
    is_served = np.zeros(len(demand), dtype=np.bool_) if served is None else served
    with register.reading() as session:
        records = {one.asset_id: one.record for one in session.assets(AssetFilter(bbox=box))}
    found: list[tuple[float, int, str, Ranked]] = []
    for row in rows.tolist():
        cells = coverage.cells[coverage.start[row] : coverage.start[row + 1]]
        is_new = ~is_served[cells]
        asset_id = asset_of(prepared.basis.file, candidates.ids[row])
        if not asset_id:
            continue
        record = records.get(asset_id)
        unknown = 0 if record is None else sum(record.values.get(name) is None for name in FIRST_FACTS)
        one = Ranked(
            asset_id=asset_id,
            name=candidates.name[row],
            area_m2=len(cells) * demand.cell_m**2,
            new_area_m2=float(is_new.sum()) * demand.cell_m**2,
            height_m=float(candidates.xyz_m[row, 2]),
            n_unknown=unknown,
        )
        found.append((-float(demand.weight[cells[is_new]].sum()), unknown, asset_id, one))
    return tuple(one for *_, one in sorted(found, key=lambda entry: entry[:3])[:most])
