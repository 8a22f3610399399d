"""Whatever is sent, the answer is an error that says which field is wrong, and nothing is written."""

import json
import re
from base64 import b85encode
from random import Random
from typing import Any
from urllib.parse import quote

import pytest

from shared.runtime.routes import ROUTES
from tests.builders import Shop, amount_off, campaign_body, checkout, fresh, lock, ok, refusal, voucher_body
from tests.contract import siblings
from tests.contract.spoilt import (
    MALFORMED,
    NO_AMOUNT,
    NO_CODE,
    NO_COUNT,
    NO_FLAG,
    NO_INSTANT,
    NO_OBJECT,
    NO_TEXT,
    malformed_is_refused,
    names,
    send,
    set_at,
    wrong_is_refused,
)


@pytest.fixture(scope="module")
def shop(apart: Shop) -> Shop:
    """One of which nobody else asks anything, so that its lists before and after can be compared whole."""
    return apart


@pytest.fixture(scope="module")
def known(shop: Shop) -> dict[str, str]:
    """One thing of each kind, to be named in paths and bodies."""
    campaign = shop.campaign(vouchers_count=1)
    published = ok(shop.publish(campaign["name"], "ann"))
    return {
        "campaign": campaign["id"],
        "name": campaign["name"],
        "code": shop.code(quantity=None),
        "issued": published["voucher"]["code"],
        "redemption": shop.redeemed(shop.code())["redemptions"][0]["id"],
        "stack": shop.redeemed(shop.code(), shop.code())["parent_redemption"]["id"],
        "new": fresh("new"),
    }


ITEMS = [{"product_id": "mug", "quantity": 2, "price": 1_000, "amount": 2_000}]
CHECKOUT = checkout(
    "{code}",
    order={"source_id": "order-1", "amount": 2_000, "items": ITEMS, "metadata": {}},
    customer={"source_id": "ann", "email": "ann@example.com", "birthdate": "1990-02-28", "address": {}, "metadata": {}},
    session=lock("cart-1", ttl=1, ttl_unit="HOURS"),
    metadata={},
)
VOUCHER = voucher_body(category="spring", start_date="2026-03-01T00:00:00.000Z", active=True, metadata={})
CHANGE = {key: VOUCHER[key] for key in ("discount", "category", "start_date", "active", "metadata")}

BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "validate": ("POST validations", CHECKOUT),
    "redeem": ("POST redemptions", CHECKOUT),
    "issue": (
        "POST publications",
        {"campaign": {"name": "{name}", "count": 1}, "customer": {"source_id": "bob", "metadata": {}}, "metadata": {}},
    ),
    "make a campaign": ("POST campaigns", campaign_body(vouchers_count=1, metadata={}, join_once=False)),
    "change a campaign": ("PUT campaigns/{campaign}", {"description": "Summer", "metadata": {}}),
    "add codes": ("POST campaigns/{campaign}/vouchers", {"metadata": {}, "redemption": {"quantity": 1}}),
    "add a code": ("POST campaigns/{campaign}/vouchers/{new}", {"metadata": {}, "redemption": {"quantity": 1}}),
    "make a voucher": ("POST vouchers", VOUCHER | {"code_config": {"length": 8}}),
    "make a named voucher": ("POST vouchers/{new}", VOUCHER),
    "change a voucher": ("PUT vouchers/{code}", CHANGE),
    "roll back": ("POST redemptions/{redemption}/rollback", {"reason": "returned"}),
    "roll a stack back": ("POST redemptions/{stack}/rollbacks", {"reason": "returned"}),
}
"""Each route that takes a body, with one that is right but for what a test does to it."""

SWITCHED = ("campaigns/{campaign_id}", "vouchers/{code}", "schedules/{schedule_id}")
SWITCHES = {f"/v1/{thing}/{turn}" for thing in SWITCHED for turn in ("enable", "disable")}
SWITCHES |= {"/v1/customers/{customer_id}/permanent-deletion"}
"""Routes that read no body."""

BODIED = [route for route in ROUTES if route.function != "imports"]
"""Routes that take an object; ``test_imports.py`` spoils files and arrays."""


def test_every_route_with_a_body_is_spoilt() -> None:
    spoilt = {
        path.replace("{new}", "{code}").replace("POST ", "/v1/").replace("PUT ", "/v1/") for path in siblings.spoilt()
    }
    named = {"{campaign}": "{campaign_id}", "{redemption}": "{redemption_id}", "{stack}": "{redemption_id}"}
    named |= {"{customer}": "{customer_id}", "{order}": "{order_id}", "{template}": "{template_id}"}
    named |= {"{product}": "{product_id}", "{sku}": "{sku_id}", "{collection}": "{collection_id}"}
    named |= {"{filtered}": "{collection_id}"}
    for short, long in named.items():
        spoilt = {path.replace(short, long) for path in spoilt}
    elsewhere = {it.path for it in ROUTES if it.path.startswith(("/client/", "/v1/oauth/", "/u/"))}
    assert spoilt == {it.path for it in BODIED if it.method in {"POST", "PUT"}} - SWITCHES - elsewhere


