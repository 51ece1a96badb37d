"""Leaflet from its installed wheel, ready to stand inside a page."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from siting.outputs.raster_image import data_uri

_STATIC = "static/js_lib_leaflet"


@cache
def leaflet_script() -> str:
    """Return Leaflet's script without the pointer to its source map, which a browser would go and fetch."""
    script = files("js_lib_leaflet").joinpath(f"{_STATIC}/leaflet.js").read_text(encoding="utf-8")
    return re.sub(r"\n//# sourceMappingURL=.*", "", script)


@cache
def leaflet_style() -> str:
    """Return Leaflet's style sheet with its images inside."""
    folder = files("js_lib_leaflet").joinpath(_STATIC)
    style = folder.joinpath("leaflet.css").read_text(encoding="utf-8")
    without_vml = re.sub(r"\s*behavior: url\(#default#VML\);", "", style)

    def inline(match: re.Match[str]) -> str:
        return f"url({data_uri(folder.joinpath(match[1]).read_bytes(), 'image/png')})"

    return re.sub(r"url\((images/[\w.-]+\.png)\)", inline, without_vml)
