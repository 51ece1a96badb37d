"""What the marks of a map mean, each in its own colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from siting.outputs.map_images import BUILDING, BY_MORE, BY_ONE, BY_TWO, UNCOVERED
from siting.outputs.raster_image import Rgba
from window.planning.viewshed import ALREADY, NEW
from window.ui.frame import Frame

PIN, SITE, CASE, IN_USE = "#D55E00", "#0072B2", "#CC79A7", "#111111"
BOUNDARY, CANDIDATE = "#8a6d3b", "#555555"

ASSET_COLOURS = {
    "pole": ("#0072B2", ("streetlight", "signal", "smart_pole", "utility_pole", "pole")),
    "building": ("#D55E00", ("building",)),
    "structure": ("#E69F00", ("structure", "tower")),
    "park": ("#009E73", ("park", "land")),
    "transport": ("#CC79A7", ("station", "subway_entrance", "bus_stop", "bike_port")),
}
"""Colour of each group of asset types, told apart by the colour-blind too (Okabe and Ito), and its types."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """
    A mark of a legend.

    Attributes
    ----------
    sign
        The mark as a letter.
    colour
        Its colour, as CSS.
    key
        What it means, in the catalogue.
    """

    sign: str
    colour: str
    key: str


def _css(colour: Rgba) -> str:
    return f"rgb({colour[0]},{colour[1]},{colour[2]})"


_BUILDING = Mark(sign="■", colour=_css(BUILDING), key="marks.footprint")
ASSET_MARKS = (
    *(Mark(sign="●", colour=colour, key=f"marks.{group}") for group, (colour, _) in ASSET_COLOURS.items()),
    _BUILDING,
    Mark(sign="■", colour=_css(NEW), key="marks.new"),
    Mark(sign="■", colour=_css(ALREADY), key="marks.already"),
    Mark(sign="╌", colour=BOUNDARY, key="marks.boundary"),
)
COVERAGE_MARKS = (
    Mark(sign="●", colour=SITE, key="marks.site"),
    Mark(sign="■", colour=_css(BY_ONE), key="marks.by_one"),
    Mark(sign="■", colour=_css(BY_TWO), key="marks.by_two"),
    Mark(sign="■", colour=_css(BY_MORE), key="marks.by_more"),
    Mark(sign="■", colour=_css(UNCOVERED), key="marks.uncovered"),
)
PLAN_MARKS = (
    *COVERAGE_MARKS,
    Mark(sign="●", colour=PIN, key="marks.pinned"),
    Mark(sign="•", colour=CANDIDATE, key="marks.candidate"),
    _BUILDING,
)
IN_USE_MARKS = (Mark(sign="○", colour=IN_USE, key="marks.in_use"),)
CASE_MARKS = (Mark(sign="○", colour=CASE, key="marks.case"),)


def show_legend(frame: Frame, marks: Sequence[Mark]) -> None:
    """Show what marks mean."""
    signs = (f'<b style="color:{one.colour};font-size:1.1rem">{one.sign}</b> {escape(frame.say(one.key))}' for one in marks)
    parts = "".join(f'<span style="white-space:nowrap">{one}</span>' for one in signs)
    st.html(f'<div style="display:flex;flex-wrap:wrap;gap:2px 14px;font-size:0.85rem;color:#444">{parts}</div>')
