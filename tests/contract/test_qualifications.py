"""Qualifications over HTTP: as the SDK asks and reads them, as a shop's pages are told, and what is refused."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.service import Service
from tests.builders import Shop, amount_off, fresh, ok, percent_off, refusal
from tests.contract.conftest import Sdk
from tests.contract.spoilt import (
    NO_AMOUNT,
    NO_COUNT,
    NO_INSTANT,
    NO_OBJECT,
    NO_TEXT,
    malformed_is_refused,
    names,
    wrong_is_refused,
)
from tests.contract.test_bad_input import ITEMS
from tests.pages import Page

ASKED = {
    "scenario": "ALL",
    "order": {"source_id": "order-1", "amount": 2_000, "items": ITEMS, "metadata": {}},
    "customer": {"source_id": "ann", "email": "ann@example.com", "birthdate": "1990-02-28", "metadata": {}},
    "metadata": {},
    "tracking_id": "visitor-1",
    "options": {
        "limit": 5,
        "filters": {"junction": "and", "code": {"conditions": {"$is": ["MUG"]}}},
        "expand": ["redeemable"],
        "sorting_rule": "DEFAULT",
    },
}
BODIES: dict[str, tuple[str, dict[str, Any]]] = {"qualify": ("POST qualifications", ASKED)}
WRONG: list[tuple[str, list[Any]]] = [
    ("scenario", ["EVERYTHING", "all", 5, [], {}]),
    ("order", NO_OBJECT),
    ("order.amount", NO_AMOUNT),
    ("order.items", ["x", 5, {"0": {}}]),
    ("order.items.0.quantity", NO_COUNT),
    ("customer", NO_OBJECT),
    ("customer.email", ["ann", 5]),
    ("metadata", NO_OBJECT),
    ("tracking_id", NO_TEXT),
    ("session", NO_OBJECT),
    ("session.type", ["OPEN", 5]),
    ("options", NO_OBJECT),
    ("options.limit", [0, 51, "5", 1.5, True, []]),
    ("options.starting_after", [*NO_INSTANT, 5]),
    ("options.expand", ["redeemable", ["everything"], [5], {}]),
    ("options.sorting_rule", ["WORST_DEAL", 5, []]),
    ("options.filters", NO_OBJECT),
    ("options.filters.category_id", [{"conditions": {"$is": ["cat_1"]}}]),
    ("options.filters.holder", [{"conditions": {"$is": ["ann"]}}]),
    ("options.filters.code", ["MUG", {}, {"conditions": {}}, {"conditions": {"$like": ["M"]}}]),
    ("options.filters.code.conditions.$is", [[], 5, [5], [""]]),
    ("options.filters.junction", ["xor", 5]),
]


def test_the_lines_are_told_that_a_discount_is_for(shop: Shop) -> None:
    mug, cup = fresh("mug"), fresh("cup")
    rule = ok(
        shop.ask(
            "POST",
            "validation-rules",
            {"name": fresh(), "applicable_to": {"included": [{"object": "product", "source_id": mug}]}},
        )
    )
    code = shop.code(validation_rules=[rule["id"]])
    items = [{"product_id": it, "quantity": 1, "price": 1_000} for it in (cup, mug)]
    for scenario in ("ALL", "PRODUCTS", "PRODUCTS_DISCOUNT", "PRODUCTS_DISCOUNT_BY_CUSTOMER"):
        answer = qualify(shop, scenario=scenario, order={"items": items}, options=only(code))
        [one] = answer["redeemables"]["data"]
        [meant] = one["applicable_to"]["data"]
        assert (one["id"], meant["order_item_indices"]) == (code, [1]), scenario
    answer = qualify(shop, scenario="PRODUCTS", order={"items": items[:1]}, options=only(code))
    assert answer["redeemables"]["data"] == []


@pytest.fixture
def page(service: Service) -> Iterator[Page]:
    with Page(service.url) as page:
        yield page


def qualify(shop: Shop, path: str = "qualifications", **asked: Any) -> dict[str, Any]:
    return ok(shop.ask("POST", path, asked))


def only(*codes: str, **more: Any) -> dict[str, Any]:
    """Options by which a test looks at its own offers alone."""
    return {"filters": {"code": {"conditions": {"$in": list(codes)}}}, **more}


@pytest.mark.drives("POST /v1/qualifications")
def test_the_sdk_asks_and_reads_what_a_validation_would_say(sdk: Sdk, shop: Shop) -> None:
    ten, half = shop.code(percent_off(10), category="drinks", metadata={"a": 1}), shop.code(percent_off(50))
    gone = shop.code(expiration_date="2020-01-01T00:00:00.000Z")
    api = sdk.module.QualificationsApi(sdk.client)
    body = {
        "scenario": "ALL",
        "order": {"amount": 10_000},
        "customer": {"source_id": fresh("customer")},
        "options": only(ten, half, gone, sorting_rule="BEST_DEAL", expand=["redeemable", "category"]),
    }
    request = sdk.module.QualificationsCheckEligibilityRequestBody.from_dict(body)
    told = api.check_eligibility(qualifications_check_eligibility_request_body=request)
    assert (told.redeemables.object, told.redeemables.data_ref, told.redeemables.total) == ("list", "data", 2)
    assert (told.redeemables.has_more, told.redeemables.more_starting_after) == (False, None)
    first, second = told.redeemables.data
    assert (first.id, second.id, first.object) == (half, ten, "voucher")
    assert [it.order.total_applied_discount_amount for it in (first, second)] == [5_000, 1_000]
    assert [it.order.total_amount for it in (first, second)] == [5_000, 9_000]
    assert (second.metadata, [it.name for it in second.categories]) == ({"a": 1}, ["drinks"])
    assert second.result.discount.to_dict()["percent_off"] == 10
    assert (told.order.amount, told.order.total_amount, told.stacking_rules.redeemables_limit) == (10_000, 10_000, 30)
    validated = shop.validate(half, customer=body["customer"])
    assert validated["redeemables"][0]["order"]["total_amount"] == 5_000


def test_pages_go_on_where_the_sdk_says(sdk: Sdk, shop: Shop) -> None:
    codes = {shop.code() for _ in range(5)}
    api = sdk.module.QualificationsApi(sdk.client)
    for sorting in ("DEFAULT", "LEAST_DEAL"):
        told: list[str] = []
        options: dict[str, Any] = only(*codes, limit=2, sorting_rule=sorting)
        while True:
            asked = sdk.module.QualificationsCheckEligibilityRequestBody.from_dict({"options": options})
            page = api.check_eligibility(qualifications_check_eligibility_request_body=asked).redeemables
            told += [it.id for it in page.data]
            if not page.has_more:
                break
            options["starting_after"] = page.more_starting_after
        assert (sorted(told), len(told)) == (sorted(codes), 5)


def test_a_campaign_and_the_customers_own_codes(shop: Shop) -> None:
    campaign = shop.campaign(vouchers_count=2)
    ann, bob = fresh("ann"), fresh("bob")
    given = ok(shop.publish(campaign["name"], ann))["voucher"]["code"]
    its = {"filters": {"campaign_id": {"conditions": {"$is": [campaign["id"]]}}}, "expand": ["redeemable"]}
    for who, told in ((ann, [("voucher", given), ("campaign", campaign["id"])]), (bob, [("campaign", campaign["id"])])):
        answer = qualify(shop, customer={"source_id": who}, options=its)
        assert {(it["object"], it["id"]) for it in answer["redeemables"]["data"]} == set(told)
    [of_campaign] = [it for it in answer["redeemables"]["data"] if it["object"] == "campaign"]
    assert (of_campaign["name"], of_campaign["created_at"]) == (campaign["name"], campaign["created_at"])
    wallet = qualify(shop, scenario="CUSTOMER_WALLET", customer={"source_id": ann})
    [own] = wallet["redeemables"]["data"]
    assert (own["id"], "order" in own) == (given, False)
    ok(shop.redeem(given, customer={"source_id": ann}))
    assert qualify(shop, scenario="CUSTOMER_WALLET", customer={"source_id": ann})["redeemables"]["data"] == []


def test_a_rule_counts_as_its_scenario_says(shop: Shop) -> None:
    vip = {"1": {"name": "customer.metadata", "property": "club", "conditions": {"$is": ["VIP"]}}}
    big = {"1": {"name": "order.amount", "conditions": {"$more_than": [10_000]}}}
    made = [ok(shop.ask("POST", "validation-rules", {"name": fresh(), "rules": rules})) for rules in (vip, big)]
    codes = [shop.code(quantity=None, validation_rules=[rule["id"]]) for rule in made]
    bob = {"source_id": fresh("bob"), "metadata": {"club": "blue"}}
    for scenario, amount, told in (
        ("ALL", 10_000, []),
        ("ALL", 10_001, [codes[1]]),
        ("AUDIENCE_ONLY", 1, [codes[1]]),
        ("PRODUCTS", 10_001, []),
        ("PROMOTION_STACKS", 10_001, []),
    ):
        options = only(*codes, expand=["validation_rules"])
        answer = qualify(shop, scenario=scenario, order={"amount": amount}, customer=bob, options=options)
        data = answer["redeemables"]["data"]
        assert [it["id"] for it in data] == told, scenario
        for it in data:
            assert [its["rule_id"] for its in it["validation_rules_assignments"]["data"]] == [made[1]["id"]]


def test_a_page_is_shown_what_is_listed(shop: Shop, page: Page) -> None:
    code = shop.code(amount_off(500), metadata={"margin": 7}, category="drinks")
    asked = {
        "order": {"amount": 2_000, "metadata": {"till": 3}},
        "customer": {"source_id": fresh("customer"), "name": "Ann"},
        "options": only(code, expand=["redeemable", "category", "validation_rules"]),
    }
    answer = page.http.post("/client/v1/qualifications", json=asked)
    said = ok(answer)
    [one] = said["redeemables"]["data"]
    assert set(one) == {"id", "object", "created_at", "order", "applicable_to", "inapplicable_to", "result"}
    assert (one["id"], one["order"]["total_amount"]) == (code, 1_500)
    assert [word for word in ("margin", "till", "Ann", "drinks") if word in answer.text] == []


def test_nothing_is_written(shop: Shop) -> None:
    before = shop.lists("customers", "orders", "redemptions", "vouchers")
    qualify(shop, **ASKED | {"session": {"type": "LOCK", "key": fresh()}})
    assert shop.lists("customers", "orders", "redemptions", "vouchers") == before


def test_an_empty_body_asks_for_everything(shop: Shop) -> None:
    shop.code()
    answer = ok(shop.ask("POST", "qualifications"))
    assert 1 <= answer["redeemables"]["total"] <= 5


def test_the_same_key_tells_the_same(shop: Shop) -> None:
    asked = {"options": only(shop.code())}
    first = ok(shop.ask("POST", "qualifications", asked, key=(key := fresh())))
    assert ok(shop.ask("POST", "qualifications", asked, key=key)) == first
    assert refusal(shop.ask("POST", "qualifications", {}, key=key)) == (409, "idempotency_key_conflict")


def test_a_malformed_body_is_refused(shop: Shop) -> None:
    malformed_is_refused(shop, BODIES["qualify"][0])


def test_a_wrong_field_is_refused_by_name(shop: Shop, subtests: pytest.Subtests) -> None:
    wrong_is_refused(shop, BODIES["qualify"][0], ASKED, WRONG, subtests)


def test_a_place_in_a_ranking_is_no_instant(shop: Shop) -> None:
    options = {"sorting_rule": "BEST_DEAL", "starting_after": "2026-03-17T08:00:00.000Z"}
    response = shop.ask("POST", "qualifications", {"options": options})
    assert refusal(response) == (400, "invalid_payload")
    assert names(response.json()["details"], "options.starting_after")
