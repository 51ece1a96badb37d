"""A plan on the map: what it covers, and its sites."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import folium
import numpy as np
import streamlit as st

from siting import evaluate
from siting.outputs.map_images import OverlayImage, coverage_image
from siting.outputs.site_rows import lon_lat_deg
from siting.plan import Plan
from window.planning.keeper import OpenPlan
from window.policy import reach
from window.ui.asset_map import Dot, add_dots
from window.ui.frame import Frame
from window.ui.legend import CASE, IN_USE, PIN, SITE
from window.ui.session_keys import COVERAGE_IMAGES

_MOST_RINGS = 2_000


def newest_plan_layers(frame: Frame) -> Sequence[folium.FeatureGroup]:
    """Return the newest plan of the person's organisation, in the first area that has one, if the person wants to see it."""
    for area in frame.server.areas.names:
        if not frame.server.plans.plans(frame.person, area=area, states=("done",)):
            continue
        if not st.toggle(frame.say("map.show_plan"), value=True, key="map-show-plan"):
            return ()
        newest = frame.server.plans.newest(frame.person, area)
        return () if newest is None else plan_layers(newest, newest.plan)
    return ()


def case_layers(frame: Frame) -> Sequence[folium.FeatureGroup]:
    """Return the assets of the open cases that the person may see, if the person wants to see them."""
    if reach(frame.person.role, "see", "case") == "nothing" or not st.toggle(frame.say("map.show_cases"), key="map-show-cases"):
        return ()
    group = folium.FeatureGroup()
    places = frame.desk.case_places(asking=frame.person.person_id)
    add_dots(group, [Dot(lon=one.lon, lat=one.lat, radius=9, line=CASE, weight=2.5) for one in places])
    return (group,)


def in_use_layers(frame: Frame) -> Sequence[folium.FeatureGroup]:
    """Return the assets that carry an antenna already, if the person wants to see them."""
    index = frame.server.assets.current()
    if "in_use" not in index.values["lifecycle"] or not st.toggle(frame.say("map.show_in_use"), key="map-show-in-use"):
        return ()
    rows = np.flatnonzero(index.chosen({"lifecycle": ("in_use",)}))
    if len(rows) > _MOST_RINGS:
        st.caption(frame.say("map.too_many_in_use", n=len(rows), most=_MOST_RINGS))
    group = folium.FeatureGroup()
    places = zip(index.lon[rows[:_MOST_RINGS]].tolist(), index.lat[rows[:_MOST_RINGS]].tolist(), strict=True)
    add_dots(group, [Dot(lon=lon, lat=lat, radius=8, line=IN_USE, weight=2.5) for lon, lat in places])
    return (group,)


def plan_layers(opened: OpenPlan, plan: Plan, *, pinned: Collection[str] = (), can_click: bool = False) -> Sequence[folium.FeatureGroup]:
    """Return the layers of a plan: coverage under its sites; pinned sites stand out."""
    image = _coverage(opened, plan)
    cover, sites = folium.FeatureGroup(), folium.FeatureGroup()
    folium.raster_layers.ImageOverlay(image.uri, image.lat_lon_bounds, opacity=0.7).add_to(cover)
    candidates = opened.prepared.basis.gathered.candidates
    rows = np.array([opened.prepared.basis.gathered.rows[one] for one in plan.chosen], dtype=np.int64)
    places = zip(plan.chosen, lon_lat_deg(candidates.xyz_m[rows, :2], candidates.crs).tolist(), strict=True)
    fills = dict.fromkeys(pinned, PIN)
    add_dots(
        sites,
        [Dot(lon=lon, lat=lat, radius=7, fill=fills.get(one, SITE), asset_id=one if can_click else "") for one, (lon, lat) in places],
    )
    return cover, sites


def site_ring(opened: OpenPlan, site_id: str) -> Sequence[folium.FeatureGroup]:
    """Return a ring around the site that is looked at; nothing for none."""
    row = opened.prepared.basis.gathered.rows.get(site_id)
    if row is None:
        return ()
    candidates = opened.prepared.basis.gathered.candidates
    lon, lat = lon_lat_deg(candidates.xyz_m[row : row + 1, :2], candidates.crs)[0].tolist()
    group = folium.FeatureGroup()
    add_dots(group, [Dot(lon=lon, lat=lat, radius=12, line="#111111", weight=3)])
    return (group,)


def _coverage(opened: OpenPlan, plan: Plan) -> OverlayImage:
    """Return the picture of what a plan covers, kept while the plan is looked at."""
    kept: dict[tuple[str, tuple[str, ...]], OverlayImage] = st.session_state.setdefault(COVERAGE_IMAGES, {})
    key = (opened.row.plan_id, plan.chosen)
    if key not in kept:
        if len(kept) > 8:
            kept.clear()
        demand = opened.prepared.basis.demand
        kept[key] = coverage_image(demand, evaluate(plan, opened.prepared.coverage, demand), pixels_per_cell=4)
    return kept[key]
