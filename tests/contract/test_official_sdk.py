"""The official Python SDK drives every route over real HTTP, and its models accept every answer."""

from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from shared.runtime.routes import ROUTES
from tests.builders import (
    amount_off,
    campaign_body,
    checkout,
    fixed_price,
    fresh,
    lock,
    percent_off,
    until,
    voucher_body,
)
from tests.contract.conftest import Sdk


def test_every_route_is_driven_by_the_sdk() -> None:
    modules = [import_module(f"tests.contract.{path.stem}") for path in Path(__file__).parent.glob("test_*.py")]
    tests = [it for module in modules for name, it in vars(module).items() if name.startswith("test_")]
    driven = {
        route for it in tests for mark in getattr(it, "pytestmark", ()) if mark.name == "drives" for route in mark.args
    }
    assert driven == {f"{it.method} {it.path}" for it in ROUTES}


# Campaigns


def make_campaign(sdk: Sdk, **fields: Any) -> Any:
    """A campaign, its codes there already."""
    made = sdk.campaigns.create_campaign(sdk.request("CampaignsCreate", campaign_body(**fields)))
    return until(
        lambda: sdk.campaigns.get_campaign(made.id), lambda campaign: campaign.vouchers_generation_status == "DONE"
    )


@pytest.mark.drives("POST /v1/campaigns", "GET /v1/campaigns/{campaign_id}", "GET /v1/campaigns")
def test_a_campaign_is_made_and_found_by_id_and_by_name_and_on_the_list(sdk: Sdk) -> None:
    body = campaign_body(
        description="Spring, all shops",
        start_date="2026-03-01T00:00:00.000Z",
        expiration_date="2999-05-31T23:59:59.000Z",
        metadata={"region": "EU"},
        vouchers_count=1,
    )
    made = sdk.campaigns.create_campaign(sdk.request("CampaignsCreate", body))
    assert made.id.startswith("camp_")
    assert (made.name, made.campaign_type, made.type) == (body["name"], "DISCOUNT_COUPONS", "STATIC")
    assert (made.description, made.metadata, made.active) == ("Spring, all shops", {"region": "EU"}, True)
    assert made.start_date == datetime(2026, 3, 1, tzinfo=UTC)
    assert made.expiration_date == datetime(2999, 5, 31, 23, 59, 59, tzinfo=UTC)
    assert (made.voucher.type, made.voucher.discount.type, made.voucher.discount.amount_off) == (
        *("DISCOUNT_VOUCHER", "AMOUNT"),
        500,
    )
    assert (made.voucher.redemption.quantity, made.voucher.code_config.length) == (1, 10)
    assert made.vouchers_generation_status == "DONE"  # one voucher is made at once

    for name in (made.id, made.name):
        found = sdk.campaigns.get_campaign(name)
        assert (found.id, found.name, found.vouchers_count) == (made.id, made.name, 1)
    listed = sdk.campaigns.list_campaigns(limit=100)
    assert (listed.object, listed.data_ref) == ("list", "campaigns")
    assert [it.name for it in listed.campaigns if it.id == made.id] == [made.name]
    assert listed.total >= 1


@pytest.mark.drives("PUT /v1/campaigns/{campaign_id}")
def test_a_campaign_is_changed_where_the_request_says_so(sdk: Sdk) -> None:
    campaign = make_campaign(sdk, description="Spring", metadata={"region": "EU", "owner": "Ann"})
    changes = {"description": "Summer", "metadata": {"region": "US"}}
    changed = sdk.campaigns.update_campaign(campaign.id, sdk.request("CampaignsUpdate", changes))
    assert (changed.id, changed.name, changed.description) == (campaign.id, campaign.name, "Summer")
    found = sdk.campaigns.get_campaign(campaign.id)
    assert (found.description, found.metadata["region"], found.voucher.discount.amount_off) == ("Summer", "US", 500)


