"""What a shop's pages may ask, from which sites, how often; and that they are told nothing that helps to guess."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import httpx
import pytest

from infra.local.service import Service
from tests.builders import (
    CLIENT,
    KEYED,
    PRODUCTION,
    SANDBOX,
    Clock,
    Shop,
    amount_off,
    checkout,
    fresh,
    lock,
    ok,
    refusal,
)
from tests.pages import LOCAL, Page, address

VALIDATIONS, REDEMPTIONS = "/client/v1/validations", "/client/v1/redemptions"
BOTH = ("validations", "redemptions")
SENT = {"amount": 10_000, "items": [{"product_id": "mug", "quantity": 2, "price": 5_000}], "metadata": {"note": "gift"}}
PERSONAL = {
    "source_id": "ann-secret-id",
    "name": "Ann Secret",
    "email": "ann@secret.example",
    "phone": "+353 85 555 0199",
    "metadata": {"segment": "secret-segment"},
}


@pytest.fixture
def page(service: Service) -> Iterator[Page]:
    with Page(service.url) as page:
        yield page


@pytest.fixture
def sdk(sdk_client: tuple[ModuleType, Any], service: Service, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The official SDK as a page would use it; at the end, it has driven the routes that the test says it drives."""
    module, _ = sdk_client
    client = module.ApiClient(module.Configuration(host=service.url, api_key=dict(CLIENT)))
    client.rest_client.pool_manager.connection_pool_kw["source_address"] = (address(), 0)
    driven = set()
    call_api = client.call_api

    def watched(method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        driven.add(f"{method} {url.removeprefix(service.url)}")
        return call_api(method, url, *args, **kwargs)

    client.call_api = watched
    yield module, module.ClientSideApi(client)
    assert set(request.node.get_closest_marker("drives").args) <= driven


# The official SDK


@pytest.mark.drives("POST /client/v1/validations")
def test_the_sdk_validates(sdk: tuple[ModuleType, Any], shop: Shop) -> None:
    module, client = sdk
    code = shop.code(amount_off(500))
    body = module.ClientValidationsValidateRequestBody.from_dict(checkout(code, order=SENT))
    said = client.validate_stacked_discounts_client_side(LOCAL, body)
    assert (said.valid, said.order.total_amount, said.redeemables[0].status) == (True, 9_500, "APPLICABLE")
    assert said.redeemables[0].result.discount.amount_off == 500
    body = module.ClientValidationsValidateRequestBody.from_dict(checkout(fresh()))
    said = client.validate_stacked_discounts_client_side(LOCAL, body)
    assert (said.valid, said.inapplicable_redeemables[0].result.error.key) == (False, "not_applicable")


@pytest.mark.drives("POST /client/v1/redemptions")
def test_the_sdk_redeems(sdk: tuple[ModuleType, Any], shop: Shop) -> None:
    module, client = sdk
    one, two = shop.code(amount_off(500)), shop.code(amount_off(300))
    body = module.ClientRedemptionsRedeemRequestBody.from_dict(checkout(one, two, order=SENT))
    said = client.redeem_stacked_discounts_client_side(LOCAL, body)
    assert [it.result for it in said.redemptions] == ["SUCCESS", "SUCCESS"]
    assert [it.voucher.code for it in said.redemptions] == [one, two]
    assert {it.redemption for it in said.redemptions} == {said.parent_redemption.id}
    assert (said.order.total_amount, said.order.status) == (9_200, "PAID")
    assert (shop.uses(one), shop.uses(two)) == (1, 1)
    with pytest.raises(module.ApiException) as refused:
        client.redeem_stacked_discounts_client_side(LOCAL, body)
    assert (refused.value.status, json.loads(refused.value.body)["key"]) == (400, "not_applicable")


# Who may ask


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost",
        "http://localhost:8080",
        "https://localhost:8443",
        "http://127.0.0.1:5173",
        "HTTP://LOCALHOST",
    ],
)
def test_every_page_of_this_machine_may_ask(service: Service, shop: Shop, origin: str) -> None:
    with Page(service.url, origin=origin) as page:
        assert page.validate(shop.code())["valid"] is True


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "",
        "null",
        "*",
        "http://localhost:*",
        "https://shop.example",
        "http://localhost.evil.example",
        "http://localhost:3000.evil.example",
        "http://evil.example:3000",
        "http://127.0.0.1.evil.example",
        "http://localhost@evil.example",
        "file://localhost",
        "localhost:3000",
        "http://localhost:3000/path",
        "http://localhost, https://evil.example",
    ],
)
def test_a_page_of_another_site_may_not_nor_one_that_does_not_say(
    service: Service, shop: Shop, origin: str | None
) -> None:
    code = shop.code()
    with Page(service.url, origin=origin) as page:
        for what in BOTH:
            assert refusal(page.ask(what, code)) == (401, "unauthorized")
    assert (shop.uses(code), shop.entries(code)) == (0, [])


