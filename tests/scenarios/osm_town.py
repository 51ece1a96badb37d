"""A small town in OSM's own format, and readers of what is written of it."""

from __future__ import annotations

import json
from pathlib import Path

import shapely

# A crossing of two streets at node 3, a tunnel, a path across a square, a lamp, a signal, a park, two houses and a corridor.
TOWN = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6" generator="test">
<bounds minlat="35.65" minlon="139.69" maxlat="35.66" maxlon="139.70"/>
<node id="1" lat="35.6550" lon="139.6950"/>
<node id="2" lat="35.6550" lon="139.6955"/>
<node id="3" lat="35.6550" lon="139.6960"><tag k="highway" v="traffic_signals"/><tag k="name" v="四辻"/></node>
<node id="4" lat="35.6550" lon="139.6970"/>
<node id="5" lat="35.6545" lon="139.6960"/>
<node id="6" lat="35.6555" lon="139.6960"/>
<node id="7" lat="35.6551" lon="139.6951"><tag k="highway" v="street_lamp"/><tag k="height" v="6 m"/></node>
<node id="8" lat="35.6552" lon="139.6952"><tag k="leisure" v="park"/><tag k="name" v="a park without outline"/></node>
<node id="11" lat="35.6560" lon="139.6950"/>
<node id="12" lat="35.6560" lon="139.6952"/>
<node id="13" lat="35.6562" lon="139.6952"/>
<way id="101"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="4"/><tag k="highway" v="residential"/><tag k="name" v="本通り"/></way>
<way id="102"><nd ref="5"/><nd ref="3"/><nd ref="6"/><tag k="highway" v="service"/><tag k="oneway" v="yes"/>
  <tag k="layer" v="-1"/><tag k="tunnel" v="yes"/></way>
<way id="103"><nd ref="4"/><nd ref="6"/><tag k="highway" v="corridor"/></way>
<way id="104"><nd ref="11"/><nd ref="12"/><nd ref="13"/><nd ref="11"/><tag k="leisure" v="park"/><tag k="name" v="三角公園"/></way>
<way id="105"><nd ref="11"/><nd ref="12"/><nd ref="13"/><nd ref="11"/><tag k="building" v="yes"/>
  <tag k="height" v="12.5 m"/><tag k="building:levels" v="4"/></way>
<way id="106"><nd ref="5"/><nd ref="4"/><nd ref="6"/><nd ref="5"/><tag k="building" v="house"/><tag k="height" v="tall"/></way>
<way id="107"><nd ref="5"/><nd ref="4"/><nd ref="6"/><nd ref="5"/><tag k="highway" v="pedestrian"/><tag k="area" v="yes"/></way>
</osm>
"""
OUTLINE = {"type": "Polygon", "coordinates": [[[139.69, 35.65], [139.7, 35.65], [139.7, 35.66], [139.69, 35.66], [139.69, 35.65]]]}


def read_features(path: Path) -> list[dict[str, object]]:
    return [one["properties"] for one in json.loads(path.read_text(encoding="utf-8"))["features"]]


def read_shapes(path: Path) -> list[shapely.Geometry]:
    return [shapely.from_geojson(json.dumps(one["geometry"])) for one in json.loads(path.read_text(encoding="utf-8"))["features"]]
