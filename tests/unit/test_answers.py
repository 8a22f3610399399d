"""How answers look: every outcome laid out as the contract says; a field without a value is absent."""

from typing import Any

import pytest

from shared.domain.actions import AsyncAction
from shared.domain.campaigns import Campaign
from shared.domain.checkout import Facts, Verdict
from shared.domain.customers import Customer, Profile
from shared.domain.decision import decide
from shared.domain.errors import InvalidPayload, NotFound, Reason, Refused
from shared.domain.lists import Listed
from shared.domain.orders import Order, StoredOrder
from shared.domain.publications import Publication, Published
from shared.domain.redemptions import Buyer, Circumstances, History, Offer, Redemption, Told, redeemed, refused
from shared.domain.vouchers import Made, Redeemable
from shared.wire.answers import actions, campaigns, parts, publications, redemptions, validations, vouchers
from tests.unit.values import (
    AT,
    PROJECT,
    campaign,
    checkout,
    code_of,
    counting,
    lock,
    offer,
    percent,
    verdict,
    voucher,
)

NOW = "2026-03-17T08:00:00.000Z"
ANN = Customer(id="cust_1", profile=Profile(source_id="ann", name="Ann", phone="1"), created_at=AT)
SPRING = campaign(start_date=AT, category="spring")


def made(judged: Verdict, *, customer: Customer | None = None, order: StoredOrder | None = None) -> Told:
    return redeemed(judged, Buyer(customer, order), Circumstances(PROJECT, "sandbox", AT, counting()))


# Validations


def test_a_valid_validation_shows_what_each_offer_would_do() -> None:
    said = validations.validation(verdict(offer("A", percent(20)), offer("B"), session=lock(), tracking_id="t"))
    assert (said["id"], said["valid"], said["tracking_id"]) == ("valid_1", True, "t")
    assert said["session"] == {"key": "cart-1", "type": "LOCK", "ttl": 10.0, "ttl_unit": "MINUTES"}
    assert [(it["id"], it["status"], it["object"]) for it in said["redeemables"]] == [
        ("A", "APPLICABLE", "voucher"),
        ("B", "APPLICABLE", "voucher"),
    ]
    prices = [it["order"] for it in (*said["redeemables"], said)]
    assert [it["total_discount_amount"] for it in prices] == [2_000, 2_500, 2_500]
    assert [it["total_applied_discount_amount"] for it in prices] == [2_000, 500, 2_500]
    assert [it["total_amount"] for it in prices] == [8_000, 7_500, 7_500]
    assert said["redeemables"][0]["result"]["discount"] == {
        "type": "PERCENT",
        "percent_off": 20,
        "effect": "APPLY_TO_ORDER",
        "is_dynamic": False,
    }
    assert "inapplicable_redeemables" not in said
    assert "skipped_redeemables" not in said


def test_a_validation_without_an_order_tells_no_price() -> None:
    said = validations.validation(verdict(offer(), amount=None))
    assert said["valid"] is True
    assert "order" not in said
    assert "order" not in said["redeemables"][0]
    assert "session" not in said


def test_what_was_skipped_by_the_limit_is_told_beside_what_is_valid() -> None:
    said = validations.validation(verdict(*(offer(f"CODE-{i}") for i in range(6))))
    assert said["valid"] is True
    assert len(said["redeemables"]) == 5
    assert [(it["id"], it["status"], it["result"]["details"]["key"]) for it in said["skipped_redeemables"]] == [
        ("CODE-5", "SKIPPED", "applicable_redeemables_limit_exceeded")
    ]


def test_an_invalid_validation_tells_every_offer_in_the_order_of_the_request() -> None:
    judged = decide(
        checkout("A", "GONE", "C"),
        Facts({"A": offer("A"), "C": offer("C", active=False, metadata={"m": 1})}),
        at=AT,
    )
    said = validations.validation(judged)
    assert said["valid"] is False
    assert "order" not in said
    assert [(it["id"], it["status"]) for it in said["redeemables"]] == [
        ("A", "SKIPPED"),
        ("GONE", "INAPPLICABLE"),
        ("C", "INAPPLICABLE"),
    ]
    assert [it["id"] for it in said["inapplicable_redeemables"]] == ["GONE", "C"]
    assert said["inapplicable_redeemables"][1] == {
        "status": "INAPPLICABLE",
        "id": "C",
        "object": "voucher",
        "result": {
            "error": {
                "code": 400,
                "key": "voucher_disabled",
                "message": "voucher is disabled",
                "details": "C",
                "request_id": "v-1",
                "resource_id": "C",
                "resource_type": "voucher",
            },
            "details": {"key": "voucher_disabled", "message": "voucher is disabled"},
        },
        "metadata": {"m": 1},
        "categories": [],
    }
    assert said["inapplicable_redeemables"][0]["result"]["error"]["code"] == 404


