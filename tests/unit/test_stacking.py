"""Which of several offers are let in, which are passed over, and why; each case a shop's rule."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.stacking import StackingRules
from tests.builders import amount_off, percent_off
from tests.unit.values import offer, verdict

LIMIT = "applicable_redeemables_limit_exceeded"
PER_CATEGORY = "applicable_redeemables_per_category_limit_exceeded"
EXCLUSIVE = "applicable_exclusive_redeemables_limit_exceeded"
EXCLUSIVE_PER_CATEGORY = "applicable_exclusive_redeemables_per_category_limit_exceeded"
EXCLUDED = "exclusion_rules_not_met"
SOLO = {"exclusive_categories": ("solo",)}


@pytest.mark.parametrize(
    ("case", "rules", "categories", "outcomes"),
    [
        ("without a category nothing is counted by it", {}, [None, None, None], ["", "", ""]),
        ("five are let in, the sixth is not", {}, [None] * 6, ["", "", "", "", "", LIMIT]),
        ("one of a category", {}, ["a", "b", "a"], ["", "", PER_CATEGORY]),
        ("two of each", {"applicable_redeemables_per_category_limit": 2}, ["a", "a", "a"], ["", "", PER_CATEGORY]),
        (
            "a category's own limit",
            {"applicable_redeemables_category_limits": {"a": 2}},
            ["a", "a", "a", "b", "b"],
            ["", "", PER_CATEGORY, "", PER_CATEGORY],
        ),
        ("the exclusive one stands alone", SOLO, [None, "solo", "a"], [EXCLUDED, "", EXCLUDED]),
        ("but for the joint", {**SOLO, "joint_categories": ("any",)}, ["any", "solo", "a"], ["", "", EXCLUDED]),
        ("one exclusive", SOLO, ["solo", "solo"], ["", EXCLUSIVE]),
        (
            "two exclusive, of different categories",
            {"exclusive_categories": ("solo", "lone"), "applicable_exclusive_redeemables_limit": 2},
            ["solo", "solo", "lone"],
            ["", EXCLUSIVE_PER_CATEGORY, ""],
        ),
        ("the whole limit comes first", {"applicable_redeemables_limit": 1}, ["a", "a"], ["", LIMIT]),
    ],
)
def test_offers_are_let_in_in_their_order(
    case: str, rules: dict[str, Any], categories: list[str | None], outcomes: list[str]
) -> None:
    offers = [offer(f"C{index}", category=category) for index, category in enumerate(categories)]
    judged = verdict(*offers, rules=StackingRules(**rules))
    skipped = {it.named: it.reason.key for it in judged.skipped}
    assert judged.valid
    assert [skipped.get(f"C{index}", "") for index in range(len(categories))] == outcomes
    assert len(judged.applicable) == outcomes.count("")


def test_an_exclusive_offer_that_cannot_be_used_excludes_nobody() -> None:
    rules = StackingRules(redeemables_application_mode="PARTIAL", **SOLO)
    judged = verdict(offer("GONE", category="solo", active=False), offer("A", category="a"), rules=rules)
    assert [it.named for it in judged.applicable] == ["A"]


def test_by_default_one_that_cannot_be_used_stops_all() -> None:
    judged = verdict(offer("A"), offer("OFF", active=False))
    assert not judged.valid
    assert [it.named for it in judged.inapplicable] == ["OFF"]
    assert [(it.named, it.reason.key) for it in judged.skipped] == [("A", "preceding_validation_failed")]


def test_partial_uses_what_can_be_used() -> None:
    partial = StackingRules(redeemables_application_mode="PARTIAL")
    judged = verdict(offer("A"), offer("OFF", active=False), offer("B", percent_off(10)), amount=10_000, rules=partial)
    assert judged.valid
    assert [it.named for it in judged.applicable] == ["A", "B"]
    assert [it.named for it in judged.inapplicable] == ["OFF"]
    assert judged.price
    assert judged.price.total == 8_550  # 100.00 − 5.00, then 10 % of 95.00


def test_partial_with_nothing_that_can_be_used_is_refused() -> None:
    partial = StackingRules(redeemables_application_mode="PARTIAL")
    judged = verdict(offer("OFF", active=False), rules=partial)
    assert (judged.valid, judged.applicable) == (False, ())


@pytest.mark.parametrize(
    ("case", "rules", "category", "lets_in"),
    [
        ("by default it is redeemed anyway", {}, None, True),
        ("it is skipped", {"redeemables_no_effect_rule": "SKIP"}, None, False),
        (
            "but for a category",
            {"redeemables_no_effect_rule": "SKIP", "no_effect_redeem_anyway_categories": ("a",)},
            "a",
            True,
        ),
        ("only for a category", {"no_effect_skip_categories": ("a",)}, "a", False),
    ],
)
def test_an_offer_without_effect(case: str, rules: dict[str, Any], category: str | None, lets_in: bool) -> None:
    everything, nothing = offer("ALL", percent_off(100)), offer("NIL", amount_off(500), category=category)
    judged = verdict(everything, nothing, amount=10_000, rules=StackingRules(**rules))
    assert [it.named for it in judged.applicable] == (["ALL", "NIL"] if lets_in else ["ALL"])
    assert [(it.named, it.reason.key) for it in judged.skipped] == ([] if lets_in else [("NIL", "no_effect")])


def test_where_all_are_passed_over_that_is_why_none_can_be_used() -> None:
    judged = verdict(offer("NIL"), amount=0, rules=StackingRules(redeemables_no_effect_rule="SKIP"))
    assert not judged.valid
    assert [(it.named, it.reasons[0].key) for it in judged.inapplicable] == [("NIL", "no_effect")]


@given(
    st.lists(st.sampled_from([None, "a", "b", "solo", "any"]), min_size=1, max_size=12),
    st.integers(1, 6),
    st.integers(1, 3),
    st.integers(1, 3),
)
def test_no_limit_is_ever_passed(categories: list[str | None], in_all: int, per_category: int, exclusive: int) -> None:
    rules = StackingRules(
        applicable_redeemables_limit=in_all,
        applicable_redeemables_per_category_limit=per_category,
        applicable_exclusive_redeemables_limit=exclusive,
        applicable_exclusive_redeemables_per_category_limit=exclusive,
        exclusive_categories=("solo",),
        joint_categories=("any",),
    )
    judged = verdict(*(offer(f"C{index}", category=it) for index, it in enumerate(categories)), rules=rules)
    let_in = [it.redeemable.voucher.category for it in judged.applicable]
    assert len(let_in) <= in_all
    assert let_in.count("solo") <= exclusive
    assert max((let_in.count(category) for category in ("a", "b", "any")), default=0) <= per_category
    assert "solo" not in categories or set(let_in) <= {"solo", "any"}
    assert len(judged.applicable) + len(judged.skipped) + len(judged.inapplicable) == len(categories)
