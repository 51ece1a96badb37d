"""Names that mean one thing are alike, names that tell neighbours apart are not."""

from __future__ import annotations

import pytest

from assets_db.unify.names import comparable_name, likeness
from assets_db.unify.settings import settings


def compared(one: str, other: str) -> float:
    left, right = comparable_name(one), comparable_name(other)
    return likeness(left, right) if left.numbers == right.numbers else 0.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("石津浜公園", "石津浜　公園"),
        ("自由が丘公園", "自由ヶ丘公園"),
        ("第一公園", "第１公園"),
        ("八楠二丁目集会所", "八楠2丁目集会所"),
        ("焼津市立大井川中学校", "大井川中学校"),
        ("私立青山学院初等部", "青山学院初等部"),
        ("渋谷駅", "渋谷"),
        ("明治神宮前〈原宿〉", "明治神宮前（原宿）"),
        ("ﾊﾁ公前", "ハチ公前"),
    ],
)
def test_spellings_of_one_name_are_alike(one, other):
    assert compared(one, other) > 0.9


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("第一公園", "第二公園"),
        ("北口広場", "南口広場"),
        ("東棟", "西棟"),
        ("1号棟", "2号棟"),
        ("本館", "別館"),
        ("市役所１階", "市役所２階"),
        ("A棟", "B棟"),
        ("表参道", "アップルストア 表参道"),
        ("三軒茶屋", "三軒茶屋駅前郵便局"),
    ],
)
def test_neighbours_are_told_apart(one, other):
    assert compared(one, other) ** 2 < settings().doubtful


def test_a_name_that_is_all_office_stays_whole():
    assert comparable_name("都立大学").plain == "都立大学"