def test_the_stacking_rules_are_the_contracts_defaults() -> None:
    said = validations.validation(verdict(offer()))["stacking_rules"]
    assert {name: said[name] for name in ("redeemables_limit", "applicable_redeemables_limit")} == {
        "redeemables_limit": 30,
        "applicable_redeemables_limit": 5,
    }
    assert said["redeemables_application_mode"] == "ALL"
    assert said["redeemables_sorting_rule"] == "REQUESTED_ORDER"
    assert said["redeemables_no_effect_rule"] == "REDEEM_ANYWAY"


# Redemptions


def test_a_redemption_tells_its_order_customer_and_voucher() -> None:
    order = StoredOrder(id="ord_1", order=Order(source_id="cart-7", amount=10_000), status="CREATED", created_at=AT)
    told = made(verdict(offer(quantity=3)), customer=ANN, order=order)
    said = redemptions.redeemed(told)
    record = said["redemptions"][0]
    assert (said["inapplicable_redeemables"], said["skipped_redeemables"]) == ([], [])
    assert "parent_redemption" not in said
    assert (record["id"], record["result"], record["status"]) == (told.records[0].id, "SUCCESS", "SUCCEEDED")
    assert record["date"] == NOW
    assert record["voucher"]["redemption"]["redeemed_quantity"] == 1
    assert record["voucher"]["redemption"]["quantity"] == 3
    assert record["customer"] == {
        "id": "cust_1",
        "source_id": "ann",
        "name": "Ann",
        "metadata": {},
        "object": "customer",
    }
    assert record["channel"] == {"channel_id": "sandbox", "channel_type": "API"}
    assert (record["order"]["id"], record["order"]["status"]) == ("ord_1", "PAID")
    assert (said["order"]["source_id"], said["order"]["total_amount"]) == ("cart-7", 9_500)
    assert list(said["order"]["redemptions"]) == [record["id"]]


def test_a_redemption_tells_what_it_skipped() -> None:
    said = redemptions.redeemed(made(verdict(*(offer(f"CODE-{i}") for i in range(6)))))
    assert [(it["id"], it["status"], it["result"]["details"]["key"]) for it in said["skipped_redeemables"]] == [
        ("CODE-5", "SKIPPED", "applicable_redeemables_limit_exceeded")
    ]
    assert len(said["redemptions"]) == 5


def test_each_child_of_a_stack_names_its_parent_and_its_own_price() -> None:
    order = StoredOrder(id="ord_1", order=Order(amount=10_000), status="CREATED", created_at=AT)
    said = redemptions.redeemed(made(verdict(offer("A", percent(20)), offer("B")), order=order))
    parent = said["parent_redemption"]
    assert [it["redemption"] for it in said["redemptions"]] == [parent["id"]] * 2
    assert [it["order"]["applied_discount_amount"] for it in said["redemptions"]] == [2_000, 500]
    assert [it["order"]["discount_amount"] for it in (*said["redemptions"], parent)] == [2_000, 2_500, 2_500]
    assert (parent["related_object_type"], parent["related_object_id"]) == ("redemption", parent["id"])
    assert "voucher" not in parent


@pytest.mark.parametrize(
    ("case", "judged", "kind", "key"),
    [
        ("an offer that is off", verdict(offer(active=False)), Refused, "voucher_disabled"),
        ("a code that nobody has", decide(checkout("GONE"), Facts({}), at=AT), NotFound, "not_found"),
    ],
)
def test_a_refusal_is_told_as_the_error_that_it_is(case: str, judged: Verdict, kind: type, key: str) -> None:
    told = refused(judged, Circumstances(PROJECT, "sandbox", AT, counting()))
    with pytest.raises(kind) as error:
        redemptions.redeemed(told)
    said = parts.error(error.value, status=400, request_id="v-1")
    assert said["key"] == key
    assert said["details"] == judged.checkout.named[0]
    assert (said["resource_type"], said["resource_id"]) == ("redemption", told.records[0].id)


