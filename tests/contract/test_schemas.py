"""Metadata schemas over HTTP: settled whole, told as the SDK reads them, kept to from the next request on."""

import re
from typing import Any

import pytest

from tests.builders import Shop, checkout, fresh, ok, refusal
from tests.contract.conftest import Sdk
from tests.contract.spoilt import NO_FLAG, NO_OBJECT, malformed_is_refused, wrong_is_refused

PAYMENT = {"method": {"type": "string", "eq": ["card", "wire"]}, "fee": {"type": "number", "optional": True, "gte": 0}}
SCHEMA = {"properties": PAYMENT, "allow_defined_only": True}
BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "settle a schema": ("PUT metadata-schemas/{resource}", SCHEMA),
}
PROPERTY = "properties.method"
WRONG: list[tuple[str, list[Any]]] = [
    ("properties", [*NO_OBJECT, {"": {"type": "string"}}, {"x": {}}, {str(n): {"type": "string"} for n in range(201)}]),
    ("allow_defined_only", NO_FLAG),
    (PROPERTY, ["string", 5, []]),
    (f"{PROPERTY}.type", ["text", 5, [], {}]),
    (f"{PROPERTY}.optional", NO_FLAG),
    (f"{PROPERTY}.array", NO_FLAG),
    (f"{PROPERTY}.eq", ["card", [], [{}], 5]),
    (f"{PROPERTY}.minLength", [-1, 1.5, "1", True]),
    (f"{PROPERTY}.objectType", [5, "", []]),
    ("properties.fee.gte", ["0", [], {}, True]),
]


@pytest.fixture
def resource() -> str:
    """A kind of thing of the test's own: what it settles concerns no other test."""
    return fresh("Payment").replace("-", "_")


@pytest.mark.drives("PUT /v1/metadata-schemas/{resource}")
def test_a_schema_is_settled_whole(shop: Shop, resource: str) -> None:
    made = ok(shop.ask("PUT", f"metadata-schemas/{resource}", SCHEMA))
    assert re.fullmatch(r"ms_[0-9a-f]{16,}", made["id"])
    assert (made["object"], made["related_object"], made["allow_defined_only"]) == ("metadata_schema", resource, True)
    assert made["properties"] == {
        "method": {"type": "string", "optional": False, "array": False, "deleted": False, "eq": ["card", "wire"]},
        "fee": {"type": "number", "optional": True, "array": False, "deleted": False, "gte": 0},
    }
    assert "updated_at" not in made
    again = ok(shop.ask("PUT", f"metadata-schemas/{resource}", {}))
    assert (again["properties"], again["allow_defined_only"]) == ({}, False)
    assert (again["id"], again["created_at"]) == (made["id"], made["created_at"])
    assert again["updated_at"] >= made["created_at"]


@pytest.mark.drives("GET /v1/metadata-schemas", "GET /v1/metadata-schemas/{resource}")
def test_the_sdk_reads_them(sdk: Sdk, shop: Shop, resource: str) -> None:
    made = ok(shop.ask("PUT", f"metadata-schemas/{resource}", SCHEMA))
    schemas = sdk.module.MetadataSchemasApi(sdk.client)
    found = schemas.get_metadata_schema(resource)
    assert (found.id, found.related_object, found.allow_defined_only) == (made["id"], resource, True)
    assert found.properties == made["properties"]
    listed = schemas.list_metadata_schemas()
    assert listed.total == len(listed.schemas)
    assert found.to_dict() in [it.to_dict() for it in listed.schemas]


def test_there_is_none_until_it_is_settled(shop: Shop, resource: str) -> None:
    assert refusal(shop.ask("GET", f"metadata-schemas/{resource}")) == (404, "not_found")


def test_a_schema_is_kept_to_from_the_next_request_on(shop: Shop) -> None:
    """Each of its own name and optional, beside whatever other tests keep in their metadata."""
    code, name = shop.code(), fresh("shoe")
    for kind in ("customer", "order", "redemption"):
        known = shop.ask("GET", f"metadata-schemas/{kind}")
        properties = known.json()["properties"] if known.status_code == 200 else {}
        body = {"properties": {**properties, name: {"type": "number", "optional": True}}}
        ok(shop.ask("PUT", f"metadata-schemas/{kind}", body))
    before = shop.lists("customers", "orders", "redemptions")
    bad = {"metadata": {name: "42"}}
    for method, path, said, where in (
        ("POST", "customers", {"source_id": fresh(), **bad}, f"metadata.{name}"),
        ("POST", "orders", {"amount": 100, **bad}, f"metadata.{name}"),
        ("POST", "validations", checkout(code, customer={"source_id": fresh(), **bad}), f"customer.metadata.{name}"),
        ("POST", "redemptions", checkout(code, order={"amount": 100, **bad}), f"order.metadata.{name}"),
        ("POST", "redemptions", checkout(code, **bad), f"metadata.{name}"),
    ):
        response = shop.ask(method, path, said)
        assert refusal(response) == (400, "invalid_payload")
        assert response.json()["details"] == f"{where}: must be a number"
    assert shop.lists("customers", "orders", "redemptions") == before
    assert shop.customer(metadata={name: 42})["metadata"] == {name: 42}


def test_a_malformed_schema_is_refused(shop: Shop, resource: str) -> None:
    malformed_is_refused(shop, BODIES["settle a schema"][0].format(resource=resource))
    assert refusal(shop.ask("GET", f"metadata-schemas/{resource}")) == (404, "not_found")


def test_a_wrong_field_of_a_schema_is_refused_by_name(shop: Shop, resource: str, subtests: pytest.Subtests) -> None:
    wrong_is_refused(shop, BODIES["settle a schema"][0].format(resource=resource), SCHEMA, WRONG, subtests)
    assert refusal(shop.ask("GET", f"metadata-schemas/{resource}")) == (404, "not_found")
