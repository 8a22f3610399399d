"""Products, SKUs and collections, driven by the official SDK: what a shop sells, and what its rules call as one."""

from typing import Any

import pytest

from tests.builders import Shop, fresh, ok, refusal
from tests.contract.conftest import Sdk


def keep(sdk: Sdk, **fields: Any) -> Any:
    body = sdk.request("ProductsCreate", {"source_id": fresh("product"), **fields})
    return sdk.products.create_product(products_create_request_body=body)


def keep_sku(sdk: Sdk, product: str, **fields: Any) -> Any:
    body = sdk.request("ProductsSkusCreate", {"source_id": fresh("sku"), **fields})
    return sdk.products.create_sku(product, products_skus_create_request_body=body)


def collect(sdk: Sdk, **fields: Any) -> Any:
    body = sdk.request("ProductCollectionsCreate", {"name": fresh("collection"), **fields})
    return sdk.collections.create_product_collection(product_collections_create_request_body=body)


def members(sdk: Sdk, collection: str, **query: Any) -> list[str]:
    listed = sdk.collections.list_products_in_collection(collection, **query)
    assert (listed.object, listed.data_ref, listed.total) == ("list", "data", listed.total)
    return [it.source_id for it in listed.data]


# Products


@pytest.mark.drives("POST /v1/products", "GET /v1/products/{product_id}", "GET /v1/products")
def test_a_product_is_kept_and_found_by_id_and_by_source_id_and_on_the_list(sdk: Sdk) -> None:
    source = fresh("product")
    said = {"name": "Mug", "price": 1_000, "attributes": ["color"], "image_url": "https://x.example/mug.png"}
    made = keep(sdk, source_id=source, metadata={"brand": "A"}, **said)
    assert made.id.startswith("prod_")
    for name in (made.id, source):
        found = sdk.products.get_product(name)
        assert {field: getattr(found, field) for field in said} == said
        assert (found.id, found.source_id, found.metadata, found.object) == (made.id, source, {"brand": "A"}, "product")
        assert (found.skus.total, found.skus.data, found.created_at) == (0, [], made.created_at)
    listed = sdk.products.list_products(limit=100)
    assert (listed.object, listed.data_ref) == ("list", "products")
    assert [it.name for it in listed.products if it.id == made.id] == ["Mug"]
    assert listed.total >= 1


@pytest.mark.drives("POST /v1/products")
def test_a_product_that_is_known_is_told_more_of_and_a_null_says_nothing(sdk: Sdk) -> None:
    made = keep(sdk, name="Mug", price=1_000, metadata={"a": 1, "b": 1})
    more = {"source_id": made.source_id, "price": 900, "metadata": {"b": 2}}
    body = sdk.request("ProductsCreate", more, with_nulls=True)
    again = sdk.products.create_product(products_create_request_body=body)
    assert (again.id, again.created_at, again.name, again.price) == (made.id, made.created_at, "Mug", 900)
    assert again.metadata == {"a": 1, "b": 2}
    assert keep(sdk, source_id=None, id=made.id, name="Cup").source_id == made.source_id
    nameless = keep(sdk, source_id=None, name="No name of its own")
    assert (sdk.products.get_product(nameless.id).source_id, nameless.id[:5]) == (None, "prod_")


@pytest.mark.drives("PUT /v1/products/{product_id}")
def test_a_change_of_a_product_clears_what_is_null_and_leaves_what_is_absent(sdk: Sdk) -> None:
    made = keep(sdk, name="Mug", price=1_000, attributes=["color"], metadata={"a": 1})
    body = sdk.request("ProductsUpdate", {"price": None, "attributes": ["size"], "metadata": {"b": 2}})
    changed = sdk.products.update_product(made.source_id, products_update_request_body=body)
    assert (changed.id, changed.name, changed.price, changed.attributes) == (made.id, "Mug", None, ["size"])
    assert (changed.metadata, changed.updated_at is not None) == ({"a": 1, "b": 2}, True)
    assert sdk.products.get_product(made.id).price is None


