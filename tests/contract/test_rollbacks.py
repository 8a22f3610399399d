"""A redemption given back: its use returns, once; a stack is one thing."""

from tests.builders import Shop, amount_off, fresh, lock, ok, percent_off, refusal


def test_a_rollback_gives_the_use_back_once(shop: Shop) -> None:
    code = shop.code()
    redemption = shop.redeemed(code)["redemptions"][0]["id"]
    rollback = ok(shop.ask("POST", f"redemptions/{redemption}/rollback", {"reason": "returned"}))
    assert rollback["id"].startswith("rr_")
    assert (rollback["object"], rollback["redemption"]) == ("redemption_rollback", redemption)
    assert (rollback["result"], rollback["reason"]) == ("SUCCESS", "returned")
    assert rollback["voucher"]["redemption"]["redeemed_quantity"] == 0
    assert shop.get(f"redemptions/{redemption}")["status"] == "ROLLED_BACK"
    assert shop.uses(code) == 0

    shop.redeemed(code)
    before = shop.lists("redemptions")
    assert refusal(shop.roll_back(redemption)) == (400, "already_rolled_back")
    assert refusal(shop.roll_back_all(redemption)) == (400, "already_rolled_back")
    assert shop.lists("redemptions") == before
    assert shop.uses(code) == 1


def test_a_single_redemption_may_be_rolled_back_on_either_path(shop: Shop) -> None:
    code = shop.code()
    undone = ok(shop.roll_back_all(shop.redeemed(code)["redemptions"][0]["id"]))
    assert len(undone["rollbacks"]) == 1
    assert shop.uses(code) == 0


def test_a_rollback_cancels_the_order(shop: Shop) -> None:
    code, order = shop.code(amount_off(700)), fresh("order")
    redeemed = shop.redeemed(code, order={"source_id": order, "amount": 2_000})
    assert (redeemed["order"]["status"], redeemed["order"]["total_amount"]) == ("PAID", 1_300)
    rollback = ok(shop.roll_back(redeemed["redemptions"][0]["id"]))
    assert (rollback["order"]["id"], rollback["order"]["status"]) == (redeemed["order"]["id"], "CANCELED")


def test_a_stack_is_rolled_back_whole_by_its_parent_only(shop: Shop) -> None:
    first, second = shop.code(amount_off(1_000)), shop.code(percent_off(50))
    redeemed = shop.redeemed(first, second)
    parent, children = redeemed["parent_redemption"]["id"], [it["id"] for it in redeemed["redemptions"]]
    before = shop.lists("redemptions")
    for child in children:
        assert refusal(shop.roll_back(child))[0] == 400
        assert refusal(shop.roll_back_all(child))[0] == 400
    assert shop.lists("redemptions") == before
    assert [shop.uses(code) for code in (first, second)] == [1, 1]

    undone = ok(shop.roll_back_all(parent))
    assert [it["redemption"] for it in undone["rollbacks"]] == children
    assert undone["parent_rollback"]["redemption"] == parent
    assert undone["order"]["status"] == "CANCELED"
    assert [shop.uses(code) for code in (first, second)] == [0, 0]
    assert {shop.get(f"redemptions/{it}")["status"] for it in (parent, *children)} == {"ROLLED_BACK"}
    assert refusal(shop.roll_back_all(parent)) == (400, "already_rolled_back")
    assert [shop.uses(code) for code in (first, second)] == [0, 0]


def test_a_failed_redemption_cannot_be_rolled_back(shop: Shop) -> None:
    code = shop.code(active=False)
    failed = shop.redeem(code).json()["resource_id"]
    assert refusal(shop.roll_back(failed))[0] == 400
    assert shop.uses(code) == 0


def test_a_rollback_cannot_be_rolled_back(shop: Shop) -> None:
    code = shop.code()
    rollback = ok(shop.roll_back(shop.redeemed(code)["redemptions"][0]["id"]))["id"]
    assert refusal(shop.roll_back(rollback))[0] in {400, 404}
    assert shop.uses(code) == 0


def test_an_unknown_redemption_cannot_be_rolled_back(shop: Shop) -> None:
    before = shop.lists("redemptions")
    for unknown in ("r_0123456789abcdef0199cafe0000ffff", "r_", "nothing", "rr_1"):
        assert refusal(shop.roll_back(unknown)) == (404, "not_found")
        assert refusal(shop.roll_back_all(unknown)) == (404, "not_found")
    assert shop.lists("redemptions") == before


def test_an_expired_code_stays_expired_though_its_use_came_back(shop: Shop) -> None:
    code = shop.code()
    redemption = shop.redeemed(code)["redemptions"][0]["id"]
    ok(shop.ask("PUT", f"vouchers/{code}", {"expiration_date": "2001-01-01T00:00:00.000Z"}))
    ok(shop.roll_back(redemption))
    assert shop.uses(code) == 0
    assert refusal(shop.redeem(code)) == (400, "voucher_expired")


def test_a_use_that_came_back_is_one_more_hold(shop: Shop) -> None:
    code = shop.code(quantity=2)
    redemption = shop.redeemed(code)["redemptions"][0]["id"]
    assert shop.validate(code, session=lock("mine"))["valid"] is True
    assert shop.validate(code, session=lock("yours"))["valid"] is False
    ok(shop.roll_back(redemption))
    assert shop.validate(code, session=lock("yours"))["valid"] is True
    assert shop.validate(code, session=lock("a third"))["valid"] is False


def test_an_order_that_was_cancelled_may_be_paid_again(shop: Shop) -> None:
    code, order = shop.code(), {"source_id": fresh("order"), "amount": 2_000}
    first = shop.redeemed(code, order=order)["redemptions"][0]["id"]
    ok(shop.roll_back(first))
    again = shop.redeemed(code, order=order)
    assert again["redemptions"][0]["id"] != first
    assert (again["order"]["status"], again["order"]["total_amount"]) == ("PAID", 1_500)
    assert shop.uses(code) == 1
