"""What an offer takes off: never more than there is, never less than nothing, and nothing that is not understood."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.discounts import PercentOff
from shared.domain.money import LARGEST
from tests.builders import amount_off, fixed_price, percent_off
from tests.strategies import amounts, discounts, percents
from tests.unit.values import discount_of


@pytest.mark.parametrize(
    ("case", "discount", "amount", "off"),
    [
        ("5.00 off 100.00", amount_off(500), 10_000, 500),
        ("5.00 off 3.00 takes what there is", amount_off(500), 300, 300),
        ("off nothing", amount_off(500), 0, 0),
        ("nothing off", amount_off(0), 10_000, 0),
        ("held to its aggregated limit", amount_off(500, aggregated_amount_limit=200), 10_000, 200),
        ("20 % of 100.00", percent_off(20), 10_000, 2_000),
        ("12.5 % of 9.99", percent_off(12.5), 999, 125),
        ("50 %, at most $500: $1,200", percent_off(50, amount_limit=50_000), 120_000, 50_000),
        ("50 %, at most $500: $900", percent_off(50, amount_limit=50_000), 90_000, 45_000),
        ("a limit of nothing", percent_off(50, amount_limit=0), 90_000, 0),
        ("the lower of two limits", percent_off(50, amount_limit=900, aggregated_amount_limit=700), 90_000, 700),
        ("100 %", percent_off(100), 12_345, 12_345),
        ("0 %", percent_off(0), 12_345, 0),
        ("10 % of 275 yen", percent_off(10), 275, 28),
        ("for 10.00 instead of 30.00", fixed_price(1_000), 3_000, 2_000),
        ("a fixed price above the price", fixed_price(5_000), 3_000, 0),
        ("a fixed price that is the price", fixed_price(3_000), 3_000, 0),
        ("for nothing", fixed_price(0), 3_000, 3_000),
        ("$500 off the largest amount", amount_off(50_000), LARGEST, 50_000),
    ],
)
def test_a_discount_of_an_amount(case: str, discount: dict[str, Any], amount: int, off: int) -> None:
    assert discount_of(discount).of(amount) == off


@given(discounts, amounts)
def test_a_discount_is_never_negative_and_never_more_than_the_amount(discount: dict[str, Any], amount: int) -> None:
    assert 0 <= discount_of(discount).of(amount) <= amount


@given(percents, amounts, amounts)
def test_a_limit_only_ever_lowers_a_percentage(percent: float, limit: int, amount: int) -> None:
    free = discount_of(percent_off(percent)).of(amount)
    assert discount_of(percent_off(percent, amount_limit=limit)).of(amount) == min(free, limit)


@given(amounts, amounts)
def test_a_fixed_price_is_what_is_left_to_pay_unless_it_was_less_already(price: int, amount: int) -> None:
    assert amount - discount_of(fixed_price(price)).of(amount) == min(price, amount)


@given(discounts, amounts, amounts)
def test_who_buys_more_never_pays_less(discount: dict[str, Any], amount: int, more: int) -> None:
    def left(of: int) -> int:
        return of - discount_of(discount).of(of)

    assert left(amount) <= left(amount + more)


@pytest.mark.parametrize(
    ("case", "discount", "told"),
    [
        ("a formula of an amount", amount_off(500, amount_off_formula="ORDER_AMOUNT / 2"), "amount_off_formula"),
        ("a formula of a percentage", percent_off(10, percent_off_formula="10"), "percent_off_formula"),
        ("a formula of a price", fixed_price(500, fixed_amount_formula="1"), "fixed_amount_formula"),
        ("one that changes by itself", amount_off(500, is_dynamic=True), "is_dynamic"),
        ("one for lines", amount_off(500, effect="APPLY_TO_ITEMS"), "APPLY_TO_ORDER"),
        ("units", {"type": "UNIT", "unit_off": 1}, "UNIT"),
        ("no type", {"amount_off": 500}, "discriminator"),
        ("no amount", {"type": "AMOUNT"}, "amount_off"),
        ("more than everything", percent_off(100.01), "less than or equal to 100"),
        ("less than nothing", percent_off(-1), "greater than or equal to 0"),
        ("a percentage too fine to be shown", percent_off(0.00001), "4 decimal places"),
        ("not a number", percent_off(float("nan")), "finite"),
        ("a number as text", {"type": "PERCENT", "percent_off": "20"}, "must be a number"),
        ("yes", {"type": "PERCENT", "percent_off": True}, "must be a number"),
        ("a negative amount", amount_off(-1), "greater than or equal to 0"),
        ("a fraction of a cent", amount_off(10.5), "amount_off"),
        ("a negative limit", percent_off(10, amount_limit=-1), "amount_limit"),
    ],
)
def test_what_is_not_understood_is_refused_and_not_passed_over(case: str, discount: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        discount_of(discount)


@pytest.mark.parametrize("absent", [None, "", False])
def test_a_formula_that_is_empty_is_none(absent: object) -> None:
    assert discount_of(amount_off(500, amount_off_formula=absent, is_dynamic=absent)).of(10_000) == 500


@pytest.mark.parametrize(
    ("case", "percent", "shown"),
    [("whole", 10, "10"), ("whole, with a point", 10.0, "10"), ("not whole", 12.5, "12.5")],
)
def test_a_percentage_is_shown_as_the_shortest_number(case: str, percent: float, shown: str) -> None:
    assert f'"percent_off":{shown},' in discount_of(percent_off(percent)).model_dump_json()


@given(st.integers(0, 1_000_000).map(lambda parts: parts / 10_000))
def test_a_percentage_survives_being_written_down(percent: float) -> None:
    discount = PercentOff(percent_off=percent)
    assert PercentOff.model_validate_json(discount.model_dump_json()) == discount
