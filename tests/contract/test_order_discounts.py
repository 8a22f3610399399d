"""What a code takes off an order, to the cent: CONTRACT's arithmetic over HTTP."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import Shop, amount_off, fixed_price, fresh, ok, percent_off
from tests.strategies import LARGEST, amounts, discounts


@pytest.mark.parametrize(
    ("case", "discount", "amount", "off"),
    [
        ("an amount", amount_off(500), 2_000, 500),
        ("an amount above the order's", amount_off(500), 300, 300),
        ("an amount off nothing", amount_off(500), 0, 0),
        ("275 yen are 275, not 27,500", amount_off(275), 1_000, 275),
        ("an amount of 0", amount_off(0), 1_000, 0),
        ("the largest amount", amount_off(LARGEST), LARGEST, LARGEST),
        ("a percentage", percent_off(20), 10_000, 2_000),
        ("a percentage with decimals", percent_off(12.5), 1_000, 125),
        ("half a cent is rounded up", percent_off(1), 50, 1),
        ("less than half a cent is rounded down", percent_off(1), 49, 0),
        ("299.85 is 300", percent_off(15), 1_999, 300),
        ("a percentage that no binary fraction holds", percent_off(33.3), 1_000, 333),
        ("all of it", percent_off(100), 1_999, 1_999),
        ("exact where a float is not", percent_off(33.3333), LARGEST, 3_002_396_749_180_579),
        ("a percentage below its limit", percent_off(10, amount_limit=1_000), 9_999, 1_000),
        ("a percentage above its limit", percent_off(10, amount_limit=1_000), 10_010, 1_000),
        ("M4 first anniversary: 50 % of $1,200, at most $500", percent_off(50, amount_limit=50_000), 120_000, 50_000),
        ("M4 first anniversary: 50 % of $900", percent_off(50, amount_limit=50_000), 90_000, 45_000),
        ("a new price", fixed_price(1_000), 3_000, 2_000),
        ("a new price above the old changes nothing", fixed_price(5_000), 3_000, 0),
        ("a new price of 0", fixed_price(0), 3_000, 3_000),
    ],
)
def test_a_code_takes_off(shop: Shop, case: str, discount: dict[str, Any], amount: int, off: int) -> None:
    code = shop.code(discount)
    validated = shop.validate(code, amount=amount)
    assert validated["valid"] is True
    (redeemable,) = validated["redeemables"]
    for order in (validated["order"], redeemable["order"], shop.redeemed(code, amount=amount)["order"]):
        assert money(order) == {
            "amount": amount,
            "discount_amount": off,
            "total_discount_amount": off,
            "applied_discount_amount": off,
            "total_applied_discount_amount": off,
            "total_amount": amount - off,
        }


@pytest.mark.parametrize(
    ("case", "stack", "amount", "applied"),
    [
        (
            "1.00, then 20 %, then 80.00",
            [amount_off(100), percent_off(20), amount_off(8_000)],
            200_000,
            (100, 39_980, 8_000),
        ),
        ("20 %, then $10", [percent_off(20), amount_off(1_000)], 10_000, (2_000, 1_000)),
        ("$10, then 20 %", [amount_off(1_000), percent_off(20)], 10_000, (1_000, 1_800)),
        ("100 %, then 15 %: nothing is left to discount", [percent_off(100), percent_off(15)], 9_900, (9_900, 0)),
        ("10 %, then $50 of $50", [percent_off(10), amount_off(5_000)], 5_000, (500, 4_500)),
        ("$50, then 10 % of $50", [amount_off(5_000), percent_off(10)], 5_000, (5_000, 0)),
        (
            "the limit of a percentage holds for what is left",
            [amount_off(2_000), percent_off(50, amount_limit=3_000)],
            10_000,
            (2_000, 3_000),
        ),
        ("a new price for what is left", [amount_off(2_000), fixed_price(5_000)], 10_000, (2_000, 3_000)),
        ("five are applied", [percent_off(10)] * 5, 10_000, (1_000, 900, 810, 729, 656)),
    ],
)
def test_codes_are_applied_in_the_requested_order(
    shop: Shop, case: str, stack: list[dict[str, Any]], amount: int, applied: tuple[int, ...]
) -> None:
    codes = [shop.code(discount) for discount in stack]
    validated = shop.validate(*codes, amount=amount)
    redeemed = shop.redeemed(*codes, amount=amount)
    for orders in ([it["order"] for it in validated["redeemables"]], [it["order"] for it in redeemed["redemptions"]]):
        assert [order["applied_discount_amount"] for order in orders] == list(applied)
        assert [order["total_applied_discount_amount"] for order in orders] == list(applied)
        assert [order["discount_amount"] for order in orders] == [sum(applied[: i + 1]) for i in range(len(applied))]
        assert [order["total_discount_amount"] for order in orders] == [order["discount_amount"] for order in orders]
        assert [order["total_amount"] for order in orders] == [amount - order["discount_amount"] for order in orders]
    for order in (validated["order"], redeemed["order"]):
        assert money(order) == {
            "amount": amount,
            "discount_amount": sum(applied),
            "total_discount_amount": sum(applied),
            "applied_discount_amount": sum(applied),
            "total_applied_discount_amount": sum(applied),
            "total_amount": amount - sum(applied),
        }


@pytest.mark.parametrize(
    ("case", "order", "amount"),
    [
        (
            "lines with prices are summed",
            {"items": [{"price": 1_000, "quantity": 2}, {"price": 1_500, "quantity": 3}]},
            6_500,
        ),
        ("a line without a quantity is one", {"items": [{"price": 1_000}, {"price": 500}]}, 1_500),
        (
            "of both, the amount stands",
            {"amount": 5_000, "items": [{"price": 1_000, "quantity": 2}]},
            5_000,
        ),
        ("a line that costs nothing", {"items": [{"price": 0, "quantity": 4}, {"price": 700, "quantity": 1}]}, 700),
    ],
)
def test_what_an_order_costs(shop: Shop, case: str, order: dict[str, Any], amount: int) -> None:
    priced = shop.validate(shop.code(percent_off(10)), order=order)["order"]
    assert (priced["amount"], priced["total_discount_amount"], priced["total_amount"]) == (
        *(amount, amount // 10),
        amount - amount // 10,
    )
    assert "items_discount_amount" not in priced


def test_a_code_without_an_order_is_valid_and_has_no_price(shop: Shop) -> None:
    code = shop.code()
    body = {"redeemables": [{"object": "voucher", "id": code}]}
    assert ok(shop.ask("POST", "validations", body))["valid"] is True
    assert ok(shop.ask("POST", "redemptions", body))["redemptions"][0]["result"] == "SUCCESS"
    assert shop.uses(code) == 1


@pytest.fixture(scope="module")
def reusable(shop: Shop) -> list[str]:
    """Five codes for hypothesis to give discounts to."""
    return [shop.code(quantity=None) for _ in range(5)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stack=st.lists(discounts, min_size=1, max_size=5), amount=amounts)
def test_whatever_the_stack_the_parts_sum_and_nothing_falls_below_zero(
    shop: Shop, reusable: list[str], stack: list[dict[str, Any]], amount: int
) -> None:
    codes = reusable[: len(stack)]
    for code, discount in zip(codes, stack, strict=True):
        ok(shop.ask("PUT", f"vouchers/{code}", {"discount": discount}))
    validated = shop.validate(*codes, amount=amount)
    order, parts = validated["order"], [it["order"] for it in validated["redeemables"]]
    assert 0 <= order["total_discount_amount"] <= amount
    assert sum(part["applied_discount_amount"] for part in parts) == order["total_discount_amount"]
    assert all(part["applied_discount_amount"] >= 0 for part in parts)
    assert order["total_amount"] == amount - order["total_discount_amount"]


def test_the_same_stack_costs_the_same_by_code_and_by_id_and_in_any_spelling(shop: Shop) -> None:
    first, second = shop.voucher(fresh("Mug"), percent_off(10)), shop.voucher(fresh("Mug"), amount_off(700))
    by_code = shop.validate(first["code"], second["code"])["order"]
    assert by_code["total_amount"] == 8_300
    assert shop.validate(first["id"], second["id"])["order"] == by_code
    assert shop.validate(first["code"].upper(), f" {second['code'].lower()} ")["order"] == by_code


def money(order: dict[str, Any]) -> dict[str, int]:
    """The amounts of an order that an order discount fills."""
    return {name: value for name, value in order.items() if name.endswith("amount") and name != "initial_amount"}
