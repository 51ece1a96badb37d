"""Building footprints from GeoJSON."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from siting.features import Features, read_features
from siting.footprints.query import FootprintQuery, RawFootprints


def read_geojson(path: Path, query: FootprintQuery) -> RawFootprints:
    """
    Read the wanted features of a GeoJSON feature collection.

    Raises
    ------
    InvalidInputError
        See :func:`~siting.features.read_features`; or a named column that no feature has.
    """
    features = read_features(path)
    placement = query.placement(features.crs)
    placed, index = placement.wanted(features.geometries)
    columns = query.columns(features.names())
    return RawFootprints(
        polygons=placed,
        height_m=_column(features, columns.height, index),
        storeys=_column(features, columns.storeys, index),
        ids=_column(features, columns.id, index),
        rows=index,
        crs=placement.target_crs,
    )


def _column(features: Features, name: str | None, index: NDArray[np.int64]) -> NDArray[np.object_] | None:
    """Return one property of some features, None where a feature lacks it."""
    if name is None:
        return None
    values = np.empty(len(features), dtype=object)
    values[:] = features.values(name)
    return values[index]
