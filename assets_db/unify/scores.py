"""How likely two records are of one thing, and why."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from assets_db.unify.candidates import Member, candidate_pairs, distance_m, reach_m
from assets_db.unify.names import likeness
from assets_db.unify.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredPair:
    """
    Two records that may be of one thing.

    Attributes
    ----------
    one, other
        Positions of the records, the lower first.
    score
        In [0, 1].
    reasons
        What speaks for and against it, as codes with figures.
    """

    one: int
    other: int
    score: float
    reasons: tuple[str, ...]


def scored_pairs(members: Sequence[Member], rules: Settings) -> list[ScoredPair]:
    """Return the pairs worth a thought, the likeliest first; the same whatever the order of the members."""
    pairs = list(candidate_pairs(members, rules))
    rivals = _Rivals(members, pairs)
    scored = [_scored(members, a, b, rules, rivals) for a, b in pairs]
    kept = [pair for pair in scored if pair.score >= rules.doubtful]
    return sorted(kept, key=lambda pair: (-pair.score, *sorted((members[pair.one].key, members[pair.other].key))))


class _Rivals:
    """How far each record's nearest and second nearest record of another list is."""

    def __init__(self, members: Sequence[Member], pairs: Iterable[tuple[int, int]]) -> None:
        self._found: dict[tuple[int, str], list[float]] = {}
        for a, b in pairs:
            far = distance_m(members[a], members[b])
            for asked, list_of in ((a, members[b].source_id), (b, members[a].source_id)):
                self._found.setdefault((asked, list_of), []).append(far)

    def nearest(self, asked: int, list_of: str) -> tuple[float, float]:
        """Return the two least distances from a record to a list."""
        found = sorted(self._found.get((asked, list_of), []))
        return (found[0] if found else math.inf), (found[1] if len(found) > 1 else math.inf)


def _scored(members: Sequence[Member], a: int, b: int, rules: Settings, rivals: _Rivals) -> ScoredPair:
    """Return a pair with its score and reasons."""
    one, other = members[a], members[b]
    reasons: list[str] = []
    cap = _cap_of_types(one, other, rules, reasons)
    if cap == 0.0:
        return ScoredPair(one=a, other=b, score=0.0, reasons=tuple(reasons))
    far = distance_m(one, other)
    place = None if math.isnan(far) else max(0.0, 1.0 - 0.5 * far / reach_m(one, other, rules))
    if place is None:
        cap = min(cap, rules.caps.no_place)
        reasons.append("no_place")
    else:
        reasons.append(f"distance_m {far:.1f}")
    if not (one.name.plain and other.name.plain):
        score = _by_place(members, (a, b), rules, rivals, reasons)
        return ScoredPair(one=a, other=b, score=min(score, cap), reasons=tuple(reasons))
    cap = min(cap, _cap_of_numbers(one, other, rules, reasons))
    alike = likeness(one.name, other.name)
    reasons.append(f"name {alike:.2f}")
    address = _address(one, other)
    if address is not None:
        reasons.append(f"address {address:.2f}")
    weights = rules.weights
    known = [(weights.name, alike**2), *([(weights.place, place)] if place is not None else [])]
    known += [(weights.address, address)] if address is not None else []
    score = sum(weight * value for weight, value in known) / sum(weight for weight, _ in known)
    return ScoredPair(one=a, other=b, score=min(score, cap), reasons=tuple(reasons))


def _cap_of_types(one: Member, other: Member, rules: Settings, reasons: list[str]) -> float:
    """Return the highest score that the types allow, 0 where they rule each other out."""
    if not (one.asset_type and other.asset_type):
        reasons.append("unknown_type")
        return rules.caps.unknown_type
    if one.asset_type == other.asset_type:
        return 1.0
    reasons.append(f"types {one.asset_type}, {other.asset_type}")
    return rules.caps.other_type if rules.are_alike(one.asset_type, other.asset_type) else 0.0


def _cap_of_numbers(one: Member, other: Member, rules: Settings, reasons: list[str]) -> float:
    """Return the highest score that the numbers in two names allow."""
    if one.name.numbers == other.name.numbers:
        return 1.0
    if one.name.numbers and other.name.numbers:
        reasons.append("numbers_differ")
        return 0.0
    reasons.append("number_missing")
    return rules.caps.number_missing


def _address(one: Member, other: Member) -> float | None:
    """Return how alike two addresses are; ``None`` if one is unknown."""
    if not (one.address and other.address):
        return None
    if one.address.endswith(other.address) or other.address.endswith(one.address):
        return 1.0
    return float(fuzz.ratio(one.address, other.address)) / 100.0


def _by_place(members: Sequence[Member], pair: tuple[int, int], rules: Settings, rivals: _Rivals, reasons: list[str]) -> float:
    """Return the score of two things of which one has no name."""
    one, other = members[pair[0]], members[pair[1]]
    far = distance_m(one, other)
    types = {one.asset_type, other.asset_type} - {""}
    is_told_by_place = bool(types) and types <= rules.nameless.types and not math.isnan(far)
    if not is_told_by_place or far > reach_m(one, other, rules):
        reasons.append("no_name")
        return 0.0
    for asked, list_of in ((pair[0], other.source_id), (pair[1], one.source_id)):
        nearest, second = rivals.nearest(asked, list_of)
        if far > nearest:
            reasons.append("another_is_nearer")
            return 0.0
        if second < rules.nameless.rival * far:
            reasons.append("rival_near")
            return min(rules.caps.no_name, 1.0 - 0.3 * far / reach_m(one, other, rules))
    reasons.append("nearest_of_each_other")
    return 1.0 - 0.3 * far / reach_m(one, other, rules)
