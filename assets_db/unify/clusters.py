"""Which records are one asset: pairs joined one by one, within what lists and people say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assets_db.unify.candidates import Member
from assets_db.unify.scores import ScoredPair
from assets_db.unify.settings import Settings

Key = tuple[str, str]


class Verdict(StrEnum):
    """What a person said of a pair."""

    CONFIRMED = "confirmed"
    SPLIT = "split"


@dataclass(frozen=True, kw_only=True)
class Clusters:
    """
    Records in clusters.

    Attributes
    ----------
    cluster
        Cluster of each record: the position of its first member.
    joined
        Pairs that joined two clusters.
    doubtful
        Pairs for a person to decide.
    """

    cluster: tuple[int, ...]
    joined: tuple[ScoredPair, ...]
    doubtful: tuple[ScoredPair, ...]


class _Union:
    """Clusters that grow; each knows the lists of its members and whom it must stay apart from."""

    def __init__(self, members: Sequence[Member], apart: Mapping[int, set[int]]) -> None:
        self.leader = list(range(len(members)))
        self._members = [{i} for i in range(len(members))]
        self._lists = [{member.source_id} for member in members]
        self._apart = apart

    def find(self, i: int) -> int:
        """Return the leader of a record's cluster."""
        while self.leader[i] != i:
            self.leader[i] = self.leader[self.leader[i]]
            i = self.leader[i]
        return i

    def has_clash(self, a: int, b: int) -> bool:
        """Tell whether two clusters hold records of one list."""
        return not self._lists[self.find(a)].isdisjoint(self._lists[self.find(b)])

    def must_stay_apart(self, a: int, b: int) -> bool:
        """Tell whether a person said that a member of one is not a member of the other."""
        left, right = self._members[self.find(a)], self._members[self.find(b)]
        return any(not self._apart.get(i, set()).isdisjoint(right) for i in left)

    def join(self, a: int, b: int) -> None:
        """Make one cluster of two, led by the lower."""
        low, high = sorted((self.find(a), self.find(b)))
        if low != high:
            self.leader[high] = low
            self._members[low] |= self._members[high]
            self._lists[low] |= self._lists[high]


def cluster_members(
    members: Sequence[Member], pairs: Iterable[ScoredPair], verdicts: Mapping[frozenset[Key], Verdict], rules: Settings
) -> Clusters:
    """
    Join records that are one asset already, those a person confirmed, then sure pairs, the surest first.

    Two records of one list are never joined by score: the surer of two pairs wins, and nobody is asked about the other. What a
    person split stays apart, through third records as well.

    Parameters
    ----------
    members
        Records, in the order of their keys.
    pairs
        Scored pairs, the likeliest first.
    verdicts
        What people said of pairs of records, by the keys of both.
    rules
        Scores that are sure and doubtful.
    """
    at = {member.key: i for i, member in enumerate(members)}
    apart: dict[int, set[int]] = {}
    confirmed: list[tuple[int, int]] = []
    for keys, verdict in sorted(verdicts.items(), key=lambda item: sorted(item[0])):
        found = [at[key] for key in sorted(keys) if key in at]
        if len(found) < 2:
            continue
        if verdict is Verdict.CONFIRMED:
            confirmed.append((found[0], found[1]))
        else:
            apart.setdefault(found[0], set()).add(found[1])
            apart.setdefault(found[1], set()).add(found[0])
    union = _Union(members, apart)
    first_of: dict[str, int] = {}
    for i, member in enumerate(members):
        union.join(first_of.setdefault(member.asset_id, i), i)
    for a, b in confirmed:
        union.join(a, b)
    joined, doubtful = [], []
    for pair in pairs:
        if union.find(pair.one) == union.find(pair.other) or union.must_stay_apart(pair.one, pair.other):
            continue
        if pair.score < rules.sure:
            doubtful.append(pair)
        elif not union.has_clash(pair.one, pair.other):
            union.join(pair.one, pair.other)
            joined.append(pair)
    still = tuple(pair for pair in doubtful if union.find(pair.one) != union.find(pair.other) and not union.has_clash(pair.one, pair.other))
    return Clusters(cluster=tuple(union.find(i) for i in range(len(members))), joined=tuple(joined), doubtful=still)