def test_a_failed_record_is_listed_with_its_reason_and_what_it_was_about() -> None:
    asked = checkout("GONE", customer="bob", order=Order(source_id="cart-7", amount=10_000))
    told = refused(decide(asked, Facts({}), at=AT), Circumstances(PROJECT, "sandbox", AT, counting()))
    said = redemptions.history(History(told.records, {}, {}, {}, 1))
    assert (said["object"], said["data_ref"], said["total"]) == ("list", "redemptions", 1)
    record = said["redemptions"][0]
    assert (record["result"], record["status"]) == ("FAILURE", "FAILED")
    assert (record["failure_code"], record["failure_message"]) == ("not_found", "Resource not found")
    assert record["related_object_id"] == "GONE"
    assert record["customer"] == {"source_id": "bob", "object": "customer"}
    assert record["order"] == {"source_id": "cart-7", "amount": 10_000, "object": "order"}


@pytest.mark.parametrize(
    ("case", "record", "said"),
    [
        ("given back", {"status": "ROLLED_BACK", "undone_by": "rr_1"}, ("SUCCESS", "ROLLED_BACK", None)),
        ("a rollback", {"object": "redemption_rollback", "undoes": "r_1"}, ("SUCCESS", "SUCCEEDED", "r_1")),
        ("of a stack", {"parent": "r_9"}, ("SUCCESS", "SUCCEEDED", "r_9")),
    ],
)
def test_a_record_says_what_became_of_it(case: str, record: dict[str, Any], said: tuple[str, ...]) -> None:
    its = Redemption(id="r_2", date=AT, code="MUG", **record)
    shown = redemptions.history_of_one(History((its,), {"MUG": Offer(voucher())}, {}, {}, 1))
    assert (shown["result"], shown["status"], shown.get("redemption")) == said
    assert shown.get("related_redemptions") == ({"rollbacks": [{"id": "rr_1"}]} if its.undone_by else None)


def test_the_records_of_a_voucher_come_with_its_count() -> None:
    its = voucher(quantity=5, redeemed_quantity=2)
    records = tuple(Redemption(id=f"r_{i}", date=AT, code="MUG") for i in range(2))
    said = redemptions.history_of_voucher((its, History(records, {"MUG": Offer(its)}, {}, {}, 2)))
    assert (said["quantity"], said["redeemed_quantity"], said["total"]) == (5, 2, 2)
    assert said["data_ref"] == "redemption_entries"
    assert [it["id"] for it in said["redemption_entries"]] == ["r_0", "r_1"]


# Vouchers and campaigns


def test_a_code_shows_what_it_has_from_its_campaign_as_its_own() -> None:
    said = vouchers.made(Made(code_of(SPRING, "S-1"), SPRING))
    assert said["discount"] == {"type": "AMOUNT", "amount_off": 500, "effect": "APPLY_TO_ORDER"}
    assert (said["start_date"], said["campaign"], said["campaign_id"]) == (NOW, "Spring", "camp_1")
    own = vouchers.made(Made(code_of(SPRING, "S-2", discount=percent(12.5), start_date="2026-01-01"), SPRING))
    assert (own["discount"]["percent_off"], own["start_date"]) == (12.5, "2026-01-01T00:00:00.000Z")


def test_what_has_no_value_is_absent_and_an_unlimited_quantity_is_null() -> None:
    said = vouchers.made(Made(voucher(quantity=None)))
    assert {"category", "start_date", "expiration_date", "campaign", "holder_id", "updated_at"}.isdisjoint(said)
    assert said["redemption"]["quantity"] is None
    assert (said["metadata"], said["publish"]["count"], said["object"]) == ({}, 0, "voucher")


@pytest.mark.parametrize("its", [campaign(), SPRING, campaign(quantity=None, type="AUTO_UPDATE")])
def test_a_campaign_always_shows_how_its_codes_look(its: Campaign) -> None:
    said = campaigns.campaign(its)
    assert said["voucher"] == {
        "type": "DISCOUNT_VOUCHER",
        "discount": {"type": "AMOUNT", "amount_off": 500, "effect": "APPLY_TO_ORDER"},
        "redemption": {"quantity": its.quantity},
        "code_config": {"length": 8, "charset": "alphanumeric"},
    }
    assert (said["type"], said["vouchers_generation_status"]) == (its.type, "DONE")


@pytest.mark.parametrize(
    ("status", "done", "shown", "progress"),
    [
        ("ENQUEUED", 0, "UNKNOWN", 0),
        ("IN_PROGRESS", 90, "UNKNOWN", 45),
        ("DONE", 200, "SUCCESS", 100),
        ("FAILED", 90, "FAILED", 45),
    ],
)
def test_an_action_says_how_far_it_has_come(status: str, done: int, shown: str, progress: int) -> None:
    its = AsyncAction.model_validate(
        {"id": "async_1", "type": "CAMPAIGN_DELETION", "campaign_id": "c", "status": status, "done": done, "total": 200}
        | {"created_at": AT}
    )
    said = actions.action(its)
    assert (said["status"], said["operation_status"], said["progress"]) == (status, shown, progress)
    assert vouchers.voucher_or_promise(its) == {"async_action_id": "async_1"}
    assert isinstance(parts.promised(its), parts.Accepted)


