"""Segments, driven by the official SDK: who is in them at the moment of the question."""

from types import ModuleType
from typing import Any

import httpx
import pytest

from infra.local.service import Service
from tests.builders import Shop, fresh, ok, refusal, until
from tests.contract.conftest import Sdk

VIP = {"junction": "and", "metadata.club": {"conditions": {"$is": "VIP"}}}


def make(sdk: Sdk, **fields: Any) -> Any:
    body = sdk.request("SegmentsCreate", {"name": fresh("segment"), **fields})
    return sdk.module.SegmentsApi(sdk.client).create_segment(segments_create_request_body=body)


def segment(shop: Shop, **fields: Any) -> str:
    """The id of a new one, passive unless fields say otherwise."""
    return str(ok(shop.ask("POST", "segments", {"name": fresh("segment"), "type": "passive", **fields}))["id"])


def of(shop: Shop, customer: str) -> set[str]:
    """The segments of a customer, who is one from now on."""
    shop.customer(customer)
    return {it["id"] for it in shop.get(f"customers/{customer}/segments")["data"]}


def people(shop: Shop, segment_id: str, **params: Any) -> list[str]:
    """The source ids of a segment's customers, the newest first."""
    return [it["source_id"] for it in shop.get("customers", segment_id=segment_id, limit=100, **params)["customers"]]


@pytest.mark.drives("POST /v1/segments", "GET /v1/segments/{segment_id}", "DELETE /v1/segments/{segment_id}")
def test_a_segment_is_made_found_and_deleted(sdk: Sdk) -> None:
    segments = sdk.module.SegmentsApi(sdk.client)
    for type_ in ("passive", "auto-update"):
        made = make(sdk, type=type_, filter=VIP)
        assert made.id.startswith("seg_")
        assert (made.type, made.filter, made.object, made.initial_sync_status) == (type_, VIP, "segment", "DONE")
        assert segments.get_segment(made.id).model_dump() == made.model_dump()
        assert segments.delete_segment(made.id) is None
        with pytest.raises(sdk.module.exceptions.NotFoundException):
            segments.get_segment(made.id)
        with pytest.raises(sdk.module.exceptions.NotFoundException):
            segments.delete_segment(made.id)


def test_a_segment_that_does_not_say_what_it_is_is_what_it_has(sdk: Sdk) -> None:
    assert make(sdk, customers=["ann"]).type == "static"
    assert make(sdk, filter=VIP).type == "auto-update"


@pytest.mark.drives("GET /v1/customers/{customer_id}/segments", "POST /v1/segments")
def test_a_customer_is_told_their_segments(sdk: Sdk, shop: Shop) -> None:
    ann, bob, name = fresh("ann"), shop.customer()["id"], fresh("club")
    listed = make(sdk, type="static", customers=[ann, bob])
    club = make(sdk, type="passive", filter={"metadata.club": {"conditions": {"$is": name}}})
    shop.customer(ann)  # whom the list named before they were a customer
    for customer in (ann, bob):
        said = sdk.customers.list_customer_segments(customer)
        assert (said.object, said.data_ref, said.total) == ("list", "data", 1)
        assert [(it.id, it.name, it.object) for it in said.data] == [(listed.id, listed.name, "segment")]
    shop.customer(ann, metadata={"club": name})
    assert of(shop, ann) == {listed.id, club.id}, "a customer upserted a moment ago counts"
    ok(shop.ask("PUT", f"customers/{ann}", {"metadata": {"club": "none"}}))
    assert of(shop, ann) == {listed.id}


@pytest.mark.drives("GET /v1/segments", "PUT /v1/segments/{segment_id}")
def test_a_segment_is_changed_and_listed(sdk_client: tuple[ModuleType, Any], shop: Shop) -> None:
    ann, bob, cid = (fresh(name) for name in ("ann", "bob", "cid"))
    static = segment(shop, type="static", customers=[ann, bob, ann])
    changed = ok(shop.ask("PUT", f"segments/{static}", {"name": "New", "customers": [bob, cid], "type": "static"}))
    shape = sdk_client[0].SegmentsGetResponseBody.from_dict(changed)
    assert (shape.id, shape.name, shape.type, shape.filter) == (static, "New", "static", None)
    assert shape.updated_at is not None
    assert [static in of(shop, one) for one in (ann, bob, cid)] == [False, True, True]
    ok(shop.ask("PUT", f"segments/{static}", {"name": "Newer"}))
    assert [static in of(shop, one) for one in (ann, bob, cid)] == [False, True, True]
    ok(shop.ask("PUT", f"segments/{static}", {"customers": []}))
    assert not any(static in of(shop, one) for one in (ann, bob, cid))

    passive = segment(shop, filter=VIP)
    club = fresh("club")
    shop.customer(ann, metadata={"club": club})
    gold = {"metadata.club": {"conditions": {"$is": [club]}}}
    assert ok(shop.ask("PUT", f"segments/{passive}", {"filter": gold}))["filter"] == gold
    assert of(shop, ann) == {passive}
    found = shop.get("segments", limit=2)
    assert (found["object"], found["data_ref"], found["has_more"]) == ("list", "data", True)
    assert [it["id"] for it in found["data"]] == [passive, static]
    assert found["total"] >= 2
    assert [it["id"] for it in shop.get("segments", **{"filters[name][conditions][$is]": "Newer"})["data"]] == [static]