# A body that is no JSON object


def test_whatever_is_no_json_object_is_refused(shop: Shop) -> None:
    before = shop.lists()
    malformed_is_refused(shop, "POST validations", cases=MALFORMED)
    assert shop.lists() == before


@pytest.mark.parametrize("verb", BODIES)
def test_a_malformed_body_is_refused(shop: Shop, known: dict[str, str], verb: str) -> None:
    route, _ = BODIES[verb]
    before = shop.lists()
    malformed_is_refused(shop, route.format(**known))
    assert shop.lists() == before


# A field that is wrong


NO_CODES = [{"charset": "🎁🎀"}, {"charset": "a/"}, {"pattern": "🎁-####"}, {"pattern": "../####"}, {"prefix": "<b>"}]
DATED = ("make a campaign", "change a campaign", "make a voucher", "make a named voucher", "change a voucher")

WRONG: list[tuple[tuple[str, ...], str, list[Any]]] = [
    (("validate", "redeem"), "redeemables", [*NO_OBJECT[:3], [], {}, None]),
    (("validate", "redeem"), "redeemables.0", [5, "code", [], None]),
    (("validate", "redeem"), "redeemables.0.id", [*NO_CODE, None]),
    (("validate", "redeem"), "redeemables.0.object", ["coupon", 5, "", [], "VOUCHER"]),
    (("validate", "redeem"), "order", NO_OBJECT),
    (("validate", "redeem"), "order.amount", NO_AMOUNT),
    (("validate", "redeem"), "order.source_id", NO_TEXT),
    (("validate", "redeem"), "order.status", ["LOST", 5, []]),
    (("validate", "redeem"), "order.items", ["x", 5, {"0": {}}]),
    (("validate", "redeem"), "order.items.0", [5, "mug", []]),
    (("validate", "redeem"), "order.items.0.price", NO_AMOUNT),
    (("validate", "redeem"), "order.items.0.amount", NO_AMOUNT),
    (("validate", "redeem"), "order.items.0.quantity", NO_COUNT),
    (("validate", "redeem"), "order.items.0.product_id", NO_TEXT),
    (("validate", "redeem"), "order.metadata", NO_OBJECT),
    (("validate", "redeem", "issue"), "customer", NO_OBJECT),
    (("validate", "redeem", "issue"), "customer.source_id", NO_TEXT),
    (("validate", "redeem", "issue"), "customer.email", NO_TEXT),
    (("validate", "redeem", "issue"), "customer.birthdate", ["never", "1990-02-30", [], {}]),
    (("validate", "redeem", "issue"), "customer.address", NO_OBJECT),
    (("validate", "redeem", "issue"), "customer.metadata", NO_OBJECT),
    (("validate", "redeem"), "session", NO_OBJECT),
    (("validate", "redeem"), "session.type", ["OPEN", 5, []]),
    (("validate", "redeem"), "session.key", ["", *NO_TEXT]),
    (("validate", "redeem"), "session.ttl", [0, -1, "soon", [], 10**40]),
    (("validate", "redeem"), "session.ttl_unit", ["YEARS", "days", 5, []]),
    (("validate", "redeem"), "tracking_id", NO_TEXT),
    (("issue",), "campaign", NO_OBJECT),
    (("issue",), "campaign.name", NO_TEXT),
    (("issue",), "campaign.count", [0, -1, 1.5, "one", True, []]),
    (("issue",), "source_id", NO_TEXT),
    (("issue",), "voucher", NO_CODE),
    (("issue",), "customer", [None]),
    (("make a campaign",), "name", [None, "", *NO_TEXT]),
    (("make a campaign",), "type", ["SOMETIMES", 5, []]),
    (("make a campaign",), "campaign_type", ["LOTTERY", 5, []]),
    (("make a campaign",), "vouchers_count", [*NO_COUNT, 10**9]),
    (("make a campaign",), "join_once", NO_FLAG),
    (("make a campaign",), "voucher", [*NO_OBJECT, None]),
    (("make a campaign",), "voucher.type", ["TICKET", 5, []]),
    (("make a campaign",), "voucher.discount", [*NO_OBJECT, None]),
    (("make a campaign",), "voucher.discount.amount_off", [None, *NO_AMOUNT]),
    (("make a campaign",), "voucher.redemption.quantity", [0, *NO_COUNT]),
    (("make a campaign",), "voucher.code_config", [*NO_OBJECT, *NO_CODES]),
    (("make a campaign",), "voucher.code_config.length", [0, -1, "long", 1_000_000]),
    (("make a campaign",), "voucher.code_config.charset", ["", 5, []]),
    (("make a campaign",), "voucher.code_config.pattern", [5, [], "#" * 10_000]),
    (("make a campaign", "change a campaign"), "description", NO_TEXT),
    (("make a voucher", "make a named voucher"), "type", ["TICKET", 5, []]),
    (("make a voucher",), "code", NO_CODE),
    (("make a voucher",), "code_config.length", [0, -1, "long", 1_000_000]),
    (("make a voucher", "make a named voucher", "change a voucher"), "discount", NO_OBJECT),
    (("make a voucher", "make a named voucher", "change a voucher"), "discount.amount_off", [None, *NO_AMOUNT]),
    (("make a voucher", "make a named voucher", "change a voucher"), "active", NO_FLAG),
    (("make a voucher", "make a named voucher", "change a voucher"), "category", NO_TEXT),
    (("make a voucher", "make a named voucher", "add a code"), "redemption", NO_OBJECT),
    (("make a voucher", "make a named voucher", "add a code"), "redemption.quantity", [0, *NO_COUNT]),
    (DATED, "start_date", NO_INSTANT),
    (DATED, "expiration_date", NO_INSTANT),
    (("roll back", "roll a stack back"), "reason", NO_TEXT),
    (tuple(verb for verb in BODIES if "roll" not in verb), "metadata", NO_OBJECT),
]  # fmt: skip


