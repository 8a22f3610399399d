"""The decision at the checkout: offers in the order in which they were named, each on what those before it left."""

from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.checkout import Checkout, Facts, Lock, refuse_malformed
from shared.domain.decision import ALREADY_PAID, NOT_FOUND, decide
from shared.domain.errors import PromotionError
from shared.domain.orders import Order, Price, StoredOrder
from shared.domain.stacking import LIMIT_EXCEEDED, PRECEDING_FAILED, StackingRules
from shared.domain.vouchers import DISABLED, EXPIRED, USED_UP
from tests.builders import amount_off, fixed_price, percent_off
from tests.strategies import amounts, discounts
from tests.unit.values import AT, FIVE_OFF, PROJECT, checkout, discount_of, lock, offer, verdict, voucher

SPENT = {"quantity": 1, "taken": 1, "redeemed_quantity": 1}


@pytest.mark.parametrize(
    ("case", "amount", "offers", "prices"),
    [
        ("20 % of $100", 10_000, [percent_off(20)], [(2_000, 2_000)]),
        (
            "1.00, then 20 %, then 80.00 off 2,000.00",
            200_000,
            [amount_off(100), percent_off(20), amount_off(8_000)],
            [(100, 100), (40_080, 39_980), (48_080, 8_000)],
        ),
        ("20 %, then $10, on $100", 10_000, [percent_off(20), amount_off(1_000)], [(2_000, 2_000), (3_000, 1_000)]),
        ("$10, then 20 %, on $100", 10_000, [amount_off(1_000), percent_off(20)], [(1_000, 1_000), (2_800, 1_800)]),
        ("100 %, then 15 %", 10_000, [percent_off(100), percent_off(15)], [(10_000, 10_000), (10_000, 0)]),
        ("15 %, then 100 %", 10_000, [percent_off(15), percent_off(100)], [(1_500, 1_500), (10_000, 8_500)]),
        ("10 %, then $50, on $50", 5_000, [percent_off(10), amount_off(5_000)], [(500, 500), (5_000, 4_500)]),
        ("$50, then 10 %, on $50", 5_000, [amount_off(5_000), percent_off(10)], [(5_000, 5_000), (5_000, 0)]),
        ("$20 off a $15 cart", 1_500, [amount_off(2_000)], [(1_500, 1_500)]),
        ("for $10, then $5 off", 3_000, [fixed_price(1_000), amount_off(500)], [(2_000, 2_000), (2_500, 500)]),
        ("$25 off, then for $10", 3_000, [amount_off(2_500), fixed_price(1_000)], [(2_500, 2_500), (2_500, 0)]),
        ("on an order of nothing", 0, [percent_off(20), amount_off(500)], [(0, 0), (0, 0)]),
    ],
)
def test_each_offer_takes_from_what_those_before_it_left(
    case: str, amount: int, offers: list[dict[str, Any]], prices: list[tuple[int, int]]
) -> None:
    judged = verdict(*(offer(f"CODE-{i}", discount_of(it)) for i, it in enumerate(offers)), amount=amount)
    assert judged.valid
    assert [it.price for it in judged.applicable] == [Price(amount, *price) for price in prices]
    assert judged.price == judged.applicable[-1].price


@given(amounts, st.lists(discounts, min_size=1, max_size=5))
def test_a_stack_never_takes_more_than_there_is_and_its_parts_sum_to_it(
    amount: int, offers: list[dict[str, Any]]
) -> None:
    judged = verdict(*(offer(f"CODE-{i}", discount_of(it)) for i, it in enumerate(offers)), amount=amount)
    assert judged.price
    assert 0 <= judged.price.discount <= amount
    assert sum(it.price.applied for it in judged.applicable if it.price) == judged.price.discount


@given(amounts, st.lists(amounts, min_size=1, max_size=4))
def test_the_order_of_amounts_does_not_change_what_is_left_to_pay(amount: int, off: list[int]) -> None:
    offers = [offer(f"CODE-{i}", discount_of(amount_off(it))) for i, it in enumerate(off)]
    totals = {judged.price.total for it in permutations(offers) if (judged := verdict(*it, amount=amount)).price}
    assert totals == {max(0, amount - sum(off))}


def test_without_an_order_there_is_a_verdict_and_no_price() -> None:
    judged = verdict(offer("A"), offer("B"), amount=None)
    assert judged.valid
    assert judged.price is None
    assert [it.price for it in judged.applicable] == [None, None]