@pytest.mark.parametrize(
    ("case", "keys"),
    [
        ("none", {}),
        ("a server's in a server's headers", SANDBOX),
        (
            "a server's in a client's headers",
            {"X-Client-Application-Id": "sandbox", "X-Client-Token": "sandbox-secret"},
        ),
        ("a wrong token", CLIENT | {"X-Client-Token": "sandbox-client-secreT"}),
        ("another project's token", CLIENT | {"X-Client-Token": "production-client-secret"}),
        ("no token", {"X-Client-Application-Id": "sandbox-client"}),
    ],
)
def test_nothing_but_a_clients_key_opens_the_clients_side(
    service: Service, shop: Shop, case: str, keys: dict[str, str]
) -> None:
    code = shop.code()
    with Page(service.url, keys=keys) as page:
        for what in BOTH:
            assert refusal(page.ask(what, code)) == (401, "unauthorized")
    assert (shop.uses(code), shop.entries(code)) == (0, [])


def test_a_clients_key_opens_nothing_else(service: Service, page: Page, shop: Shop) -> None:
    code = shop.code()
    in_servers_headers = {"X-App-Id": "sandbox-client", "X-App-Token": "sandbox-client-secret"}
    for route in KEYED:
        if not route.path.startswith("/client/"):
            path = route.path.replace("{code}", code).replace("{", "").replace("}", "")
            for headers in ({}, in_servers_headers):
                answer = page.http.request(route.method, path, json=checkout(code), headers=headers)
                assert refusal(answer) == (401, "unauthorized"), route
    assert shop.uses(code) == 0


def test_a_clients_key_is_of_one_project(service: Service, shop: Shop, other_shop: Shop) -> None:
    code = shop.code()
    theirs = {"X-Client-Application-Id": "production-client", "X-Client-Token": "production-client-secret"}
    with Page(service.url, keys=theirs) as page:
        assert page.validate(code)["valid"] is False
        assert refusal(page.redeem(code)) == (400, "not_applicable")
    assert shop.uses(code) == 0


# What a browser wants to hear


@pytest.mark.parametrize("path", [VALIDATIONS, REDEMPTIONS, "/client/v1/nothing"])
def test_a_browser_that_asks_whether_it_may_is_told_what_it_may(service: Service, path: str) -> None:
    asked = {
        "Origin": LOCAL,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-client-token",
    }
    answer = httpx.options(f"{service.url}{path}", headers=asked)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"].split(",")
    allowed = set(answer.headers["access-control-allow-headers"].split(","))
    assert {"content-type", "idempotency-key", "x-client-application-id", "x-client-token"} == allowed
    assert answer.headers["access-control-max-age"] == "3600"


def test_options_that_is_no_browsers_question_is_a_wrong_verb(service: Service) -> None:
    assert refusal(httpx.options(f"{service.url}{VALIDATIONS}")) == (405, "method_not_allowed")


