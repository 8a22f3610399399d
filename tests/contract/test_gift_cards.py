"""Gift cards over HTTP: part redemption, balance by hand, and a ledger that adds up."""

from typing import Any

import pytest

from tests.builders import Shop, amount_off, checkout, fresh, lock, ok, refusal
from tests.contract.conftest import Sdk

BODIES = {"put credits on a card": ("POST vouchers/{code}/balance", {"amount": 5})}
GIFT = {"type": "GIFT_VOUCHER", "gift": {"amount": 10_000}}


def card(shop: Shop, amount: int = 10_000, **fields: Any) -> str:
    """The code of a new card with so much on it."""
    body = {"type": "GIFT_VOUCHER", "gift": {"amount": amount, "effect": "APPLY_TO_ORDER"}, **fields}
    return str(ok(shop.ask("POST", f"vouchers/{fresh('card')}", body))["code"])


def gift(shop: Shop, code: str) -> dict[str, Any]:
    return dict(shop.get(f"vouchers/{code}")["gift"])


def ledger(shop: Shop, code: str, **params: Any) -> list[tuple[str, int, int]]:
    """The movements of a card, newest first: kind, amount, balance."""
    data = shop.get(f"vouchers/{code}/transactions", **params)["data"]
    return [(it["type"], it["details"]["balance"]["amount"], it["details"]["balance"]["balance"]) for it in data]


@pytest.mark.drives("POST /v1/vouchers/{code}/balance", "GET /v1/vouchers/{code}/transactions")
def test_the_sdk_loads_a_card_spends_it_and_reads_its_ledger(sdk: Sdk) -> None:
    code = fresh("card")
    made = sdk.vouchers.create_voucher(code, sdk.request("VouchersCreateWithSpecificCode", GIFT))
    assert (made.type, made.gift.amount, made.gift.balance, made.gift.effect) == (
        *("GIFT_VOUCHER", 10_000, 10_000, "APPLY_TO_ORDER"),
    )
    asked = {
        **checkout(code, amount=3_000),
        "redeemables": [{"object": "voucher", "id": code, "gift": {"credits": 2_500}}],
    }
    valid = sdk.validations.validate_stacked_discounts(sdk.request("ValidationsValidate", asked))
    offer = (
        valid.redeemables[0].actual_instance
        if hasattr(valid.redeemables[0], "actual_instance")
        else valid.redeemables[0]
    )
    assert (offer.result.gift.balance, offer.result.gift.credits) == (10_000, 2_500)
    assert (valid.order.total_amount, valid.order.total_discount_amount) == (500, 2_500)
    redeemed = sdk.redemptions.redeem_stacked_discounts(sdk.request("RedemptionsRedeem", asked))
    record = redeemed.redemptions[0]
    assert (record.amount, record.gift.amount, record.voucher.gift.balance) == (2_500, 2_500, 7_500)
    changed = sdk.vouchers.update_voucher_balance(
        code, sdk.request("VouchersBalanceUpdate", {"amount": -500, "source_id": "till-7", "reason": "mistake"})
    )
    assert (changed.amount, changed.total, changed.balance, changed.type) == (-500, 10_000, 7_000, "gift_voucher")
    told = sdk.vouchers.list_voucher_transactions(code)
    assert [(it.type, it.details.balance.amount, it.details.balance.balance) for it in told.data] == [
        ("CREDITS_REMOVAL", -500, 7_000),
        ("CREDITS_REDEMPTION", -2_500, 7_500),
    ]
    assert (told.data[0].source_id, told.data[0].reason, told.has_more) == ("till-7", "mistake", False)
    assert told.data[1].details.redemption.id == record.id
    assert told.data[1].details.order.id == redeemed.order.id


def test_a_card_is_spent_bit_by_bit_and_then_it_is_empty(shop: Shop) -> None:
    code = card(shop, 1_000)
    for left in (600, 200):
        redeemed = shop.redeemed(code, amount=400)
        assert redeemed["redemptions"][0]["voucher"]["gift"]["balance"] == left
    last = shop.redeemed(code, amount=400)
    assert (last["order"]["total_discount_amount"], last["order"]["total_amount"]) == (200, 200)
    assert refusal(shop.redeem(code, amount=400)) == (400, "gift_amount_exceeded")
    assert gift(shop, code)["balance"] == 0
    assert [it["result"] for it in shop.entries(code)] == ["FAILURE", "SUCCESS", "SUCCESS", "SUCCESS"]


def test_a_rollback_puts_the_credits_back_once(shop: Shop) -> None:
    code = card(shop, 1_000)
    redemption = shop.redeemed(code, amount=700)["redemptions"][0]
    undone = ok(shop.roll_back(redemption["id"]))
    assert (undone["amount"], undone["gift"]) == (-700, {"amount": -700})
    assert gift(shop, code)["balance"] == 1_000
    assert refusal(shop.roll_back(redemption["id"])) == (400, "already_rolled_back")
    assert ledger(shop, code) == [("CREDITS_REFUND", 700, 1_000), ("CREDITS_REDEMPTION", -700, 300)]


def test_the_ledger_is_read_in_pages(shop: Shop) -> None:
    code = card(shop, 1_000)
    for _ in range(5):
        shop.redeemed(code, amount=100)
    first = shop.get(f"vouchers/{code}/transactions", limit=2)
    assert (first["has_more"], len(first["data"]), first["more_starting_after"]) == (True, 2, first["data"][1]["id"])
    rest = shop.get(f"vouchers/{code}/transactions", limit=10, starting_after_id=first["more_starting_after"])
    assert (rest["has_more"], len(rest["data"])) == (False, 3)
    balances = [it["details"]["balance"]["balance"] for it in first["data"] + rest["data"]]
    assert balances == [500, 600, 700, 800, 900]