@pytest.mark.drives(
    "POST /v1/campaigns/{campaign_id}/disable",
    "POST /v1/campaigns/{campaign_id}/enable",
    "POST /v1/campaigns/{campaign_id}/vouchers/{code}",
)
def test_a_campaign_is_switched_off_and_on(sdk: Sdk) -> None:
    campaign, code = make_campaign(sdk), fresh()
    sdk.campaigns.add_voucher_with_specific_code_to_campaign(campaign.id, code)
    sdk.campaigns.disable_campaign(campaign.id)
    assert sdk.campaigns.get_campaign(campaign.id).active is False
    assert validate(sdk, code).redeemables[0].result.error.key == "voucher_disabled"
    sdk.campaigns.enable_campaign(campaign.id)
    assert sdk.campaigns.get_campaign(campaign.id).active is True
    assert validate(sdk, code).valid is True


@pytest.mark.drives(
    "POST /v1/campaigns/{campaign_id}/vouchers",
    "POST /v1/campaigns/{campaign_id}/vouchers/{code}",
    "GET /v1/async-actions/{action_id}",
    "GET /v1/async-actions",
)
def test_vouchers_are_added_to_a_campaign_one_many_and_by_code(sdk: Sdk) -> None:
    campaign, code = make_campaign(sdk), fresh()

    one = sdk.campaigns.add_vouchers_to_campaign(campaign.id)
    assert (one.campaign, one.campaign_id, len(one.code)) == (campaign.name, campaign.id, 10)
    assert (one.active, one.redemption.quantity, one.redemption.redeemed_quantity) == (True, 1, 0)

    given = sdk.campaigns.add_voucher_with_specific_code_to_campaign(
        campaign.id, code, sdk.request("CampaignsVouchersCreate", {"metadata": {"batch": 7}})
    )
    assert (given.code, given.campaign_id, given.metadata) == (code, campaign.id, {"batch": 7})
    assert (given.discount.type, given.discount.amount_off) == ("AMOUNT", 500)

    many = sdk.campaigns.add_vouchers_to_campaign(
        campaign.id, vouchers_count=25, campaigns_vouchers_create_in_bulk_request_body=None
    )
    assert many.code is None
    action = until(
        lambda: sdk.async_actions.get_async_action(many.async_action_id), lambda it: it.status in {"DONE", "FAILED"}
    )
    assert (action.id, action.status, action.operation_status) == (many.async_action_id, "DONE", "SUCCESS")
    listed = sdk.async_actions.list_async_actions(limit=100)
    assert [it.operation_status for it in listed.async_actions if it.id == action.id] == ["SUCCESS"]
    assert sdk.campaigns.get_campaign(campaign.id).vouchers_count == 27


@pytest.mark.drives("POST /v1/campaigns", "GET /v1/campaigns/{campaign_id}")
def test_a_campaign_with_many_vouchers_makes_them_all(sdk: Sdk) -> None:
    campaign = make_campaign(sdk, vouchers_count=120)
    assert campaign.vouchers_count == 120


@pytest.mark.drives("DELETE /v1/campaigns/{campaign_id}", "GET /v1/async-actions/{action_id}")
def test_a_deleted_campaign_is_gone_with_its_codes(sdk: Sdk) -> None:
    campaign, code = make_campaign(sdk), fresh()
    sdk.campaigns.add_voucher_with_specific_code_to_campaign(campaign.id, code)
    deleting = sdk.campaigns.delete_campaign(campaign.id, force=True)
    action = until(
        lambda: sdk.async_actions.get_async_action(deleting.async_action_id), lambda it: it.status in {"DONE", "FAILED"}
    )
    assert action.operation_status == "SUCCESS"
    for call in (
        lambda: sdk.campaigns.get_campaign(campaign.id),
        lambda: sdk.campaigns.get_campaign(campaign.name),
        lambda: sdk.vouchers.get_voucher(code),
    ):
        with pytest.raises(sdk.module.exceptions.NotFoundException):
            call()


# Vouchers


def make_voucher(sdk: Sdk, discount: dict[str, Any] | None = None, **fields: Any) -> Any:
    body = voucher_body(discount, **fields)
    return sdk.vouchers.create_voucher(fresh(), sdk.request("VouchersCreateWithSpecificCode", body))


