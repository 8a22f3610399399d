"""Why a code may not be used: the keys, their order, the record of each failure; and that a refusal spends nothing."""

import re
from typing import Any

import pytest

from shared.runtime.routes import ROUTES
from tests.builders import Shop, amount_off, checkout, fresh, ok, percent_off, refusal

PAST, FUTURE = "2001-01-01T00:00:00.000Z", "2999-01-01T00:00:00.000Z"

UNUSABLE = [
    ("switched off", {"active": False}, "voucher_disabled"),
    ("not yet", {"start_date": FUTURE}, "voucher_not_active"),
    ("over", {"expiration_date": PAST}, "voucher_expired"),
]


@pytest.mark.parametrize(("case", "fields", "key"), UNUSABLE)
def test_an_unusable_code_is_refused_with_its_key(shop: Shop, case: str, fields: dict[str, Any], key: str) -> None:
    code = shop.code(**fields)
    invalid = shop.validate(code)
    assert (invalid["valid"], "order" in invalid) == (False, False)
    assert invalid["id"].startswith("valid_")
    assert invalid["stacking_rules"]["redeemables_limit"] == 30
    (redeemable,) = invalid["redeemables"]
    assert (redeemable["status"], redeemable["id"], redeemable["object"]) == ("INAPPLICABLE", code, "voucher")
    assert (redeemable["result"]["error"]["code"], redeemable["result"]["error"]["key"]) == (400, key)
    assert redeemable["result"]["error"]["message"]
    assert redeemable["result"]["details"]["key"] == key
    assert redeemable["result"]["details"]["message"]
    assert len(invalid["inapplicable_redeemables"]) == 1
    assert shop.entries(code) == []  # a validation leaves no trace

    assert refusal(shop.redeem(code)) == (400, key)
    assert shop.uses(code) == 0


def test_a_used_up_code_is_refused(shop: Shop) -> None:
    code = shop.code()
    shop.redeemed(code)
    assert key_of(shop.validate(code)) == "quantity_exceeded"
    assert refusal(shop.redeem(code)) == (400, "quantity_exceeded")
    assert shop.uses(code) == 1


def test_an_unknown_code_is_not_found(shop: Shop) -> None:
    unknown = fresh()
    invalid = shop.validate(unknown)
    assert (invalid["valid"], key_of(invalid)) == (False, "not_found")
    assert invalid["redeemables"][0]["result"]["error"]["code"] == 404
    assert refusal(shop.redeem(unknown)) == (404, "not_found")
    assert refusal(shop.ask("GET", f"vouchers/{unknown}")) == (404, "not_found")


def test_the_first_reason_in_the_order_of_checks_gives_the_key(shop: Shop) -> None:
    """Exists, active, dates, quantity: each mended in turn, the next one shows."""
    code = shop.code()
    shop.redeemed(code)
    ok(shop.ask("PUT", f"vouchers/{code}", {"active": False, "expiration_date": PAST}))
    for mend, key in (
        ({}, "voucher_disabled"),
        ({"active": True}, "voucher_expired"),
        ({"expiration_date": None, "start_date": FUTURE}, "voucher_not_active"),
        ({"start_date": None}, "quantity_exceeded"),
    ):
        ok(shop.ask("PUT", f"vouchers/{code}", mend))
        assert key_of(shop.validate(code)) == key
        assert refusal(shop.redeem(code)) == (400, key)
    assert shop.uses(code) == 1
    shop.ask("DELETE", f"vouchers/{code}")
    assert refusal(shop.redeem(code)) == (404, "not_found")


@pytest.mark.parametrize(("case", "fields", "key"), UNUSABLE[1:])
def test_a_campaigns_dates_bind_its_codes(shop: Shop, case: str, fields: dict[str, Any], key: str) -> None:
    campaign = shop.campaign(**fields)
    code = ok(shop.ask("POST", f"campaigns/{campaign['id']}/vouchers"))["code"]
    assert key_of(shop.validate(code)) == key
    assert refusal(shop.redeem(code)) == (400, key)


def test_a_campaign_switched_off_bites_at_once(shop: Shop) -> None:
    campaign = shop.campaign()
    code = ok(shop.ask("POST", f"campaigns/{campaign['id']}/vouchers"))["code"]
    assert shop.validate(code)["valid"] is True
    ok(shop.ask("POST", f"campaigns/{campaign['id']}/disable"))
    assert refusal(shop.redeem(code)) == (400, "voucher_disabled")
    ok(shop.ask("POST", f"campaigns/{campaign['id']}/enable"))
    assert shop.redeemed(code)["redemptions"][0]["result"] == "SUCCESS"


# The record of a failure


@pytest.mark.parametrize(("case", "fields", "key"), UNUSABLE)
def test_a_refused_redemption_is_recorded_with_its_reason(
    shop: Shop, case: str, fields: dict[str, Any], key: str
) -> None:
    code, customer = shop.code(**fields), fresh("customer")
    response = shop.redeem(code, customer={"source_id": customer})
    body = response.json()
    assert refusal(response) == (400, key)
    assert (body["details"], body["resource_type"]) == (code, "redemption")
    assert body["resource_id"].startswith("rf_")

    (entry,) = shop.entries(code)
    for failed in (entry, shop.get(f"redemptions/{body['resource_id']}")):
        assert (failed["id"], failed["result"], failed["status"]) == (body["resource_id"], "FAILURE", "FAILED")
        assert failed["failure_code"] == key
        assert failed["failure_message"] == body["message"]
        assert failed["voucher"]["code"] == code
        assert failed["customer"]["source_id"] == customer
    assert body["resource_id"] in {it["id"] for it in shop.get("redemptions", limit=100)["redemptions"]}


