"""The map of the pages: folium with libraries of this machine alone, the register's assets asked for as the map moves."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import folium
import streamlit as st
from branca.element import MacroElement
from jinja2 import Template
from streamlit_folium import st_folium

from assets_db.schema import field_of
from siting.outputs.escape import JsonValue, script_json
from window.ui.frame import Frame
from window.ui.legend import ASSET_COLOURS, BOUNDARY, CANDIDATE

_ROOT = "../../siting"
"""The routes, as seen from the frame of the map: also under a base path."""

_GSI_TILES = "https://cyberjapandata.gsi.go.jp/xyz/pale/{z}/{x}/{y}.png"
_GSI_CREDIT = "国土地理院"
_STYLE = """
<style>
.siting-cluster { background: rgba(0,114,178,.82); color: #fff; border-radius: 50%; display: flex; align-items: center;
  justify-content: center; font: 600 11px sans-serif; border: 2px solid #fff; box-sizing: border-box; }
.siting-note { background: #fff4d6; padding: 6px 10px; border-radius: 4px; font-size: 13px; }
.siting-box { font-size: 18px; } .siting-active { background: #ffe3cc !important; }
.leaflet-container { background: #f4f3f0; font-family: sans-serif; }
</style>
"""


class OfflineMap(folium.Map):
    """A folium map that asks no other machine for its libraries."""

    def __init__(self, centre: tuple[float, float], zoom: int) -> None:
        super().__init__(location=(centre[1], centre[0]), zoom_start=zoom, tiles=None, min_zoom=9, max_zoom=20)
        self.default_js = [("leaflet", f"{_ROOT}/vendor/leaflet.js"), ("asset_layer", f"{_ROOT}/vendor/asset_layer.js")]
        self.default_css = [("leaflet_css", f"{_ROOT}/vendor/leaflet.css")]


class _Script(MacroElement):
    """A line of script; data in it has gone through ``script_json`` and cannot break out of it."""

    _template = Template("{% macro script(this, kwargs) %}{{ this.line }}{% endmacro %}")

    def __init__(self, line: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca has no types
        self._name = "SitingScript"
        self.line = line


@dataclass(frozen=True, kw_only=True)
class Said:
    """What was last done on a map: an asset clicked, or a box (west, south, east, north [deg]) drawn."""

    asset_id: str = ""
    box: tuple[float, float, float, float] | None = None


def base_map(frame: Frame, centre: tuple[float, float], zoom: int, *, with_box: bool = True, plan_id: str = "") -> OfflineMap:
    """
    Return the map without what changes on it.

    Parameters
    ----------
    frame
        Who looks.
    centre
        Longitude and latitude [deg].
    zoom
        First zoom.
    with_box
        Whether a search area can be drawn.
    plan_id
        Plan whose candidates are on it; by default the register's assets.
    """
    drawn = OfflineMap(centre, zoom)
    drawn.get_root().header.add_child(folium.Element(_STYLE))  # type: ignore[attr-defined]  # the root is a Figure
    token = frame.token()
    if frame.settings.tiles == "gsi":
        folium.TileLayer(_GSI_TILES, attr=_GSI_CREDIT, max_native_zoom=18, max_zoom=20).add_to(drawn)
    name = drawn.get_name()
    drawn.add_child(_Script(f"L.control.scale({{imperial: false}}).addTo({name});"))
    tiles = script_json(f"{_ROOT}/buildings/{{z}}/{{x}}/{{y}}.png?pass={token}")
    drawn.add_child(_Script(f"L.tileLayer({tiles}, {{minZoom: 14, maxZoom: 20, attribution: ''}}).addTo({name});"))
    outline = f"{{color: '{BOUNDARY}', weight: 1.5, fillOpacity: 0.02, interactive: false, dashArray: '5 4'}}"
    drawn.add_child(
        _Script(
            f"fetch({script_json(_ROOT + '/boundaries')}, {{headers: {{'X-Siting-Pass': {script_json(token)}}}}})"
            f".then((a) => a.json()).then((g) => L.geoJSON(g, {outline}).addTo({name}));"
        )
    )
    types: dict[str, JsonValue] = {one: frame.word("asset_type", one) for one in (*field_of("asset_type").values, "pole")}
    words: JsonValue = {"box": frame.say("map.draw_box"), "expired": frame.say("map.expired")}
    colours: dict[str, JsonValue] = {one: colour for colour, kinds in ASSET_COLOURS.values() for one in kinds}
    shown: dict[str, JsonValue] = {"types": types, "colours": {} if plan_id else colours, "colour": CANDIDATE, "words": words}
    options = script_json({"root": _ROOT, "pass": token, "box": with_box, "plan": plan_id, **shown})
    drawn.add_child(_Script(f"window.sitingAssets({name}, {options});"))
    return drawn


def narrowing(wanted: Mapping[str, Sequence[str]], text: str) -> folium.FeatureGroup:
    """Return what narrows the assets on a map that is already drawn."""
    query = urlencode([(name, one) for name, values in wanted.items() for one in values] + ([("q", text)] if text else []))
    group = folium.FeatureGroup()
    group.add_child(_Script(f"if (window.sitingNarrow) window.sitingNarrow({script_json('&' + query if query else '')});"))
    return group


@dataclass(frozen=True, kw_only=True)
class Dot:
    """
    A dot on a map; a ring without ``fill``.

    Attributes
    ----------
    lon, lat
        Place [deg].
    radius, weight
        Of the dot and of its edge [px].
    fill, line
        Colours, ``#rrggbb``.
    asset_id
        What a click on it says; without one it lets clicks through to what is under it.
    """

    lon: float
    lat: float
    radius: float
    fill: str = ""
    line: str = "#ffffff"
    weight: float = 1.5
    asset_id: str = ""


class _Dots(MacroElement):
    """Dots as one line of script: as elements of folium, each would cost a template."""

    _template = Template("{% macro script(this, kwargs) %}window.sitingDots({{ this._parent.get_name() }}, {{ this.rows }});{% endmacro %}")

    def __init__(self, dots: Sequence[Dot]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca has no types
        self._name = "SitingDots"
        rows: list[JsonValue] = [
            [round(one.lon, 7), round(one.lat, 7), one.radius, one.fill, one.line, one.weight, one.asset_id] for one in dots
        ]
        self.rows = script_json(rows)


def add_dots(group: folium.FeatureGroup, dots: Sequence[Dot]) -> None:
    """Draw dots in a group, the last on top."""
    group.add_child(_Dots(dots))


def show_map(
    drawn: OfflineMap,
    layers: Sequence[folium.FeatureGroup],
    *,
    key: str,
    height: int,
    heard: Callable[[Said], None],
    view: tuple[tuple[float, float], int] | None = None,
) -> None:
    """
    Draw a map, and tell what is done on it.

    Parameters
    ----------
    drawn, layers
        The map, and what changes on it without its being loaded again.
    key
        One for each map.
    height
        Height [px].
    heard
        Called with what was done, before the page is drawn again.
    view
        Where to go: longitude and latitude [deg], and zoom.
    """

    def hear() -> None:
        told = (st.session_state.get(key) or {}).get("last_object_clicked_tooltip")
        said = _understood(str(told or ""))
        if said is not None:
            heard(said)

    centre = None if view is None else (view[0][1], view[0][0])
    st_folium(
        drawn,
        key=key,
        height=height,
        use_container_width=True,
        returned_objects=["last_object_clicked_tooltip"],
        feature_group_to_add=list(layers) or None,
        center=centre,
        zoom=None if view is None else view[1],
        pixelated=True,
        on_change=hear,
    )


def _understood(told: str) -> Said | None:
    """Return what the browser says was done; ``None`` for what it should not say."""
    try:
        found = json.loads(told)
        if found["kind"] == "asset":
            return Said(asset_id=str(found["id"]))
        west, south, east, north = (float(one) for one in found["bbox"])
    except (ValueError, KeyError, TypeError):
        return None
    return Said(box=(west, south, east, north))