@pytest.mark.drives("DELETE /v1/products/{product_id}")
def test_a_deleted_product_is_gone_with_its_skus_and_comes_back_anew(sdk: Sdk) -> None:
    made = keep(sdk, name="Mug")
    skus = [keep_sku(sdk, made.id).id for _ in range(3)]
    assert sdk.products.delete_product(made.source_id) is None
    for ask, name in ((sdk.products.get_product, made.id), *((sdk.products.get_sku, sku) for sku in skus)):
        with pytest.raises(sdk.module.exceptions.NotFoundException):
            ask(name)
    again = keep(sdk, source_id=made.source_id)
    assert (again.id, again.name, sdk.products.get_product(again.id).skus.total) == (made.id, None, 0)


# SKUs


@pytest.mark.drives(
    "POST /v1/products/{product_id}/skus", "GET /v1/skus/{sku_id}", "GET /v1/products/{product_id}/skus"
)
def test_a_sku_is_kept_and_found_with_its_product(sdk: Sdk, shop: Shop) -> None:
    product, source = keep(sdk, name="Mug", attributes=["color"]), fresh("sku")
    said = {"sku": "Blue mug", "price": 1_100, "currency": "USD", "attributes": {"color": "blue"}}
    made = keep_sku(sdk, product.source_id, source_id=source, metadata={"tone": "sky"}, **said)
    other = keep_sku(sdk, product.id, source_id=None)
    assert (made.id[:4], made.product_id, other.source_id) == ("sku_", product.id, None)
    for name in (made.id, source):
        found = sdk.products.get_sku(name)
        assert {field: getattr(found, field) for field in said} == said
        assert (found.id, found.source_id, found.metadata, found.object) == (made.id, source, {"tone": "sky"}, "sku")
        assert shop.get(f"products/{product.source_id}/skus/{name}")["id"] == made.id
    listed = sdk.products.list_skus_in_product(product.source_id, order="created_at")
    assert ([it.id for it in listed.skus], listed.total, listed.data_ref) == ([made.id, other.id], 2, "skus")
    within = sdk.products.get_product(product.id).skus
    assert ([it.id for it in within.data], within.total) == ([other.id, made.id], 2)


@pytest.mark.drives(
    "PUT /v1/products/{product_id}/skus/{sku_id}",
    "DELETE /v1/products/{product_id}/skus/{sku_id}",
)
def test_a_sku_is_changed_and_deleted_under_its_own_product_only(sdk: Sdk, shop: Shop) -> None:
    product, another = keep(sdk), keep(sdk)
    made = keep_sku(sdk, product.id, sku="Blue", price=1_100, metadata={"a": 1})
    again = keep_sku(sdk, product.id, source_id=made.source_id, price=1_200)
    assert (again.id, again.sku, again.price) == (made.id, "Blue", 1_200)
    body = sdk.request("ProductsSkusUpdate", {"sku": None, "currency": "EUR"})
    changed = sdk.products.update_sku(product.source_id, made.source_id, products_skus_update_request_body=body)
    assert (changed.sku, changed.currency, changed.price, changed.metadata) == (None, "EUR", 1_200, {"a": 1})
    taken = shop.ask("POST", f"products/{another.id}/skus", {"source_id": made.source_id})
    assert refusal(taken) == (409, "duplicate_found")
    for method in ("GET", "PUT", "DELETE"):
        said = shop.ask(method, f"products/{another.id}/skus/{made.id}", {})
        assert refusal(said) == (404, "not_found")
    assert sdk.products.delete_sku(product.id, made.source_id) is None
    assert refusal(shop.ask("GET", f"skus/{made.id}")) == (404, "not_found")
    assert sdk.products.get_product(product.id).skus.total == 0


@pytest.mark.drives("GET /v1/products/{product_id}/skus/{sku_id}")
def test_a_sku_of_a_product_that_is_not_there_is_not_found(shop: Shop) -> None:
    for path in ("products/none", "products/none/skus", "products/none/skus/none", "skus/none"):
        assert refusal(shop.ask("GET", path)) == (404, "not_found")
    assert refusal(shop.ask("POST", "products/none/skus", {"source_id": fresh("sku")})) == (404, "not_found")