@pytest.mark.drives("POST /v1/vouchers/{code}", "GET /v1/vouchers/{code}", "GET /v1/vouchers")
def test_a_voucher_is_made_and_found_by_code_and_by_id_and_on_the_list(sdk: Sdk) -> None:
    made = make_voucher(
        sdk, percent_off(12.5, amount_limit=3_000), quantity=3, metadata={"source": "fair"}, category="spring"
    )
    assert made.id.startswith("v_")
    assert (made.type, made.object, made.active, made.category) == ("DISCOUNT_VOUCHER", "voucher", True, "spring")
    assert (made.discount.type, made.discount.percent_off, made.discount.amount_limit) == ("PERCENT", 12.5, 3_000)
    assert (made.redemption.quantity, made.redemption.redeemed_quantity, made.publish.count) == (3, 0, 0)
    assert made.metadata == {"source": "fair"}

    for name in (made.code, made.id):
        found = sdk.vouchers.get_voucher(name)
        assert (found.id, found.code, found.discount.percent_off) == (made.id, made.code, 12.5)
    listed = sdk.vouchers.list_vouchers(limit=100)
    assert (listed.object, listed.data_ref) == ("list", "vouchers")
    assert [it.code for it in listed.vouchers if it.id == made.id] == [made.code]


@pytest.mark.drives("POST /v1/vouchers")
def test_a_voucher_without_a_code_is_given_one(sdk: Sdk) -> None:
    body = voucher_body(fixed_price(1_000)) | {"code_config": {"pattern": "MUG-####-####"}}
    made = sdk.vouchers.generate_random_code(sdk.request("VouchersCreate", body))
    assert (made.code[:4], len(made.code), "#" in made.code) == ("MUG-", 13, False)
    assert (made.discount.type, made.discount.fixed_amount) == ("FIXED", 1_000)
    assert sdk.vouchers.get_voucher(made.code).id == made.id


@pytest.mark.drives("PUT /v1/vouchers/{code}")
def test_a_null_clears_a_vouchers_end_and_the_field_is_then_absent(sdk: Sdk) -> None:
    voucher = make_voucher(sdk, expiration_date="2001-01-01T00:00:00.000Z", metadata={"source": "fair"})
    assert validate(sdk, voucher.code).redeemables[0].result.error.key == "voucher_expired"
    changed = sdk.vouchers.update_voucher(voucher.code, sdk.request("VouchersUpdate", {"expiration_date": None}))
    assert "expiration_date" not in changed.model_dump(exclude_unset=True, exclude_none=True)
    assert sdk.vouchers.get_voucher(voucher.code).expiration_date is None
    assert sdk.vouchers.get_voucher(voucher.code).metadata == {"source": "fair"}
    assert validate(sdk, voucher.code).valid is True


@pytest.mark.drives("POST /v1/vouchers/{code}/disable", "POST /v1/vouchers/{code}/enable")
def test_a_voucher_is_switched_off_and_on(sdk: Sdk) -> None:
    voucher = make_voucher(sdk)
    assert sdk.vouchers.disable_voucher(voucher.code).active is False
    assert validate(sdk, voucher.code).redeemables[0].result.error.key == "voucher_disabled"
    assert sdk.vouchers.enable_voucher(voucher.code).active is True
    assert validate(sdk, voucher.code).valid is True


@pytest.mark.drives("DELETE /v1/vouchers/{code}")
def test_a_deleted_voucher_is_gone(sdk: Sdk) -> None:
    voucher = make_voucher(sdk)
    assert sdk.vouchers.delete_voucher(voucher.code, force=True) is None
    with pytest.raises(sdk.module.exceptions.NotFoundException):
        sdk.vouchers.get_voucher(voucher.code)


