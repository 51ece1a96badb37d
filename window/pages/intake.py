"""A new inquiry: assets chosen on the map, by id or from a file, or a search area drawn or given."""

from __future__ import annotations

import streamlit as st

from window.errors import InvalidRequestError
from window.requests import Box, OpenRequest, request_digest
from window.ui.asset_map import Said, base_map, narrowing, show_map
from window.ui.door import page_file
from window.ui.frame import Frame, frame, plain
from window.ui.session_keys import CASE_ID, INTAKE_AREA, INTAKE_ASSETS, INTAKE_FILE_NUMBER, INTAKE_FILE_READ, INTAKE_NUMBER
from window.uploads import box_of_geojson

_MOST_SHOWN = 30


def _carrier(page: Frame) -> str:
    """Return for whom the case is opened."""
    if page.person.role == "carrier":
        return ""
    return str(st.selectbox(page.say("intake.carrier"), page.server.carriers(), format_func=page.server.organisation, key="intake-carrier"))


def _assets(page: Frame) -> list[str]:
    """Show the assets that are chosen, and let one be taken off or added by id."""
    chosen: list[str] = st.session_state.setdefault(INTAKE_ASSETS, [])
    index = page.server.assets.current()
    st.markdown(f"**{page.say('intake.assets', n=len(chosen))}**")
    for asset_id in chosen[:_MOST_SHOWN]:
        columns = st.columns([5, 1])
        columns[0].caption(f"{plain(index.name_of(asset_id) or asset_id)}　{plain(asset_id)}")
        if columns[1].button("✕", key=f"off-{asset_id}", help=page.say("intake.take_off")):
            chosen.remove(asset_id)
            st.rerun()
    if not chosen:
        st.caption(page.say("intake.no_assets"))
    typed = st.text_input(page.say("intake.by_id"), key="intake-typed")
    if st.button(page.say("intake.add"), disabled=not typed.strip()):
        with page.problems_shown():
            for one in typed.replace("、", ",").split(","):
                page.desk.asset(one.strip(), asking=page.person.person_id)
                if one.strip() not in chosen:
                    chosen.append(one.strip())
            st.rerun()
    return chosen


def _area(page: Frame) -> Box | None:
    """Show the search area, and take one from a file."""
    number = st.session_state.setdefault(INTAKE_FILE_NUMBER, 0)
    given = st.file_uploader(page.say("intake.area_file"), type=["geojson", "json"], key=f"intake-file-{number}")
    if given is not None and st.session_state.get(INTAKE_FILE_READ) != given.file_id:
        st.session_state[INTAKE_FILE_READ] = given.file_id
        st.session_state.pop(INTAKE_AREA, None)
        with page.problems_shown():
            st.session_state[INTAKE_AREA] = box_of_geojson(given.getvalue())
    area = st.session_state.get(INTAKE_AREA)
    if area is None:
        st.caption(page.say("intake.no_area"))
        return None
    west, south, east, north = area
    st.caption(page.say("cases.area", west=f"{west:.5f}", south=f"{south:.5f}", east=f"{east:.5f}", north=f"{north:.5f}"))
    if st.button(page.say("intake.no_area_any_more")):
        del st.session_state[INTAKE_AREA]
        st.session_state[INTAKE_FILE_NUMBER] = number + 1
        st.rerun()
    return Box(west=west, south=south, east=east, north=north)


def _heard(said: Said) -> None:
    """Take in what was done on the map."""
    chosen: list[str] = st.session_state[INTAKE_ASSETS]
    if said.asset_id and said.asset_id not in chosen:
        chosen.append(said.asset_id)
    if said.box is not None:
        st.session_state[INTAKE_AREA] = said.box


page = frame()
left, right = st.columns([6, 5])
with right:
    title = st.text_input(page.say("intake.title"), key="intake-title", placeholder=page.say("intake.title_hint"))
    carrier = _carrier(page)
    assets = _assets(page)
    area = _area(page)
    is_new_pole = st.checkbox(page.say("intake.new_pole"), key="intake-pole")
    if st.button(page.say("intake.send"), type="primary", width="stretch"):
        with page.problems_shown():
            if not title.strip():
                raise InvalidRequestError(page.say("intake.title"), page.say("intake.title_needed"), title)
            request = OpenRequest(title=title, asset_ids=tuple(assets), area=area, is_new_pole=is_new_pole, carrier_org=carrier)
            number = st.session_state.setdefault(INTAKE_NUMBER, 0)
            key = f"intake-{page.token()[:24]}-{number}-{request_digest(request)[:16]}"
            receipt = page.desk.open_case(request, asking=page.person.person_id, key=key, now=page.now)
            st.session_state[INTAKE_NUMBER] = number + 1
            st.session_state[INTAKE_ASSETS] = []
            st.session_state.pop(INTAKE_AREA, None)
            st.session_state[CASE_ID] = receipt.case_id
            st.switch_page(page_file("cases"))
with left:
    st.caption(page.say("intake.map_hint"))
    index = page.server.assets.current()
    show_map(base_map(page, index.middle(), index.zoom()), [narrowing({}, "")], key="intake-map", height=620, heard=_heard)