@pytest.mark.drives("POST /v1/segments")
def test_a_shop_reads_who_is_in_a_segment(sdk: Sdk, shop: Shop) -> None:
    club = fresh("club")
    ann, bob, cid = (shop.customer(fresh(name), metadata={"club": club})["source_id"] for name in ("ann", "bob", "cid"))
    stranger = fresh("stranger")
    static = make(sdk, type="static", customers=[cid, ann, stranger]).id
    passive = segment(shop, filter={"metadata.club": {"conditions": {"$is": club}}})
    other = segment(shop, filter={"segment": {"conditions": {"$is": [passive], "$is_not": static}}})
    assert people(shop, static) == [cid, ann]
    assert people(shop, static, order="created_at") == [ann, cid]
    assert people(shop, passive) == [cid, bob, ann]
    assert people(shop, other) == [bob]
    assert people(shop, fresh("seg")) == []
    both = {"filters[segment_id][conditions][$in][0]": static, "filters[segment_id][conditions][$in][1]": passive}
    assert len(shop.get("customers", **both)["customers"]) == 3
    assert people(shop, static, **{"filters[source_id][conditions][$is]": ann}) == [ann]
    listed = sdk.customers.list_customers(segment_id=static)
    assert ([it.source_id for it in listed.customers], listed.total) == ([cid, ann], 2)


def test_an_order_paid_and_an_event_told_a_moment_ago_count(shop: Shop) -> None:
    ann, name = fresh("ann"), fresh("event")
    buyer = segment(shop, filter={"summary.orders.total_amount": {"conditions": {"$more_than": 9_999}}})
    doer = segment(shop, filter={f"events.{name}.count": {"conditions": {"$more_than_or_equal": [2]}}})
    recent = segment(shop, filter={f"events.{name}.last": {"conditions": {"$less_than": 1}}})
    shop.order(amount=10_000, status="CREATED", customer={"source_id": ann})
    assert not of(shop, ann) & {buyer, doer, recent}
    shop.order(amount=10_000, status="PAID", customer={"source_id": ann})
    assert buyer in of(shop, ann)
    for there in ({recent}, {doer, recent}):
        ok(shop.ask("POST", "events", {"event": name, "customer": {"source_id": ann}}))
        assert of(shop, ann) & {doer, recent} == there


def test_who_was_deleted_is_in_no_list_when_they_come_back(shop: Shop) -> None:
    ann = shop.customer()["source_id"]
    static = segment(shop, type="static", customers=[ann])
    assert shop.ask("DELETE", f"customers/{ann}").status_code == 204
    shop.customer(ann)
    assert (of(shop, ann), people(shop, static)) == (set(), [])


def test_a_segment_that_is_gone_has_nobody_in_it_wherever_it_is_named(shop: Shop) -> None:
    ann = shop.customer()["source_id"]
    static = segment(shop, type="static", customers=[ann])
    within = segment(shop, filter={"segment": {"conditions": {"$is": static}}})
    without = segment(shop, filter={"segment": {"conditions": {"$is_not": static}}})
    assert of(shop, ann) & {within, without} == {within}
    assert shop.ask("DELETE", f"segments/{static}").status_code == 204
    assert of(shop, ann) & {within, without} == {without}


def test_a_long_list_is_made_and_replaced_whole(shop: Shop) -> None:
    many = [fresh("c")[:9] for _ in range(400)]
    key = fresh("key")
    body = {"name": "Many", "type": "static", "customers": many}
    made = ok(shop.ask("POST", "segments", body, key=key))
    assert ok(shop.ask("POST", "segments", body, key=key)) == made
    assert [made["id"] in of(shop, one) for one in (many[0], many[200], many[-1])] == [True] * 3
    ok(shop.ask("PUT", f"segments/{made['id']}", {"customers": many[:10]}))
    assert [made["id"] in of(shop, one) for one in (many[0], many[200], many[-1])] == [True, False, False]
    assert shop.ask("DELETE", f"segments/{made['id']}").status_code == 204


# What cannot be


def test_a_circle_is_refused_also_when_a_segment_changes(shop: Shop) -> None:
    one = segment(shop, filter=VIP)
    two = segment(shop, filter={"segment": {"conditions": {"$is": one}}})
    three = segment(shop, filter={"segment": {"conditions": {"$not_in": [two]}}})
    for id_ in (one, two, three):
        answer = shop.ask("PUT", f"segments/{one}", {"filter": {"segment": {"conditions": {"$is": [id_]}}}})
        assert refusal(answer) == (400, "invalid_payload")
        assert answer.json()["details"] == "filter.segment.conditions.$is.0: leads back to this segment"
    assert shop.get(f"segments/{one}")["filter"] == VIP


