"""Products and collections that cannot be: each refused by the field that is wrong, and nothing is written."""

from typing import Any

import pytest

from tests.builders import Shop, fresh, ok, refusal
from tests.contract.spoilt import MALFORMED, NO_AMOUNT, NO_OBJECT, NO_TEXT, malformed_is_refused, wrong_is_refused

PRODUCT = {"name": "Mug", "price": 1_000, "attributes": ["color"], "image_url": "https://x.example", "metadata": {}}
SKU = {"sku": "Blue", "price": 1_000, "currency": "USD", "attributes": {}, "image_url": "", "metadata": {}}
STATIC = {"name": "Mugs", "type": "STATIC", "products": [{"id": "mug", "object": "product", "product_id": "x"}]}
FILTER = {"junction": "and", "name": {"conditions": {"$contains": ["Mug"]}}, "price": {"conditions": {"$is": [1]}}}
TOO_MANY = {"name": {"conditions": {"$is": ["x"] * 101}}}
AUTO_UPDATE = {"name": "Mugs", "type": "AUTO_UPDATE", "filter": FILTER}

BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "keep a product": ("POST products", {"source_id": "cup", **PRODUCT}),
    "change a product": ("PUT products/{product}", PRODUCT),
    "keep a SKU": ("POST products/{product}/skus", {"source_id": "cup-red", **SKU}),
    "change a SKU": ("PUT products/{product}/skus/{sku}", SKU),
    "make a collection": ("POST product-collections", STATIC),
    "make an auto-update collection": ("POST product-collections", AUTO_UPDATE),
    "change a collection": ("PUT product-collections/{collection}", STATIC),
    "change a filter": ("PUT product-collections/{filtered}", AUTO_UPDATE),
}
PRODUCTS, SKUS = tuple(BODIES)[:2], tuple(BODIES)[2:4]
LISTED, FILTERED = ("make a collection", "change a collection"), ("make an auto-update collection", "change a filter")
WRONG: list[tuple[tuple[str, ...], str, list[Any]]] = [
    (("keep a product", "keep a SKU"), "source_id", ["", *NO_TEXT]),
    (("keep a product", "keep a SKU"), "id", ["", *NO_TEXT]),
    (PRODUCTS, "name", NO_TEXT),
    (SKUS, "sku", NO_TEXT),
    ((*PRODUCTS, *SKUS), "price", NO_AMOUNT),
    ((*PRODUCTS, *SKUS), "image_url", NO_TEXT),
    ((*PRODUCTS, *SKUS), "metadata", NO_OBJECT),
    (PRODUCTS, "attributes", ["x", 5, {"a": 1}, ["x"] * 101]),
    (PRODUCTS, "attributes.0", ["", *NO_TEXT]),
    (SKUS, "attributes", NO_OBJECT),
    (SKUS, "currency", ["", "$", "USDT", "U$D", *NO_TEXT]),
    ((*LISTED, *FILTERED), "name", ["", *NO_TEXT]),
    ((*LISTED, *FILTERED), "type", ["auto-update", "static", 5, []]),
    (LISTED, "products", ["x", 5, {"0": {}}]),
    (LISTED, "products.0", [5, "mug", [], None]),
    (LISTED, "products.0.id", ["", None, *NO_TEXT]),
    (LISTED, "products.0.object", ["", None, "mug", "PRODUCT", 5, []]),
    (LISTED, "products.0.product_id", ["", *NO_TEXT]),
    (FILTERED, "filter", ["x", 5, True, [], {}, {"junction": "and"}, TOO_MANY]),
    (FILTERED, "filter.junction", ["xor", 5, []]),
    (FILTERED, "filter.colour", [{"conditions": {"$is": "red"}}]),
    (FILTERED, "filter.name", ["Mug", {}, {"$is": "Mug"}, {"conditions": {}}]),
    (FILTERED, "filter.name.conditions.$resembles", [["Mug"]]),
    (FILTERED, "filter.name.conditions.$more_than", [[1]]),
    (FILTERED, "filter.price.conditions.$is", [["1"], [True], "x", [], None, {}, [[]]]),
    (FILTERED, "filter.created_at", [{"conditions": {"$after": ["never"]}}]),
    (FILTERED, "filter.name.conditions.$is", [["x" * 201], [""]]),
]


