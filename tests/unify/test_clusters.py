"""Records of one thing end in one cluster: whatever the order, never against a person, never two of one list."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets_db.record import AssetRecord
from assets_db.unify.candidates import Member, candidate_pairs, distance_m, member_of, reach_m
from assets_db.unify.clusters import Verdict, cluster_members
from assets_db.unify.scores import scored_pairs
from assets_db.unify.settings import settings

METRE = 1 / 111_320
RULES = settings()


def member(source: str, key: str, *, north_m: float = 0.0, name: str = "", kind: str = "park", asset: str = "", **more) -> Member:
    values = {"name": name, "asset_type": kind, "lat": 35.0 + north_m * METRE, "lon": 139.0, **more}
    record = AssetRecord(values={field: value for field, value in values.items() if value not in ("", None)})
    return member_of(record, source, key, asset or f"{source}:{key}")


def clusters(members, verdicts=None):
    ordered = sorted(members, key=lambda one: one.key)
    found = cluster_members(ordered, scored_pairs(ordered, RULES), verdicts or {}, RULES)
    sets: dict[int, set] = {}
    for one, cluster in zip(ordered, found.cluster, strict=True):
        sets.setdefault(cluster, set()).add(one.key)
    return {frozenset(one) for one in sets.values()}, found


def test_one_park_in_two_lists_is_one():
    together, _ = clusters([member("a", "1", name="石津浜公園"), member("b", "7", name="石津浜　公園", north_m=20)])
    assert together == {frozenset({("a", "1"), ("b", "7")})}


def test_two_records_of_one_list_stay_two_and_the_nearer_is_joined():
    park = [member("a", "1", name="中央公園"), member("a", "2", name="中央公園", north_m=60), member("b", "1", name="中央公園", north_m=10)]
    together, _ = clusters(park)
    assert together == {frozenset({("a", "1"), ("b", "1")}), frozenset({("a", "2")})}


def test_poles_without_names_are_joined_with_the_nearest_only_where_no_rival_stands():
    poles = [member("a", str(i), kind="streetlight", north_m=12.0 * i) for i in range(4)]
    copies = [member("b", str(i), kind="streetlight", north_m=12.0 * i + 1.0) for i in (0, 2)]
    together, _ = clusters([*poles, *copies])
    assert {one for one in together if len(one) == 2} == {frozenset({("a", "0"), ("b", "0")}), frozenset({("a", "2"), ("b", "2")})}
    twins = [member("a", "x", kind="streetlight"), member("a", "y", kind="streetlight", north_m=2.0)]
    together, found = clusters([*twins, member("b", "z", kind="streetlight", north_m=1.0)])
    assert all(len(one) == 1 for one in together)
    assert found.doubtful


def test_types_that_exclude_each_other_are_never_one():
    together, found = clusters([member("a", "1", name="渋谷", kind="station"), member("b", "1", name="渋谷", kind="park")])
    assert len(together) == 2
    assert not found.doubtful


def test_a_record_without_position_is_put_before_a_person():
    lost = member("b", "1", name="石津浜公園", lat=None, lon=None)
    together, found = clusters([member("a", "1", name="石津浜公園"), lost])
    assert len(together) == 2
    assert [pair.reasons[0] for pair in found.doubtful] == ["no_place"]


@pytest.mark.parametrize("verdict", list(Verdict))
def test_what_a_person_said_holds(verdict):
    one, other = member("a", "1", name="北公園"), member("b", "1", name="北公園")
    together, found = clusters([one, other], {frozenset({one.key, other.key}): verdict})
    assert len(together) == (1 if verdict is Verdict.CONFIRMED else 2)
    assert not found.doubtful
    far = member("c", "1", name="まったく別の名", north_m=5_000)
    together, _ = clusters([one, far], {frozenset({one.key, far.key}): verdict})
    assert len(together) == (1 if verdict is Verdict.CONFIRMED else 2)


def test_what_is_split_stays_apart_through_a_third():
    one, other, third = (member(source, "1", name="北公園") for source in "abc")
    together, _ = clusters([one, other, third], {frozenset({one.key, other.key}): Verdict.SPLIT})
    assert not any({one.key, other.key} <= some for some in together)
    assert len(together) == 2


NAMES = st.sampled_from(["", "中央公園", "中央 公園", "第一公園", "第二公園", "東公園"])
KINDS = st.sampled_from(["park", "streetlight", "station", ""])
RECORDS = st.lists(st.tuples(st.sampled_from("abc"), NAMES, KINDS, st.integers(0, 40)), max_size=12)


@given(records=RECORDS, order=st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(records, order):
    members = [member(source, str(i), name=name, kind=kind, north_m=float(far)) for i, (source, name, kind, far) in enumerate(records)]
    expected, found = clusters(members)
    shuffled = list(members)
    order.shuffle(shuffled)
    assert clusters(shuffled)[0] == expected
    for some in expected:
        assert len({source for source, _ in some}) == len(some)
    for pair in found.joined:
        assert pair.score >= RULES.sure


@given(records=RECORDS)
def test_pairs_are_all_those_within_reach(records):
    members = [member(source, str(i), name=name, kind=kind, north_m=float(far)) for i, (source, name, kind, far) in enumerate(records)]
    slowly = {
        (a, b)
        for a, b in combinations(range(len(members)), 2)
        if members[a].source_id != members[b].source_id and distance_m(members[a], members[b]) <= reach_m(members[a], members[b], RULES)
    }
    found = list(candidate_pairs(members, RULES))
    assert len(found) == len(set(found))
    assert set(found) == slowly
