"""The map: every asset, searched and filtered; a click opens one; a drawn area ranks its candidates."""

from __future__ import annotations

from functools import partial

import streamlit as st

from window.asset_index import FILTERED, ZONE, fold, mesh_box, zoom_of
from window.planning.ranking import rank_box
from window.ui.asset_map import Said, base_map, narrowing, show_map
from window.ui.asset_panel import ask_viewshed, asset_title, show_cases, show_facts, viewshed_layers
from window.ui.door import page_file
from window.ui.frame import Frame, choose_asset, frame, plain
from window.ui.legend import ASSET_MARKS, CASE_MARKS, COVERAGE_MARKS, IN_USE_MARKS, show_legend
from window.ui.plan_layers import case_layers, in_use_layers, newest_plan_layers
from window.ui.session_keys import ASSET_ID, INTAKE_AREA, INTAKE_ASSETS, MAP_BOX, MAP_MESH, MAP_VIEW, MAP_VIEWSHED


def _filters(page: Frame) -> tuple[str, dict[str, tuple[str, ...]]]:
    """Ask what to narrow the map to."""
    index = page.server.assets.current()
    columns = st.columns([3.3, *(1.15 for _ in (*FILTERED, ZONE))])
    text = columns[0].text_input(page.say("map.search"), key="map-text", placeholder=page.say("map.search_hint"))
    wanted: dict[str, tuple[str, ...]] = {}
    for place, name in enumerate(FILTERED, start=1):
        chosen = columns[place].multiselect(
            page.say(f"map.{name}"),
            index.values[name],
            format_func=partial(page.word, name),
            key=f"map-{name}",
            placeholder=page.say("map.all"),
        )
        wanted[name] = tuple(chosen)
    zones = columns[-1].multiselect(page.say("map.zone"), list(index.zones), key="map-zone", placeholder=page.say("map.all"))
    return text, wanted | {ZONE: tuple(zones)}


def _results(page: Frame, text: str, wanted: dict[str, tuple[str, ...]]) -> None:
    """List what a search found, for the keyboard."""
    index = page.server.assets.current()
    is_chosen = index.chosen(wanted, text)
    mesh = mesh_box(fold(text)) if text else None
    if mesh is not None and st.session_state.get(MAP_MESH) != mesh:
        st.session_state[MAP_VIEW] = (((mesh[0] + mesh[2]) / 2, (mesh[1] + mesh[3]) / 2), zoom_of(mesh))
    st.session_state[MAP_MESH] = mesh
    st.caption(page.say("map.found", n=int(is_chosen.sum()), total=len(index)))
    if not text:
        return
    rows = is_chosen.nonzero()[0][:8]
    if not len(rows):
        st.info(page.say("map.nothing"))
    for row in rows:
        label = f"{index.names[row] or index.ids[row]}　{index.ids[row]}"
        if st.button(plain(label), key=f"hit-{index.ids[row]}", type="tertiary"):
            choose_asset(index.ids[row], (float(index.lon[row]), float(index.lat[row])))


def _asset(page: Frame, asset_id: str) -> None:
    """Show the asset that is chosen."""
    with page.problems_shown():
        record = page.desk.asset(asset_id, asking=page.person.person_id)
        st.subheader(plain(asset_title(page, record)))
        st.caption(plain(asset_id))
        st.session_state[MAP_VIEWSHED] = ask_viewshed(page, record, key=f"viewshed-{asset_id}")
        with st.expander(page.say("asset.facts"), expanded=False):
            show_facts(page, record)
        show_cases(page, asset_id)
        columns = st.columns(2)
        if columns[0].button(page.say("map.to_overview"), width="stretch"):
            st.switch_page(page_file("overview"))
        if page.person.role in {"carrier", "window"} and columns[1].button(page.say("map.to_intake"), type="primary", width="stretch"):
            st.session_state[INTAKE_ASSETS] = [asset_id]
            st.switch_page(page_file("intake"))


def _box(page: Frame, box: tuple[float, float, float, float]) -> None:
    """Rank the candidates of a drawn area."""
    st.subheader(page.say("map.in_box"))
    with page.problems_shown():
        with st.spinner(page.say("asset.reading_area")):
            ranked = rank_box(page.server.areas, page.server.plans, page.register, box, page.person)
        if not ranked:
            st.info(page.say("map.box_empty"))
        for place, one in enumerate(ranked[:12], start=1):
            columns = st.columns([5, 2])
            figures = {"new": f"{one.new_area_m2 / 10_000:.2f}", "area": f"{one.area_m2 / 10_000:.2f}", "height": f"{one.height_m:.0f}"}
            reasons = [page.say("map.reason", **figures)] + ([page.say("map.unknowns", n=one.n_unknown)] if one.n_unknown else [])
            columns[0].caption("  \n".join([f"**{place}. {plain(one.name or one.asset_id)}**", *reasons]))
            if columns[1].button(page.say("asset.open"), key=f"rank-{one.asset_id}", width="stretch"):
                choose_asset(one.asset_id)
                st.rerun()
        if page.person.role in {"carrier", "window"} and st.button(page.say("map.box_to_intake"), type="primary"):
            st.session_state[INTAKE_AREA] = box
            st.switch_page(page_file("intake"))


def _heard(said: Said) -> None:
    """Take in what was done on the map."""
    if said.asset_id:
        choose_asset(said.asset_id)
    else:
        st.session_state[MAP_BOX] = said.box


page = frame()
text, wanted = _filters(page)
left, right = st.columns([7, 4])
with right:
    _results(page, text, wanted)
    asset_id, box = st.session_state.get(ASSET_ID), st.session_state.get(MAP_BOX)
    if box is not None:
        _box(page, box)
    elif asset_id is not None:
        _asset(page, asset_id)
    else:
        st.info(page.say("map.begin"))
with left:
    index = page.server.assets.current()
    if not len(index):
        st.info(page.say("map.no_assets"))
        st.stop()
    place = index.place_of(asset_id) if asset_id and box is None else None
    layers = [narrowing(wanted, text), *viewshed_layers(st.session_state.get(MAP_VIEWSHED) if place else None, place)]
    columns = st.columns(3)
    with columns[0]:
        plan = newest_plan_layers(page)
    with columns[1]:
        in_use = in_use_layers(page)
    with columns[2]:
        cases = case_layers(page)
    layers += [*plan, *in_use, *cases]
    show_map(
        base_map(page, index.middle(), index.zoom()),
        layers,
        key="siting-map",
        height=680,
        heard=_heard,
        view=st.session_state.get(MAP_VIEW),
    )
    show_legend(page, (*ASSET_MARKS, *(COVERAGE_MARKS if plan else ()), *(IN_USE_MARKS if in_use else ()), *(CASE_MARKS if cases else ())))
