"""Who may use what, over HTTP: the mission's own examples, explanations, and a rule's own words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.builders import CLIENT, Clock, Shop, checkout, fresh, ok, percent_off, refusal, wants

AT = datetime(2026, 3, 17, 12, tzinfo=UTC)
ABOVE_100 = wants("order.amount", "more_than", 10_000)
ONCE_EACH = wants("redemption.count.per_customer", "less_than_or_equal", 1)


def refused(verdict: dict[str, Any]) -> str:
    """The key of the one refusal."""
    [one] = verdict["redeemables"]
    assert verdict["valid"] is False
    return str(one["result"]["error"]["key"])


def test_inactive_for_three_months_and_above_a_hundred(timed_shop: Shop, clock: Clock) -> None:
    """MISSION: inactive more than 3 months → 20 % off orders above $100; at $100.00 exactly refused (M2, M7)."""
    clock.set(AT)
    shop, ann, ben = timed_shop, fresh("ann"), fresh("ben")
    for customer, days in ((ann, 91), (ben, 89)):
        placed = (AT - timedelta(days=days)).isoformat()
        history = {"customer": {"source_id": customer}, "amount": 4_000, "status": "PAID", "created_at": placed}
        ok(shop.ask("POST", "orders", {"source_id": fresh("order"), **history}))
    inactive = shop.segment(filter={"summary.orders.last_order_date": {"conditions": {"$more_than_ago": [90]}}})
    rule = shop.rule(wants("customer.segment", "is", inactive), ABOVE_100)
    code = shop.code(percent_off(20), quantity=None, validation_rules=[rule])
    assert refused(shop.validate(code, amount=10_000, customer={"source_id": ann})) == "order_rules_violated"
    assert refused(shop.validate(code, amount=10_001, customer={"source_id": ben})) == "customer_rules_violated"
    assert refused(shop.validate(code, amount=10_001)) == "customer_rules_violated"
    paid = shop.redeemed(code, amount=10_001, customer={"source_id": ann})
    assert paid["order"]["total_discount_amount"] == 2_000
    # The order paid a moment ago counts: she is not inactive any more.
    assert refusal(shop.redeem(code, amount=20_000, customer={"source_id": ann})) == (400, "customer_rules_violated")


def test_above_250_and_premium(shop: Shop) -> None:
    """MISSION: cart above $250 and premium status; a customer is judged as sent, laid over what is stored (M7)."""
    premium = wants("customer.metadata", "is", "premium", property="status")
    code = shop.code(quantity=None, validation_rules=[shop.rule(wants("order.amount", "more_than", 25_000), premium)])
    ann = shop.customer(metadata={"status": "premium"})["source_id"]
    assert shop.validate(code, amount=25_001, customer={"source_id": ann})["valid"]
    assert refused(shop.validate(code, amount=25_000, customer={"source_id": ann})) == "order_rules_violated"
    said = {"source_id": ann, "metadata": {"status": "lapsed"}}
    assert refused(shop.validate(code, amount=25_001, customer=said)) == "customer_rules_violated"
    assert shop.validate(code, amount=25_001, customer={"source_id": ann})["valid"]  # to be judged is not to be saved
    shop.customer(ann, metadata={"status": "lapsed"})
    assert refused(shop.validate(code, amount=25_001, customer={"source_id": ann})) == "customer_rules_violated"


def test_a_first_purchase_is_the_first(shop: Shop) -> None:
    """MISSION: a first-purchase coupon (M2, required order history)."""
    first = wants("customer.summary.orders.total_count", "is", 0)
    code = shop.code(quantity=None, validation_rules=[shop.rule(first)])
    ann = fresh("ann")
    shop.redeemed(code, customer={"source_id": ann}, order={"source_id": fresh("order"), "amount": 5_000})
    again = shop.redeem(code, customer={"source_id": ann}, order={"source_id": fresh("order"), "amount": 5_000})
    assert refusal(again) == (400, "customer_rules_violated")


def test_a_limit_for_each_customer_counts_holds_and_gives_back(shop: Shop) -> None:
    code = shop.code(quantity=None, validation_rules=[shop.rule(ONCE_EACH)])
    ann, ben = {"source_id": fresh("ann")}, {"source_id": fresh("ben")}
    held = {"type": "LOCK", "key": fresh("cart"), "ttl": 1, "ttl_unit": "HOURS"}
    assert refused(shop.validate(code)) == "redemption_rules_violated"  # nobody to count for
    assert shop.validate(code, customer=ann, session=held)["valid"]
    assert shop.validate(code, customer=ann, session=held)["valid"]  # its own hold is in nobody's way
    assert refused(shop.validate(code, customer=ann)) == "redemption_rules_violated"
    assert shop.validate(code, customer=ben)["valid"]
    mine = shop.redeemed(code, customer=ann, session=held)["redemptions"][0]["id"]
    assert refusal(shop.redeem(code, customer=ann)) == (400, "redemption_rules_violated")
    ok(shop.roll_back(mine))
    shop.redeemed(code, customer=ann)


def test_a_rules_own_words_are_passed_on_to_everybody(shop: Shop, page: httpx.Client) -> None:
    says = {"message": "Spend more than 100 to use this"}
    code = shop.code(quantity=None, validation_rules=[shop.rule(ABOVE_100 | {"error": says}, error={"message": "No"})])
    [one] = shop.validate(code, amount=1)["redeemables"]
    assert (one["result"]["error"]["message"], one["result"]["error"]["error"]) == (says["message"], says)
    answer = shop.redeem(code, amount=1)
    assert refusal(answer) == (400, "order_rules_violated")
    assert answer.json()["error"] == says
    [public] = ok(page.post("/client/v1/validations", json=checkout(code, amount=1)))["redeemables"]
    error = public["result"]["error"]
    assert (error["key"], error["message"], error["error"]) == ("not_applicable", says["message"], says)
    told = page.post("/client/v1/redemptions", json=checkout(code, amount=1))
    assert refusal(told) == (400, "not_applicable")
    assert told.json()["error"] == says


def test_the_decision_is_explained_rule_by_rule(shop: Shop) -> None:
    vip = wants("customer.metadata", "is", "VIP", property="club")
    rule = shop.rule(ABOVE_100, vip, ONCE_EACH, logic="1 AND (2 OR 3)")
    code = shop.code(quantity=None, validation_rules=[rule])
    ann = {"source_id": fresh("ann"), "metadata": {"club": "GOLD"}}
    verdict = shop.validate(code, amount=10_000, customer=ann, explain=True)
    [told] = verdict["explanation"]
    assert (told["id"], told["passed"]) == (code, False)
    assert [reason["key"] for reason in told["reasons"]] == ["order_rules_violated"]
    [tree] = told["rules"]
    assert tree["passed"] is False
    seen = {leaf["name"]: (leaf["saw"], leaf["passed"]) for leaf in _leaves(tree)}
    assert seen["order.amount"] == (10_000, False)
    assert seen["customer.metadata"] == ("GOLD", False)
    assert seen["redemption.count.per_customer"] == (1, True)
    assert "explanation" not in shop.validate(code, amount=10_000, customer=ann)


def _leaves(tree: dict[str, Any]) -> list[dict[str, Any]]:
    below = [leaf for part in tree.get("rules", ()) for leaf in _leaves(part)]
    return below or [tree]


def test_who_is_kept_out_stays_out_when_the_segment_goes(shop: Shop) -> None:
    ann = fresh("ann")
    banned = shop.segment("static", customers=[ann])
    code = shop.code(quantity=None, validation_rules=[shop.rule(wants("customer.segment", "is_not", banned))])
    assert shop.validate(code, customer={"source_id": fresh("ben")})["valid"]
    assert refused(shop.validate(code, customer={"source_id": ann})) == "customer_rules_violated"
    assert shop.ask("DELETE", f"segments/{banned}").status_code == 204
    for customer in (ann, fresh("ben")):
        assert refused(shop.validate(code, customer={"source_id": customer})) == "customer_rules_violated"


def test_a_budget_of_a_campaign_is_spent_to_the_cent(shop: Shop) -> None:
    budget = wants("campaign.orders.amount_discounted", "less_than_or_equal", 1_000)
    campaign = shop.campaign(quantity=None, vouchers_count=1, validation_rules=[shop.rule(budget)])
    [code] = [it["code"] for it in shop.get("vouchers", campaign_id=campaign["id"])["vouchers"]]
    first = shop.redeemed(code, amount=300)["redemptions"][0]["id"]  # 5.00 off 3.00 is 3.00
    shop.redeemed(code, amount=10_000)
    assert refusal(shop.redeem(code, amount=201)) == (400, "redemption_rules_violated")
    shop.redeemed(code, amount=200)
    assert refusal(shop.redeem(code, amount=1)) == (400, "redemption_rules_violated")
    ok(shop.roll_back(first))
    shop.redeemed(code, amount=300)


def test_a_discount_for_some_products_tells_their_lines_and_wants_one_of_them(shop: Shop) -> None:
    """M2, product-specific limits; what such a discount takes off which line is arithmetic of its own."""
    mug, cup = fresh("mug"), fresh("cup")
    to = {"included": [{"object": "product", "source_id": mug, "effect": "APPLY_TO_EVERY"}]}
    code = shop.code(quantity=None, validation_rules=[shop.rule(ABOVE_100, applicable_to=to)])
    lines = [{"source_id": it, "related_object": "product", "quantity": 1, "price": 9_000} for it in (cup, mug, mug)]
    [one] = shop.validate(code, order={"items": lines})["redeemables"]
    [meant] = one["applicable_to"]["data"]
    assert (meant["source_id"], meant["effect"], meant["order_item_indices"]) == (mug, "APPLY_TO_EVERY", [1, 2])
    assert refused(shop.validate(code, order={"items": [lines[0], lines[0]]})) == "order_rules_violated"


@pytest.mark.parametrize("type_", ["voucher", "campaign"])
def test_a_rule_binds_whatever_it_is_assigned_to_until_it_is_taken_off(shop: Shop, type_: str) -> None:
    rule, campaign = shop.rule(ABOVE_100), shop.campaign(quantity=None, vouchers_count=1)
    [voucher] = shop.get("vouchers", campaign_id=campaign["id"])["vouchers"]
    thing = {"voucher": voucher["code"], "campaign": campaign["name"]}[type_]
    body = {"related_object_type": type_, "related_object_id": thing}
    assigned = ok(shop.ask("POST", f"validation-rules/{rule}/assignments", body))
    assert refused(shop.validate(voucher["code"], amount=1)) == "order_rules_violated"
    assert shop.ask("DELETE", f"validation-rules/{rule}/assignments/{assigned['id']}").status_code == 204
    assert shop.validate(voucher["code"], amount=1)["valid"]


@pytest.fixture
def page(shop: Shop) -> Any:
    """A shop's page."""
    with httpx.Client(base_url=shop.http.base_url, headers={**CLIENT, "Origin": "http://localhost:3000"}) as client:
        yield client