def test_lists_say_what_they_are_and_how_much_there_is() -> None:
    assert campaigns.campaigns(Listed([SPRING], 7, more=True)) == {
        "object": "list",
        "data_ref": "campaigns",
        "campaigns": [campaigns.campaign(SPRING)],
        "total": 7,
    }
    assert vouchers.vouchers(Listed([Made(voucher())], 1, more=False))["vouchers"] == [vouchers.made(Made(voucher()))]
    empty = {"object": "list", "data_ref": "async_actions", "async_actions": []}
    assert actions.actions(Listed([], 0, more=False)) == empty | {"has_more": False}


def test_a_list_that_goes_on_says_after_what() -> None:
    last = AsyncAction(id="async_1", type="CAMPAIGN_DELETION", campaign_id="camp_1", created_at=AT)
    said = actions.actions(Listed([last], 0, more=True))
    assert (said["has_more"], said["more_starting_after"]) == (True, "async_1")


# Publications


def published(*codes: str) -> Published:
    record = Publication(id="pub_1", customer_id="cust_1", campaign_id="camp_1", codes=codes, created_at=AT)
    return Published(record, tuple(code_of(SPRING, code) for code in codes), ANN, SPRING)


def test_a_publication_of_one_code_shows_it_and_of_many_their_codes() -> None:
    one, many = publications.publication(published("S-1")), publications.publication(published("S-1", "S-2"))
    assert (one["result"], one["channel"], one["customer"]["source_id"]) == ("SUCCESS", "API", "ann")
    assert one["voucher"]["code"] == "S-1"
    assert "vouchers" not in one
    assert many["vouchers"] == ["S-1", "S-2"]
    assert "voucher" not in many
    assert len(many["vouchers_id"]) == 2


def test_a_publication_in_a_list_shows_its_voucher_in_short() -> None:
    said = publications.publications(Listed([published("S-1")], 1, more=False))["publications"][0]
    assert said["voucher"] == {
        "code": "S-1",
        "object": "voucher",
        "campaign": "Spring",
        "discount": {"type": "AMOUNT", "amount_off": 500, "effect": "APPLY_TO_ORDER"},
        "is_referral_code": False,
    }


# Orders and errors


def test_an_order_shows_its_lines_with_what_they_cost() -> None:
    items = [{"product_id": "mug", "quantity": 2, "price": 1_500}, {"sku_id": "s", "amount": 900}]
    judged = verdict(offer(), order=Order.model_validate({"items": items}))
    said = validations.validation(judged)["order"]
    assert said["items"] == [
        {
            "product_id": "mug",
            "quantity": 2,
            "price": 1_500,
            "amount": 3_000,
            "subtotal_amount": 3_000,
            "object": "order_item",
        },
        {"sku_id": "s", "amount": 900, "subtotal_amount": 900, "object": "order_item"},
    ]
    assert (said["amount"], said["initial_amount"], said["total_amount"]) == (3_900, 3_900, 3_400)
    assert "items_discount_amount" not in said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            InvalidPayload("order.amount: wrong"),
            {"key": "invalid_payload", "message": "Invalid payload", "details": "order.amount: wrong"},
        ),
        (
            Refused(Reason("voucher_expired", "voucher expired"), Reason("quantity_exceeded", "quantity exceeded")),
            {"key": "voucher_expired", "message": "voucher expired", "details": "voucher expired"},
        ),
        (
            NotFound("campaign", "camp_1"),
            {
                "key": "not_found",
                "message": "Resource not found",
                "details": "Cannot find campaign with id camp_1",
                "resource_id": "camp_1",
                "resource_type": "campaign",
            },
        ),
    ],
)
def test_every_error_has_one_shape(error: Any, said: dict[str, str]) -> None:
    assert parts.error(error, status=400, request_id="v-1") == {"code": 400, "request_id": "v-1", **said}


def test_an_offer_of_a_campaign_names_it_in_a_validation() -> None:
    judged = decide(checkout("S-1"), Facts({"S-1": Redeemable(code_of(SPRING, "S-1"), SPRING)}), at=AT)
    said = validations.validation(judged)["redeemables"][0]
    assert (said["campaign_name"], said["campaign_id"]) == ("Spring", "camp_1")