# Collections


@pytest.mark.drives(
    "POST /v1/product-collections",
    "GET /v1/product-collections/{collection_id}",
    "GET /v1/product-collections",
    "GET /v1/product-collections/{collection_id}/products",
)
def test_a_static_collection_names_products_and_skus_known_or_not(sdk: Sdk) -> None:
    product = keep(sdk, name="Mug")
    sku = keep_sku(sdk, product.id, sku="Blue", attributes={"color": "blue"})
    unknown = fresh("product")
    named = [
        {"id": product.id, "object": "product"},
        {"id": sku.source_id, "product_id": product.id, "object": "sku"},
        {"id": unknown, "object": "product"},
        {"id": product.source_id, "object": "product"},  # the first again, by its other name
    ]
    made = collect(sdk, type="STATIC", products=named)
    assert (made.id[:3], made.type, made.object) == ("pc_", "STATIC", "products_collection")
    found = sdk.collections.get_product_collection(made.id)
    assert (found.name, found.filter, found.created_at) == (made.name, None, made.created_at)
    assert {(it.id, it.object) for it in found.products} == {
        (product.source_id, "product"),
        (sku.source_id, "sku"),
        (unknown, "product"),
    }
    assert {*members(sdk, made.id)} == {product.source_id, sku.source_id, unknown}
    assert [*members(sdk, made.id, limit=2), *members(sdk, made.id, limit=2, page=2)] == members(sdk, made.id)
    known = [it for it in sdk.collections.list_products_in_collection(made.id).data if it.created_at]
    assert {(it.id, it.name, it.sku) for it in known} == {(product.id, "Mug", None), (sku.id, None, "Blue")}
    listed = sdk.collections.list_product_collections(limit=100)
    assert (listed.data_ref, made.id in {it.id for it in listed.data}) == ("data", True)


@pytest.mark.drives("POST /v1/product-collections", "GET /v1/product-collections/{collection_id}/products")
def test_an_auto_update_collection_follows_the_catalogue(sdk: Sdk) -> None:
    brand = fresh("brand")
    filter_ = {
        "junction": "and",
        "metadata.brand": {"conditions": {"$is": [brand]}},
        "price": {"conditions": {"$more_than": [500]}},
    }
    made = collect(sdk, type="AUTO_UPDATE", filter=filter_)
    assert (made.type, made.filter, made.products) == ("AUTO_UPDATE", filter_, None)
    dear, cheap = (keep(sdk, price=price, metadata={"brand": brand}) for price in (600, 500))
    sku = keep_sku(sdk, cheap.id, price=700, metadata={"brand": brand})
    assert members(sdk, made.id, order="created_at") == [dear.source_id, sku.source_id]
    keep(sdk, source_id=cheap.source_id, price=900)
    assert members(sdk, made.id) == [sku.source_id, cheap.source_id, dear.source_id]


@pytest.mark.drives("PUT /v1/product-collections/{collection_id}")
def test_a_collection_is_replaced(shop: Shop) -> None:
    old, new = fresh("old"), [{"id": fresh("new"), "object": "product"} for _ in range(101)]
    body = {"name": fresh("collection"), "products": [{"id": old, "object": "product"}]}
    path = f"product-collections/{ok(shop.ask('POST', 'product-collections', body))['id']}"

    renamed = ok(shop.ask("PUT", path, {"name": "Mugs", "products": None}))
    assert (renamed["name"], renamed["products"]) == ("Mugs", [{"id": old, "object": "product"}])
    replaced = ok(shop.ask("PUT", path, {"products": new}))
    assert ("products" in replaced, replaced["name"]) == (False, "Mugs"), "of more than a hundred none is shown"
    pages = [shop.get(f"{path}/products", limit=100, page=page) for page in (1, 2)]
    assert [page["total"] for page in pages] == [101, 101]
    assert {it["source_id"] for page in pages for it in page["data"]} == {it["id"] for it in new}
    wrong = {"filter": {"name": {"conditions": {"$is": "x"}}}}
    assert refusal(shop.ask("PUT", path, wrong)) == (400, "invalid_payload")
    emptied = ok(shop.ask("PUT", path, {"products": []}))
    assert (emptied["products"], shop.get(f"{path}/products")["data"]) == ([], [])


