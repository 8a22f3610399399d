"""What rules about products cost a checkout, counted: a key a line and collection in a batch that is read anyway.

At $0.125 a million read units, a basket of 30 lines judged by one static collection, however large, is 30 units more:
$3.75 a million checkouts, and no round trip.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.functions.conftest import Functions

PRODUCTS = [f"product-{number}" for number in range(130)]
COLLECTION = {"name": "All", "products": [{"id": product, "object": "product"} for product in PRODUCTS]}


@pytest.fixture
def under_rule(functions: Functions) -> Iterator[str]:
    """A voucher for orders with something of a collection of 130 products."""
    from shared.storage.collections import CollectionStore
    from shared.storage.rules import RuleStore

    collection = made(functions, "/v1/product-collections", COLLECTION)
    wanted = {"name": "order.items.any", "conditions": {"$is": [{"id": collection, "object": "products_collection"}]}}
    rule = made(functions, "/v1/validation-rules", {"name": "Of these", "rules": {"1": wanted}})
    body = {"discount": {"type": "AMOUNT", "amount_off": 100}, "validation_rules": [rule]}
    yield str(functions.call("POST", "/v1/vouchers", body)[1]["code"])
    CollectionStore._warm.clear()
    RuleStore._warm.clear()


def made(functions: Functions, path: str, body: dict[str, Any]) -> str:
    status, said = functions.call("POST", path, body)
    assert status == 200, said
    return str(said["id"])


def checkout(code: str, *lines: str) -> dict[str, Any]:
    items = [{"product_id": line, "price": 100} for line in lines]
    return {"redeemables": [{"object": "voucher", "id": code}], "order": {"items": items}}


@pytest.mark.parametrize(
    ("lines", "valid", "round_trips"),
    [
        (("product-7",), True, 2),
        (("nothing of it", "product-7"), True, 2),
        (("nothing of it",), False, 2),
        (tuple(PRODUCTS), True, 3),  # a hundred keys a round trip
    ],
)
def test_a_rule_about_a_collection_adds_a_batch_where_all_is_warm(
    functions: Functions, under_rule: str, lines: tuple[str, ...], valid: bool, round_trips: int
) -> None:
    body = checkout(under_rule, *lines)
    functions.call("POST", "/v1/validations", body)
    status, said = functions.call("POST", "/v1/validations", body)
    assert (status, said["valid"]) == (200, valid)
    assert functions.bill.calls == ["BatchGetItem"] * round_trips


def test_a_redemption_under_it_is_one_round_trip_more(functions: Functions, under_rule: str) -> None:
    body = checkout(under_rule, "product-7")
    functions.call("POST", "/v1/validations", body)
    assert functions.call("POST", "/v1/redemptions", body)[0] == 200
    assert functions.bill.calls == ["BatchGetItem", "BatchGetItem", "TransactWriteItems"]
    assert functions.bill.write_units == 8, "as without a rule"


def test_a_product_is_kept_in_one_round_trip_beyond_the_look_at_it(functions: Functions) -> None:
    made(functions, "/v1/products", {"source_id": "costly", "price": 100})
    assert functions.bill.calls == ["BatchGetItem", "TransactWriteItems"]
    assert functions.bill.write_units == 3, "the product 2, its list 1"
    functions.call("POST", "/v1/products/costly/skus", {"source_id": "costly-blue"})
    assert functions.bill.calls == ["BatchGetItem", "BatchGetItem", "TransactWriteItems"]
    assert functions.bill.write_units == 6, "the SKU 2, its list 1 and its product's list 1, the product's count 2"


def test_a_collection_is_written_25_members_a_round_trip_and_one_commit_shows_it(functions: Functions) -> None:
    made(functions, "/v1/products", {})  # so that it is known who asks
    made(functions, "/v1/product-collections", COLLECTION)
    assert functions.bill.calls == ["PutItem", *["BatchWriteItem"] * 6, "TransactWriteItems"]