@pytest.mark.drives("DELETE /v1/vouchers/{code}/sessions/{session_key}")
def test_a_released_hold_is_free_for_the_next(sdk: Sdk) -> None:
    voucher = make_voucher(sdk)
    held = validate(sdk, voucher.code, session=lock("cart-1", ttl=5, ttl_unit="MINUTES"))
    assert (held.valid, held.session.key, held.session.type, held.session.ttl, held.session.ttl_unit) == (
        *(True, "cart-1", "LOCK"),
        *(5, "MINUTES"),
    )
    refused = validate(sdk, voucher.code, session=lock("cart-2"))
    assert (refused.valid, refused.redeemables[0].result.error.key) == (False, "quantity_exceeded")
    assert sdk.vouchers.release_validation_session(voucher.code, "cart-1") is None
    assert validate(sdk, voucher.code, session=lock("cart-2")).valid is True


# Publications


@pytest.mark.drives("POST /v1/publications", "GET /v1/publications")
def test_a_publication_gives_a_code_of_the_campaign_to_a_customer(sdk: Sdk) -> None:
    campaign, source, customer = make_campaign(sdk, vouchers_count=2), fresh("run"), fresh("customer")
    body = {
        "campaign": {"name": campaign.name, "count": 1},
        "customer": {"source_id": customer, "name": "Ann", "email": "ann@example.com", "metadata": {"club": "VIP"}},
        "source_id": source,
        "metadata": {"wave": 1},
    }
    made = sdk.publications.create_publication(publications_create_request_body=sdk.request("PublicationsCreate", body))
    assert made.id.startswith("pub_")
    assert (made.object, made.result, made.channel, made.source_id) == ("publication", "SUCCESS", "API", source)
    assert made.metadata == {"wave": 1}
    assert made.customer.id.startswith("cust_")
    assert (made.customer.source_id, made.customer_id) == (customer, made.customer.id)
    assert (made.voucher.campaign, made.voucher.holder_id) == (campaign.name, made.customer.id)
    assert made.voucher.publish.count == 1
    assert made.vouchers_id == [made.voucher.id]
    assert sdk.vouchers.get_voucher(made.voucher.code).holder_id == made.customer.id

    listed = sdk.publications.list_publications(limit=100)
    assert (listed.object, listed.data_ref) == ("list", "publications")
    (found,) = [it for it in listed.publications if it.id == made.id]
    assert (found.customer_id, found.result, found.voucher.code) == (made.customer.id, "SUCCESS", made.voucher.code)


# Validations and redemptions


def validate(sdk: Sdk, *codes: str, **fields: Any) -> Any:
    return sdk.validations.validate_stacked_discounts(sdk.request("ValidationsValidate", checkout(*codes, **fields)))


def redeem(sdk: Sdk, *codes: str, **fields: Any) -> Any:
    return sdk.redemptions.redeem_stacked_discounts(sdk.request("RedemptionsRedeem", checkout(*codes, **fields)))


@pytest.mark.drives("POST /v1/validations")
def test_a_validation_says_what_the_order_would_cost(sdk: Sdk) -> None:
    voucher = make_voucher(sdk, percent_off(20))
    answer = validate(sdk, voucher.code, amount=10_000, tracking_id="visitor-1")
    assert answer.id.startswith("valid_")
    assert (answer.valid, answer.inapplicable_redeemables) == (True, None)
    assert (answer.stacking_rules.redeemables_limit, answer.stacking_rules.applicable_redeemables_limit) == (30, 5)
    (redeemable,) = answer.redeemables
    assert (redeemable.status, redeemable.id, redeemable.object) == ("APPLICABLE", voucher.code, "voucher")
    discount = redeemable.result.discount
    assert (discount.type, discount.percent_off, discount.effect) == ("PERCENT", 20, "APPLY_TO_ORDER")
    assert (redeemable.applicable_to.total, redeemable.inapplicable_to.total) == (0, 0)
    for order in (answer.order, redeemable.order):
        assert (order.amount, order.discount_amount, order.applied_discount_amount) == (10_000, 2_000, 2_000)
        assert (order.total_discount_amount, order.total_applied_discount_amount) == (2_000, 2_000)
        assert (order.total_amount, order.items_discount_amount) == (8_000, None)
    assert sdk.vouchers.get_voucher(voucher.code).redemption.redeemed_quantity == 0