def test_beyond_the_limit_offers_are_skipped_and_the_rest_is_valid() -> None:
    judged = verdict(*(offer(f"CODE-{i}") for i in range(7)))
    assert judged.valid
    assert [it.named for it in judged.applicable] == [f"CODE-{i}" for i in range(5)]
    assert [(it.named, it.reason) for it in judged.skipped] == [("CODE-5", LIMIT_EXCEEDED), ("CODE-6", LIMIT_EXCEEDED)]
    assert judged.price == Price(10_000, 2_500, 500)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_the_limit_is_a_rule(limit: int) -> None:
    rules = StackingRules(applicable_redeemables_limit=limit)
    judged = verdict(offer("A"), offer("B"), offer("C"), rules=rules)
    assert (len(judged.applicable), len(judged.skipped)) == (limit, 3 - limit)


def test_if_one_offer_may_not_be_used_none_is_and_the_others_say_so() -> None:
    judged = verdict(offer("A"), offer("B", active=False), offer("C"))
    assert not judged.valid
    assert judged.applicable == ()
    assert [(it.named, it.reasons) for it in judged.inapplicable] == [("B", (DISABLED,))]
    assert [(it.named, it.reason) for it in judged.skipped] == [("A", PRECEDING_FAILED), ("C", PRECEDING_FAILED)]


def test_every_offer_that_may_not_be_used_is_told_with_every_reason() -> None:
    judged = verdict(offer("A", **SPENT), offer("B"), offer("C", active=False, expiration_date=AT))
    assert [(it.named, it.reasons) for it in judged.inapplicable] == [("A", (USED_UP,)), ("C", (DISABLED, EXPIRED))]
    assert [it.named for it in judged.skipped] == ["B"]


def test_a_skipped_offer_keeps_its_own_reason_beside_a_refused_one() -> None:
    judged = verdict(offer("BAD", active=False), *(offer(f"CODE-{i}") for i in range(6)))
    assert [it.reason for it in judged.skipped] == [PRECEDING_FAILED] * 5 + [LIMIT_EXCEEDED]


@given(st.lists(discounts, min_size=1, max_size=6), st.integers(0, 6), amounts)
def test_an_offer_that_may_not_be_used_takes_every_other_with_it_and_has_no_price(
    offers: list[dict[str, Any]], position: int, amount: int
) -> None:
    good = [offer(f"CODE-{i}", discount_of(it)) for i, it in enumerate(offers)]
    alone = verdict(*good, amount=amount)
    judged = verdict(*good[:position], offer("BAD", active=False), *good[position:], amount=amount)
    assert alone.valid
    assert not judged.valid
    assert judged.applicable == ()
    assert [it.named for it in judged.inapplicable] == ["BAD"]
    assert [it.named for it in judged.skipped] == [it.voucher.code for it in good]
    assert judged.price == alone.price


def test_a_code_that_nobody_has_is_not_found() -> None:
    asked = checkout("MUG", "GONE")
    judged = decide(asked, Facts({"MUG": offer()}), at=AT)
    assert [(it.named, it.redeemable, it.reasons) for it in judged.inapplicable] == [("GONE", None, (NOT_FOUND,))]
    assert [it.named for it in judged.skipped] == ["MUG"]


@pytest.mark.parametrize(
    ("status", "reasons"),
    [("CREATED", []), ("CANCELED", []), ("PAID", [ALREADY_PAID]), ("FULFILLED", [ALREADY_PAID])],
)
def test_a_paid_order_is_never_priced_again(status: str, reasons: list[object]) -> None:
    known = StoredOrder(id="ord_1", order=Order(amount=10_000), status=status, created_at=AT)
    judged = decide(checkout("MUG"), Facts({"MUG": offer()}, order=known), at=AT)
    assert [reason for it in judged.inapplicable for reason in it.reasons] == reasons


def test_that_the_order_is_paid_comes_after_the_reasons_of_the_offer() -> None:
    paid = StoredOrder(id="ord_1", order=Order(amount=10_000), status="PAID", created_at=AT)
    facts = Facts({"MUG": offer(active=False)}, order=paid)
    judged = decide(checkout("MUG"), facts, at=AT)
    assert judged.inapplicable[0].reasons == (DISABLED, ALREADY_PAID)