@pytest.mark.parametrize("verb", BODIES)
def test_a_wrong_field_is_refused_by_name(
    shop: Shop, known: dict[str, str], verb: str, subtests: pytest.Subtests
) -> None:
    route, body = BODIES[verb]
    before = shop.lists()
    wrong = [(path, values) for verbs, path, values in WRONG if verb in verbs]
    wrong_is_refused(shop, route.format(**known), lambda: filled(body, known), wrong, subtests)
    assert shop.lists() == before


DISCOUNTS: list[tuple[str, dict[str, Any], str]] = [
    ("no type", {"amount_off": 5}, "discount"),
    ("an unknown type", {"type": "FREE"}, "discount"),
    ("half an amount", {"type": "AMOUNT"}, "discount.amount_off"),
    ("another type's field", {"type": "PERCENT", "amount_off": 500}, "discount.percent_off"),
    ("more than everything", {"type": "PERCENT", "percent_off": 101}, "discount.percent_off"),
    ("less than nothing", {"type": "PERCENT", "percent_off": -1}, "discount.percent_off"),
    ("a word", {"type": "PERCENT", "percent_off": "half"}, "discount.percent_off"),
    ("a negative limit", {"type": "PERCENT", "percent_off": 50, "amount_limit": -1}, "discount.amount_limit"),
    ("a fraction of a cent", {"type": "PERCENT", "percent_off": 50, "amount_limit": 0.5}, "discount.amount_limit"),
    ("a negative price", {"type": "FIXED", "fixed_amount": -1}, "discount.fixed_amount"),
    ("a price of more than JSON holds", {"type": "FIXED", "fixed_amount": 2**53 + 1}, "discount.fixed_amount"),
    ("an unknown effect", {**amount_off(5), "effect": "APPLY_TO_MOON"}, "discount.effect"),
]


def test_a_wrong_discount_is_refused_by_name(shop: Shop, known: dict[str, str], subtests: pytest.Subtests) -> None:
    before = shop.lists()
    for case, discount, path in DISCOUNTS:
        for method, route, body, prefix in (
            ("POST", f"vouchers/{known['new']}", voucher_body() | {"discount": discount}, ""),
            ("PUT", f"vouchers/{known['code']}", {"discount": discount}, ""),
            ("POST", "campaigns", set_at(campaign_body(), "voucher.discount", discount), "voucher."),
            ("PUT", f"campaigns/{known['campaign']}", {"discount": discount}, ""),
        ):
            with subtests.test(case=case, route=f"{method} {route}"):
                response = shop.ask(method, route, body)
                assert refusal(response) == (400, "invalid_payload"), response.text
                assert names(response.json()["details"], prefix + path), response.text
    assert shop.lists() == before