def test_every_answer_may_be_read_by_the_page_that_asked(service: Service, page: Page, shop: Shop) -> None:
    answers = [page.ask("validations", shop.code()), page.redeem(fresh()), page.http.get("/client/v1/nothing")]
    with Page(service.url, origin="https://evil.example") as evil:
        answers.append(evil.redeem(fresh()))
    assert [it.status_code for it in answers] == [200, 400, 404, 401]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == "*"
        exposed = set(answer.headers["access-control-expose-headers"].split(","))
        assert exposed == {"retry-after", "x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-retry"}
    assert "access-control-allow-origin" not in shop.ask("GET", "vouchers").headers


# Guessing


def unusable(shop: Shop) -> dict[str, str]:
    """A code for every reason why one may not be used."""
    used, off, held = shop.code(), shop.code(), shop.code()
    shop.redeemed(used)
    ok(shop.ask("POST", f"vouchers/{off}/disable"))
    shop.validate(held, session=lock("somebody-else"))
    gone = shop.code()
    shop.ask("DELETE", f"vouchers/{gone}")
    campaign = shop.campaign(vouchers_count=1)
    of_campaign = shop.get("vouchers", campaign=campaign["name"])["vouchers"][0]["code"]
    ok(shop.ask("POST", f"campaigns/{campaign['id']}/disable"))
    return {
        "unknown": fresh(),
        "an id that is none": "v_0123456789abcdef",
        "used up": used,
        "switched off": off,
        "held by somebody else": held,
        "deleted": gone,
        "of a campaign that is off": of_campaign,
        "expired": shop.code(expiration_date="2020-01-01T00:00:00Z", metadata={"tier": "gold"}),
        "not yet": shop.code(start_date="2999-01-01T00:00:00Z", category="secret"),
    }


def alike(body: dict[str, Any], code: str) -> str:
    """A body without what must differ: the ids of the request, and what the caller named."""
    told = json.dumps(body).replace(json.dumps(code), '"<named>"')
    return re.sub(r'"v-[0-9a-f]{24}"', '"<request>"', re.sub(r'"valid_[0-9a-f]{24}"', '"<id>"', told))


def test_every_refusal_looks_the_same_to_who_guesses(service: Service, shop: Shop) -> None:
    codes = unusable(shop)
    told: dict[str, set[str]] = {what: set() for what in BOTH}
    names: set[tuple[str, ...]] = set()
    for case, code in codes.items():
        with Page(service.url) as page:
            for what in BOTH:
                answer = page.ask(what, code)
                told[what].add(f"{answer.status_code} {alike(answer.json(), code)}")
                names.add((what, *sorted(set(answer.headers) - {"date"})))
        assert shop.uses(code) == 1 if case == "used up" else True
    assert {what: len(bodies) for what, bodies in told.items()} == {"validations": 1, "redemptions": 1}
    assert len(names) == 2
    [validation], [redemption] = told.values()
    assert validation.startswith("200 ")
    assert json.loads(redemption.removeprefix("400 ")) == {
        "code": 400,
        "key": "not_applicable",
        "message": "This offer is not applicable",
        "details": "This offer is not applicable",
        "request_id": "<request>",
    }
    error = {
        "code": 400,
        "key": "not_applicable",
        "message": "This offer is not applicable",
        "details": "This offer is not applicable",
        "request_id": "<request>",
        "resource_id": "<named>",
        "resource_type": "voucher",
    }
    entry = {
        "status": "INAPPLICABLE",
        "id": "<named>",
        "object": "voucher",
        "result": {"error": error, "details": {"key": error["key"], "message": error["message"]}},
        "metadata": {},
    }
    said = json.loads(validation.removeprefix("200 "))
    assert said.pop("stacking_rules")
    assert said == {
        "id": "<id>",
        "valid": False,
        "redeemables": [entry],
        "inapplicable_redeemables": [entry],
    }


def test_the_shop_itself_is_still_told_why(service: Service, shop: Shop) -> None:
    code = shop.code(expiration_date="2020-01-01T00:00:00Z")
    with Page(service.url) as page:
        assert refusal(page.redeem(code)) == (400, "not_applicable")
    [entry] = shop.entries(code)
    assert (entry["result"], entry["failure_code"]) == ("FAILURE", "voucher_expired")


