"""Addresses at rest, as the table keeps them: under a print, each reason by itself."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.domain.post.deliveries import Channel
from shared.domain.post.suppressions import Suppression, Why
from shared.storage.keys import Key
from shared.storage.seals import SealStore
from shared.storage.suppressions import ACCOUNT, SuppressionStore
from shared.storage.table import Item, Table
from tests.builders import at_once, fresh
from tests.storage.wire import Wire
from tests.unit.values import AT, DAY

ANN = "ann@example.com"


def because(reason: Why, *, channel: Channel = "email", days: int = 0) -> Suppression:
    return Suppression(channel=channel, reason=reason, at=AT + days * DAY)


@pytest.fixture
def store(table: Table, project: str) -> SuppressionStore:
    return SuppressionStore(table, project)


def test_an_address_at_rest_is_known_by_its_print_alone(
    store: SuppressionStore, items: Callable[[], list[dict[str, Any]]]
) -> None:
    store.add("Ann@Example.com", because("bounce"))
    assert store.of({"email": ANN, "push": "cust_1"}) == {"email": because("bounce")}
    assert store.of({"email": "bob@example.com"}) == {}
    assert "ann" not in str(items()).lower()


def test_of_several_reasons_the_strongest_is_told_and_a_weaker_one_replaces_none(store: SuppressionStore) -> None:
    told: list[Why] = []
    reasons: tuple[Why, ...] = ("unsubscribed", "bounce", "stop", "complaint", "unsubscribed")
    for days, reason in enumerate(reasons):
        store.add(ANN, because(reason, days=days))
        told.append(store.of({"email": ANN})["email"].reason)
    assert told == ["unsubscribed", "bounce", "stop", "complaint", "complaint"]


def test_the_later_instant_of_a_reason_counts(store: SuppressionStore) -> None:
    for days in (1, 2, 0):
        store.add(ANN, because("unsubscribed", days=days))
    assert store.of({"email": ANN}) == {"email": because("unsubscribed", days=2)}


def test_a_reason_is_lifted_and_the_others_stay(
    store: SuppressionStore, items: Callable[[], list[dict[str, Any]]]
) -> None:
    store.add(ANN, because("bounce"))
    store.add(ANN, because("unsubscribed"))
    store.lift("email", ANN, reason="complaint", until=AT + 9 * DAY)
    store.lift("email", "bob@example.com", reason="bounce", until=AT + 9 * DAY)
    store.lift("email", ANN, reason="bounce", until=AT + 9 * DAY)
    assert store.of({"email": ANN}) == {"email": because("unsubscribed")}
    store.lift("email", ANN, reason="unsubscribed", until=AT + 9 * DAY)
    assert [it["SK"] for it in items()] == ["seal"], "nothing is left of an address that may be written to"


def test_a_reason_that_was_given_since_is_not_lifted(
    store: SuppressionStore, items: Callable[[], list[dict[str, Any]]]
) -> None:
    for others in range(2):
        store.add(ANN, because("stop", days=1))
        store.lift("email", ANN, reason="stop", until=AT)
        assert len(items()) == 2
        store.lift("email", ANN, reason="stop", until=AT + DAY)
        assert store.of({"email": ANN}) == ({"email": because("bounce")} if others else {})
        store.add(ANN, because("bounce"))


def test_a_stop_that_is_told_while_a_start_is_heeded_stays(
    store: SuppressionStore, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add(ANN, because("stop"))
    read = table.get

    def overtaken(key: Key) -> Item | None:
        item = read(key)
        if item and "stop" in item:
            store.add(ANN, because("stop", days=2))
        return item

    monkeypatch.setattr(table, "get", overtaken)
    store.lift("email", ANN, reason="stop", until=AT + DAY)
    assert store.of({"email": ANN}) == {"email": because("stop", days=2)}


def test_a_number_that_the_carrier_has_barred_is_barred_for_every_project(table: Table, project: str) -> None:
    number = f"+35386{int(fresh('')[-6:], 16) % 10**7:07d}"
    store = SuppressionStore(table, project)
    SuppressionStore(table, ACCOUNT).add(number, because("stop", channel="sms"))
    assert store.of({"sms": number, "email": ANN}) == {"sms": because("stop", channel="sms")}
    SealStore(table, project).get()
    store.add(number, because("unsubscribed", channel="sms"))
    assert store.of({"sms": number})["sms"].reason == "stop"
    SuppressionStore(table, ACCOUNT).lift("sms", number, reason="stop", until=AT + 9 * DAY)
    assert store.of({"sms": number})["sms"].reason == "unsubscribed"


def test_another_project_knows_nothing_of_it(table: Table, project: str, store: SuppressionStore) -> None:
    store.add(ANN, because("complaint"))
    other = SuppressionStore(table, f"{project}_other")
    assert other.of({"email": ANN}) == {}
    other.add("bob@example.com", because("bounce"))
    assert other.of({"email": ANN}) == {}


def test_eight_reasons_at_once_are_all_kept(store: SuppressionStore) -> None:
    reasons: list[Why] = ["bounce", "unsubscribed", "stop", "complaint"] * 2
    at_once(lambda days: store.add(ANN, because(reasons[days], days=days)), range(8))
    for days, reason in ((7, "complaint"), (6, "stop"), (4, "bounce"), (5, "unsubscribed")):
        assert store.of({"email": ANN}) == {"email": because(reason, days=days)}
        store.lift("email", ANN, reason=reason, until=AT + 9 * DAY)
    assert store.of({"email": ANN}) == {}


def test_all_addresses_are_one_round_trip_and_none_where_nothing_was_ever_sealed(
    store: SuppressionStore, table: Table, wire: Wire
) -> None:
    assert store.of({}) == {}
    assert wire.calls == []
    assert store.of({"email": ANN}) == {}
    assert wire.calls == ["GetItem"], "is there a seal?"
    store.add(ANN, because("bounce"))
    SealStore(table, ACCOUNT).get()
    wire.calls.clear()
    store.of({"email": ANN, "sms": "+353861234567", "push": "cust_1", "web": "cust_1"})
    assert wire.calls == ["BatchGetItem"]