def test_a_decision_changes_nothing_and_may_be_made_again() -> None:
    offers = [offer("A"), offer("B", **SPENT)]
    assert verdict(*offers) == verdict(*offers)


@pytest.mark.parametrize("asked", [checkout("A"), checkout("A", amount=None), Checkout(("A",), session=lock())])
def test_the_verdict_carries_what_was_asked(asked: Checkout) -> None:
    judged = decide(asked, Facts({"A": offer("A")}), at=AT)
    assert (judged.checkout, judged.applicable[0].redeemable.discount) == (asked, FIVE_OFF)


# Lists of offers that make no sense


@pytest.mark.parametrize(
    ("case", "named", "key"),
    [
        ("31 offers", [f"CODE-{i}" for i in range(31)], "invalid_redeemables"),
        ("31 times the same", ["MUG"] * 31, "invalid_redeemables"),
        ("one twice", ["MUG", "CUP", "MUG"], "duplicated_redeemables"),
        ("one twice, in another case", ["MUG", "mug"], "duplicated_redeemables"),
        ("one twice, with spaces around it", ["MUG", " MUG "], "duplicated_redeemables"),
        ("one twice, typed by a Turk", ["INDIRIM20", "indirim20", "CUP"], "duplicated_redeemables"),
        ("one twice, with a dot", ["İNDİRİM20", "INDIRIM20"], "duplicated_redeemables"),
        ("one twice, by its code and by its id", ["mug", voucher().id], "duplicated_redeemables"),
        ("one twice, in full width", ["MUG", "ＭＵＧ"], "duplicated_redeemables"),
    ],
)
def test_a_list_that_makes_no_sense_is_refused(case: str, named: list[str], key: str) -> None:
    with pytest.raises(PromotionError) as refusal:
        refuse_malformed(named, project=PROJECT)
    assert refusal.value.key == key
    assert refusal.value.details.startswith("redeemables: ")


@pytest.mark.parametrize("named", [["MUG"], ["MUG", "MUG-1"], ["MUG", "M UG"], [f"CODE-{i}" for i in range(30)]])
def test_a_list_of_different_offers_is_looked_up(named: list[str]) -> None:
    refuse_malformed(named, project=PROJECT)


# How long a session holds

A_YEAR = timedelta(days=366)


@pytest.mark.parametrize(
    ("case", "session", "holds"),
    [
        ("nothing said: a week", {}, timedelta(days=7)),
        ("days", {"ttl": 2}, timedelta(days=2)),
        ("half a day", {"ttl": 0.5, "ttl_unit": "DAYS"}, timedelta(hours=12)),
        ("hours", {"ttl": 1, "ttl_unit": "HOURS"}, timedelta(hours=1)),
        ("minutes", {"ttl": 10, "ttl_unit": "MINUTES"}, timedelta(minutes=10)),
        ("seconds", {"ttl": 90, "ttl_unit": "SECONDS"}, timedelta(seconds=90)),
        ("milliseconds", {"ttl": 1_500, "ttl_unit": "MILLISECONDS"}, timedelta(seconds=1.5)),
        ("microseconds", {"ttl": 2_000_000, "ttl_unit": "MICROSECONDS"}, timedelta(seconds=2)),
        ("nanoseconds", {"ttl": 3_000_000_000, "ttl_unit": "NANOSECONDS"}, timedelta(seconds=3)),
        ("for ever is a year", {"ttl": 10**12}, A_YEAR),
        ("a year to the day", {"ttl": 366}, A_YEAR),
    ],
)
def test_a_session_holds_for_its_time_and_at_most_a_year(case: str, session: dict[str, Any], holds: timedelta) -> None:
    assert Lock(**session).until(AT) == AT + holds


@given(
    ttl=st.floats(0, 10**12, exclude_min=True), unit=st.sampled_from(("NANOSECONDS", "SECONDS", "DAYS")), at=st.just(AT)
)
def test_a_hold_never_ends_before_it_begins(ttl: float, unit: str, at: datetime) -> None:
    assert at <= Lock(ttl=ttl, ttl_unit=unit).until(at) <= at + A_YEAR


@pytest.mark.parametrize(
    "session",
    [
        {"ttl": 0},
        {"ttl": -1},
        {"ttl": 10**13},
        {"ttl": float("nan")},
        {"ttl_unit": "YEARS"},
        {"type": "OPEN"},
        {"key": ""},
    ],
)
def test_a_session_that_makes_no_sense_is_refused(session: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Lock(**session)
