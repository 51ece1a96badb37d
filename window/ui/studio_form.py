"""What a planner asks for, in plain words with defaults that make sense."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from assets_db.schema import field_of
from scenarios.scenario import PolygonZones, Scenario
from window.planning.draft import Wish
from window.planning.viewshed import BANDS
from window.ui.frame import Frame, plain

_OWNERS = ("metropolitan", "municipal", "private", "affiliated")
OKU = 100_000_000
"""Yen in the unit that budgets are told in."""

_HIGHEST_PRIORITY = 1e6


def ask_for_plan(frame: Frame, area: str) -> str | None:
    """Ask what the plan is to keep, and return the id of a plan that was asked for; ``None`` where nothing was."""
    scenario = frame.server.areas.file(area).scenario
    with st.form("studio", border=False):
        title = st.text_input(frame.say("studio.title"), value=frame.say("studio.title_default"), key="studio-title")
        wish = _limits(frame, scenario, title)
        if not st.form_submit_button(frame.say("studio.make"), type="primary", width="stretch"):
            return None
    with frame.problems_shown():
        return frame.server.plans.ask(frame.person, area, wish, now=frame.now)
    return None


def _limits(frame: Frame, scenario: Scenario, title: str) -> Wish:
    """Ask limits, band and what not to use."""
    rules = scenario.rules
    columns = st.columns(2)
    no_limit = frame.say("studio.zero_is_none")
    most = columns[0].number_input(frame.say("studio.max_sites"), 0, 100_000, rules.max_sites or 0, 1, help=no_limit)
    budget = columns[1].number_input(frame.say("studio.budget"), 0.0, 100_000.0, (rules.budget_yen or 0) / OKU, 0.1, help=no_limit)
    bands = list(dict.fromkeys((scenario.radio.band, *BANDS)))
    band = st.selectbox(frame.say("asset.band"), bands)
    owners = st.multiselect(
        frame.say("studio.without_owners"),
        _OWNERS,
        format_func=lambda one: frame.word("owner_class", one),
        placeholder=frame.say("studio.none"),
    )
    with st.expander(frame.say("studio.more")):
        types = st.multiselect(
            frame.say("studio.without_types"),
            field_of("asset_type").values,
            format_func=lambda one: frame.word("asset_type", one),
            placeholder=frame.say("studio.none"),
        )
        priorities = _priorities(frame, scenario)
        spacing = st.number_input(frame.say("studio.spacing"), 0.0, 5_000.0, rules.minimum_spacing_m or 0.0, 5.0)
        effort = st.select_slider(frame.say("studio.effort"), [0.3, 1.0, 3.0, 10.0], value=1.0, format_func=lambda one: f"×{one:g}")
        seed = st.number_input(frame.say("studio.seed"), 0, 1_000_000, scenario.solve.seed, 1)
    return Wish(
        title=title,
        max_sites=int(most) or None,
        budget_yen=round(budget * OKU) or None,
        band=str(band),
        fixed=rules.fixed,
        forbidden=rules.forbidden,
        excluded_owners=tuple(owners),
        excluded_types=tuple(types),
        minimum_spacing_m=float(spacing) or None,
        priorities=priorities,
        seed=int(seed),
        effort=float(effort),
    )


def _priorities(frame: Frame, scenario: Scenario) -> dict[int, float]:
    """Ask how much each zone counts, and return what differs from the scenario, by place in the file."""
    st.caption(frame.say("studio.priorities"))
    columns, found = st.columns(2), {}
    for place, zone in enumerate(scenario.zones):
        label = plain(f"{place + 1}. {_zone_name(zone) if isinstance(zone, PolygonZones) else zone.name}")
        key = f"priority-{scenario.scenario.name}-{place}"
        asked = columns[place % 2].number_input(label, 0.0, _HIGHEST_PRIORITY, float(zone.priority), 0.5, key=key)
        if asked != zone.priority:
            found[place] = float(asked)
    return found


def _zone_name(zone: PolygonZones) -> str:
    """Return what tells the zones of a file from others of that file."""
    return f"{Path(zone.path).stem}　{'、'.join(str(one) for values in zone.where.values() for one in values)}"
