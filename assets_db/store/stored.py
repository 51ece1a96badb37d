"""One asset as it stands in the register."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from assets_db.record import AssetRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAsset:
    """
    One state of an asset.

    Attributes
    ----------
    record
        What is known of it, with ``asset_id``.
    row_version
        1 for the first state, one more with each change.
    recorded_at
        When the register learned this, UTC.
    is_gone
        It is no more: a tombstone.
    merged_into
        Id of the asset that stands for it now; empty if there is none.
    """

    record: AssetRecord
    row_version: int
    recorded_at: dt.datetime
    is_gone: bool = False
    merged_into: str = ""
