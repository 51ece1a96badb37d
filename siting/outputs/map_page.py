"""The shell of a map: a Folium page that carries Leaflet, its layers and its data inside itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import folium
from branca.element import Element, Figure
from folium.raster_layers import ImageOverlay
from jinja2 import Template

from siting.errors import InvalidInputError
from siting.outputs.escape import JsonValue, js_safe, script_json
from siting.outputs.leaflet_files import leaflet_script, leaflet_style
from siting.outputs.map_images import OverlayImage
from siting.outputs.pages import template_text
from siting.outputs.text import both

_TILES = "https://cyberjapandata.gsi.go.jp"
_TILES_CREDIT = '<a href="https://maps.gsi.go.jp/development/ichiran.html">国土地理院 GSI Japan</a>'


@dataclass(frozen=True, kw_only=True)
class MapLayer:
    """
    A layer that can be switched on and off.

    Attributes
    ----------
    key
        Names it in the text catalogue (``layer.<key>``) and in the script of the page.
    image
        What it shows; ``None`` when the script fills it with markers.
    is_shown
        Switched on when the map opens.
    """

    key: str
    image: OverlayImage | None = None
    is_shown: bool = True


class _Verbatim(Element):
    """Markup shown as it is: Folium would run a plain element's text as a template."""

    _template = Template("{{ this.markup }}")

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.markup = markup


def map_page(
    *,
    layers: Sequence[MapLayer],
    data: Mapping[str, JsonValue],
    panel: str,
    title: str,
    lat_lon_bounds: list[list[float]],
    online_tiles: bool = False,
) -> str:
    """
    Return the page; the same input gives the same text.

    Parameters
    ----------
    layers
        From the lowest to the highest.
    data
        What ``map.js`` draws; every text in it already safe.
    panel
        Safe HTML of the box beside the map.
    title
        Title of the window, unescaped.
    lat_lon_bounds
        South-west and north-east corner to show first [deg].
    online_tiles
        Add base map tiles, which need internet.

    Raises
    ------
    InvalidInputError
        Folium has grown a part that would load something from the network.
    """
    base = _base_map(lat_lon_bounds, online_tiles=online_tiles)
    names = {}
    for depth, layer in enumerate(layers, start=1):
        element = _element(layer, depth)
        element.add_to(base)
        if layer.image is None:
            names[layer.key] = element
    folium.LayerControl(collapsed=False).add_to(base)
    figure = base.get_root()
    if not isinstance(figure, Figure):
        raise InvalidInputError("folium map", "must stand in a figure", type(figure).__name__)
    _number(figure)
    contents: dict[str, JsonValue] = {
        **data,
        "map": base.get_name(),
        "layers": {key: one.get_name() for key, one in names.items()},
        "bounds": [list(corner) for corner in lat_lon_bounds],
    }
    _fill(figure, contents, panel, title, online_tiles=online_tiles)
    return figure.render().replace("<html>", '<html lang="ja">', 1)


def _base_map(lat_lon_bounds: list[list[float]], *, online_tiles: bool) -> folium.Map:
    """Return an empty map without any of Folium's links to other servers."""
    (south, west), (north, east) = lat_lon_bounds
    base = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        tiles=None,
        zoom_control="bottomright",
        min_zoom=7,
        max_zoom=20,
        zoom_snap=0.25,
        zoom_delta=0.5,
    )
    base.default_js, base.default_css = [], []
    if online_tiles:
        name = _layer_name("base_tiles")
        address = f"{_TILES}/xyz/pale/{{z}}/{{x}}/{{y}}.png"
        folium.TileLayer(address, attr=_TILES_CREDIT, name=name, min_zoom=5, max_zoom=20, max_native_zoom=18, overlay=True).add_to(base)
    return base


def _element(layer: MapLayer, depth: int) -> folium.map.Layer:
    name = _layer_name(layer.key)
    if layer.image is None:
        return folium.FeatureGroup(name=name, show=layer.is_shown)
    return ImageOverlay(layer.image.uri, layer.image.lat_lon_bounds, name=name, show=layer.is_shown, z_index=depth, alt=name)


def _layer_name(key: str) -> str:
    sentence = both(f"layer.{key}")
    return js_safe(f"{sentence.ja} {sentence.en}")


def _fill(figure: Figure, contents: Mapping[str, JsonValue], panel: str, title: str, *, online_tiles: bool) -> None:
    """Put the policy, the scripts, the panel and the data into the page."""
    figure.title = js_safe(title)
    images = f"data: {_TILES}" if online_tiles else "data:"
    policy = f"default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src {images}"
    head = [
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        f"<style>{leaflet_style()}</style>",
        f"<script>{leaflet_script()}</script>",
        f"<style>{template_text('map.css')}</style>",
        f"<script>{template_text('map.js')}</script>",
    ]
    body = [panel, f'<script type="application/json" id="siting-data">{script_json(dict(contents))}</script>']
    for number, markup in enumerate(head):
        figure.header.add_child(_Verbatim(markup), name=f"siting_head_{number}", index=number)
    for number, markup in enumerate(body):
        figure.html.add_child(_Verbatim(markup), name=f"siting_body_{number}")


def _number(figure: Figure) -> None:
    """Give every part a number for its name, where Folium drew one by lot: the same page for the same plan."""
    for number, element in enumerate(_walk(figure)):
        element._id = f"{number:03d}"


def _walk(element: Element) -> Iterator[Element]:
    yield element
    parts = (element.header, element.html, element.script) if isinstance(element, Figure) else ()
    for child in (*parts, *element._children.values()):
        yield from _walk(child)
