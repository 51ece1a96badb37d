"""What the facts say of an asset as a site: a score with its range, and the reasons that weigh most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from assets_db.record import AssetRecord
from siting.arrays import FloatArray, IndexArray, IntArray

Verdict: TypeAlias = Literal["recommended", "possible", "poor", "excluded"]

_GOOD, _FAIR = 60.0, 30.0
_FULL_LOAD_KG = 30.0


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """
    The judgement of one asset.

    Attributes
    ----------
    verdict
        In a word.
    score, least, most
        0 to 100, and what it could be once the unknown facts are known.
    reasons
        Codes of the reasons with their numbers, the weightiest first.
    """

    verdict: Verdict
    score: float
    least: float
    most: float
    reasons: tuple[tuple[str, float], ...]


def judge(record: AssetRecord, new_weight: float, others: FloatArray) -> Judgement:
    """
    Judge an asset.

    Parameters
    ----------
    record
        The asset.
    new_weight
        Demand weight an antenna there would add to the current plan.
    others
        The same of every candidate of the area, shape (n,).

    Notes
    -----
    The score is the share of candidates that would add less (percentile), less 15 points for each of load, power and height
    that is known to be a hindrance. Each of them that is unknown widens the range by the same 15 points downwards: the score
    takes the middle.
    """
    if record.text("lifecycle") == "retired" or record.text("sharing") == "no":
        reason = "retired" if record.text("lifecycle") == "retired" else "no_sharing"
        return Judgement(verdict="excluded", score=0.0, least=0.0, most=0.0, reasons=((reason, 0.0),))
    percentile = 100.0 * float((others < new_weight).mean()) if len(others) else 0.0
    load = record.number("load_capacity_kg")
    power = record.values.get("power_available")
    height = record.number("mount_height_max_m") or record.number("height_agl_m")
    hindered = (("load_low", load is not None and load < _FULL_LOAD_KG), ("no_power", power is False))
    unknown = (("load_unknown", load is None), ("power_unknown", power is None), ("height_unknown", height is None))
    known_bad = [code for code, is_so in hindered if is_so]
    not_known = [code for code, is_so in unknown if is_so]
    most = max(0.0, percentile - 15.0 * len(known_bad))
    least = max(0.0, most - 15.0 * len(not_known))
    score = (most + least) / 2
    verdict: Verdict = "recommended" if score >= _GOOD else "possible" if score >= _FAIR else "poor"
    reasons = [("percentile", percentile), *((code, load or 0.0) for code in known_bad), *((code, 0.0) for code in not_known)]
    return Judgement(verdict=verdict, score=score, least=least, most=most, reasons=tuple(reasons[:4]))


def new_weights(start: IntArray, cells: IndexArray, weight: FloatArray) -> FloatArray:
    """Return the weight each candidate adds where ``weight`` is what is not yet covered, shape (n,)."""
    sums = np.concatenate(([0.0], np.cumsum(weight[cells])))
    found: FloatArray = sums[start[1:]] - sums[start[:-1]]
    return found
