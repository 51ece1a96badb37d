"""Records of one real thing are found among real lists, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.unify import joined_pairs, quality
from benchmarks.unify_pairs import labelled_lists, real_records


@pytest.mark.real_data
def test_precision_and_recall_on_a_seed_that_no_setting_was_chosen_on(data_dir: Path):
    lists = labelled_lists(real_records(data_dir), seed=211)
    joined, n_doubtful = joined_pairs(lists.members)
    found = quality(joined, lists)
    assert found["precision"] >= 0.99
    assert found["recall"] >= 0.95
    assert n_doubtful < 0.01 * len(lists.pairs)