def test_a_held_card_waits_for_its_session(shop: Shop) -> None:
    code = card(shop, 1_000)
    session = lock(fresh("cart"))
    assert shop.validate(code, amount=800, session=session)["valid"]
    asked = {"redeemables": [{"object": "voucher", "id": code, "gift": {"credits": 500}}], "order": {"amount": 500}}
    assert refusal(shop.ask("POST", "redemptions", asked)) == (400, "gift_amount_exceeded")
    assert refusal(shop.ask("POST", f"vouchers/{code}/balance", {"amount": -500})) == (400, "gift_amount_exceeded")
    assert shop.redeemed(code, amount=800, session=session)["redemptions"][0]["amount"] == 800
    assert gift(shop, code)["balance"] == 200


def test_each_code_of_a_campaign_of_gift_cards_is_loaded(shop: Shop) -> None:
    made = shop.campaign(
        campaign_type="GIFT_VOUCHERS",
        voucher={"type": "GIFT_VOUCHER", "gift": {"amount": 2_500}, "redemption": {"quantity": None}},
        vouchers_count=3,
    )
    assert made["campaign_type"] == "GIFT_VOUCHERS"
    codes = [it["code"] for it in shop.get("vouchers", campaign=made["name"])["vouchers"]]
    assert len(codes) == 3
    shop.redeemed(codes[0], amount=1_000)
    assert [gift(shop, code)["balance"] for code in codes] == [1_500, 2_500, 2_500]


def test_a_code_is_worth_what_its_campaign_is_worth(shop: Shop) -> None:
    discounts = shop.campaign()
    cards = shop.campaign(
        campaign_type="GIFT_VOUCHERS",
        voucher={"type": "GIFT_VOUCHER", "gift": {"amount": 2_500}, "redemption": {"quantity": None}},
    )
    for campaign, worth in ((discounts, {"gift": {"amount": 100}}), (cards, {"discount": amount_off(500)})):
        code = fresh()
        refused = shop.ask("POST", f"campaigns/{campaign['id']}/vouchers/{code}", worth)
        assert refusal(refused) == (400, "invalid_payload")
        assert refused.json()["details"].startswith(f"{next(iter(worth))}: ")
        assert refusal(shop.ask("GET", f"vouchers/{code}")) == (404, "not_found")
        many = shop.ask("POST", f"campaigns/{campaign['id']}/vouchers", worth, vouchers_count=5)
        assert refusal(many) == (400, "invalid_payload")
        assert shop.get(f"campaigns/{campaign['id']}")["vouchers_count"] == 0
    larger = ok(shop.ask("POST", f"campaigns/{cards['id']}/vouchers/{fresh()}", {"gift": {"amount": 9_900}}))
    assert larger["gift"]["balance"] == 9_900


def test_the_same_key_changes_a_balance_once(shop: Shop) -> None:
    code, key = card(shop, 1_000), fresh("key")
    answers = [shop.ask("POST", f"vouchers/{code}/balance", {"amount": 500}, key=key).content for _ in range(3)]
    assert len(set(answers)) == 1
    assert gift(shop, code) == {"amount": 1_500, "subtracted_amount": 0, "balance": 1_500, "effect": "APPLY_TO_ORDER"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "amount"),
        ({"amount": 0}, "amount"),
        ({"amount": 1.5}, "amount"),
        ({"amount": "5"}, "amount"),
        ({"amount": 2**60}, "amount"),
        ({"amount": 5, "reason": 7}, "reason"),
    ],
)
def test_a_senseless_balance_is_refused(shop: Shop, body: dict[str, Any], field: str) -> None:
    code = card(shop)
    response = shop.ask("POST", f"vouchers/{code}/balance", body)
    assert refusal(response) == (400, "invalid_payload")
    assert field in response.json()["details"]
    assert (gift(shop, code)["balance"], ledger(shop, code)) == (10_000, [])


@pytest.mark.parametrize(
    ("case", "body", "field"),
    [
        ("a discount, too", {**GIFT, "discount": {"type": "AMOUNT", "amount_off": 5}}, "discount"),
        ("no credits", {"type": "GIFT_VOUCHER"}, "gift"),
        ("nothing on it", {"type": "GIFT_VOUCHER", "gift": {"amount": 0}}, "gift.amount"),
        ("a fraction", {"type": "GIFT_VOUCHER", "gift": {"amount": 0.5}}, "gift.amount"),
        (
            "for single items",
            {"type": "GIFT_VOUCHER", "gift": {"amount": 5, "effect": "APPLY_TO_ITEMS"}},
            "gift.effect",
        ),
        ("called a discount", {"type": "DISCOUNT_VOUCHER", "gift": {"amount": 5}}, "type"),
    ],
)
def test_a_senseless_card_is_refused(shop: Shop, case: str, body: dict[str, Any], field: str) -> None:
    code = fresh("card")
    response = shop.ask("POST", f"vouchers/{code}", body)
    assert refusal(response) == (400, "invalid_payload")
    assert field in response.json()["details"]
    assert refusal(shop.ask("GET", f"vouchers/{code}")) == (404, "not_found")


def test_what_is_no_card_has_no_balance(shop: Shop) -> None:
    code = shop.code()
    for response in (
        shop.ask("POST", f"vouchers/{code}/balance", {"amount": 5}),
        shop.ask("GET", f"vouchers/{code}/transactions"),
    ):
        assert refusal(response) == (400, "invalid_payload")
    assert refusal(shop.ask("POST", f"vouchers/{fresh()}/balance", {"amount": 5})) == (404, "not_found")
    assert refusal(shop.ask("PUT", f"vouchers/{card(shop)}", {"gift": {"amount": 5}})) == (400, "invalid_payload")