def test_of_several_none_is_told_apart(service: Service, page: Page, shop: Shop) -> None:
    good, unknown = shop.code(metadata={"tier": "gold"}), fresh()
    said = page.validate(good, unknown)
    assert [it["status"] for it in said["redeemables"]] == ["INAPPLICABLE", "INAPPLICABLE"]
    first, second = (json.dumps(it).replace(it["id"], "<named>") for it in said["redeemables"])
    assert first == second
    assert "skipped_redeemables" not in said
    bodies = [page.redeem(*codes).json() for codes in ((good, unknown), (unknown, good))]
    assert [set(body) for body in bodies] == [{"code", "key", "message", "details", "request_id"}] * 2
    assert shop.uses(good) == 0


def test_an_order_that_is_paid_already_is_no_oracle_either(page: Page, shop: Shop) -> None:
    order = {"source_id": fresh("order"), "amount": 1_000}
    shop.redeemed(shop.code(), order=order)
    good = shop.code()
    assert page.validate(good, order=order)["redeemables"][0]["result"]["error"]["key"] == "not_applicable"
    assert refusal(page.redeem(good, order=order)) == (400, "not_applicable")


def test_what_is_wrong_with_the_request_itself_is_said(page: Page) -> None:
    code = fresh()
    broken = page.http.post(VALIDATIONS, content=b'{"redeemables": [', headers={"Content-Type": "application/json"})
    assert refusal(broken) == (400, "invalid_payload")
    assert broken.json()["details"].startswith("body: not JSON")
    assert refusal(page.redeem(code, code)) == (400, "duplicated_redeemables")
    assert refusal(page.redeem(*(fresh() for _ in range(31)))) == (400, "invalid_redeemables")
    assert refusal(page.redeem(fresh(), order={"amount": -1})) == (400, "invalid_payload")


# What a page is shown


def test_a_valid_answer_shows_prices_and_nothing_that_is_the_shops_own(page: Page, shop: Shop) -> None:
    campaign = shop.campaign(vouchers_count=1, metadata={"plan": "secret-plan"}, name=fresh("secret-campaign"))
    code = shop.get("vouchers", campaign=campaign["name"])["vouchers"][0]["code"]
    ok(shop.ask("PUT", f"vouchers/{code}", {"metadata": {"batch": "secret-batch"}, "category": "secret-category"}))
    shop.redeemed(shop.code(), customer=PERSONAL)
    asked = {"order": SENT, "customer": {"source_id": "ann-secret-id"}}

    said = page.validate(code, **asked)
    assert (said["valid"], said["order"]["total_amount"]) == (True, 9_500)
    [offer] = said["redeemables"]
    assert set(offer) == {"status", "id", "object", "order", "applicable_to", "inapplicable_to", "result"}
    assert "secret" not in json.dumps(said)

    done = ok(page.redeem(code, metadata={"till": "secret-till"}, tracking_id="t", **asked))
    [record] = done["redemptions"]
    assert set(record) == {
        *("id", "object", "date", "result", "status", "tracking_id", "related_object_type", "related_object_id"),
        *("order", "voucher"),
    }
    assert set(record["voucher"]) == {"id", "code", "object", "type", "discount"}
    assert (record["voucher"]["code"], record["voucher"]["discount"]["amount_off"]) == (code, 500)
    assert (done["order"]["total_amount"], done["order"]["items"][0]["product_id"]) == (9_500, "mug")
    assert "secret" not in json.dumps(done)


def test_a_card_tells_a_page_what_it_paid_and_what_is_left(page: Page, shop: Shop) -> None:
    card = {"type": "GIFT_VOUCHER", "gift": {"amount": 1_000}, "metadata": {"bought_by": "secret"}}
    code = ok(shop.ask("POST", f"vouchers/{fresh('card')}", card))["code"]
    assert page.validate(code, amount=400)["redeemables"][0]["result"]["gift"]["balance"] == 1_000
    done = ok(page.redeem(code, amount=400))
    [record] = done["redemptions"]
    assert (record["amount"], record["gift"]["amount"], record["voucher"]["gift"]["balance"]) == (400, 400, 600)
    assert "secret" not in json.dumps(done)


