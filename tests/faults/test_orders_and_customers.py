"""Many clients on one order, or one customer, at the same instant: counted once, whoever else was asking."""

from collections import Counter

from tests.builders import Shop, amount_off, at_once, fresh, ok, refusal


def test_one_order_id_by_20_clients_is_one_order_counted_once(shop: Shop) -> None:
    source, customer = fresh("order"), fresh("customer")
    body = {"source_id": source, "amount": 2_000, "status": "PAID", "customer": {"source_id": customer}}
    answers = at_once(lambda _: ok(shop.ask("POST", "orders", body)), range(20))
    assert len({it["id"] for it in answers}) == 1
    mine = [it for it in shop.get("orders", limit=100)["orders"] if it.get("source_id") == source]
    assert [it["id"] for it in mine] == [answers[0]["id"]]
    orders = shop.summary(customer)["orders"]
    assert (orders["total_count"], orders["total_amount"], orders["last_order_amount"]) == (1, 2_000, 2_000)


def test_20_redemptions_of_one_order_id_with_one_code_are_one(shop: Shop) -> None:
    code, source, customer = shop.code(amount_off(500), quantity=None), fresh("order"), fresh("customer")
    order = {"source_id": source, "amount": 2_000}
    answers = at_once(lambda _: shop.redeemed(code, order=order, customer={"source_id": customer}), range(20))
    assert len({it["redemptions"][0]["id"] for it in answers}) == 1
    assert shop.uses(code) == 1
    summary = shop.summary(customer)
    assert (summary["orders"]["total_count"], summary["orders"]["total_amount"]) == (1, 1_500)
    assert (summary["redemptions"]["total_succeeded"], summary["redemptions"]["total_failed"]) == (1, 0)


def test_an_order_placed_and_redeemed_at_once_is_one_and_paid(shop: Shop) -> None:
    code, source, customer = shop.code(amount_off(500), quantity=None), fresh("order"), {"source_id": fresh("customer")}
    order = {"source_id": source, "amount": 2_000}

    def either(number: int) -> int:
        if number % 2:
            return shop.redeem(code, order=order, customer=customer).status_code
        return shop.ask("POST", "orders", {**order, "customer": customer}).status_code

    assert Counter(at_once(either, range(20))) == {200: 20}
    kept = shop.get(f"orders/{source}")
    assert (kept["status"], kept["total_amount"], len(kept["redemptions"])) == ("PAID", 1_500, 1)
    assert shop.uses(code) == 1
    assert shop.summary(customer["source_id"])["orders"]["total_amount"] == 1_500


def test_one_customer_in_many_checkouts_at_once_is_counted_to_the_last(shop: Shop) -> None:
    customer = shop.customer()["source_id"]
    code, once = shop.code(amount_off(500), quantity=None), shop.code()
    keys = Counter(
        refusal(answer)[1] if answer.status_code != 200 else "redeemed"
        for answer in at_once(
            lambda number: shop.redeem(once if number % 4 == 0 else code, customer={"source_id": customer}), range(40)
        )
    )
    assert keys == {"redeemed": 31, "quantity_exceeded": 9}
    summary = shop.summary(customer)
    assert (summary["redemptions"]["total_succeeded"], summary["redemptions"]["total_failed"]) == (31, 9)
    assert (summary["orders"]["total_count"], summary["orders"]["total_amount"]) == (31, 31 * 9_500)


def test_20_rollbacks_of_one_redemption_take_back_once(shop: Shop) -> None:
    customer = shop.customer()["source_id"]
    redeemed = shop.redeemed(shop.code(), customer={"source_id": customer})["redemptions"][0]["id"]
    assert Counter(it.status_code for it in at_once(lambda _: shop.roll_back(redeemed), range(20))) == {200: 1, 400: 19}
    summary = shop.summary(customer)
    assert (summary["redemptions"]["total_rolled_back"], summary["orders"]["total_count"]) == (1, 0)
    assert summary["orders"]["total_amount"] == 0


def test_a_cancelled_order_and_its_rollback_at_once_take_back_once(shop: Shop) -> None:
    customer, source = shop.customer()["source_id"], fresh("order")
    order = {"source_id": source, "amount": 2_000}
    redeemed = shop.redeemed(shop.code(), order=order, customer={"source_id": customer})["redemptions"][0]["id"]

    def either(number: int) -> int:
        if number % 2:
            return shop.roll_back(redeemed).status_code
        return shop.ask("PUT", f"orders/{source}", {"status": "CANCELED"}).status_code

    assert Counter(at_once(either, range(10))) == {200: 6, 400: 4}
    orders = shop.summary(customer)["orders"]
    assert (orders["total_count"], orders["total_amount"], shop.get(f"orders/{source}")["status"]) == (0, 0, "CANCELED")