@pytest.mark.drives("POST /v1/validations")
def test_an_invalid_validation_is_an_answer_with_the_reason(sdk: Sdk) -> None:
    unknown = fresh()
    answer = validate(sdk, unknown)
    assert (answer.valid, answer.order) == (False, None)
    (redeemable,) = answer.redeemables
    assert (redeemable.status, redeemable.id) == ("INAPPLICABLE", unknown)
    assert (redeemable.result.error.code, redeemable.result.error.key) == (404, "not_found")
    assert redeemable.result.details.key == "not_found"
    assert len(answer.inapplicable_redeemables) == 1


@pytest.mark.drives(
    "POST /v1/redemptions",
    "GET /v1/redemptions",
    "GET /v1/redemptions/{redemption_id}",
    "GET /v1/vouchers/{code}/redemption",
)
def test_a_redemption_is_made_once_and_found_in_three_ways(sdk: Sdk) -> None:
    voucher, order, customer = make_voucher(sdk, amount_off(2_500)), fresh("order"), fresh("customer")
    answer = redeem(
        sdk,
        voucher.code,
        order={
            "source_id": order,
            "amount": 9_900,
            "items": [{"product_id": "mug", "related_object": "product", "quantity": 9, "price": 1_100}],
            "metadata": {"shop": "Cork"},
        },
        customer={"source_id": customer, "email": "ann@example.com"},
        metadata={"till": 4},
    )
    assert (answer.parent_redemption, answer.inapplicable_redeemables, answer.skipped_redeemables) == (None, [], [])
    (made,) = answer.redemptions
    assert made.id.startswith("r_")
    assert (made.object, made.result, made.status) == ("redemption", "SUCCESS", "SUCCEEDED")
    assert (made.related_object_type, made.related_object_id) == ("voucher", voucher.id)
    assert (made.voucher.code, made.voucher.redemption.quantity, made.voucher.redemption.redeemed_quantity) == (
        *(voucher.code, 1),
        1,
    )
    assert (made.customer.source_id, made.customer_id, made.metadata) == (customer, made.customer.id, {"till": 4})
    assert answer.order.id.startswith("ord_")
    assert (answer.order.source_id, answer.order.status, answer.order.metadata) == (order, "PAID", {"shop": "Cork"})
    assert (answer.order.amount, answer.order.discount_amount, answer.order.total_amount) == (9_900, 2_500, 7_400)
    assert (answer.order.items[0].product_id, answer.order.items[0].quantity, answer.order.items[0].price) == (
        *("mug", 9),
        1_100,
    )
    assert list(answer.order.redemptions) == [made.id]

    entries = sdk.redemptions.get_voucher_redemptions(voucher.code)
    assert (entries.quantity, entries.redeemed_quantity, entries.total) == (1, 1, 1)
    listed = sdk.redemptions.list_redemptions(limit=100)
    assert (listed.object, listed.data_ref) == ("list", "redemptions")
    for found in (
        sdk.redemptions.get_redemption(made.id),
        *entries.redemption_entries,
        *(it for it in listed.redemptions if it.id == made.id),
    ):
        assert (found.id, found.result, found.status) == (made.id, "SUCCESS", "SUCCEEDED")
        assert (found.voucher.code, found.customer_id, found.order.total_amount) == (
            *(voucher.code, made.customer.id),
            7_400,
        )


@pytest.mark.drives("POST /v1/redemptions", "GET /v1/redemptions/{redemption_id}", "GET /v1/redemptions")
def test_a_refused_redemption_is_an_error_and_a_record(sdk: Sdk) -> None:
    voucher = make_voucher(sdk)
    redeem(sdk, voucher.code)
    with pytest.raises(sdk.module.exceptions.BadRequestException) as refused:
        redeem(sdk, voucher.code)
    error = sdk.module.Error.from_json(refused.value.body)
    assert (error.code, error.key, error.resource_type) == (400, "quantity_exceeded", "redemption")
    assert error.resource_id.startswith("rf_")
    failed = sdk.redemptions.get_redemption(error.resource_id)
    assert (failed.result, failed.status, failed.failure_code) == ("FAILURE", "FAILED", "quantity_exceeded")
    assert failed.failure_message
    assert error.resource_id in {it.id for it in sdk.redemptions.list_redemptions(limit=100).redemptions}


