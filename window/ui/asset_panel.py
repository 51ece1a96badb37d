"""One asset beside the map: what is known of it and from where, what is unknown, its cases, what an antenna here would cover."""

from __future__ import annotations

from collections.abc import Sequence

import folium
import streamlit as st

from assets_db.record import AssetRecord
from assets_db.schema import field_of, fields
from siting.outputs.text import weight_text
from window.case_rows import CaseFilter
from window.first_facts import FIRST_FACTS, NEXT_FACTS
from window.machine import case_machine
from window.planning.viewshed import BANDS, HIGHEST_M, LOWEST_M, Viewshed, roof_at, usual_height_m, viewshed
from window.policy import reach
from window.ui.asset_map import Dot, add_dots
from window.ui.door import page_file
from window.ui.frame import Frame, plain
from window.ui.session_keys import CASE_ID

_FIRST = ("asset_type", "owner_class", "bureau", "address", "lifecycle", "sharing")
_CODED = {"asset_type", "owner_class", "lifecycle", "sharing"}


def asset_title(frame: Frame, record: AssetRecord) -> str:
    """Return what people call an asset."""
    return record.text("name") or f"{frame.word('asset_type', record.text('asset_type'))} {record.text('asset_id')}"


def field_text(frame: Frame, record: AssetRecord, name: str) -> str:
    """Return the value of a field for people, with its unit; empty for unknown."""
    value = record.values.get(name)
    if value is None:
        return ""
    if name in _CODED:
        return frame.word(name, str(value))
    if isinstance(value, bool):
        return frame.say("asset.yes" if value else "asset.no")
    unit = field_of(name).unit
    if isinstance(value, float):
        return f"{value:,.6g} {unit}".strip()
    return f"{value!s} {unit}".strip()


def show_facts(frame: Frame, record: AssetRecord) -> None:
    """Show what is known, with source, day and grade, and what is not."""
    rows = []
    for name in [*_FIRST, *(one for one in fields() if one not in _FIRST)]:
        shown = field_text(frame, record, name)
        if not shown or name in {"asset_id", "name", "geometry", "needs_geocoding"}:
            continue
        known = record.known_from.get(name)
        rows.append(
            {
                frame.say("asset.field"): field_of(name).ja if frame.language == "ja" else field_of(name).en,
                frame.say("asset.value"): shown,
                frame.say("asset.source"): known.source if known else record.text("source_id"),
                frame.say("asset.as_of"): known.as_of.isoformat() if known and known.as_of else "–",
                frame.say("asset.grade"): known.grade if known else "–",
            }
        )
    st.dataframe(rows, hide_index=True, height=min(38 * (len(rows) + 1), 330), width="stretch")
    missing = [field_of(one) for one in (*FIRST_FACTS, *NEXT_FACTS) if record.values.get(one) is None]
    if missing:
        names = "、".join(one.ja for one in missing) if frame.language == "ja" else ", ".join(one.en for one in missing)
        st.caption(frame.say("asset.unknown", names=names))


def show_cases(frame: Frame, asset_id: str) -> None:
    """Show the cases about an asset that this person may see."""
    if reach(frame.person.role, "see", "case") == "nothing":
        return
    lines = frame.desk.cases(CaseFilter(asset_id=asset_id, is_open=None, limit=20), asking=frame.person.person_id)
    st.markdown(f"**{frame.say('asset.cases', n=len(lines))}**")
    names = {one.name: one.ja if frame.language == "ja" else one.en for one in case_machine().states}
    for line in lines[:6]:
        columns = st.columns([3, 1])
        columns[0].caption(f"{line.case_id}  {names.get(line.state, line.state)}  \n{plain(line.title)}")
        if columns[1].button(frame.say("asset.open"), key=f"case-{line.case_id}", width="stretch"):
            st.session_state[CASE_ID] = line.case_id
            st.switch_page(page_file("cases"))


def ask_viewshed(frame: Frame, record: AssetRecord, *, key: str) -> Viewshed | None:
    """Ask height and band, and show what an antenna here would cover; ``None`` outside every area with buildings."""
    lon, lat = record.number("lon"), record.number("lat")
    area = None if lon is None or lat is None else frame.server.areas.name_at(lon, lat)
    st.markdown(f"**{frame.say('asset.viewshed')}**")
    if area is None or lon is None or lat is None:
        st.caption(frame.say("asset.no_area"))
        return None
    with st.spinner(frame.say("asset.reading_area")):
        prepared = frame.server.areas.prepared(area)
    roof_m = roof_at(prepared, lon, lat)
    first = usual_height_m(record, roof_m)
    columns = st.columns([3, 2])
    height = columns[0].slider(
        frame.say("asset.height"),
        min_value=LOWEST_M,
        max_value=max(60.0, min(HIGHEST_M, first * 1.5), first),
        value=first,
        step=0.5,
        key=f"{key}-height",
    )
    bands = list(dict.fromkeys((prepared.basis.radio.band, *BANDS)))
    band = columns[1].selectbox(frame.say("asset.band"), bands, key=f"{key}-band")
    found = None
    with frame.problems_shown():
        found = viewshed(
            prepared, lon, lat, height_m=float(height), band=band, is_served=frame.server.plans.served_cells(area, frame.person)
        )
        _show_viewshed(frame, found)
    return found


def _show_viewshed(frame: Frame, found: Viewshed) -> None:
    """Show the figures of a viewshed."""
    columns = st.columns(3)
    columns[0].metric(frame.say("asset.covered"), f"{found.area_m2 / 10_000:,.2f} ha")
    columns[1].metric(frame.say("asset.new"), f"{found.new_area_m2 / 10_000:,.2f} ha")
    columns[2].metric(frame.say("asset.farthest"), f"{found.farthest_m:,.0f} m")
    shown = weight_text(found.weight, found.unit)
    st.caption(frame.say("asset.share", share=f"{100 * found.share:.2f}", weight=shown.ja if frame.language == "ja" else shown.en))
    if found.roof_m:
        st.caption(frame.say("asset.roof", roof=f"{found.roof_m:.1f}"))


def viewshed_layers(found: Viewshed | None, place: tuple[float, float] | None) -> Sequence[folium.FeatureGroup]:
    """Return the layers of the asset that is looked at: what it covers, and a ring around it."""
    group = folium.FeatureGroup()
    if found is not None and found.image is not None:
        folium.raster_layers.ImageOverlay(found.image.uri, found.image.lat_lon_bounds, opacity=0.85).add_to(group)
    if place is not None:
        add_dots(group, [Dot(lon=place[0], lat=place[1], radius=11, line="#111111", weight=3)])
    return (group,)