def test_an_unknown_code_is_recorded_too(shop: Shop) -> None:
    response = shop.redeem(fresh())
    failed = shop.get(f"redemptions/{response.json()['resource_id']}")
    assert (failed["result"], failed["failure_code"]) == ("FAILURE", "not_found")


def test_the_list_shows_success_and_failure_newest_first(shop: Shop) -> None:
    code = shop.code()
    made = shop.redeemed(code)["redemptions"][0]["id"]
    failed = shop.redeem(code).json()["resource_id"]
    rollback = ok(shop.roll_back(made))["id"]
    mine = [
        it["id"] for it in shop.get("redemptions", limit=100)["redemptions"] if it["id"] in {made, failed, rollback}
    ]
    assert mine == [rollback, failed, made]


# Several codes in one checkout


def test_where_one_code_is_refused_all_are_and_the_others_are_skipped(shop: Shop) -> None:
    good, bad, worse = shop.code(), shop.code(active=False), shop.code(expiration_date=PAST)
    invalid = shop.validate(good, bad, worse)
    assert invalid["valid"] is False
    by_code = {it["id"]: it for it in invalid["redeemables"]}
    assert {code: it["status"] for code, it in by_code.items()} == {
        good: "SKIPPED",
        bad: "INAPPLICABLE",
        worse: "INAPPLICABLE",
    }
    assert by_code[good]["result"]["details"]["key"] == "preceding_validation_failed"

    response = shop.redeem(good, bad, worse)
    assert refusal(response) == (400, "voucher_disabled")  # the first that is inapplicable, in the requested order
    assert response.json()["details"] == bad
    assert refusal(shop.redeem(good, worse, bad)) == (400, "voucher_expired")
    assert [shop.uses(code) for code in (good, bad, worse)] == [0, 0, 0]
    assert shop.redeemed(good)["redemptions"][0]["result"] == "SUCCESS"


def test_an_unknown_code_among_others_is_404(shop: Shop) -> None:
    good = shop.code()
    assert refusal(shop.redeem(good, fresh())) == (404, "not_found")
    assert shop.uses(good) == 0


def test_one_code_named_twice_is_refused_in_any_spelling(shop: Shop) -> None:
    voucher = shop.voucher(fresh("Mug"), quantity=5)
    code, id_ = voucher["code"], voucher["id"]
    for pair in ((code, code), (code, code.upper()), (code, f" {code} "), (code, id_), (id_, code)):
        for path in ("validations", "redemptions"):
            assert refusal(shop.ask("POST", path, checkout(*pair))) == (400, "duplicated_redeemables"), pair
    assert shop.uses(code) == 0
    assert shop.entries(code) == []


def test_more_than_thirty_are_refused_before_anything(shop: Shop) -> None:
    codes = [fresh() for _ in range(31)]
    before = shop.lists("redemptions")
    for path in ("validations", "redemptions"):
        status, key = refusal(shop.ask("POST", path, checkout(*codes)))
        assert (status, key) == (400, "invalid_redeemables")
    assert shop.lists("redemptions") == before


def test_thirty_are_judged(shop: Shop) -> None:
    invalid = shop.validate(*(fresh() for _ in range(30)))
    assert {it["status"] for it in invalid["redeemables"]} == {"INAPPLICABLE"}
    assert len(invalid["inapplicable_redeemables"]) == 30


def test_beyond_five_applicable_the_rest_are_skipped_and_not_spent(shop: Shop) -> None:
    codes = [shop.code(amount_off(100)) for _ in range(7)]
    valid = shop.validate(*codes, amount=10_000)
    assert valid["valid"] is True
    assert [it["id"] for it in valid["redeemables"] if it["status"] == "APPLICABLE"] == codes[:5]
    assert [it["id"] for it in valid["skipped_redeemables"]] == codes[5:]
    for skipped in valid["skipped_redeemables"]:
        assert skipped["status"] == "SKIPPED"
        assert skipped["result"]["details"]["key"] == "applicable_redeemables_limit_exceeded"
    assert "inapplicable_redeemables" not in valid
    assert valid["order"]["total_discount_amount"] == 500

    redeemed = shop.redeemed(*codes, amount=10_000)
    assert [it["voucher"]["code"] for it in redeemed["redemptions"]] == codes[:5]
    assert [it["id"] for it in redeemed["skipped_redeemables"]] == codes[5:]
    assert redeemed["order"]["total_discount_amount"] == 500
    assert [shop.uses(code) for code in codes] == [1] * 5 + [0] * 2


# One order


def test_a_paid_order_is_never_priced_again(shop: Shop) -> None:
    first, second, order = shop.code(), shop.code(percent_off(50)), fresh("order")
    shop.redeemed(first, order={"source_id": order, "amount": 2_000})
    again = shop.redeem(second, order={"source_id": order, "amount": 2_000})
    assert refusal(again)[0] == 400
    assert shop.uses(second) == 0


# Paths and verbs


def test_an_unknown_path_is_404_and_a_wrong_verb_405(shop: Shop) -> None:
    assert refusal(shop.ask("GET", "no-such-thing")) == (404, "not_found")
    for path in {it.path for it in ROUTES}:
        concrete = path.replace("{", "").replace("}", "")
        # a code may be called like another route's last word: /v1/vouchers/import
        verbs = {it.method for it in ROUTES if re.fullmatch(re.sub(r"{\w+}", "[^/]+", it.path), path)}
        for verb in {"GET", "POST", "PUT", "DELETE", "PATCH"} - verbs:
            assert refusal(shop.http.request(verb, concrete)) == (405, "method_not_allowed"), (verb, path)


def key_of(validation: dict[str, Any]) -> str:
    """The refusal of the first redeemable."""
    return str(validation["redeemables"][0]["result"]["error"]["key"])
