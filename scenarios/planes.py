"""The plane of metres that suits a place: a Japanese plane rectangular system, or UTM elsewhere."""

from __future__ import annotations

import math
from collections.abc import Iterator

from siting.errors import InvalidInputError

_FIRST_JAPANESE_PLANE = 6669  # EPSG code of zone I; the others follow in order
_FARTHEST_KM = 100.0  # no inhabited place of Japan is farther from a city of the table; Pusan is
_KM_PER_DEGREE = 111.2

_CITIES_BY_ZONE: dict[int, str] = {
    1: "32.75 129.87 Nagasaki, 32.70 128.84 Goto, 34.20 129.29 Tsushima, 29.60 129.70 Tokara, 28.38 129.49 Amami, 27.37 128.58 Okinoerabu",
    2: "33.59 130.40 Fukuoka, 33.88 130.88 Kitakyushu, 33.25 130.30 Saga, 32.80 130.71 Kumamoto, 33.24 131.61 Oita, 31.91 131.42 Miyazaki,"
    "31.56 130.56 Kagoshima, 30.38 130.66 Yakushima",
    3: "34.19 131.47 Yamaguchi, 33.96 130.94 Shimonoseki, 35.47 133.05 Matsue, 34.40 132.46 Hiroshima, 34.49 133.36 Fukuyama",
    4: "34.34 134.04 Takamatsu, 33.84 132.77 Matsuyama, 34.07 134.55 Tokushima, 33.56 133.53 Kochi, 32.99 132.93 Shimanto",
    5: "34.69 135.19 Kobe, 34.73 135.41 Amagasaki, 34.82 134.69 Himeji, 35.50 134.24 Tottori, 35.43 133.33 Yonago, 34.66 133.93 Okayama",
    6: "35.02 135.76 Kyoto, 34.69 135.50 Osaka, 34.79 135.47 Toyonaka, 36.06 136.22 Fukui, 35.65 136.07 Tsuruga, 35.00 135.87 Otsu,"
    "34.73 136.51 Tsu, 34.97 136.62 Yokkaichi, 34.69 135.83 Nara, 34.23 135.17 Wakayama, 33.73 135.99 Shingu",
    7: "36.59 136.63 Kanazawa, 37.39 136.90 Wajima, 36.70 137.21 Toyama, 35.42 136.76 Gifu, 36.15 137.25 Takayama,"
    "35.49 137.50 Nakatsugawa, 35.18 136.91 Nagoya, 34.77 137.39 Toyohashi",
    8: "37.90 139.02 Niigata, 37.11 138.24 Joetsu, 36.65 138.18 Nagano, 36.24 137.97 Matsumoto, 36.25 138.48 Saku, 35.51 137.82 Iida,"
    "35.66 138.57 Kofu, 35.61 138.94 Otsuki, 34.98 138.38 Shizuoka, 34.71 137.73 Hamamatsu, 35.10 138.86 Numazu, 35.10 139.07 Atami",
    9: "35.69 139.69 Tokyo, 35.81 139.10 Okutama, 34.75 139.36 Oshima, 33.11 139.79 Hachijo, 37.75 140.47 Fukushima, 37.49 139.93 Aizu,"
    "37.05 140.89 Iwaki, 36.57 139.88 Utsunomiya, 36.34 140.45 Mito, 35.86 139.65 Saitama, 35.61 140.12 Chiba, 36.39 139.06 Maebashi,"
    "35.45 139.64 Yokohama, 35.26 139.15 Odawara",
    10: "40.82 140.74 Aomori, 39.72 140.10 Akita, 38.24 140.36 Yamagata, 38.91 139.84 Sakata, 39.70 141.15 Morioka, 38.27 140.87 Sendai",
    11: "41.77 140.73 Hakodate, 43.19 140.99 Otaru, 42.47 140.87 Date",
    12: "43.06 141.35 Sapporo, 42.32 140.97 Muroran, 42.63 141.60 Tomakomai, 43.77 142.37 Asahikawa, 45.42 141.67 Wakkanai,"
    "42.17 142.77 Urakawa",
    13: "42.92 143.20 Obihiro, 42.98 144.38 Kushiro, 43.80 143.90 Kitami, 43.33 145.58 Nemuro",
    14: "27.09 142.19 Ogasawara",
    15: "26.21 127.68 Naha, 26.59 127.98 Nago",
    16: "24.34 124.16 Ishigaki, 24.81 125.28 Miyakojima, 24.47 123.00 Yonaguni",
    17: "25.83 131.23 Daito",
}
"""Latitude, longitude [deg] and name of cities by the zone that they belong to; none lives in zones 18 and 19."""


def plane_for(longitude: float, latitude: float) -> str:
    """
    Return the EPSG code of a plane in metres that suits a place.

    In Japan this is the plane rectangular system (JGD2011) of the nearest city of a table: the official one except for places
    close to a prefecture's border, which may get their neighbour's, a system that is as accurate there. Elsewhere it is the UTM
    zone (WGS 84) of the place.

    Parameters
    ----------
    longitude, latitude
        Centre of the place [deg].

    Raises
    ------
    InvalidInputError
        UTM does not hold there: beyond 84 degrees north or 80 degrees south.

    References
    ----------
    Ministry of Land, Infrastructure, Transport and Tourism of Japan, notification 9 of 2002: plane rectangular systems I to XIX.
    """
    distance_km, zone = min((_distance_km(longitude, latitude, city), zone) for zone, city in japanese_cities())
    if distance_km <= _FARTHEST_KM:
        return f"EPSG:{_FIRST_JAPANESE_PLANE + zone - 1}"
    if not (-180 <= longitude <= 180 and -80 <= latitude <= 84):
        raise InvalidInputError("place", "must lie between 80 degrees south and 84 degrees north", (longitude, latitude))
    utm_zone = min(int((longitude + 180) // 6) + 1, 60)
    return f"EPSG:{(32600 if latitude >= 0 else 32700) + utm_zone}"


def japanese_cities() -> Iterator[tuple[int, tuple[float, float]]]:
    """Yield the zone, and latitude and longitude [deg], of each city of the table."""
    for zone, cities in _CITIES_BY_ZONE.items():
        for city in cities.split(","):
            latitude, longitude, _ = city.split()
            yield zone, (float(latitude), float(longitude))


def _distance_km(longitude: float, latitude: float, city: tuple[float, float]) -> float:
    """Return the distance to a city, good enough to find the nearest one."""
    north, east = latitude - city[0], (longitude - city[1]) * math.cos(math.radians(city[0]))
    return _KM_PER_DEGREE * math.hypot(north, east)
