"""What follows from a change of a customer, as the table's stream shows it: over a real engine, heard on a real bus."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from functions.follow_up import handler
from infra.local import engine
from infra.local.facts import Facts
from infra.local.stream import touches_a_customer
from shared.domain.ids import derived
from shared.runtime import bus, settings
from shared.storage.keys import Key
from tests.functions.conftest import NOW, Functions

NUMBERS = count(1)
PROJECT = "proj_sandbox"
VIP = {"metadata.club": {"conditions": {"$is": "VIP"}}}


@pytest.fixture(scope="module")
def heard(functions: Functions) -> Iterator[Facts]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BUS_NAME", engine.BUS)
        bus.client.cache_clear()
        yield Facts(engine.overhear())
        bus.client.cache_clear()


@pytest.fixture
def facts(heard: Facts) -> Facts:
    heard.clear()
    return heard


@pytest.fixture
def segment(functions: Functions) -> Iterator[str]:
    body = {"name": "VIPs", "type": "auto-update", "filter": VIP}
    _, made = functions.call("POST", "/v1/segments", body)
    yield made["id"]
    functions.call("DELETE", f"/v1/segments/{made['id']}")


def changed(customer_id: str, kind: str = "customer", *, sequence: int = 1) -> dict[str, Any]:
    return {
        "eventName": "MODIFY",
        "dynamodb": {
            "Keys": {"PK": {"S": f"{PROJECT}#customer#{customer_id}"}, "SK": {"S": kind}},
            "SequenceNumber": str(sequence),
            "ApproximateCreationDateTime": NOW.timestamp(),
        },
    }


def known(functions: Functions, club: str, name: str = "") -> str:
    said = {"source_id": name or f"enrol-{next(NUMBERS)}", "metadata": {"club": club}}
    return str(functions.call("POST", "/v1/customers", said)[1]["id"])


def look(*records: dict[str, Any]) -> list[Any]:
    answer = handler({"Records": list(records)}, None)
    return list(answer["batchItemFailures"])


def test_a_change_that_comes_again_is_told_once_and_tells_ids_alone(
    functions: Functions, facts: Facts, segment: str
) -> None:
    ann, bob = known(functions, "VIP"), known(functions, "none")
    for _ in range(2):
        assert look(changed(ann), changed(bob), changed(ann, "summary")) == []
    [fact] = facts.told()
    assert fact.pop("id").startswith("fact_")
    assert fact == {
        "fact": "CustomerEnteredSegment",
        "project": PROJECT,
        "customer_id": ann,
        "segment_id": segment,
        "at": "2026-03-17T08:00:00.000Z",
    }
    functions.call("PUT", f"/v1/customers/{ann}", {"metadata": {"club": "none"}})
    assert look(changed(ann)) == []
    assert [it["fact"] for it in facts.told()] == ["CustomerEnteredSegment", "CustomerLeftSegment"]


def test_what_it_asks_of_the_table_is_a_batchs_and_not_a_changes(functions: Functions, facts: Facts) -> None:
    people = [known(functions, "VIP") for _ in range(3)]
    functions.bill.calls.clear()
    assert look(*map(changed, people)) == []
    assert functions.bill.calls == ["Query"], "where nothing is watched"
    _, made = functions.call("POST", "/v1/segments", {"name": "None", "type": "auto-update", "filter": {
        "metadata.club": {"conditions": {"$is": "nobody's"}}}})  # fmt: skip
    functions.bill.calls.clear()
    assert look(*map(changed, people)) == []
    assert functions.bill.calls == ["Query", "BatchGetItem", *["BatchGetItem"] * 3]
    functions.call("DELETE", f"/v1/segments/{made['id']}")


def test_who_may_have_bought_is_asked_for_what_waits_once_a_batch(functions: Functions, facts: Facts) -> None:
    ann, bob = known(functions, "VIP"), known(functions, "VIP")
    functions.bill.calls.clear()
    assert look(changed(ann, "summary"), changed(bob), changed(ann, "summary")) == []
    assert functions.bill.calls == ["Query", "Query"], "ann's messages, of which there are none; what is watched"


def test_what_failed_is_delivered_again_with_all_after_it(
    functions: Functions, facts: Facts, segment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = known(functions, "VIP"), known(functions, "VIP")
    monkeypatch.setenv("BUS_NAME", "arn:none")
    assert look(changed(bob, sequence=7), changed(ann, sequence=8)) == [{"itemIdentifier": "7"}]
    monkeypatch.setenv("BUS_NAME", engine.BUS)
    assert look(changed(bob, sequence=7), changed(ann, sequence=8)) == []
    assert [it["customer_id"] for it in facts.told()] == [bob, ann]


def test_who_is_forgotten_leaves_nothing_behind(functions: Functions, facts: Facts, segment: str) -> None:
    ann = known(functions, "VIP", "ann-forgotten")
    assert look(changed(ann)) == []
    assert settings.table().get(Key.enrolled(PROJECT, ann, segment))
    assert functions.call("DELETE", f"/v1/customers/{ann}")[0] == 204
    assert look(changed(ann)) == []
    assert settings.table().get(Key.enrolled(PROJECT, ann, segment)) is None
    assert known(functions, "VIP", "ann-forgotten") == ann == derived("cust", PROJECT, "ann-forgotten")
    assert look(changed(ann)) == []
    told = facts.told()
    assert [it["fact"] for it in told] == ["CustomerEnteredSegment"] * 2
    assert len({it["id"] for it in told}) == 2


def test_it_is_given_what_may_change_who_is_in(functions: Functions) -> None:
    kinds = ("customer", "summary", "member#seg_1", "enrolled#seg_1", "joined#camp_1", "voucher")
    assert [kind for kind in kinds if touches_a_customer(changed("cust_1", kind))] == [*kinds[:3]]
