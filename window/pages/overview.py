"""The overview of one asset, ready to be printed."""

from __future__ import annotations

import streamlit as st

from window.overview.dossier import overview_of, write_overview
from window.planning.viewshed import BANDS, HIGHEST_M, LOWEST_M, roof_at, usual_height_m
from window.ui.case_words import today
from window.ui.door import page_file
from window.ui.frame import frame
from window.ui.session_keys import ASSET_ID

page = frame()
asset_id = st.session_state.get(ASSET_ID, "")
columns = st.columns([3, 2, 2])
typed = columns[0].text_input(page.say("overview.asset_id"), value=asset_id, key=f"overview-{asset_id}")
if typed.strip() != asset_id:
    st.session_state[ASSET_ID] = typed.strip()
    st.rerun()
if not asset_id:
    st.info(page.say("overview.choose"))
    if st.button(page.say("page.map"), icon=":material/map:"):
        st.switch_page(page_file("map"))
    st.stop()
with page.problems_shown():
    record = page.desk.asset(asset_id, asking=page.person.person_id)
    lon, lat = record.number("lon"), record.number("lat")
    area = None if lon is None or lat is None else page.server.areas.name_at(lon, lat)
    prepared = None if area is None else page.server.areas.prepared(area)
    roof_m = 0.0 if prepared is None or lon is None or lat is None else roof_at(prepared, lon, lat)
    first = usual_height_m(record, roof_m)
    height = columns[1].number_input(page.say("asset.height"), LOWEST_M, HIGHEST_M, first, 0.5, key=f"height-{asset_id}")
    bands = (prepared.basis.radio.band, *(one for one in BANDS if one != prepared.basis.radio.band)) if prepared is not None else BANDS
    is_served = None if area is None else page.server.plans.served_cells(area, page.person)
    found = overview_of(record, today(page), height_m=float(height), bands=bands[:2], prepared=prepared, is_served=is_served)
    with page.register.reading() as session:
        synthetic = {one.source_id for one in session.sources() if one.is_synthetic}
    is_synthetic = page.settings.is_synthetic or bool(synthetic & set(record.text("source_id").split("|")))
    html = write_overview(found, page.language, is_synthetic=is_synthetic)
    name = f"overview-{asset_id.replace(':', '-')}.html"
    columns[2].download_button(page.say("overview.download"), html, file_name=name, mime="text/html")
    with st.container(border=True):
        st.iframe(html, height=1270)