@pytest.fixture(scope="module")
def shop(apart: Shop) -> Shop:
    """One of which nobody else asks anything, so that its lists before and after can be compared whole."""
    return apart


@pytest.fixture(scope="module")
def known(shop: Shop) -> dict[str, str]:
    product = ok(shop.ask("POST", "products", {"source_id": "mug", **PRODUCT}))["id"]
    return {
        "product": product,
        "sku": ok(shop.ask("POST", f"products/{product}/skus", {"source_id": "mug-blue", **SKU}))["id"],
        "collection": ok(shop.ask("POST", "product-collections", STATIC))["id"],
        "filtered": ok(shop.ask("POST", "product-collections", AUTO_UPDATE))["id"],
    }


def everything(shop: Shop, known: dict[str, str]) -> dict[str, Any]:
    return shop.lists("products", "product-collections", f"products/{known['product']}/skus")


@pytest.mark.parametrize("verb", BODIES)
def test_a_malformed_body_is_refused(shop: Shop, known: dict[str, str], verb: str) -> None:
    before = everything(shop, known)
    malformed_is_refused(shop, BODIES[verb][0].format(**known))
    assert everything(shop, known) == before


def test_a_large_body_may_be_no_less_an_object(shop: Shop, known: dict[str, str]) -> None:
    """Collections may be large, and have no metadata to be too large."""
    before = everything(shop, known)
    malformed_is_refused(shop, "POST product-collections", cases=MALFORMED.keys() - {"one megabyte of metadata"})
    assert everything(shop, known) == before


@pytest.mark.parametrize("verb", BODIES)
def test_a_wrong_field_is_refused_by_name(
    shop: Shop, known: dict[str, str], verb: str, subtests: pytest.Subtests
) -> None:
    route, body = BODIES[verb]
    before = everything(shop, known)
    wrong = [(path, values) for verbs, path, values in WRONG if verb in verbs]
    wrong_is_refused(shop, route.format(**known), body, wrong, subtests)
    assert everything(shop, known) == before


def test_what_does_not_fit_together_is_refused(shop: Shop, known: dict[str, str]) -> None:
    before = everything(shop, known)
    for body, told in (
        ({"source_id": "cup", "id": known["product"]}, "source_id"),
        ({"source_id": "cup", "id": "another-cup"}, "source_id"),
    ):
        response = shop.ask("POST", "products", body)
        assert (refusal(response), told in response.json()["details"]) == ((400, "invalid_payload"), True)
    for body, told in (
        ({"products": []}, "name"),
        ({"name": "x", "type": "AUTO_UPDATE"}, "filter"),
        ({"name": "x", "filter": FILTER, "products": []}, "products"),
        ({"name": "x", "filter": FILTER, "type": "STATIC"}, "filter"),
        ({"name": "x", "products": [], "type": "AUTO_UPDATE"}, "products"),
    ):
        response = shop.ask("POST", "product-collections", body)
        assert (refusal(response), told in response.json()["details"]) == ((400, "invalid_payload"), True)
    for id_, body in ((known["collection"], {"filter": FILTER}), (known["filtered"], {"products": []})):
        response = shop.ask("PUT", f"product-collections/{id_}", body)
        assert (refusal(response), "type" in response.json()["details"]) == ((400, "invalid_payload"), True)
    assert everything(shop, known) == before


def test_a_body_of_more_than_four_megabytes_is_refused(shop: Shop, known: dict[str, str]) -> None:
    before = everything(shop, known)
    body = {"name": "x", "products": [{"id": fresh("x" * 150), "object": "product"} for _ in range(23_000)]}
    response = shop.ask("POST", "product-collections", body)
    assert (refusal(response), response.json()["details"][:5]) == ((400, "invalid_payload"), "body:")
    assert everything(shop, known) == before
