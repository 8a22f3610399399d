"""An Idempotency-Key: the first answer again, byte for byte, and nothing done twice."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.builders import (
    SANDBOX,
    Clock,
    Shop,
    campaign_body,
    checkout,
    fresh,
    lock,
    ok,
    refusal,
    voucher_body,
)

Request = tuple[str, object]
"""Path under /v1 and body of a POST."""


def redemption(shop: Shop) -> Request:
    return "redemptions", checkout(shop.code(quantity=5))


def stack(shop: Shop) -> Request:
    return "redemptions", checkout(shop.code(quantity=5), shop.code(quantity=5))


def refused_redemption(shop: Shop) -> Request:
    return "redemptions", checkout(shop.code(active=False))


def held_validation(shop: Shop) -> Request:
    return "validations", checkout(shop.code(quantity=5), session={"type": "LOCK"})


def campaign(shop: Shop) -> Request:
    return "campaigns", campaign_body(vouchers_count=1)


def campaign_of_many(shop: Shop) -> Request:
    return "campaigns", campaign_body(vouchers_count=20)


def campaign_voucher(shop: Shop) -> Request:
    return f"campaigns/{shop.campaign()['id']}/vouchers", None


def campaign_vouchers(shop: Shop) -> Request:
    return f"campaigns/{shop.campaign()['id']}/vouchers?vouchers_count=20", None


def campaign_code(shop: Shop) -> Request:
    return f"campaigns/{shop.campaign()['id']}/vouchers/{fresh()}", {"metadata": {"batch": 1}}


def voucher(shop: Shop) -> Request:
    return "vouchers", voucher_body()


def voucher_code(shop: Shop) -> Request:
    return f"vouchers/{fresh()}", voucher_body()


def publication(shop: Shop) -> Request:
    return "publications", {
        "campaign": {"name": shop.campaign(vouchers_count=3)["name"]},
        "customer": {"source_id": fresh("customer")},
    }


def rollback(shop: Shop) -> Request:
    return f"redemptions/{shop.redeemed(shop.code())['redemptions'][0]['id']}/rollback", {"reason": "returned"}


def rollbacks(shop: Shop) -> Request:
    return f"redemptions/{shop.redeemed(shop.code(), shop.code())['parent_redemption']['id']}/rollbacks", None


def disabled_voucher(shop: Shop) -> Request:
    return f"vouchers/{shop.code()}/disable", None


def enabled_voucher(shop: Shop) -> Request:
    return f"vouchers/{shop.code(active=False)}/enable", None


def disabled_campaign(shop: Shop) -> Request:
    return f"campaigns/{shop.campaign()['id']}/disable", None


TOUCHED = {
    "validations": ("vouchers",),
    "redemptions": ("redemptions", "vouchers"),
    "publications": ("publications", "vouchers"),
    "vouchers": ("vouchers",),
    "campaigns": ("campaigns", "vouchers", "async-actions"),
}
"""The lists that show what a path writes."""


@pytest.mark.parametrize(
    "request_of",
    [
        *(redemption, stack, refused_redemption, held_validation, rollback, rollbacks, publication),
        *(campaign, campaign_of_many, campaign_voucher, campaign_vouchers, campaign_code),
        *(voucher, voucher_code, disabled_voucher, enabled_voucher, disabled_campaign),
    ],
)
def test_a_repeated_request_is_given_the_first_answer_and_does_nothing(
    shop: Shop, request_of: Callable[[Shop], Request]
) -> None:
    path, body = request_of(shop)
    key = fresh("key")
    first = shop.ask("POST", path, body, key=key)
    if "async_action_id" in first.json():
        shop.await_action(first.json()["async_action_id"])
    if path == "campaigns":
        shop.await_codes(first.json()["id"])
    touched = TOUCHED[path.partition("/")[0].partition("?")[0]]
    before = shop.lists(*touched)
    again = [shop.ask("POST", path, body, key=key) for _ in range(2)]
    assert [(it.status_code, it.content) for it in again] == [(first.status_code, first.content)] * 2
    assert shop.lists(*touched) == before


def test_another_body_under_the_same_key_is_a_conflict(shop: Shop) -> None:
    code, key = shop.code(quantity=5), fresh("key")
    shop.redeemed(code, key=key, amount=1_000)
    conflict = shop.redeem(code, key=key, amount=2_000)
    assert refusal(conflict) == (409, "idempotency_key_conflict")
    assert shop.uses(code) == 1
    assert len(shop.entries(code)) == 1


def test_the_body_is_compared_by_what_it_says_and_not_by_its_bytes(shop: Shop) -> None:
    code, key = shop.code(quantity=5), fresh("key")
    spellings = (
        f'{{"redeemables":[{{"object":"voucher","id":"{code}"}}],"order":{{"amount":1000}}}}',
        f' {{"order": {{"amount": 1000}},\n "redeemables": [{{"id": "{code}", "object": "voucher"}}]}} ',
    )
    answers = [
        shop.http.post(
            "/v1/redemptions", content=it, headers={"Idempotency-Key": key, "Content-Type": "application/json"}
        )
        for it in spellings
    ]
    assert {it.status_code for it in answers} == {200}
    assert answers[0].content == answers[1].content
    assert shop.uses(code) == 1


def test_without_a_key_a_request_is_a_new_one(shop: Shop) -> None:
    code = shop.code(quantity=5)
    assert shop.redeemed(code)["redemptions"][0]["id"] != shop.redeemed(code)["redemptions"][0]["id"]
    assert shop.uses(code) == 2


def test_a_key_is_for_one_method_path_and_project(shop: Shop, other_shop: Shop) -> None:
    key, code = fresh("key"), fresh()
    for project in (shop, other_shop):
        project.voucher(code, quantity=5)
    body = checkout(code, session=lock("mine"))
    validated = shop.ask("POST", "validations", body, key=key)
    redeemed = shop.ask("POST", "redemptions", body, key=key)
    elsewhere = other_shop.ask("POST", "redemptions", body, key=key)
    assert [it.status_code for it in (validated, redeemed, elsewhere)] == [200, 200, 200]
    assert validated.json()["valid"] is True
    assert redeemed.json()["redemptions"][0]["id"] != elsewhere.json()["redemptions"][0]["id"]
    assert (shop.uses(code), other_shop.uses(code)) == (1, 1)


def test_a_refusal_is_remembered_too(shop: Shop) -> None:
    """Or the repeat of a request that was told "no" might do what its caller has given up."""
    code, key = fresh(), fresh("key")
    first = shop.redeem(code, key=key)
    assert refusal(first) == (404, "not_found")
    shop.voucher(code)
    again = shop.redeem(code, key=key)
    assert (again.status_code, again.content) == (404, first.content)
    assert shop.uses(code) == 0
    assert shop.redeemed(code)["redemptions"][0]["result"] == "SUCCESS"


def test_a_malformed_request_is_remembered_too(shop: Shop) -> None:
    key = fresh("key")
    first, again = (shop.ask("POST", "redemptions", {"redeemables": "all"}, key=key) for _ in range(2))
    assert refusal(first) == (400, "invalid_payload")
    assert again.content == first.content


def test_a_wrong_key_pair_is_not_remembered(shop: Shop) -> None:
    code, key = shop.code(), fresh("key")
    wrong = SANDBOX | {"X-App-Token": "guess", "Idempotency-Key": key}
    denied = httpx.post(
        f"{shop.http.base_url}/v1/redemptions".replace("//v1", "/v1"), json=checkout(code), headers=wrong
    )
    assert refusal(denied) == (401, "unauthorized")
    assert shop.redeemed(code, key=key)["redemptions"][0]["result"] == "SUCCESS"


def test_an_answer_is_kept_for_a_day_by_the_services_clock(timed_shop: Shop, clock: Clock) -> None:
    noon = datetime(2026, 3, 17, 12, tzinfo=UTC)
    clock.set(noon)
    code, key = timed_shop.code(quantity=5), fresh("key")
    first = timed_shop.redeem(code, key=key)
    clock.set(noon + timedelta(hours=23, minutes=59))
    assert timed_shop.redeem(code, key=key).content == first.content
    clock.set(noon + timedelta(hours=24, minutes=1))
    later = timed_shop.redeem(code, key=key)
    assert ok(later)["redemptions"][0]["id"] != first.json()["redemptions"][0]["id"]
    assert timed_shop.uses(code) == 2


@pytest.mark.parametrize("length", [1, 255])
def test_a_key_is_any_255_characters(shop: Shop, length: int) -> None:
    code, key = shop.code(quantity=5), "~" if length == 1 else f"a key: {fresh()}".ljust(length, "x")
    first, again = (ok(shop.redeem(code, key=key)) for _ in range(2))
    assert again == first
    assert shop.uses(code) == 1


@pytest.mark.parametrize("key", ["", "k" * 256, "k" * 10_000, "tab\tin it"])
def test_a_key_that_cannot_be_kept_is_refused(shop: Shop, key: str) -> None:
    code = shop.code()
    assert refusal(shop.redeem(code, key=key)) == (400, "invalid_payload")
    assert shop.uses(code) == 0
    assert shop.entries(code) == []
