"""Faults that known engines shipped or had to mend, each as a scenario over HTTP; the thread stands behind it.

The races among them are in ``tests/faults``, the arithmetic of shares is beside ``allocate`` in
``shared/domain/money.py``, the guessing of codes in ``test_client_side.py``.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.builders import Clock, Shop, amount_off, fixed_price, fresh, lock, ok, percent_off, refusal, wants

NOON = datetime(2026, 3, 17, 12, tzinfo=UTC)


# Payment and life cycle


def test_a_declined_card_costs_nobody_the_coupon(timed_shop: Shop, clock: Clock) -> None:
    """Held, declined, tried again with another card a minute later: the same hold serves (woocommerce#27673)."""
    clock.set(NOON)
    code, cart = timed_shop.code(), lock(fresh("cart"), ttl=10, ttl_unit="MINUTES")
    for _ in range(3):
        assert timed_shop.validate(code, session=cart)["valid"]
        clock.forward(timedelta(minutes=1))
    assert refusal(timed_shop.redeem(code)) == (400, "quantity_exceeded")  # nobody else may have it meanwhile
    timed_shop.redeemed(code, session=cart)
    assert timed_shop.uses(code) == 1


def test_an_abandoned_payment_lets_go_of_the_coupon_by_itself(timed_shop: Shop, clock: Clock) -> None:
    """Adyen/adyen-magento2#113."""
    clock.set(NOON)
    code = timed_shop.code()
    assert timed_shop.validate(code, session=lock(fresh("cart"), ttl=10, ttl_unit="MINUTES"))["valid"]
    clock.forward(timedelta(minutes=10))
    timed_shop.redeemed(code)


def test_a_cancelled_order_gives_the_use_back_once(shop: Shop) -> None:
    """Sylius#10125."""
    code, order = shop.code(), {"source_id": fresh("order"), "amount": 5_000}
    redemption = shop.redeemed(code, order=order)["redemptions"][0]["id"]
    undone = ok(shop.roll_back(redemption))
    assert (undone["order"]["status"], shop.uses(code)) == ("CANCELED", 0)
    assert refusal(shop.roll_back(redemption)) == (400, "already_rolled_back")
    assert shop.uses(code) == 0
    shop.redeemed(code, order=order)
    assert shop.uses(code) == 1


def test_a_code_that_expires_between_cart_and_payment_is_judged_again(timed_shop: Shop, clock: Clock) -> None:
    """medusajs/medusa#6551; also where a session holds it."""
    clock.set(NOON)
    ends = (NOON + timedelta(minutes=5)).isoformat()
    code, cart = timed_shop.code(expiration_date=ends), lock(fresh("cart"))
    assert timed_shop.validate(code, session=cart)["valid"]
    clock.forward(timedelta(minutes=5))
    assert refusal(timed_shop.redeem(code, session=cart)) == (400, "voucher_expired")
    assert timed_shop.uses(code) == 0


def test_an_order_submitted_twice_is_paid_once_and_answered_twice(shop: Shop) -> None:
    """saleor/saleor PR#15849: no second redemption, no refund of a paid order."""
    code, order = shop.code(quantity=5), {"source_id": fresh("order"), "amount": 5_000}
    first, again = (shop.redeemed(code, order=order) for _ in range(2))
    assert first["redemptions"][0]["id"] == again["redemptions"][0]["id"]
    assert (again["order"]["status"], shop.uses(code)) == ("PAID", 1)


# Arithmetic


@pytest.mark.parametrize(
    ("thread", "amount", "discounts", "total"),
    [
        ("vendure#2385: 100 %, then 15 %", 10_000, [percent_off(100), percent_off(15)], 0),
        ("odoo PR#63106: 10 %, then $50 on $50", 5_000, [percent_off(10), amount_off(5_000)], 0),
        ("odoo PR#63106: $50, then 10 % on $50", 5_000, [amount_off(5_000), percent_off(10)], 0),
        ("woocommerce PR#58748: 20 %, then $10 on $100", 10_000, [percent_off(20), amount_off(1_000)], 7_000),
        ("woocommerce PR#58748: $10, then 20 % on $100", 10_000, [amount_off(1_000), percent_off(20)], 7_200),
        ("autumn PR#234: 275 yen is 275 minor units", 275, [percent_off(10)], 247),
        ("three decimals: 1.005 dinar", 1_005, [percent_off(50)], 502),
        ("first anniversary, 50 %, at most $500: $1,200", 120_000, [percent_off(50, amount_limit=50_000)], 70_000),
        ("first anniversary, 50 %, at most $500: $900", 90_000, [percent_off(50, amount_limit=50_000)], 45_000),
        ("a fixed price above the price changes nothing", 900, [fixed_price(1_000)], 900),
    ],
)
def test_discounts_are_applied_in_the_order_of_the_request_and_never_below_nothing(
    shop: Shop, thread: str, amount: int, discounts: list[dict[str, Any]], total: int
) -> None:
    codes = [shop.code(discount) for discount in discounts]
    validated = shop.validate(*codes, amount=amount)["order"]
    redeemed = shop.redeemed(*codes, amount=amount)["order"]
    assert (validated["total_amount"], redeemed["total_amount"]) == (total, total)
    assert redeemed["total_discount_amount"] == amount - total


# Text


@pytest.mark.parametrize("typed", ["indirim", "İNDİRİM", "INDIRIM", "ındırım", " Indirim "])
def test_a_turkish_customer_finds_the_code(shop: Shop, typed: str) -> None:
    number = fresh("")[-6:]
    shop.voucher(f"INDIRIM{number}")
    assert shop.validate(typed.strip() + number.upper() + " ")["valid"]
    again = shop.ask("POST", f"vouchers/{typed.strip()}{number}", {"discount": amount_off(500)})
    assert refusal(again) == (409, "duplicate_found")


@pytest.mark.parametrize(
    ("case", "config", "count"),
    [
        ("a pattern without chance", {"pattern": "SPRING"}, 2),
        ("ten thousand out of a hundred", {"pattern": "A-##", "charset": "0123456789"}, 10_000),
        ("two letters of one form", {"length": 1, "charset": "aA"}, 2),
        ("thirty million out of a million", {"length": 6, "charset": "numbers"}, 20_000_000),
    ],
)
def test_an_impossible_pattern_is_refused_at_once(shop: Shop, case: str, config: dict[str, Any], count: int) -> None:
    """voucher-code-generator-js#16."""
    name = fresh("campaign")
    body = {
        "name": name,
        "vouchers_count": count,
        "voucher": {"type": "DISCOUNT_VOUCHER", "discount": amount_off(500), "code_config": config},
    }
    assert refusal(shop.ask("POST", "campaigns", body)) == (400, "invalid_payload")
    assert refusal(shop.ask("GET", f"campaigns/{name}")) == (404, "not_found")


# Who may use what


def test_fewer_units_than_the_rule_wants_are_no_discount(shop: Shop) -> None:
    """$50 off from 5 units; ten become four, and the discount goes (Sylius#8320)."""
    from_five = shop.rule(wants("order.items.count", "more_than_or_equal", 5))
    code, order = shop.code(amount_off(5_000), validation_rules=[from_five]), fresh("order")
    cart = {"source_id": order, "items": [{"source_id": fresh("mug"), "quantity": 10, "price": 2_000}]}
    assert shop.validate(code, order=cart)["order"]["total_discount_amount"] == 5_000
    cart["items"][0]["quantity"] = 4
    assert not shop.validate(code, order=cart)["valid"]
    assert refusal(shop.redeem(code, order=cart)) == (400, "order_rules_violated")
    assert shop.uses(code) == 0


def test_a_code_that_was_issued_to_somebody_is_nobody_elses(shop: Shop) -> None:
    """Where only the holder may redeem (odoo#205431)."""
    holder = shop.rule(wants("publication.redeemable_by_linked_customer", "is", True))
    campaign = shop.campaign(type="AUTO_UPDATE", validation_rules=[holder])
    ann = fresh("ann")
    code = ok(shop.publish(campaign["name"], ann))["voucher"]["code"]
    for other in ({"source_id": fresh("ben")}, None):
        assert refusal(shop.redeem(code, customer=other)) == (400, "redemption_rules_violated")
    shop.redeemed(code, customer={"source_id": ann})
