"""Many clients at the same instant, over real HTTP: what may happen once happens once."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import httpx

from tests.builders import Clock, Shop, amount_off, at_once, checkout, fresh, lock, ok, refusal

Outcome = tuple[int, str | None]
"""Status, and the key of a refusal."""

WON: Outcome = (200, None)
USED_UP: Outcome = (400, "quantity_exceeded")


def outcome(response: httpx.Response) -> Outcome:
    return WON if response.status_code == 200 else refusal(response)


def outcomes(responses: Iterable[httpx.Response]) -> Counter[Outcome]:
    return Counter(map(outcome, responses))


def test_200_clients_on_one_single_use_code_have_one_winner(shop: Shop) -> None:
    code = shop.code()
    answers = at_once(lambda _: shop.redeem(code), range(200))
    assert outcomes(answers) == {WON: 1, USED_UP: 199}
    assert shop.uses(code) == 1
    entries = shop.get(f"vouchers/{code}/redemption")
    assert (entries["quantity"], entries["redeemed_quantity"], entries["total"]) == (1, 1, 200)
    assert Counter(it["result"] for it in entries["redemption_entries"]) == {"SUCCESS": 1, "FAILURE": 199}


def test_a_thousand_uses_and_two_thousand_attempts_by_64_clients(shop: Shop) -> None:
    code = shop.code(quantity=1_000)
    answers = at_once(lambda _: shop.redeem(code), range(2_000), clients=64)
    assert outcomes(answers) == {WON: 1_000, USED_UP: 1_000}
    assert shop.uses(code) == 1_000
    ids = {it["id"] for answer in answers if answer.status_code == 200 for it in answer.json()["redemptions"]}
    assert len(ids) == 1_000


def test_one_idempotency_key_50_times_at_once_is_one_redemption(shop: Shop) -> None:
    code, key = shop.code(quantity=100), fresh("key")
    answers = at_once(lambda _: shop.redeem(code, key=key), range(50))
    assert {it.status_code for it in answers} == {200}
    assert len({it.content for it in answers}) == 1
    assert shop.uses(code) == 1
    assert len(shop.entries(code)) == 1


def test_a_refusal_50_times_at_once_under_one_key_is_recorded_once(shop: Shop) -> None:
    code, key = shop.code(active=False), fresh("key")
    answers = at_once(lambda _: shop.redeem(code, key=key), range(50))
    assert outcomes(answers) == {(400, "voucher_disabled"): 50}
    assert len({it.content for it in answers}) == 1
    assert len(shop.entries(code)) == 1


def test_two_codes_in_opposite_order_have_one_winner_and_no_deadlock(shop: Shop) -> None:
    first, second = shop.code(amount_off(100)), shop.code(amount_off(200))
    orders = [(first, second) if i % 2 else (second, first) for i in range(20)]
    answers = at_once(lambda codes: shop.redeem(*codes), orders)
    assert outcomes(answers) == {WON: 1, USED_UP: 19}
    assert [shop.uses(code) for code in (first, second)] == [1, 1]


def test_a_chain_of_codes_is_never_half_spent(shop: Shop) -> None:
    """Each client wants two neighbours of a ring: whoever wins has both, and no code is spent twice."""
    ring = [shop.code() for _ in range(10)]
    answers = at_once(lambda i: shop.redeem(ring[i], ring[(i + 1) % 10]), range(10))
    won = [i for i, answer in enumerate(answers) if answer.status_code == 200]
    assert set(outcomes(answers)) <= {WON, USED_UP}
    spent = Counter(code for i in won for code in (ring[i], ring[(i + 1) % 10]))
    assert {code: shop.uses(code) for code in ring} == {code: spent[code] for code in ring}
    assert won
    assert max(spent.values()) == 1


def test_as_many_holds_as_uses_and_then_quantity_exceeded(shop: Shop) -> None:
    code = shop.code(quantity=5)
    verdicts = at_once(lambda i: shop.validate(code, session=lock(f"cart-{i}")), range(25))
    winners = [i for i, verdict in enumerate(verdicts) if verdict["valid"]]
    assert len(winners) == 5
    refused = [it["redeemables"][0]["result"]["error"]["key"] for it in verdicts if not it["valid"]]
    assert refused == ["quantity_exceeded"] * 20
    assert outcomes(at_once(lambda _: shop.redeem(code), range(10))) == {USED_UP: 10}

    answers = at_once(lambda i: shop.redeem(code, session=lock(f"cart-{i}")), range(25))
    assert [i for i, answer in enumerate(answers) if answer.status_code == 200] == winners
    assert outcomes(answers) == {WON: 5, USED_UP: 20}
    assert shop.uses(code) == 5


def test_a_hold_is_redeemed_once_by_its_own_key(shop: Shop) -> None:
    code = shop.code(quantity=2)
    assert shop.validate(code, session=lock("mine"))["valid"] is True
    assert shop.validate(code, session=lock("yours"))["valid"] is True
    answers = at_once(lambda _: shop.redeem(code, session=lock("mine")), range(20))
    assert outcomes(answers) == {WON: 1, USED_UP: 19}
    assert outcome(shop.redeem(code, session=lock("yours"))) == WON
    assert shop.uses(code) == 2


def test_one_key_holds_one_use_however_often_it_asks_at_once(shop: Shop) -> None:
    code = shop.code(quantity=2)
    verdicts = at_once(lambda _: shop.validate(code, session=lock("mine"))["valid"], range(20))
    assert verdicts == [True] * 20
    assert outcome(shop.redeem(code)) == WON
    assert outcome(shop.redeem(code)) == USED_UP
    assert outcome(shop.redeem(code, session=lock("mine"))) == WON


def test_a_hold_released_and_redeemed_at_once_is_given_back_or_spent(shop: Shop) -> None:
    code = shop.code(quantity=2)
    assert shop.validate(code, session=lock("mine"))["valid"] is True

    def either(i: int) -> httpx.Response:
        if i % 2:
            return shop.ask("DELETE", f"vouchers/{code}/sessions/mine")
        return shop.redeem(code, session=lock("mine"))

    won = sum(it.status_code == 200 for it in at_once(either, range(20)))
    assert won in {1, 2}
    assert shop.uses(code) == won
    later = [outcome(shop.redeem(code)) for _ in range(3)]
    assert later == [WON] * (2 - won) + [USED_UP] * (1 + won)


def test_an_expired_hold_takes_nothing(timed_shop: Shop, clock: Clock) -> None:
    noon = datetime(2026, 3, 17, 12, tzinfo=UTC)
    clock.set(noon)
    code = timed_shop.code(quantity=5)
    holds = at_once(
        lambda i: timed_shop.validate(code, session=lock(f"cart-{i}", ttl=10, ttl_unit="MINUTES")), range(10)
    )
    assert sum(it["valid"] for it in holds) == 5
    clock.set(noon + timedelta(minutes=11))
    answers = at_once(lambda _: timed_shop.redeem(code), range(30))
    assert outcomes(answers) == {WON: 5, USED_UP: 25}
    assert timed_shop.uses(code) == 5


def test_20_rollbacks_at_once_give_back_one_use(shop: Shop) -> None:
    code = shop.code(quantity=2)
    redemption, _ = (shop.redeemed(code)["redemptions"][0]["id"] for _ in range(2))
    answers = at_once(lambda _: shop.roll_back(redemption), range(20))
    assert outcomes(answers) == {WON: 1, (400, "already_rolled_back"): 19}
    assert shop.uses(code) == 1
    assert outcome(shop.redeem(code)) == WON
    assert outcome(shop.redeem(code)) == USED_UP


def test_20_rollbacks_of_a_stack_at_once_give_back_one_use_of_each(shop: Shop) -> None:
    codes = [shop.code(amount_off(100), quantity=2) for _ in range(3)]
    parent, _ = (shop.redeemed(*codes)["parent_redemption"]["id"] for _ in range(2))
    answers = at_once(lambda _: shop.roll_back_all(parent), range(20))
    assert outcomes(answers) == {WON: 1, (400, "already_rolled_back"): 19}
    assert [shop.uses(code) for code in codes] == [1, 1, 1]


def test_redemptions_and_rollbacks_at_once_never_exceed_the_quantity(shop: Shop) -> None:
    code = shop.code(quantity=3)

    def spend_and_return(_: int) -> int:
        answer = shop.redeem(code)
        if answer.status_code == 200:
            ok(shop.roll_back(answer.json()["redemptions"][0]["id"]))
        return answer.status_code

    at_once(spend_and_return, range(60), clients=20)
    assert shop.uses(code) == 0
    assert outcomes(at_once(lambda _: shop.redeem(code), range(10))) == {WON: 3, USED_UP: 7}


def test_one_order_is_paid_once(shop: Shop) -> None:
    codes, order = [shop.code() for _ in range(10)], {"source_id": fresh("order"), "amount": 2_000}
    answers = at_once(lambda code: shop.redeem(code, order=order), codes)
    assert sum(it.status_code == 200 for it in answers) == 1
    assert {it.status_code for it in answers} <= {200, 400, 409}
    assert sum(shop.uses(code) for code in codes) == 1


def test_20_makers_of_one_code_make_one(shop: Shop) -> None:
    code = fresh("Mug")
    spellings = [code.upper() if i % 2 else code.lower() for i in range(20)]
    answers = at_once(lambda it: shop.ask("POST", f"vouchers/{it}", {"discount": amount_off(100)}), spellings)
    assert outcomes(answers) == {WON: 1, (409, "duplicate_found"): 19}


def test_20_makers_of_one_campaign_make_one(shop: Shop) -> None:
    name = fresh("campaign")
    body = {"name": name, "campaign_type": "DISCOUNT_COUPONS", "voucher": {"discount": amount_off(100)}}
    answers = at_once(lambda _: shop.ask("POST", "campaigns", body), range(20))
    assert sum(it.status_code == 200 for it in answers) == 1
    assert [it["name"] for it in shop.get("campaigns", limit=100)["campaigns"]].count(name) == 1


def test_n_codes_and_twice_as_many_customers_give_each_code_to_one(shop: Shop) -> None:
    campaign = shop.campaign(vouchers_count=30)
    customers = [fresh("customer") for _ in range(60)]
    answers = at_once(lambda customer: shop.publish(campaign["name"], customer), customers)
    assert outcomes(answers) == {WON: 30, (400, "no_voucher_suitable_for_publication"): 30}
    given = [ok(it) for it in answers if it.status_code == 200]
    assert len({it["voucher"]["code"] for it in given}) == 30
    assert {it["voucher"]["publish"]["count"] for it in given} == {1}
    holders = {it["voucher"]["code"]: it["customer_id"] for it in given}
    assert {code: shop.get(f"vouchers/{code}")["holder_id"] for code in holders} == holders


def test_one_source_id_50_times_at_once_is_one_publication(shop: Shop) -> None:
    campaign, source, customer = shop.campaign(vouchers_count=30), fresh("run"), fresh("customer")
    answers = at_once(lambda _: shop.publish(campaign["name"], customer, source_id=source), range(50))
    assert {it.status_code for it in answers} == {200}
    assert len({it.json()["voucher"]["code"] for it in answers}) == 1
    assert len({it.json()["id"] for it in answers}) == 1


def test_join_once_holds_though_a_customer_asks_many_times_at_once(shop: Shop) -> None:
    campaign, customer = shop.campaign(vouchers_count=20), fresh("customer")
    body = {"campaign": {"name": campaign["name"]}, "customer": {"source_id": customer}}
    answers = at_once(lambda _: shop.ask("POST", "publications?join_once=true", body), range(20))
    assert {it.status_code for it in answers} == {200}
    assert len({it.json()["voucher"]["code"] for it in answers}) == 1


def test_one_named_code_goes_to_one_of_20_customers(shop: Shop) -> None:
    campaign = shop.campaign()
    code = ok(shop.ask("POST", f"campaigns/{campaign['id']}/vouchers"))["code"]
    bodies = [{"voucher": code, "customer": {"source_id": fresh("customer")}} for _ in range(20)]
    answers = at_once(lambda body: shop.ask("POST", "publications", body), bodies)
    assert outcomes(answers) == {WON: 1, (400, "voucher_already_published"): 19}
    (winner,) = [ok(it)["customer_id"] for it in answers if it.status_code == 200]
    assert shop.get(f"vouchers/{code}")["holder_id"] == winner


def test_an_auto_update_campaign_mints_no_code_twice(shop: Shop) -> None:
    campaign = shop.campaign(type="AUTO_UPDATE", vouchers_count=1)
    answers = at_once(lambda i: shop.publish(campaign["name"], f"{campaign['id']}-{i}"), range(30))
    assert len({ok(it)["voucher"]["code"] for it in answers}) == 30


def test_a_switch_thrown_in_a_race_loses_no_count(shop: Shop) -> None:
    """Changes and redemptions write the same item; none may overwrite the other."""
    code = shop.code(quantity=None)

    def redeem_or_change(i: int) -> Outcome:
        if i % 5:  # of ten clients, eight redeem and two change
            return outcome(shop.redeem(code))
        return outcome(shop.ask("PUT", f"vouchers/{code}", {"metadata": {"round": i}}))

    results = at_once(redeem_or_change, range(100), clients=10)
    assert set(results) == {WON}
    assert (shop.uses(code), len(shop.entries(code))) == (80, 80)


def test_a_gift_card_of_ten_by_thirty_clients_of_one(shop: Shop) -> None:
    """Ten get their 1.00, twenty are refused, and nothing is left nor ever was below nothing."""
    code = fresh("card")
    ok(shop.ask("POST", f"vouchers/{code}", {"type": "GIFT_VOUCHER", "gift": {"amount": 1_000}}))
    answers = at_once(lambda _: shop.redeem(code, amount=100), range(30))
    assert outcomes(answers) == {WON: 10, (400, "gift_amount_exceeded"): 20}
    assert shop.get(f"vouchers/{code}")["gift"]["balance"] == 0
    transactions = shop.get(f"vouchers/{code}/transactions", limit=100)["data"]
    assert [it["details"]["balance"]["balance"] for it in reversed(transactions)] == list(range(900, -1, -100))


def test_two_checkouts_that_each_want_all_of_a_card(shop: Shop) -> None:
    code = fresh("card")
    ok(shop.ask("POST", f"vouchers/{code}", {"type": "GIFT_VOUCHER", "gift": {"amount": 1_000}}))
    all_of_it = checkout(code, amount=1_000) | {
        "redeemables": [{"object": "voucher", "id": code, "gift": {"credits": 1_000}}]
    }
    answers = at_once(lambda _: shop.ask("POST", "redemptions", all_of_it), range(2))
    assert outcomes(answers) == {WON: 1, (400, "gift_amount_exceeded"): 1}
    assert shop.get(f"vouchers/{code}")["gift"]["balance"] == 0