@pytest.mark.drives("POST /v1/redemptions/{redemption_id}/rollback", "GET /v1/redemptions/{redemption_id}")
def test_a_redemption_is_rolled_back(sdk: Sdk) -> None:
    voucher = make_voucher(sdk)
    redemption = redeem(sdk, voucher.code).redemptions[0]
    rollback = sdk.redemptions.rollback_redemption(redemption.id, reason="returned")
    assert rollback.id.startswith("rr_")
    assert (rollback.object, rollback.redemption, rollback.reason) == ("redemption_rollback", redemption.id, "returned")
    assert (rollback.result, rollback.status) == ("SUCCESS", "SUCCEEDED")
    assert (rollback.voucher.code, rollback.voucher.redemption.redeemed_quantity) == (voucher.code, 0)
    assert rollback.order.status == "CANCELED"
    assert sdk.redemptions.get_redemption(redemption.id).status == "ROLLED_BACK"
    found = sdk.redemptions.get_redemption(rollback.id)
    assert (found.object, found.redemption) == ("redemption_rollback", redemption.id)


@pytest.mark.drives("POST /v1/redemptions", "POST /v1/redemptions/{redemption_id}/rollbacks")
def test_a_stack_is_redeemed_and_rolled_back_as_one(sdk: Sdk) -> None:
    first, second = make_voucher(sdk, amount_off(1_000)), make_voucher(sdk, percent_off(50))
    answer = redeem(sdk, first.code, second.code, amount=10_000)
    parent = answer.parent_redemption
    assert (parent.result, parent.status) == ("SUCCESS", "SUCCEEDED")
    assert [it.voucher.code for it in answer.redemptions] == [first.code, second.code]
    assert {it.redemption for it in answer.redemptions} == {parent.id}
    assert (answer.order.total_discount_amount, answer.order.total_amount) == (5_500, 4_500)

    undone = sdk.redemptions.rollback_stacked_redemptions(parent.id)
    assert [it.voucher.code for it in undone.rollbacks] == [first.code, second.code]
    assert [it.redemption for it in undone.rollbacks] == [it.id for it in answer.redemptions]
    assert undone.parent_rollback.redemption == parent.id
    assert undone.order.status == "CANCELED"
    assert [sdk.vouchers.get_voucher(it.code).redemption.redeemed_quantity for it in (first, second)] == [0, 0]


# What the SDK's users do without thinking of it


@pytest.mark.drives("POST /v1/campaigns", "POST /v1/vouchers", "POST /v1/publications", "POST /v1/redemptions")
def test_a_null_for_what_was_not_said_is_taken_as_not_said(sdk: Sdk) -> None:
    """``from_dict``, the SDK's own way to make a request, sends null for every field that the dict does not hold."""
    campaign = sdk.campaigns.create_campaign(sdk.request("CampaignsCreate", campaign_body(), with_nulls=True))
    assert (campaign.type, campaign.active) == ("STATIC", True)
    sdk.campaigns.add_vouchers_to_campaign(campaign.id)
    publication = sdk.publications.create_publication(
        publications_create_request_body=sdk.request(
            "PublicationsCreate",
            {"campaign": {"name": campaign.name}, "customer": {"source_id": fresh("customer")}},
            with_nulls=True,
        )
    )
    assert publication.result == "SUCCESS"
    voucher = sdk.vouchers.generate_random_code(sdk.request("VouchersCreate", voucher_body(), with_nulls=True))
    assert (voucher.active, voucher.redemption.quantity) == (True, 1)
    body = checkout(voucher.code, publication.voucher.code, order={"amount": 2_000, "items": [{"quantity": 1}]})
    answer = sdk.redemptions.redeem_stacked_discounts(sdk.request("RedemptionsRedeem", body, with_nulls=True))
    assert answer.order.total_amount == 1_000
