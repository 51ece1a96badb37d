"""The register of assets: readers that turn published lists into accepted rows and rejects with reasons."""

from assets_db.csv_lists import read_csv_list
from assets_db.errors import AssetsError, InvalidSourceError
from assets_db.osm_points import OSM_CREDIT, read_osm_points
from assets_db.row_checks import ASSET_TYPES, OWNER_CLASSES
from assets_db.rows import COLUMNS, AssetRows, Reject, RejectCode
from assets_db.station_lists import read_station_list

__all__ = [
    "ASSET_TYPES",
    "COLUMNS",
    "OSM_CREDIT",
    "OWNER_CLASSES",
    "AssetRows",
    "AssetsError",
    "InvalidSourceError",
    "Reject",
    "RejectCode",
    "read_csv_list",
    "read_osm_points",
    "read_station_list",
]
