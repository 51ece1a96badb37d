"""Dated rules: the right one on the right day, and rules that contradict each other refused by name."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from assets_db.record import AssetRecord, Value
from assets_db.rules import RuleError, lead_time_of, load_rules, permit_chance_of, permits_of, quote_fee
from assets_db.schema import field_of

DAY = dt.date(2026, 6, 1)


def _record(**values: Value) -> AssetRecord:
    return AssetRecord(values={"asset_id": "a1", **values})


def _fee(name: str, *lines: str, begin: str = "2024-04-01", end: str = "") -> str:
    valid_to = f"valid_to = {end}" if end else ""
    return "\n".join(["[[fees]]", f'id = "{name}"', f"valid_from = {begin}", valid_to, 'source = "Ordinance 1"', *lines, ""])


def _file(tmp_path: Path, *tables: str) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text("\n".join(tables), encoding="utf-8")
    return path


def test_a_fee_is_that_of_the_day(tmp_path: Path) -> None:
    """The last day of a period still belongs to it, the next day to the next."""
    old = _fee("old", "yearly_per_antenna_yen = 100", "capital_yen = 7", end="2025-03-31")
    new = _fee("new", "yearly_per_antenna_yen = 200", "yearly_per_m2_yen = 15", begin="2025-04-01")
    book = load_rules(_file(tmp_path, old, new))
    last = quote_fee(book, _record(), dt.date(2025, 3, 31), n_antennas=3)
    assert (last.capital_yen, last.yearly_yen, last.rule_id, last.is_example) == (7, 300, "old", False)
    assert quote_fee(book, _record(), dt.date(2025, 4, 1), area_m2=2.5).yearly_yen == 200 + 38


def test_the_rule_that_says_most_counts(tmp_path: Path) -> None:
    """More conditions win, then the longer code; what is unknown is under no rule that asks for it."""
    book = load_rules(
        _file(
            tmp_path,
            _fee("any"),
            _fee("prefecture", 'lg_code_prefix = "13"'),
            _fee("ward", 'lg_code_prefix = "13113"'),
            _fee("ward-lamps", 'lg_code_prefix = "13113"', 'asset_types = ["streetlight"]'),
        )
    )
    assert quote_fee(book, _record(asset_type="streetlight"), DAY).rule_id == "any"
    assert quote_fee(book, _record(lg_code="131041"), DAY).rule_id == "prefecture"
    assert quote_fee(book, _record(lg_code="131130"), DAY).rule_id == "ward"
    assert quote_fee(book, _record(lg_code="131130", asset_type="streetlight"), DAY).rule_id == "ward-lamps"


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ((_fee("a"), _fee("a", 'asset_types = ["park"]')), "fees.id must be different for each rule, got 'a'"),
        ((_fee("a"), _fee("b")), "fees must not overlap: a (2024-04-01 to further notice) and b"),
        (
            (_fee("a", 'asset_types = ["park"]'), _fee("b", 'owner_classes = ["municipal"]')),
            "fees must not overlap: a (2024-04-01 to further notice) and b",
        ),
        ((_fee("a", end="2025-03-31"), _fee("b", begin="2025-04-02")), "fees must not leave days out: between a"),
        ((_fee("a", end="2024-03-31"),), "fees[1].valid_to must not be before valid_from 2024-04-01"),
        ((_fee("a", 'asset_types = ["strretlight"]'),), "did you mean 'streetlight'?"),
        ((_fee("a", "capital = 3"),), "fees[1].capital is not a key of a rule file"),
        ((_fee("a", "capital_yen = -1"),), "fees[1].capital_yen must fulfil: Input should be greater than or equal to 0"),
        (("fees = []",), "fees must hold a rule"),
        (("fees = [",), "file must be valid TOML"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_line(tmp_path: Path, tables: tuple[str, ...], said: str) -> None:
    """Each fault names the rules or the key."""
    path = _file(tmp_path, *tables)
    with pytest.raises(RuleError) as caught:
        load_rules(path)
    assert said in str(caught.value)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_rules_of_types_that_never_meet_may_overlap(tmp_path: Path) -> None:
    """No asset is a park and a signal."""
    path = _file(tmp_path, _fee("a", 'asset_types = ["park"]'), _fee("b", 'asset_types = ["signal"]'))
    assert [rule.id for rule in load_rules(path).fees] == ["a", "b"]


def test_a_day_without_a_rule_names_the_rules_of_other_days(tmp_path: Path) -> None:
    """Nothing is guessed for a day on which no rule holds."""
    book = load_rules(_file(tmp_path, _fee("a", end="2025-03-31")))
    with pytest.raises(RuleError, match=r"on 2026-06-01; on other days it is under a \(2024-04-01 to 2025-03-31\), got 'a1'"):
        quote_fee(book, _record(), DAY)


def test_a_table_of_ones_own_replaces_that_table_alone(tmp_path: Path) -> None:
    """The other tables stay those of the examples; the digest of each file is kept."""
    path = _file(tmp_path, _fee("mine"))
    book, examples = load_rules(path), load_rules()
    assert [rule.id for rule in book.fees] == ["mine"]
    assert book.permits == examples.permits
    assert [name for name, _ in book.digests] == ["rules.toml", str(path)]
    assert "mine" not in book.example_ids()


def test_the_examples_answer_for_every_asset_and_say_what_they_are() -> None:
    """Every kind of asset has a fee, a lead time, a chance and permits, each with its rule, all marked as examples."""
    book = load_rules()
    for owner in (*field_of("owner_class").values, ""):
        for kind in (*field_of("asset_type").values, ""):
            for property_class in (*field_of("property_class").values, ""):
                known: dict[str, Value] = {"owner_class": owner, "asset_type": kind, "property_class": property_class}
                record = _record(**{name: value for name, value in known.items() if value})
                assert quote_fee(book, record, DAY).is_example
                assert lead_time_of(book, record, DAY).rule_id in book.example_ids()
                assert 0 < permit_chance_of(book, record, DAY).probability <= 1
                assert permits_of(book, record, DAY).permits


def test_lead_time_and_permits_follow_the_property() -> None:
    """A road needs the road's permits; a record that names its own keeps them."""
    book, road = load_rules(), _record(property_class="road")
    assert permits_of(book, road, DAY).permits == ("road_occupancy", "police_road_use")
    assert permits_of(book, _record(permit_path=("port",)), DAY).permits == ("port",)
    lead = lead_time_of(book, road, DAY)
    assert lead.ready_on(DAY) - DAY == dt.timedelta(days=lead.days)
