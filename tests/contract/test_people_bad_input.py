"""Customers and orders that cannot be: each refused by the field that is wrong, and nothing is written."""

from typing import Any

import pytest

from tests.builders import Shop, fresh, refusal
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

CUSTOMER = {
    "name": "Ann",
    "email": "ann@example.com",
    "phone": "030 1234",
    "birthdate": "1990-02-28",
    "address": {"city": "Berlin", "country": "DE"},
    "time_zone": "Europe/Berlin",
    "locale": "de-DE",
    "metadata": {},
}
ORDER = {
    "amount": 2_000,
    "status": "CREATED",
    "items": [{"product_id": "mug", "quantity": 2, "price": 1_000}],
    "customer": {"source_id": "ann", **CUSTOMER},
    "metadata": {},
}
BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "keep a customer": ("POST customers", {"source_id": "ann", **CUSTOMER}),
    "change a customer": ("PUT customers/{customer}", CUSTOMER),
    "place an order": ("POST orders", ORDER),
    "change an order": ("PUT orders/{order}", ORDER),
}
CUSTOMERS, ORDERS = tuple(BODIES)[:2], tuple(BODIES)[2:]
SOME_DAY = "2999-01-01"
SENTINELS = ["1900-01-01", "0000-00-00", "0001-01-01", "1753-01-01", "1899-12-31", "1900-12-31", "0", 0]
NO_DAY = ["never", "1990-02-30", *SENTINELS, SOME_DAY, [], {}]
NO_EMAIL = [
    "ann",
    "ann@",
    "@example.com",
    "ann@example",
    "a b@example.com",
    "ann@@example.com",
    ".ann@example.com",
    *NO_TEXT,
]
NO_PHONE = ["call me", "12", "1" * 21, "+", "+999 1234567", "+353 1 234", *NO_TEXT]
NO_ZONE = ["Mars/Olympus", "europe/berlin", "localtime", "+01:00", "../UTC", *NO_TEXT]
NO_LOCALE = ["English", "en_US", "e", "de-", "123", *NO_TEXT]
PERSONAL: list[tuple[str, list[Any]]] = [
    ("name", NO_TEXT),
    ("email", NO_EMAIL),
    ("phone", NO_PHONE),
    ("birthdate", NO_DAY),
    ("birthday", NO_DAY),
    ("address", NO_OBJECT),
    ("address.city", NO_TEXT),
    ("time_zone", NO_ZONE),
    ("locale", NO_LOCALE),
    ("metadata", NO_OBJECT),
]
WRONG: list[tuple[tuple[str, ...], str, list[Any]]] = [
    (("keep a customer",), "source_id", ["", *NO_TEXT]),
    *((CUSTOMERS, path, values) for path, values in PERSONAL),
    *((ORDERS, f"customer.{path}", values) for path, values in PERSONAL),
    (("place an order",), "source_id", ["", *NO_TEXT]),
    (("place an order",), "created_at", [*NO_INSTANT, f"{SOME_DAY}T00:00:00.000Z"]),
    (ORDERS, "amount", NO_AMOUNT),
    (ORDERS, "discount_amount", [*NO_AMOUNT, 2_001]),
    (ORDERS, "status", ["LOST", "paid", 5, []]),
    (ORDERS, "items", ["x", 5, {"0": {}}, [{}] * 501]),
    (ORDERS, "items.0", [5, "mug", []]),
    (ORDERS, "items.0.price", NO_AMOUNT),
    (ORDERS, "items.0.amount", NO_AMOUNT),
    (ORDERS, "items.0.quantity", NO_COUNT),
    (ORDERS, "customer", NO_OBJECT),
    (ORDERS, "metadata", NO_OBJECT),
]


@pytest.fixture(scope="module")
def shop(apart: Shop) -> Shop:
    """One of which nobody else asks anything, so that its lists before and after can be compared whole."""
    return apart


@pytest.fixture(scope="module")
def known(shop: Shop) -> dict[str, str]:
    return {"customer": shop.customer("bob")["id"], "order": shop.order("order-1", amount=500)["id"]}


@pytest.mark.parametrize("verb", BODIES)
def test_a_malformed_body_is_refused(shop: Shop, known: dict[str, str], verb: str) -> None:
    before = shop.lists()
    malformed_is_refused(shop, BODIES[verb][0].format(**known))
    assert shop.lists() == before


@pytest.mark.parametrize("verb", BODIES)
def test_a_wrong_field_is_refused_by_name(
    shop: Shop, known: dict[str, str], verb: str, subtests: pytest.Subtests
) -> None:
    route, body = BODIES[verb]
    before = shop.lists()
    wrong = [(path, values) for verbs, path, values in WRONG if verb in verbs]
    wrong_is_refused(shop, route.format(**known), body, wrong, subtests)
    assert shop.lists() == before


def test_lines_that_add_up_to_more_than_json_holds_are_refused(shop: Shop, known: dict[str, str]) -> None:
    before = shop.lists()
    for items in ([{"price": 2**53, "quantity": 2}], [{"amount": 2**53}] * 2):
        for method, path in (("POST", "orders"), ("PUT", f"orders/{known['order']}")):
            assert refusal(shop.ask(method, path, {"items": items})) == (400, "invalid_payload")
    assert shop.lists() == before


def test_the_same_gates_stand_at_the_checkout(shop: Shop) -> None:
    before = shop.lists()
    for path, body in (
        ("redemptions", {"redeemables": [{"id": "MUG"}]}),
        ("publications", {"campaign": {"name": "Spring"}}),
    ):
        for name, value in (("birthdate", "1900-01-01"), ("email", "ann"), ("phone", "call me")):
            response = shop.ask("POST", path, body | {"customer": {"source_id": "ann", name: value}})
            assert refusal(response) == (400, "invalid_payload")
            assert names(response.json()["details"], f"customer.{name}")
    assert shop.lists() == before


@pytest.mark.parametrize("name", ["email", "phone", "birthdate", "time_zone", "locale"])
def test_an_empty_field_of_a_form_says_nothing(shop: Shop, name: str) -> None:
    ann = shop.customer(fresh("customer"), **CUSTOMER)
    assert shop.customer(ann["source_id"], **{name: ""})[name] == ann[name]


def test_a_customer_without_a_name_is_somebody_new_each_time(shop: Shop) -> None:
    made = [shop.ask("POST", "customers", {"name": "Ann"}).json()["id"] for _ in range(2)]
    assert len({*made}) == 2
    known = [shop.ask("POST", "customers", {"email": email}).json()["id"] for email in ("x@Y.de", "X@y.de")]
    assert len({*known}) == 1
