from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import window.words  # noqa: F401  # adds the sentences of the window
from siting.errors import InvalidInputError
from siting.outputs.text import asset_type_text, both, catalogue, keys, owner_class_text, percent_at_most, text, unit_text, weight_text

ROOT = Path(__file__).parents[2]


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("key", keys())
def test_every_sentence_has_both_languages_with_the_same_placeholders(key: str) -> None:
    sentence = catalogue()[key]
    assert sentence.ja.strip()
    assert sentence.en.strip()
    assert placeholders(sentence.ja) == placeholders(sentence.en)


def test_english_sentences_hold_no_japanese() -> None:
    assert not [key for key, sentence in catalogue().items() if re.search(r"[ぁ-んァ-ン一-龥]", sentence.en)]


def test_every_key_that_the_code_uses_is_in_the_catalogue() -> None:
    pattern = re.compile(r'(?:\bboth|\btext|\bprogress|\bsay)\(\s*"([a-z_0-9]+\.[a-z_0-9.]*[a-z0-9])"')
    sources = [
        path for room in ("siting", "scenarios", "window") for kind in ("*.py", "*.j2") for path in sorted((ROOT / room).rglob(kind))
    ]
    used = {key: path.name for path in sources for key in pattern.findall(path.read_text(encoding="utf-8"))}
    assert len(used) > 200
    assert not {key: name for key, name in used.items() if key not in catalogue()}


def test_placeholders_are_filled_in_both_languages() -> None:
    sentence = both("sentence.more_sites", n=1950)
    assert sentence.ja == "ほか 1,950\u00a0局は sites.csv にあります。"
    assert sentence.en == "1,950 more sites are in sites.csv."


@pytest.mark.parametrize(
    ("key", "language", "values", "field"),
    [
        ("stage.nothing", "ja", {}, "text key"),
        ("stage.rays", "fr", {}, "language"),
        ("sentence.more_sites", "en", {}, "text 'sentence.more_sites'"),
    ],
)
def test_a_sentence_that_cannot_be_made_is_refused(key: str, language: str, values: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        text(key, language, **values)  # type: ignore[arg-type]
    assert caught.value.field == field


def test_known_words_are_translated_and_unknown_ones_stand_for_themselves() -> None:
    assert (asset_type_text("streetlight").ja, asset_type_text("smart_pole").ja) == ("街路灯", "スマートポール")
    assert asset_type_text("balloon").ja == "balloon"
    assert (unit_text("people").ja, unit_text("lamps").en) == ("人口", "lamps")
    assert [owner_class_text(one).ja for one in ("metropolitan", "municipal", "private", "affiliated")] == [
        "都",
        "区市町村",
        "民間",
        "関係団体",
    ]


def test_weights_carry_their_unit() -> None:
    assert weight_text(12_300.0, "m2").en == "12,300\u00a0m²"
    assert weight_text(1.0, "lamps").ja == "1 lamps"


@pytest.mark.parametrize(("share", "shown"), [(0.27001, "27.01"), (0.9, "90.00"), (0.1 + 0.2, "30.00"), (0.00001, "0.01"), (0.0, "0.00")])
def test_a_bound_is_never_rounded_down(share: float, shown: str) -> None:
    assert percent_at_most(share) == shown
