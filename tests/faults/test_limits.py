"""Limits and hot codes under many clients at the same instant, over real HTTP: not a use and not a cent too much."""

from collections import Counter

from tests.builders import Shop, amount_off, at_once, fresh, ok, percent_off, wants
from tests.faults.test_races import USED_UP, WON, Outcome, outcome, outcomes

OVER: Outcome = (400, "redemption_rules_violated")
ONCE_EACH = wants("redemption.count.per_customer", "less_than_or_equal", 1)


def test_a_hot_code_is_drained_to_its_last_unit_by_64_clients(shop: Shop) -> None:
    code = shop.code(quantity=200)
    answers = at_once(lambda _: shop.redeem(code), range(256), clients=64)
    assert outcomes(answers) == {WON: 200, USED_UP: 56}
    assert shop.uses(code) == 200
    given_back = [it.json()["redemptions"][0]["id"] for it in answers if it.status_code == 200][:5]
    assert {it.status_code for it in at_once(shop.roll_back, given_back)} == {200}
    assert shop.uses(code) == 195
    assert outcomes(at_once(lambda _: shop.redeem(code), range(16))) == {WON: 5, USED_UP: 11}
    assert shop.uses(code) == 200


def test_off_bites_at_once_on_a_hot_code(shop: Shop) -> None:
    code = shop.code(quantity=None)

    def either(i: int) -> Outcome:
        if i == 90:
            return outcome(shop.ask("POST", f"vouchers/{code}/disable"))
        return outcome(shop.redeem(code))

    done = Counter(at_once(either, range(128), clients=16))
    used = shop.uses(code)
    assert done == {WON: used + 1, (400, "voucher_disabled"): 127 - used}
    assert outcome(shop.redeem(code)) == (400, "voucher_disabled")
    ok(shop.ask("POST", f"vouchers/{code}/enable"))
    assert outcome(shop.redeem(code)) == WON
    assert shop.uses(code) == used + 1


def test_a_budget_of_20_by_twelve_clients_of_3_is_spent_six_times(shop: Shop) -> None:
    budget = wants("campaign.orders.amount_discounted", "less_than_or_equal", 2_000)
    campaign = shop.campaign(
        quantity=None, vouchers_count=12, discount=amount_off(300), validation_rules=[shop.rule(budget)]
    )
    codes = [it["code"] for it in shop.get("vouchers", campaign_id=campaign["id"], limit=12)["vouchers"]]
    assert outcomes(at_once(shop.redeem, codes)) == {WON: 6, OVER: 6}
    assert sum(map(shop.uses, codes)) == 6


def test_once_per_customer_by_16_clients_is_once(shop: Shop) -> None:
    code, ann = shop.code(quantity=None, validation_rules=[shop.rule(ONCE_EACH)]), {"source_id": fresh("ann")}
    answers = at_once(lambda _: shop.redeem(code, customer=ann), range(16))
    assert outcomes(answers) == {WON: 1, OVER: 15}
    assert outcome(shop.redeem(code, customer={"source_id": fresh("ben")})) == WON
    assert shop.uses(code) == 2


def test_as_many_holds_as_a_limit_has_room_for(shop: Shop) -> None:
    three = wants("campaign.redemptions.count", "less_than_or_equal", 3)
    campaign = shop.campaign(quantity=None, vouchers_count=8, validation_rules=[shop.rule(three)])
    codes = [it["code"] for it in shop.get("vouchers", campaign_id=campaign["id"], limit=8)["vouchers"]]
    held = at_once(lambda code: shop.validate(code, session={"type": "LOCK", "key": code})["valid"], codes)
    assert sum(held) == 3
    answers = at_once(lambda code: shop.redeem(code, session={"type": "LOCK", "key": code}), codes)
    assert [it.status_code == 200 for it in answers] == [*held]
    assert outcomes(answers) == {WON: 3, OVER: 5}


def test_a_hot_budget_is_spent_to_the_last_cent(shop: Shop) -> None:
    """Of 300.00, 1.00 to 3.00 at a time: whoever is refused would have passed it."""
    budget = wants("redemption.count", "less_than_or_equal", 150)
    money = wants("campaign.orders.amount_discounted", "less_than_or_equal", 30_000)
    rules = [shop.rule(budget), shop.rule(money)]
    campaign = shop.campaign(quantity=None, vouchers_count=1, discount=percent_off(100), validation_rules=rules)
    [code] = [it["code"] for it in shop.get("vouchers", campaign_id=campaign["id"])["vouchers"]]
    amounts = [100 * (1 + i % 3) for i in range(160)]
    answers = at_once(lambda amount: (amount, outcome(shop.redeem(code, amount=amount))), amounts, clients=32)
    spent = sum(amount for amount, told in answers if told == WON)
    assert {told for _, told in answers} <= {WON, OVER}
    assert spent <= 30_000
    assert all(spent + amount > 30_000 or told == WON for amount, told in answers) or shop.uses(code) == 150
    assert shop.uses(code) == sum(told == WON for _, told in answers)
