"""Customers and orders, driven by the official SDK: who they are, what they bought, and what it comes to."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.builders import Shop, amount_off, checkout, fresh, ok, percent_off, refusal
from tests.contract.conftest import Sdk

NOTHING = {"total_amount": 0, "total_count": 0, "average_amount": 0, "last_order_amount": 0}


def keep(sdk: Sdk, **fields: Any) -> Any:
    return sdk.customers.create_customer(
        customers_create_request_body=sdk.request("CustomersCreate", {"source_id": fresh("customer"), **fields})
    )


def place(sdk: Sdk, **fields: Any) -> Any:
    return sdk.orders.create_order(
        orders_create_request_body=sdk.request("OrdersCreate", {"source_id": fresh("order"), **fields})
    )


def change(sdk: Sdk, order: str, **fields: Any) -> Any:
    return sdk.orders.update_order(order, orders_update_request_body=sdk.request("OrdersUpdate", fields))


# Customers


@pytest.mark.drives("POST /v1/customers", "GET /v1/customers/{customer_id}", "GET /v1/customers")
def test_a_customer_is_kept_and_found_by_id_and_by_source_id_and_on_the_list(sdk: Sdk) -> None:
    source = fresh("customer")
    made = keep(
        sdk,
        source_id=source,
        name="Ann Li",
        description="Met at the fair",
        email="ann@example.com",
        phone="+44 20 7946 0000",
        birthdate="1990-02-28",
        address={"city": "London", "line_1": "1 High Street", "postal_code": "N1"},
        metadata={"club": "VIP"},
    )
    assert made.id.startswith("cust_")
    for name in (made.id, source):
        found = sdk.customers.get_customer(name)
        assert (found.id, found.source_id, found.object) == (made.id, source, "customer")
        assert (found.name, found.description) == ("Ann Li", "Met at the fair")
        assert (found.email, found.phone) == ("ann@example.com", "+442079460000")
        assert (found.birthdate, found.metadata) == (date(1990, 2, 28), {"club": "VIP"})
        assert (found.address.city, found.address.line_1, found.address.postal_code) == (
            "London",
            "1 High Street",
            "N1",
        )
        assert found.summary.orders.model_dump(exclude_none=True) == NOTHING
        assert found.summary.redemptions.total_redeemed == 0
        assert (found.loyalty.points, found.referrals.total, found.system_metadata) == (0, 0, {})
        assert found.created_at == made.created_at
    listed = sdk.customers.list_customers(limit=100)
    assert (listed.object, listed.data_ref) == ("list", "customers")
    assert [it.name for it in listed.customers if it.id == made.id] == ["Ann Li"]
    assert listed.total >= 1


@pytest.mark.drives("POST /v1/customers")
def test_a_customer_who_is_known_is_told_more_of_and_a_null_says_nothing(sdk: Sdk) -> None:
    made = keep(sdk, name="Ann", phone="+49 30 1234", metadata={"club": "VIP", "shoe": 42})
    fields = {"source_id": made.source_id, "email": "ann@example.com", "metadata": {"shoe": 43}}
    again = sdk.customers.create_customer(
        customers_create_request_body=sdk.request("CustomersCreate", fields, with_nulls=True)
    )
    assert (again.id, again.created_at, again.name, again.phone) == (made.id, made.created_at, "Ann", "+49301234")
    assert (again.email, again.metadata) == ("ann@example.com", {"club": "VIP", "shoe": 43})
    assert keep(sdk, source_id=None, id=made.id, name="Anna").source_id == made.source_id


@pytest.mark.drives("PUT /v1/customers/{customer_id}")
def test_a_change_clears_what_is_null_and_leaves_what_is_absent(sdk: Sdk) -> None:
    made = keep(sdk, name="Ann", phone="+49 30 1234", birthdate="1990-02-28", metadata={"club": "VIP"})
    changed = sdk.customers.update_customer(
        made.source_id,
        customers_update_request_body=sdk.request("CustomersUpdate", {"phone": None, "metadata": {"shoe": 42}}),
    )
    assert (changed.id, changed.name, changed.phone, changed.birthdate) == (made.id, "Ann", None, date(1990, 2, 28))
    assert changed.metadata == {"club": "VIP", "shoe": 42}
    assert changed.updated_at is not None
    assert sdk.customers.get_customer(made.id).phone is None


@pytest.mark.drives("DELETE /v1/customers/{customer_id}")
def test_who_was_deleted_is_gone_and_comes_back_anew(sdk: Sdk) -> None:
    made = keep(sdk, name="Ann")
    order = place(sdk, amount=2_000, status="PAID", customer={"id": made.id})
    assert sdk.customers.get_customer(made.id).summary.orders.total_count == 1
    assert sdk.customers.delete_customer(made.source_id) is None
    for name in (made.id, made.source_id):
        with pytest.raises(sdk.module.exceptions.NotFoundException):
            sdk.customers.get_customer(name)
    assert sdk.orders.get_order(order.id).customer_id == made.id, "the order stays and shows the id"
    again = keep(sdk, source_id=made.source_id)
    assert (again.id, again.name, again.summary.orders.total_count) == (made.id, None, 0)
    change(sdk, order.id, status="CANCELED")
    assert sdk.customers.get_customer(made.id).summary.orders.total_amount == 0, "that was another life"


@pytest.mark.drives("POST /v1/customers/{customer_id}/permanent-deletion")
def test_a_deletion_for_good_leaves_a_receipt_and_no_personal_data(sdk: Sdk, shop: Shop) -> None:
    source, name, email = fresh("ann@example.com"), fresh("Ann Li"), f"{fresh()}@example.com"
    made = keep(sdk, source_id=source, name=name, email=email)
    code, order = shop.code(), fresh("order")
    shop.redeemed(code, order={"source_id": order, "amount": 2_000}, customer={"id": made.id})
    assert refusal(shop.redeem(code, customer={"source_id": source}))[0] == 400
    shop.campaign(name=(campaign := fresh("campaign")), vouchers_count=1)
    ok(shop.publish(campaign, source))

    receipt = sdk.customers.customer_permanently_deletion(made.id)
    assert receipt.id.startswith("pd_")
    assert (receipt.related_object_id, receipt.related_object, receipt.status) == (made.id, "customer", "DONE")
    assert (receipt.data_json.customer, receipt.data_json.orders) == (1, 0)
    with pytest.raises(sdk.module.exceptions.NotFoundException):
        sdk.customers.get_customer(made.id)
    left = str([shop.lists(), shop.get(f"orders/{order}"), shop.entries(code)])
    assert made.id in left
    for personal in (source, name, email):
        assert personal not in left


# Orders

CART = [
    {"product_id": "mug", "quantity": 2, "price": 1_000},
    {"sku_id": "shirt-m", "quantity": 1, "price": 2_000, "product": {"name": "T-shirt"}},
]


@pytest.mark.drives("POST /v1/orders", "GET /v1/orders/{order_id}", "GET /v1/orders")
def test_an_order_is_kept_and_found_by_id_and_by_source_id_and_on_the_list(sdk: Sdk) -> None:
    source, customer = fresh("order"), fresh("customer")
    made = place(
        sdk, source_id=source, items=CART, metadata={"till": 4}, customer={"source_id": customer, "name": "Ann"}
    )
    assert made.id.startswith("ord_")
    for name in (made.id, source):
        found = sdk.orders.get_order(name)
        assert (found.id, found.source_id, found.status, found.object) == (made.id, source, "CREATED", "order")
        assert (found.amount, found.initial_amount, found.total_amount) == (4_000, 4_000, 4_000)
        assert (found.discount_amount, found.total_discount_amount) == (None, None)
        assert [(it.object, it.amount, it.subtotal_amount, it.quantity) for it in found.items] == [
            ("order_item", 2_000, 2_000, 2),
            ("order_item", 2_000, 2_000, 1),
        ]
        assert (found.metadata, found.redemptions) == ({"till": 4}, {})
        assert found.customer.id == found.customer_id
    assert sdk.customers.get_customer(customer).id == made.customer_id
    listed = sdk.orders.list_orders(limit=100)
    assert (listed.object, listed.data_ref) == ("list", "orders")
    assert [it.amount for it in listed.orders if it.id == made.id] == [4_000]
    assert listed.total >= 1


@pytest.mark.drives("POST /v1/orders")
@pytest.mark.parametrize(
    ("case", "order", "amount"),
    [
        ("the sum of its lines", {"items": CART}, 4_000),
        ("where both are sent, the amount", {"items": CART, "amount": 3_500}, 3_500),
        ("an amount alone", {"amount": 3_500}, 3_500),
        ("nothing", {}, 0),
    ],
)
def test_an_order_costs(sdk: Sdk, case: str, order: dict[str, Any], amount: int) -> None:
    assert place(sdk, **order).amount == amount


@pytest.mark.drives("POST /v1/orders", "PUT /v1/orders/{order_id}")
def test_an_order_that_is_known_is_told_more_of_by_either_verb(sdk: Sdk) -> None:
    made = place(sdk, amount=4_500, items=CART, metadata={"till": 4})
    again = place(sdk, source_id=made.source_id, metadata={"hall": 2})
    assert (again.id, again.amount, again.metadata) == (made.id, 4_500, {"till": 4, "hall": 2})
    changed = change(sdk, made.source_id, items=CART[:1])
    assert (changed.id, changed.amount, len(changed.items)) == (made.id, 2_000, 1)
    assert change(sdk, made.id, status="FULFILLED").status == "FULFILLED"
    assert sdk.orders.get_order(made.id).created_at == made.created_at


@pytest.mark.drives("POST /v1/orders")
def test_a_shop_brings_its_history_along(sdk: Sdk) -> None:
    customer = fresh("customer")
    for month, amount in ((5, 700), (7, 900), (6, 800)):
        made = place(
            sdk,
            amount=amount,
            status="FULFILLED",
            created_at=f"2024-{month:02}-01T12:00:00.000Z",
            customer={"source_id": customer},
        )
        assert made.created_at == datetime(2024, month, 1, 12, tzinfo=UTC)
    orders = sdk.customers.get_customer(customer).summary.orders
    assert (orders.total_count, orders.total_amount, orders.average_amount) == (3, 2_400, 800)
    assert (orders.last_order_amount, orders.last_order_date) == (900, datetime(2024, 7, 1, 12, tzinfo=UTC))


@pytest.mark.drives("POST /v1/orders", "PUT /v1/orders/{order_id}")
def test_a_summary_follows_an_order_at_once(sdk: Sdk) -> None:
    ann, bob = keep(sdk), keep(sdk)

    def counted(customer: Any) -> tuple[int, int, int]:
        orders = sdk.customers.get_customer(customer.id).summary.orders
        return orders.total_count, orders.total_amount, orders.last_order_amount

    order = place(sdk, amount=2_000, customer={"id": ann.id})
    assert counted(ann) == (0, 0, 0)
    change(sdk, order.id, status="PAID")
    assert counted(ann) == (1, 2_000, 2_000)
    change(sdk, order.id, status="FULFILLED", amount=2_500)
    assert counted(ann) == (1, 2_500, 2_500)
    change(sdk, order.id, customer={"id": bob.id})
    assert (counted(ann), counted(bob)) == ((0, 0, 0), (1, 2_500, 2_500))
    change(sdk, order.id, status="CANCELED")
    assert counted(bob) == (0, 0, 0)


@pytest.mark.drives("POST /v1/orders", "PUT /v1/orders/{order_id}")
def test_an_order_of_ones_own_is_redeemed_and_then_never_priced_again(sdk: Sdk, shop: Shop) -> None:
    ann, code = keep(sdk), shop.code(percent_off(20))
    order = place(sdk, items=CART, customer={"id": ann.id})
    validated = shop.validate(code, order={"id": order.id})
    assert (validated["order"]["amount"], validated["order"]["total_amount"]) == (4_000, 3_200)
    redeemed = shop.redeemed(code, order={"source_id": order.source_id}, customer={"id": ann.id})
    assert redeemed["order"]["id"] == order.id

    paid = sdk.orders.get_order(order.id)
    assert (paid.status, paid.amount, paid.discount_amount, paid.total_amount) == ("PAID", 4_000, 800, 3_200)
    assert [*paid.redemptions] == [redeemed["redemptions"][0]["id"]]
    before = shop.get(f"orders/{order.id}")
    for body in ({"amount": 1}, {"items": CART[:1]}, {"items": CART[:1], "amount": 4_000}, {"status": "CREATED"}):
        for method, path in (("PUT", f"orders/{order.id}"), ("POST", "orders")):
            response = shop.ask(method, path, body | {"source_id": order.source_id})
            assert refusal(response) == (400, "order_already_paid"), body
    assert shop.get(f"orders/{order.id}") == before

    change(sdk, order.id, items=CART, metadata={"parcel": "1Z"}, status="FULFILLED")
    summary = sdk.customers.get_customer(ann.id).summary
    assert (summary.orders.total_count, summary.orders.total_amount) == (1, 3_200)
    assert (summary.redemptions.total_redeemed, summary.redemptions.total_succeeded) == (1, 1)

    change(sdk, order.id, status="CANCELED")
    assert shop.uses(code) == 1, "to cancel gives no use back"
    assert refusal(shop.ask("PUT", f"orders/{order.id}", {"amount": 1})) == (400, "order_already_paid")
    ok(shop.roll_back(redeemed["redemptions"][0]["id"]))
    summary = sdk.customers.get_customer(ann.id).summary
    assert (summary.orders.total_count, summary.redemptions.total_rolled_back) == (0, 1)
    assert (shop.uses(code), change(sdk, order.id, amount=1).total_amount) == (0, 1)


@pytest.mark.drives("GET /v1/customers/{customer_id}")
def test_a_refusal_counts_for_a_customer_who_is_known(sdk: Sdk, shop: Shop) -> None:
    ann, code = keep(sdk), shop.code()
    shop.redeemed(code, customer={"id": ann.id})
    assert refusal(shop.redeem(code, customer={"id": ann.id}))[1] == "quantity_exceeded"
    redemptions = sdk.customers.get_customer(ann.id).summary.redemptions
    assert (redemptions.total_redeemed, redemptions.total_succeeded, redemptions.total_failed) == (2, 1, 1)
    assert (redemptions.gift.redeemed_amount, redemptions.loyalty_card.points_to_go) == (0, 0)


@pytest.mark.drives("GET /v1/customers/{customer_id}")
def test_a_stack_counts_each_offer_and_one_order(sdk: Sdk, shop: Shop) -> None:
    ann = keep(sdk)
    body = checkout(shop.code(amount_off(100)), shop.code(amount_off(200)), amount=1_000, customer={"id": ann.id})
    parent = ok(shop.ask("POST", "redemptions", body))["parent_redemption"]["id"]
    summary = sdk.customers.get_customer(ann.id).summary
    assert (summary.redemptions.total_succeeded, summary.orders.total_count, summary.orders.total_amount) == (2, 1, 700)
    ok(shop.roll_back_all(parent))
    summary = sdk.customers.get_customer(ann.id).summary
    assert (summary.redemptions.total_rolled_back, summary.orders.total_count) == (2, 0)


def test_an_idempotency_key_answers_alike_even_where_nothing_is_new(shop: Shop) -> None:
    source, order, key = fresh("customer"), fresh("order"), fresh("key")
    for path, body in (("customers", {"source_id": source}), ("orders", {"source_id": order, "amount": 5})):
        first = ok(shop.ask("POST", path, body))
        remembered = ok(shop.ask("POST", path, body, key=key))
        assert {**remembered, "updated_at": None} == {**first, "updated_at": None}
        ok(shop.ask("PUT", f"{path}/{body['source_id']}", {"metadata": {"a": 1}}))
        assert ok(shop.ask("POST", path, body, key=key)) == remembered
    gone = ok(shop.ask("POST", f"customers/{source}/permanent-deletion", key=key))
    assert ok(shop.ask("POST", f"customers/{source}/permanent-deletion", key=key)) == gone
    assert refusal(shop.ask("POST", f"customers/{source}/permanent-deletion")) == (404, "not_found")
