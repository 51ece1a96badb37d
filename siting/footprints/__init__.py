"""Building footprints: read from files of many kinds, cleaned, and every row accounted for."""

from siting.footprints.cleaning import Footprints, clean_footprints, concatenate
from siting.footprints.files import read_footprints
from siting.footprints.heights import HeightRule, TextArray
from siting.footprints.report import FootprintReport, RejectedFootprint

__all__ = [
    "FootprintReport",
    "Footprints",
    "HeightRule",
    "RejectedFootprint",
    "TextArray",
    "clean_footprints",
    "concatenate",
    "read_footprints",
]
