"""Events, driven by the official SDK: kept, and counted of whoever did them."""

from types import ModuleType
from typing import Any

import pytest

from infra.local.service import Service
from tests.builders import CLIENT, Shop, at_once, fresh, ok, refusal
from tests.contract.conftest import Sdk
from tests.pages import LOCAL, Page, address


def told(shop: Shop, name: str, customer: str, **fields: Any) -> dict[str, Any]:
    return ok(shop.ask("POST", "events", {"event": name, "customer": {"source_id": customer}, **fields}))


def counted(shop: Shop, name: str, customer: str) -> int:
    """How often an event was counted of a customer."""
    for times in range(40):
        filters = {
            f"filters[events.{name}.count][conditions][$is]": times,
            "filters[source_id][conditions][$is]": customer,
        }
        if shop.get("customers", **filters)["customers"]:
            return times
    raise AssertionError(name)


@pytest.mark.drives("POST /v1/events")
def test_an_event_is_kept_and_makes_its_customer(sdk: Sdk, shop: Shop) -> None:
    ann = fresh("ann")
    body = sdk.module.EventsCreateRequestBody.from_dict(
        {
            "event": "signed.up",
            "customer": {"source_id": ann, "name": "Ann", "metadata": {"club": "VIP"}},
            "metadata": {"plan": "gold", "seats": 3},
        }
    )
    said = sdk.module.EventsApi(sdk.client).track_custom_event(events_create_request_body=body)
    assert (said.object, said.type, said.referral, said.loyalty) == ("event", "signed.up", None, None)
    assert said.metadata == {"plan": "gold", "seats": 3}
    known = shop.get(f"customers/{ann}")
    assert (said.customer.id, said.customer.source_id, said.customer.name) == (known["id"], ann, "Ann")
    assert (said.customer.object, known["metadata"]) == ("customer", {"club": "VIP"})
    told(shop, "signed.up", ann)
    assert counted(shop, "signed.up", ann) == 2
    assert counted(shop, "signed.off", ann) == 0


@pytest.mark.drives("POST /client/v1/events")
def test_a_page_tells_an_event_and_learns_nothing_of_its_customer(
    sdk_client: tuple[ModuleType, Any], service: Service, shop: Shop
) -> None:
    ann = shop.customer(name="Ann", email="ann@example.com", metadata={"club": "VIP"})
    body = {"event": "seen", "customer": {"id": ann["id"]}, "metadata": {"page": 1}}
    module, _ = sdk_client
    client = module.ApiClient(module.Configuration(host=service.url, api_key=dict(CLIENT)))
    client.rest_client.pool_manager.connection_pool_kw["source_address"] = (address(), 0)
    sent = module.ClientEventsCreateRequestBody.from_dict(body)
    assert module.ClientSideApi(client).track_custom_event_client_side(LOCAL, sent).type == "seen"
    with Page(service.url) as page:
        said = ok(page.http.post("/client/v1/events", json=body))
        assert said == {"object": "event", "type": "seen", "customer": {"id": ann["id"], "object": "customer"}}
        for wrong in ({"customer": {"source_id": fresh()}}, {"event": "seen"}):
            assert refusal(page.http.post("/client/v1/events", json=wrong)) == (400, "invalid_payload")
    assert counted(shop, "seen", ann["source_id"]) == 2


def test_an_event_told_again_under_its_key_counts_once(shop: Shop) -> None:
    ann, key = fresh("ann"), fresh("key")
    body = {"event": "seen", "customer": {"source_id": ann}}
    first, again = (shop.ask("POST", "events", body, key=key) for _ in range(2))
    assert (first.status_code, again.text) == (200, first.text)
    assert counted(shop, "seen", ann) == 1
    other = shop.ask("POST", "events", {**body, "event": "left"}, key=key)
    assert refusal(other) == (409, "idempotency_key_conflict")


def test_what_many_tell_at_once_of_somebody_new_is_counted(shop: Shop) -> None:
    ann = fresh("ann")
    at_once(lambda _: told(shop, "seen", ann), range(12))
    assert counted(shop, "seen", ann) == 12


def test_who_was_deleted_has_done_nothing_when_they_come_back(shop: Shop) -> None:
    ann = fresh("ann")
    told(shop, "seen", ann)
    assert ok(shop.ask("POST", f"customers/{ann}/permanent-deletion"))["status"] == "DONE"
    told(shop, "left", ann)
    assert (counted(shop, "seen", ann), counted(shop, "left", ann)) == (0, 1)


@pytest.mark.parametrize("block", ["referral", "loyalty"])
def test_what_would_have_no_effect_is_refused_by_name(shop: Shop, block: str) -> None:
    ann = fresh("ann")
    answer = shop.ask("POST", "events", {"event": "seen", "customer": {"source_id": ann}, block: {"code": "X"}})
    assert refusal(answer) == (400, "invalid_payload")
    assert block in answer.json()["details"]
    assert shop.ask("GET", f"customers/{ann}").status_code == 404