@pytest.mark.drives("DELETE /v1/product-collections/{collection_id}")
def test_a_deleted_collection_is_gone(sdk: Sdk, shop: Shop) -> None:
    made = collect(sdk, products=[{"id": "mug", "object": "product"}])
    assert sdk.collections.delete_product_collection(made.id) is None
    path = f"product-collections/{made.id}"
    for method, where in (("GET", path), ("GET", f"{path}/products"), ("PUT", path), ("DELETE", path)):
        assert refusal(shop.ask(method, where, {})) == (404, "not_found")


def test_the_catalogue_is_filtered_sorted_and_paged_as_every_list(shop: Shop) -> None:
    brand = fresh("brand")
    sources = [fresh("product") for _ in range(4)]
    for number, source in enumerate(sources):
        body = {"source_id": source, "price": number * 100, "metadata": {"brand": brand}, "attributes": ["color"]}
        ok(shop.ask("POST", "products", body))
    for number in range(3):
        ok(shop.ask("POST", f"products/{sources[0]}/skus", {"source_id": f"{sources[0]}-{number}", "price": number}))
    named = [{"id": source, "object": "product"} for source in sources]
    made = ok(shop.ask("POST", "product-collections", {"name": fresh("collection"), "products": named}))

    def found(path: str, **query: str) -> list[int]:
        things = shop.get(path, **query)
        return [sources.index(it["source_id"]) for it in things[things["data_ref"]]]

    of_it = {"filters[metadata.brand][conditions][$is]": brand}
    within = f"product-collections/{made['id']}/products"
    for path in ("products", within):
        assert found(path, **of_it, order="price") == [0, 1, 2, 3]
        assert found(path, **of_it, order="-price", limit="2", page="2") == [1, 0]
        assert found(path, **of_it, **{"filters[price][conditions][$more_than]": "150"}, order="price") == [2, 3]
        assert found(path, **of_it, start_date="2999-01-01T00:00:00Z") == []
    assert found("products", **{"filters[source_id][conditions][$is]": sources[2]}) == [2]
    dear = shop.get(f"products/{sources[0]}/skus", **{"filters[price][conditions][$more_than]": "0"}, order="-price")
    assert ([it["price"] for it in dear["skus"]], dear["total"]) == ([2, 1], 2)
    one = shop.get("product-collections", **{"filters[name][conditions][$is]": made["name"]})
    assert [it["id"] for it in one["data"]] == [made["id"]]
    for path in ("products", within, f"products/{sources[0]}/skus", "product-collections"):
        assert refusal(shop.http.get(f"/v1/{path}?filters[colour][conditions][$is]=red")) == (400, "invalid_payload")
        assert refusal(shop.http.get(f"/v1/{path}?page=1001")) == (400, "page_over_limit")


def test_a_collection_is_made_once_for_one_idempotency_key(shop: Shop) -> None:
    named = [{"id": f"product-{number}", "object": "product"} for number in range(30)]
    body, key = {"name": fresh("collection"), "products": named}, fresh("key")
    first, again = (ok(shop.ask("POST", "product-collections", body, key=key)) for _ in range(2))
    assert first == again
    assert [it["name"] for it in shop.get("product-collections", limit=100)["data"]].count(body["name"]) == 1
    assert shop.get(f"product-collections/{first['id']}/products")["total"] == 30


def test_a_product_is_made_once_for_one_idempotency_key(shop: Shop) -> None:
    key = fresh("key")
    first, again = (ok(shop.ask("POST", "products", {"name": "Mug"}, key=key)) for _ in range(2))
    assert first == again