NUMBERS = [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-0.5", b"1" + b"0" * 5_000, b"0x10", b"1_000", b"01", b"+1"]


def test_an_amount_that_json_cannot_hold_is_refused(
    shop: Shop, known: dict[str, str], subtests: pytest.Subtests
) -> None:
    before = shop.lists()
    checkout = b'{"redeemables": [{"object": "voucher", "id": "%s"}], "order": {"amount": %s}}'
    discount = b'{"discount": {"type": "AMOUNT", "amount_off": %s}}'
    for number in NUMBERS:
        with subtests.test(number=number[:12]):
            for path in ("validations", "redemptions"):
                spoilt = checkout % (known["code"].encode(), number)
                assert send(shop, f"POST {path}", spoilt) == (400, "invalid_payload")
            assert send(shop, f"PUT vouchers/{known['code']}", discount % number) == (400, "invalid_payload")
    assert shop.lists() == before


def test_lines_that_add_up_to_more_than_json_holds_are_refused(shop: Shop, known: dict[str, str]) -> None:
    before = shop.lists()
    for items in ([{"price": 2**53, "quantity": 2}], [{"amount": 2**53}] * 2, [{"price": 2**40, "quantity": 2**40}]):
        for path in ("validations", "redemptions"):
            response = shop.ask("POST", path, checkout(known["code"], order={"items": items}))
            assert refusal(response) == (400, "invalid_payload"), items
            assert names(response.json()["details"], "order")
    assert shop.lists() == before


def test_an_end_before_the_start_is_refused(shop: Shop, known: dict[str, str]) -> None:
    before = shop.lists()
    dates = {"start_date": "2026-03-02T00:00:00.000Z", "expiration_date": "2026-03-01T00:00:00.000Z"}
    for route, body in (
        ("POST vouchers", voucher_body(**dates)),
        (f"POST vouchers/{known['new']}", voucher_body(**dates)),
        ("POST campaigns", campaign_body(**dates)),
    ):
        response = shop.ask(*route.split(" "), body)
        assert refusal(response) == (400, "invalid_payload")
        assert "expiration_date" in response.json()["details"]
    assert shop.lists() == before


def test_a_senseless_count_of_codes_is_refused(shop: Shop, known: dict[str, str]) -> None:
    before = shop.lists()
    for count in ("0", "-1", "1.5", "many", "", "1e9", "99999999999999999999"):
        response = shop.ask("POST", f"campaigns/{known['campaign']}/vouchers", vouchers_count=count)
        assert refusal(response) == (400, "invalid_payload"), count
        assert names(response.json()["details"], "vouchers_count"), count
    assert shop.lists() == before


@pytest.mark.parametrize("year", ["0001", "0999", "9999"])
def test_a_date_at_the_end_of_the_calendar_is_kept_or_refused(shop: Shop, year: str) -> None:
    """What cannot be read back would spoil every list that it stands on."""
    code, campaign, date = shop.code(), shop.campaign()["id"], f"{year}-12-31T23:59:59.999Z"
    for route, body in (
        (f"POST vouchers/{fresh()}", voucher_body(start_date=date)),
        (f"PUT vouchers/{code}", {"start_date": date}),
        ("POST campaigns", campaign_body(start_date=date)),
        (f"PUT campaigns/{campaign}", {"expiration_date": date}),
    ):
        response = shop.ask(*route.split(" "), body)
        assert response.status_code in {200, 400}, (route, response.text)
        if response.status_code == 400:
            assert refusal(response) == (400, "invalid_payload")
    shop.lists()
    shop.get(f"vouchers/{code}")
    shop.validate(code)


def test_a_checkout_with_very_much_metadata_is_kept_whole_or_refused_whole(shop: Shop) -> None:
    noise = [b85encode(Random(seed).randbytes(150_000)).decode() for seed in range(2)]
    made = shop.ask("POST", "vouchers", voucher_body(metadata={"a": noise[0]}))
    if made.status_code == 200:
        code = made.json()["code"]
        response = shop.redeem(code, order={"amount": 2_000, "metadata": {"a": noise[1]}}, key=fresh("key"))
        assert response.status_code in {200, 400}, response.text
        assert shop.uses(code) == (1 if response.status_code == 200 else 0)
    else:
        assert refusal(made) == (400, "invalid_payload")


# Codes and ids that are none

STRANGE = {
    "ten thousand characters": "x" * 10_000,
    "an emoji": "🎁",
    "a way up": "../../campaigns",
    "a way up alone": "..",
    "NUL": "a\x00b",
    "a line break": "a\nb",
    "a slash": "a/b",
    "brackets": "{code}",
    "a quote": "\"'`;--",
    "not Unicode": b"\xff\xfe",
    "only a space": " ",
}


def test_a_strange_code_is_not_made(shop: Shop, known: dict[str, str], subtests: pytest.Subtests) -> None:
    before = shop.lists()
    for case, code in STRANGE.items():
        for path, body in (("vouchers", voucher_body()), (f"campaigns/{known['campaign']}/vouchers", {})):
            with subtests.test(case=case, path=path):
                status, _ = refusal(shop.ask("POST", f"{path}/{quote(code, safe='')}", body))
                assert status in {400, 404, 405}
    assert shop.lists() == before


RIGHT = {
    "amount": 5,
    "customer": {"source_id": "ann"},
    "consents": [{"channel": "email", "granted": False, "source": "preferences"}],
    "response": "DECLINED",
    "channel": "email",
}
"""What a body must have, wherever it must have anything: so it is the id that is refused."""


def test_an_unknown_id_is_refused_on_every_route(shop: Shop, subtests: pytest.Subtests) -> None:
    before = shop.lists()
    for case, id_ in (("nobody's", "nobodys"), ("a table's", "proj_sandbox#voucher#0"), *STRANGE.items()):
        for method, path in (it[:2] for it in BODIED if "{" in it.path and it.path not in MAKING):
            with subtests.test(case=case, route=f"{method} {path}"):
                first, _, rest = path.removeprefix("/v1/").partition("}")
                # a client would walk the way up itself, if it saw it
                spelt = quote(id_, safe="").replace(".", "%2E")
                named = first.partition("{")[0] + spelt + re.sub(r"[{}]", "", rest)
                status, key = refusal(shop.ask(method, named, RIGHT))
                assert status in ({404} if case in {"nobody's", "a table's"} else {400, 404, 405})
                assert key in {"not_found", "invalid_payload", "method_not_allowed"}
    assert shop.lists() == before


MAKING = {"/v1/vouchers/{code}", "/v1/metadata-schemas/{resource}", "/v1/customers/{customer_id}/segments"}
"""Where a name that nobody has is one to be made, or to be thought of; what is wrong with it is shown elsewhere."""


def test_an_unknown_code_at_the_checkout_is_recorded_and_nothing_else(shop: Shop) -> None:
    before = shop.lists()
    response = shop.redeem(fresh("nobodys"))
    assert refusal(response) == (404, "not_found")
    after = shop.lists()
    assert [it["id"] for it in after["redemptions"]["redemptions"]] == [
        response.json()["resource_id"],
        *(it["id"] for it in before["redemptions"]["redemptions"][:99]),
    ]
    assert {name: after[name] for name in after if name != "redemptions"} == {
        name: before[name] for name in before if name != "redemptions"
    }


# What is not wrong


def test_what_the_contract_does_not_know_is_ignored(shop: Shop, known: dict[str, str]) -> None:
    odd = {"surprise": {"deep": [1, 2.5, None, "✂"]}, "__class__": "x", "$where": "1"}
    code = ok(shop.ask("POST", f"vouchers/{fresh()}", voucher_body(discount={**amount_off(500), **odd}) | odd))["code"]
    body = checkout(
        code,
        order={"amount": 2_000, "items": [{"price": 1_000, **odd}], **odd},
        customer={"source_id": "ann", **odd},
        **odd,
    )
    body["redeemables"][0] |= odd
    assert ok(shop.ask("POST", "validations", body))["order"]["total_amount"] == 1_500
    redeemed = ok(shop.ask("POST", "redemptions", body))
    assert redeemed["order"]["total_amount"] == 1_500
    assert "surprise" not in json.dumps(redeemed)
    ok(shop.ask("PUT", f"vouchers/{code}", odd))
    ok(shop.ask("PUT", f"campaigns/{known['campaign']}", odd))
    ok(shop.ask("POST", "campaigns", campaign_body() | odd))


def test_metadata_comes_back_as_it_was_sent(shop: Shop) -> None:
    metadata = {
        "text": 'Grüße, 春 🎁 "quoted" <b>',
        "number": 12,
        "fraction": 1.5,
        "small": 0.1,
        "large": 2**53,
        "negative": -7,
        "flag": False,
        "nothing": None,
        "list": [1, "two", {"three": 3}],
        "empty": {"list": [], "object": {}, "text": ""},
    }
    voucher = shop.voucher(metadata=metadata)
    assert voucher["metadata"] == metadata
    assert shop.get(f"vouchers/{voucher['code']}")["metadata"] == metadata


def filled(body: Any, known: dict[str, str]) -> Any:
    """The body with the names of known things put in, and a campaign name that is free."""
    text = json.dumps(body)
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", value)
    return json.loads(text) | ({"name": fresh("campaign")} if "campaign_type" in body else {})
