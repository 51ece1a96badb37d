"""What people read where the rules cannot be kept together."""

from __future__ import annotations

import pytest

from siting.outputs.rule_words import infeasible_sentence
from siting.plan import Infeasibility, Plan


def sentence(rule: str, required: float, most: float, *, targets: tuple[str, ...] = ()) -> str:
    """Return what a plan without sites says in both languages."""
    plan = Plan(
        chosen=(),
        marginal_weight=(),
        objective=0.0,
        total_weight=1.0,
        reachable_weight=1.0,
        upper_bound=0.0,
        status="infeasible",
        stopped_by="proof",
        limited_by="rules",
        cost_yen=0,
        seed=0,
        runtime_s=0.0,
        covered_weight=0.0,
        infeasibility=Infeasibility(rule=rule, required=required, most=most, is_exact=True),
    )
    said = infeasible_sentence(plan, targets)
    return f"{said.ja} {said.en}".replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("rule", "required", "most", "words"),
    [
        ("quota 区", 5, 1, ("「割り当て：区」は 5 を求め", '"Quota: 区" asks for 5')),
        ("max_sites", 5, 9, ("「局数」は 5 まで", "少なくとも 9", '"Sites" allows 5 at most', "takes 9 at least")),
        ("budget_yen", 5_000, 9_000, ("「予算」は 5,000 円 まで", '"Budget" allows JPY 5,000 at most')),
        ("甲 budget_yen", 5_000, 9_000, ("「甲 の予算」は 5,000 円 まで", '"Budget of 甲"')),
        ("甲 min_sites", 5, 2, ("「甲 の新設局」は 5 を求め", '"New sites of 甲" asks for 5')),
        ("only_with a:1 a:2", 0, 1, ("「併設条件：a:1 → a:2」は、ほかの条件と両立しません", "cannot be kept beside")),
        ("minimum_spacing_m", 1, 2, ("「局どうしの間隔」は、ほかの条件と両立しません", '"Spacing" cannot be kept')),
        ("either_or", 1, 2, ("「同時に使えない組」は、ほかの条件と両立しません", '"Either-or" cannot be kept')),
    ],
)
def test_a_rule_that_cannot_be_kept_is_called_what_people_call_it(rule: str, required: float, most: float, words: tuple[str, ...]) -> None:
    said = sentence(rule, required, most)
    for part in words:
        assert part in said


def test_the_target_of_everything_is_not_called_by_its_code() -> None:
    said = sentence("all", 0.9, 0.5, targets=("all",))
    assert "「全体のカバー率」は 90.00 % を求め" in said
    assert '"Coverage of everything" asks for 90.00 %' in said
