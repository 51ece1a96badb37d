"""The invented district's assets as its offices would send them: each list in a form of its own, with the flaws of real ones."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterable, Sequence

import shapely

from scenarios.district.assets import Asset
from scenarios.district.frame import geographic

_FLAWED = 3
"""Rows of the list of buildings that are flawed: swapped, at (0, 0), without position."""

_SAVED = dt.datetime(2025, 4, 1)  # workbooks know no time zone
_WIDE = str.maketrans("0123456789.", "０１２３４５６７８９．")


def office_lists(assets: Sequence[Asset]) -> dict[str, bytes]:
    """
    Return the lists by file name; every one says in its names that it is synthetic.

    Streetlights as CP932 with full-width heights; public buildings in the old municipal form, some flawed; a second office's list of
    the same buildings; parks as a workbook with a title; signals as GeoJSON with tags of OpenStreetMap; smart poles as UTF-16 with tabs;
    planned private works in the form in which developers hand them in.
    """
    of_type = {name: [one for one in assets if one.asset_type == name and not one.existing] for name in {one.asset_type for one in assets}}
    public = [one for one in of_type["building"] if one.owner_class != "private"]
    return {
        "list_streetlights.csv": _streetlights(of_type["streetlight"]),
        "list_buildings.csv": _buildings(public),
        "list_second_office.csv": _second_office(public),
        "list_parks.xlsx": _parks(of_type["park"]),
        "list_signals.geojson": _signals(of_type["signal"]),
        "list_smart_poles.csv": _smart_poles(of_type["smart_pole"]),
        "list_private_works.csv": _private_works([one for one in of_type["building"] if one.owner_class == "private"]),
    }


def _streetlights(lamps: Sequence[Asset]) -> bytes:
    """Return the lamps: CP932, a title above the header, full-width heights, owners in words."""
    owners = {"metropolitan": "都", "municipal": "区"}
    rows = [
        [str(i), _japanese(one), "街路灯", *_lat_lon(one), f"{one.height_agl_m:g}ｍ".translate(_WIDE), owners[one.owner_class]]
        for i, one in enumerate(lamps, start=1)
    ]
    text = _csv([["合成街路灯台帳（見本・実在しません）"], ["管理番号", "名称", "種別", "緯度", "経度", "地上高", "所有区分"], *rows])
    return text.encode("cp932")


def _buildings(buildings: Sequence[Asset]) -> bytes:
    """Return public buildings in the old municipal form; one is swapped, one at (0, 0), one has an address alone."""
    header = [
        "都道府県コード又は市区町村コード",
        "NO",
        "都道府県名",
        "市区町村名",
        "名称",
        "名称_カナ",
        "住所",
        "緯度",
        "経度",
        "地上高",
        "備考",
    ]
    rows = []
    for i, one in enumerate(buildings, start=1):
        lat, lon = _lat_lon(one)
        if i == 1:
            lat, lon = lon, lat
        elif i == 2:
            lat, lon = "0", "0"
        elif i == _FLAWED:
            lat, lon = "", ""
        where = ["131000", f"{i:010d}", "合成都", "合成区", _japanese(one), "ゴウセイ", f"合成都合成区合成{i}丁目{i}番{i}号"]
        rows.append([*where, lat, lon, f"{one.height_agl_m:.1f}", "合成データ"])
    return _csv([header, *rows]).encode("utf-8-sig")


def _second_office(buildings: Sequence[Asset]) -> bytes:
    """Return the same buildings as another office knows them: other spellings, places a few metres off, dates of eras."""
    header = ["ID", "施設名称", "所在地_連結表記", "緯度", "経度", "建築年", "所管課"]
    rows = []
    for i, one in enumerate(buildings, start=1):
        lon, lat = (float(text) for text in reversed(_lat_lon(one)))
        name = _japanese(one).replace("合成", "合成　", 1)
        rows.append([f"F-{i}", name, f"合成区合成{i}-{i}-{i}", f"{lat + 0.00003:.5f}", f"{lon - 0.00003:.5f}", f"平成{i + 2}年", "合成課"])
    return _csv([header, *rows]).encode()


def _parks(lamps: Sequence[Asset]) -> bytes:
    """Return the lamps of parks as a workbook whose first row is a title."""
    from openpyxl import Workbook  # noqa: PLC0415  # only the generator writes workbooks here

    book = Workbook()
    book.properties.creator, book.properties.created, book.properties.modified = "合成", _SAVED, _SAVED
    sheet = book.active
    if sheet is None:
        raise ValueError("a new workbook must have a sheet, got none")
    sheet.append(["合成公園内施設一覧（見本・実在しません）"])
    sheet.append(["番号", "公園施設名", "緯度", "経度", "面積（㎡）", "地上高"])
    for i, one in enumerate(lamps, start=1):
        sheet.append([i, _japanese(one), *(float(text) for text in _lat_lon(one)), f"{1000 + 37 * i:,} ", one.height_agl_m])
    stream = io.BytesIO()
    book.save(stream)
    return _without_times(stream.getvalue())


def _without_times(workbook: bytes) -> bytes:
    """Return a workbook whose parts bear one fixed time, so that the same content gives the same bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as read, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as written:
        for name in sorted(read.namelist()):
            content = read.read(name)
            if name == "docProps/core.xml":
                content = _with_fixed_time(content)
            written.writestr(zipfile.ZipInfo(name, (2025, 4, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _with_fixed_time(properties: bytes) -> bytes:
    """Return the properties of a workbook without the moment at which it was saved."""
    head, _, rest = properties.partition(b"<dcterms:modified")
    start, end = rest.index(b">") + 1, rest.index(b"</dcterms:modified>")
    return head + b"<dcterms:modified" + rest[:start] + b"2025-04-01T00:00:00Z" + rest[end:]


def _signals(signals: Sequence[Asset]) -> bytes:
    """Return signals with the tags of OpenStreetMap, and crossings that are no assets."""
    features = []
    for i, one in enumerate(signals, start=1):
        lat, lon = _lat_lon(one)
        tags = {"osm_id": str(i), "name": _japanese(one), "highway": "traffic_signals" if i % 12 else "crossing"}
        features.append({"type": "Feature", "properties": tags, "geometry": {"type": "Point", "coordinates": [float(lon), float(lat)]}})
    return json.dumps({"type": "FeatureCollection", "synthetic": True, "features": features}, ensure_ascii=False).encode()


def _smart_poles(poles: Sequence[Asset]) -> bytes:
    """Return smart poles as a spreadsheet saves Unicode text: UTF-16 with tabs."""
    rows = [
        [f"SP{i:02d}", _japanese(one), "スマートポール", *_lat_lon(one), f"{one.height_agl_m:g}", "有", str(one.capacity)]
        for i, one in enumerate(poles, start=1)
    ]
    header = ["asset_no", "名称", "種別", "緯度", "経度", "地上高", "電源の有無", "収容事業者数"]
    return "\n".join("\t".join(row) for row in [header, *rows]).encode("utf-16")


def _private_works(buildings: Sequence[Asset]) -> bytes:
    """Return private buildings as planned works, with dates of eras."""
    header = ["計画番号", "事業名", "所在地", "緯度", "経度", "種別", "着工予定日", "竣工予定日", "事業者名", "最高高さ"]
    rows = [
        [
            *(f"P{i}", f"{_japanese(one)}建替計画", f"合成区合成{i}丁目", *_lat_lon(one)),
            *("ビル", "令和8年4月1日", "R10.3.31", "合成不動産", f"{one.height_agl_m:g}m"),
        ]
        for i, one in enumerate(buildings, start=1)
    ]
    return _csv([header, *rows]).encode("cp932")


def _japanese(asset: Asset) -> str:
    """Return the Japanese name of an asset."""
    return asset.name.partition(" / ")[0]


def _lat_lon(asset: Asset) -> tuple[str, str]:
    """Return latitude and longitude as text."""
    lon, lat, _, _ = geographic(shapely.Point(asset.x_m, asset.y_m)).bounds
    return f"{lat:.7f}", f"{lon:.7f}"


def _csv(rows: Iterable[Sequence[str]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerows(rows)
    return stream.getvalue()