@pytest.mark.parametrize(
    ("fields", "details"),
    [
        ({"type": "static", "filter": VIP}, "filter: a static segment has a list of customers and no filter"),
        ({"type": "passive", "filter": VIP, "customers": []}, "customers: a segment that is passive has a filter"),
        ({"type": "auto-update"}, "filter: Field required"),
        ({"type": "passive", "filter": {}}, "filter: must have a condition"),
        ({"type": "passive", "filter": {"shoe": {"conditions": {"$is": 5}}}}, "filter.shoe: is not known"),
        (
            {"type": "passive", "filter": {"segment": {"conditions": {"$is": "seg_none"}}}},
            "filter.segment.conditions.$is: there is no such segment",
        ),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(shop: Shop, fields: dict[str, Any], details: str) -> None:
    before = shop.lists("segments")
    answer = shop.ask("POST", "segments", {"name": "Wrong", **fields})
    assert refusal(answer) == (400, "invalid_payload")
    assert answer.json()["details"].startswith(details)
    assert shop.lists("segments") == before


def test_a_segment_stays_of_its_type(shop: Shop) -> None:
    static = segment(shop, type="static", customers=[fresh()])
    answer = shop.ask("PUT", f"segments/{static}", {"type": "passive", "filter": VIP})
    assert (refusal(answer), answer.json()["details"].partition(":")[0]) == ((400, "invalid_payload"), "type")
    answer = shop.ask("PUT", f"segments/{static}", {"filter": VIP})
    assert (refusal(answer), answer.json()["details"].partition(":")[0]) == ((400, "invalid_payload"), "filter")


# Facts


def test_who_enters_and_who_leaves_is_told_once(service: Service, shop: Shop) -> None:
    club, ann, bob = fresh("club"), fresh("ann"), fresh("bob")
    listed = segment(shop, type="static", customers=[bob])
    buyers = {"metadata.club": {"conditions": {"$is": club}}, "segment": {"conditions": {"$is_not": listed}}}
    id_ = segment(shop, type="auto-update", filter=buyers)
    for name in (ann, bob):
        shop.customer(name, metadata={"club": club})

    def told(times: int) -> list[Any]:
        found = until(lambda: [it for it in heard(service) if it["segment_id"] == id_], lambda it: len(it) >= times)
        return [(it["fact"], it["customer_id"]) for it in found]

    ids = {name: shop.get(f"customers/{name}")["id"] for name in (ann, bob)}
    assert told(1) == [("CustomerEnteredSegment", ids[ann])]
    ok(shop.ask("PUT", f"segments/{listed}", {"customers": [ann]}))
    changes = [("CustomerLeftSegment", ids[ann]), ("CustomerEnteredSegment", ids[bob])]
    assert sorted(told(3)[1:]) == sorted(changes)
    assert shop.ask("DELETE", f"segments/{id_}").status_code == 204


def heard(service: Service) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.get(f"{service.url}/local/facts").raise_for_status().json()["facts"]
    return found


# At the till


def test_who_entered_a_moment_ago_may_use_what_is_for_the_segment(shop: Shop) -> None:
    ann, bob, club = fresh("ann"), fresh("bob"), fresh("club")
    within = {"junction": "or", "metadata.club": {"conditions": {"$is": club}}}
    within["summary.orders.total_amount"] = {"conditions": {"$more_than": 9_999}}
    ids = [segment(shop, filter=within), segment(shop, type="static", customers=[bob])]
    rules = {"1": {"name": "customer.segment", "conditions": {"$is": ids}}}
    rule = ok(shop.ask("POST", "validation-rules", {"name": fresh("rule"), "rules": rules}))["id"]
    code = shop.code(quantity=None)
    named = {"related_object_type": "voucher", "related_object_id": code}
    ok(shop.ask("POST", f"validation-rules/{rule}/assignments", named))

    def welcome(customer: str) -> bool:
        return bool(shop.validate(code, customer={"source_id": customer})["valid"])

    assert [welcome(name) for name in (ann, bob)] == [False, True]
    assert refusal(shop.redeem(code, customer={"source_id": ann})) == (400, "customer_rules_violated")
    shop.customer(ann, metadata={"club": club})
    assert welcome(ann)
    shop.customer(ann, metadata={"club": "none"})
    assert not welcome(ann)
    shop.order(amount=10_000, status="PAID", customer={"source_id": ann})
    assert welcome(ann)
    shop.redeemed(code, customer={"source_id": ann})
    assert shop.ask("DELETE", f"segments/{ids[1]}").status_code == 204
    until(lambda: welcome(bob), lambda it: not it, within=8)
