"""Ten cases a person can read."""

from __future__ import annotations

from pathlib import Path

from tests.window.timelines import timelines
from window.desk import Desk

GOLDEN = Path(__file__).parent / "golden" / "timelines.txt"


def test_ten_cases_go_as_a_person_has_read_them(small_desk: Desk) -> None:
    assert timelines(small_desk) == GOLDEN.read_text("utf-8")