def test_an_order_that_the_same_code_has_paid_is_answered_again_without_its_customer(page: Page, shop: Shop) -> None:
    code, order = shop.code(), {"source_id": fresh("order"), "amount": 1_000, "metadata": {"door": "secret-code"}}
    first = shop.redeemed(code, order=order, customer=PERSONAL)
    again = ok(page.redeem(code, order={"source_id": order["source_id"]}))
    assert [it["id"] for it in again["redemptions"]] == [it["id"] for it in first["redemptions"]]
    assert "secret" not in json.dumps(again)


def test_a_pages_idempotency_key_gives_its_first_answer_again(page: Page, shop: Shop) -> None:
    code, key = shop.code(), fresh("key")
    first, again = (page.redeem(code, key=key) for _ in range(2))
    assert first.status_code == 200
    assert again.content == first.content
    missing, key = fresh(), fresh("key")
    refused = [page.redeem(missing, key=key) for _ in range(2)]
    assert [refusal(it) for it in refused] == [(400, "not_applicable")] * 2
    assert refused[0].content == refused[1].content


# How often


def test_an_address_has_five_requests_in_five_seconds(timed_service: Service, timed_shop: Shop, clock: Clock) -> None:
    start = datetime(2026, 3, 17, 8, 0, 2, tzinfo=UTC)
    clock.set(start)
    code = timed_shop.code(quantity=None)
    with Page(timed_service.url) as ann, Page(timed_service.url) as bob:
        answers = [ann.ask(BOTH[number % 2], code) for number in range(7)]
        assert [it.status_code for it in answers] == [200] * 5 + [429] * 2
        assert [it.headers["x-rate-limit-remaining"] for it in answers] == ["4", "3", "2", "1", "0", "0", "0"]
        assert {it.headers["x-rate-limit-limit"] for it in answers} == {"5"}
        now = int(start.timestamp())
        retries = [int(it.headers["x-rate-limit-retry"]) - now for it in answers]
        assert retries == [0, 0, 0, 0, 3, 3, 3]
        assert [it.headers.get("retry-after") for it in answers] == [None] * 5 + ["3"] * 2
        assert refusal(answers[5]) == (429, "too_many_requests")
        assert timed_shop.uses(code) == 2  # the second and the fourth; the sixth would have been another
        assert bob.validate(code)["valid"] is True
        clock.forward(timedelta(seconds=3))
        assert ann.validate(code)["valid"] is True


def test_what_is_refused_counts_too(timed_service: Service, clock: Clock) -> None:
    clock.set(datetime(2026, 3, 17, 9, tzinfo=UTC))
    with Page(timed_service.url) as page:
        bodies = (b"{", b"{}", b"[]", b"\xff", b"{}")
        assert [page.http.post(VALIDATIONS, content=body).status_code for body in bodies] == [400] * 5
        assert refusal(page.redeem(fresh())) == (429, "too_many_requests")


def test_one_request_too_many_is_not_remembered(timed_service: Service, timed_shop: Shop, clock: Clock) -> None:
    clock.set(datetime(2026, 3, 17, 10, tzinfo=UTC))
    code, key = timed_shop.code(), fresh("key")
    with Page(timed_service.url) as page:
        for _ in range(5):
            page.validate(code)
        assert page.redeem(code, key=key).status_code == 429
        clock.forward(timedelta(seconds=5))
        assert page.redeem(code, key=key).status_code == 200


def test_a_server_may_ask_as_often_as_it_likes_from_one_address(timed_service: Service, timed_shop: Shop) -> None:
    with Shop(timed_service.url, PRODUCTION) as other:
        for shop in (timed_shop, other):
            assert {shop.ask("GET", "vouchers").status_code for _ in range(12)} == {200}
