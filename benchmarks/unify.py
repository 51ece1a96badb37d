"""
How well records of one real thing are found, and how fast.

``python -m benchmarks.unify`` prints one JSON line. Real lists are compared with second lists that name half of the same things in
another way (:mod:`benchmarks.unify_pairs`); everything else that really stands there is a trap. The settings were chosen on seeds
below 100, the figures are of the seed given. The peer joins each record with the nearest one of the other list within 100 m that
bears the same name.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable

import geopandas
import pandas as pd

from assets_db.unify.candidates import Member
from assets_db.unify.clusters import cluster_members
from assets_db.unify.scores import scored_pairs
from assets_db.unify.settings import settings
from benchmarks.measure import Stages, data_folder, environment, peak_memory_gib, report
from benchmarks.unify_pairs import LabelledLists, labelled_lists, real_records

Pairs = set[frozenset[tuple[str, str]]]


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=101)
    parser.add_argument("--records", type=int, default=100_000, help="size of the run for speed")
    given = parser.parse_args(arguments)
    stages = Stages()
    with stages.stage("read"):
        records = real_records(data_folder())
    lists = labelled_lists(records, seed=given.seed)
    with stages.stage("unify"):
        joined, n_doubtful = joined_pairs(lists.members)
    with stages.stage("peer"):
        theirs = nearest_namesakes(lists.members)
    copies = max(1, -(-given.records // len(lists.members)))
    many = labelled_lists(records, seed=given.seed, copies=copies)
    with stages.stage("unify many"):
        joined_many, _ = joined_pairs(many.members[: given.records])
    report(
        {
            "benchmark": "unify",
            "seed": given.seed,
            "records": len(lists.members),
            "true_pairs": len(lists.pairs),
            **quality(joined, lists),
            "doubtful": n_doubtful,
            "by_type": by_type(joined, lists),
            "peer": quality(theirs, lists),
            "recall_ratio": round(quality(joined, lists)["recall"] / max(quality(theirs, lists)["recall"], 1e-9), 2),
            "many_records": given.records,
            "many_joined": len(joined_many),
            "many_seconds": stages.wall_s["unify many"],
            "stages_s": stages.wall_s,
            "peak_memory_gib": peak_memory_gib(),
        }
        | environment("rapidfuzz", "geopandas")
    )


def joined_pairs(members: tuple[Member, ...]) -> tuple[Pairs, int]:
    """Return the pairs of records that end in one asset, and how many pairs are left to people."""
    found = cluster_members(members, scored_pairs(members, settings()), {}, settings())
    return {frozenset({members[pair.one].key, members[pair.other].key}) for pair in found.joined}, len(found.doubtful)


def nearest_namesakes(members: tuple[Member, ...]) -> Pairs:
    """Return the pairs that a nearest-neighbour join and equality of names find."""
    table = pd.DataFrame(
        {
            "key": [member.key for member in members],
            "list": [member.source_id.removesuffix("-other") for member in members],
            "is_other": [member.source_id.endswith("-other") for member in members],
            "name": [member.name.plain for member in members],
        }
    )
    points = geopandas.points_from_xy([member.lon for member in members], [member.lat for member in members], crs="EPSG:4326")
    frame = geopandas.GeoDataFrame(table, geometry=points).to_crs("EPSG:3857")
    frame = frame[~frame.geometry.is_empty]
    near = frame[~frame["is_other"]].sjoin_nearest(frame[frame["is_other"]], max_distance=100.0)
    same = near[(near["name_left"] == near["name_right"]) & (near["list_left"] == near["list_right"])]
    return {frozenset({one, other}) for one, other in zip(same["key_left"], same["key_right"], strict=True)}


def quality(found: Iterable[frozenset[tuple[str, str]]], lists: LabelledLists) -> dict[str, float]:
    """Return precision, recall and their harmonic mean over pairs of a list and its second one; other pairs have no label."""
    judged = [pair for pair in found if len({source_id.removesuffix("-other") for source_id, _ in pair}) == 1]
    is_right = [len({lists.thing[key] for key in pair}) == 1 for pair in judged]
    precision, recall = sum(is_right) / max(len(judged), 1), sum(is_right) / max(len(lists.pairs), 1)
    return {
        "precision": round(precision, 5),
        "recall": round(recall, 5),
        "f1": round(2 * precision * recall / max(precision + recall, 1e-9), 5),
    }


def by_type(found: Pairs, lists: LabelledLists) -> dict[str, dict[str, float]]:
    """Return how many pairs there are of each type, and the share of them that is found."""
    n_all = Counter(lists.kinds.values())
    kind_of = {key: kind for pair, kind in lists.kinds.items() for key in pair if key[0].endswith("-other")}
    right = [pair for pair in found if len({lists.thing[key] for key in pair}) == 1]
    n_found = Counter(kind_of[key] for pair in right for key in pair if key in kind_of)
    return {kind or "unknown": {"pairs": n, "recall": round(n_found[kind] / n, 4)} for kind, n in sorted(n_all.items())}


if __name__ == "__main__":
    main()
