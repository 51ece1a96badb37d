"""The routes beside the pages. Every one that gives data asks for a pass of a person who still works here."""

from __future__ import annotations

import json
import mimetypes
import threading
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from siting.outputs.leaflet_files import leaflet_script
from window.asset_index import FILTERED, MOST_POINTS, ZONE, AssetIndex
from window.building_tiles import EMPTY_TILE, LEAST_ZOOM, MOST_ZOOM, building_tile, tile_bounds
from window.errors import DeskError
from window.policy import Person
from window.server import server
from window.web.plan_points import index_of
from window.web.tokens import person_of_token

ROOT = "/siting"
_PRIVATE = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
_FRESH = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_PUBLIC = {"Cache-Control": "public, max-age=86400", "X-Content-Type-Options": "nosniff"}
_LEAFLET = "static/js_lib_leaflet"
_MOST_INDEXES = 8
_MOST_CANDIDATES = 8000
"""Candidates of a plan drawn one by one: clusters would hide the chosen sites."""

_TILES = CapacityLimiter(4)
"""Tiles wait for the buildings of an area; whoever asks for anything else does not wait behind them."""

_INDEXES: dict[str, AssetIndex] = {}
_LOCK = threading.Lock()


def routes() -> list[Route]:
    """Return all routes of the window."""
    return [
        Route(f"{ROOT}/vendor/{{name:path}}", _vendor),
        Route(f"{ROOT}/points", _guarded(_points)),
        Route(f"{ROOT}/boundaries", _guarded(_boundaries)),
        Route(f"{ROOT}/buildings/{{z:int}}/{{x:int}}/{{y:int}}.png", _guarded(_tile, _TILES)),
    ]


def _guarded(answer: Callable[[Request, str], Response], limiter: CapacityLimiter | None = None) -> Callable[[Request], object]:
    """Let only people of this desk ask, and say in one line what was wrong with a request."""

    async def route(request: Request) -> Response:
        person_id = person_of_token(request.headers.get("x-siting-pass") or request.query_params.get("pass", ""))
        if person_id is None:
            return PlainTextResponse("sign in first", status_code=401, headers=_FRESH)

        def work() -> Response:
            with server().desk.reading(person_id):
                pass  # raises for one who no longer works here
            return answer(request, person_id)

        try:
            return await to_thread.run_sync(work, limiter=limiter)
        except DeskError as error:
            return PlainTextResponse(str(error), status_code=403, headers=_FRESH)
        except ValueError as error:
            return PlainTextResponse(str(error), status_code=400, headers=_FRESH)

    return route


def _points(request: Request, person_id: str) -> Response:
    """Answer with the assets of a box, or with clusters of them; with a plan, with its candidates, to those whose plan it is."""
    box = tuple(float(one) for one in request.query_params.get("bbox", "").split(","))
    if len(box) != 4:
        raise ValueError("bbox must be west,south,east,north")
    plan_id = request.query_params.get("plan", "")
    index = _candidates(plan_id, _person(person_id)) if plan_id else server().assets.current()
    wanted = {name: tuple(request.query_params.getlist(name)) for name in (*FILTERED, ZONE)}
    is_chosen = index.chosen(wanted, request.query_params.get("q", ""))
    found = index.within((box[0], box[1], box[2], box[3]), is_chosen, most=_MOST_CANDIDATES if plan_id else MOST_POINTS)
    types = index.values["asset_type"]
    points = [
        [
            round(float(index.lon[row]), 6),
            round(float(index.lat[row]), 6),
            index.ids[row],
            index.names[row],
            types[index.codes["asset_type"][row]],
        ]
        for row in found.rows
    ]
    return JSONResponse({"points": points, "clusters": found.clusters, "chosen": int(is_chosen.sum())}, headers=_FRESH)


def _person(person_id: str) -> Person:
    """Return who asks."""
    with server().desk.reading(person_id) as (_, person):
        return person


def _candidates(plan_id: str, person: Person) -> AssetIndex:
    """Return where the candidates of a person's plan are."""
    opened = server().plans.opened(person, plan_id)
    with _LOCK:
        found = _INDEXES.get(plan_id)
        if found is None:
            while len(_INDEXES) >= _MOST_INDEXES:
                _INDEXES.pop(next(iter(_INDEXES)))
            found = _INDEXES[plan_id] = index_of(opened)
        return found


def _boundaries(_request: Request, _person_id: str) -> Response:
    """Answer with the boundaries of the settings."""
    named = server().settings.boundaries
    if not named:
        return JSONResponse({"type": "FeatureCollection", "features": []}, headers=_PRIVATE)
    return Response(_outlines(named), media_type="application/geo+json", headers=_PRIVATE)


@lru_cache(maxsize=1)
def _outlines(named: str) -> bytes:
    """Return the shapes of a GeoJSON file, without anything else it says."""
    table = json.loads(Path(named).read_text(encoding="utf-8"))
    shapes = [{"type": "Feature", "properties": {}, "geometry": one["geometry"]} for one in table["features"]]
    return json.dumps({"type": "FeatureCollection", "features": shapes}).encode()


def _tile(request: Request, _person_id: str) -> Response:
    """Answer with a tile of building footprints, an empty one where no buildings are known."""
    place = (request.path_params["z"], request.path_params["x"], request.path_params["y"])
    return Response(_buildings(*place), media_type="image/png", headers=_PRIVATE)


@lru_cache(maxsize=2000)
def _buildings(zoom: int, column: int, row: int) -> bytes:
    if not LEAST_ZOOM <= zoom <= MOST_ZOOM:
        return EMPTY_TILE
    west, south, east, north = tile_bounds(zoom, column, row)
    areas = server().areas
    corners = [(lon, lat) for lon in (west, (west + east) / 2, east) for lat in (south, (south + north) / 2, north)]
    name = next((found for lon, lat in corners if (found := areas.name_at(lon, lat))), None)
    return EMPTY_TILE if name is None else building_tile(areas.prepared(name).basis.city, zoom, column, row)


def _vendor(request: Request) -> Response:
    """Answer with the map library, which is public."""
    name = request.path_params["name"]
    if name == "leaflet.js":
        return Response(leaflet_script(), media_type="text/javascript", headers=_PUBLIC)
    if name == "asset_layer.js":
        script = files("window").joinpath("data", "asset_layer.js").read_text(encoding="utf-8")
        return Response(script, media_type="text/javascript", headers=_FRESH)
    if name not in {"leaflet.css", "images/layers.png", "images/layers-2x.png", "images/marker-icon.png", "images/marker-shadow.png"}:
        return PlainTextResponse("there is no such file", status_code=404, headers=_FRESH)
    content = files("js_lib_leaflet").joinpath(f"{_LEAFLET}/{name}").read_bytes()
    return Response(content, media_type=mimetypes.guess_type(name)[0] or "application/octet-stream", headers=_PUBLIC)
