"""Who is listed in a segment, on the table: whole or not at all, and for one read."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from shared.domain.customers import Customer, Profile
from shared.domain.errors import Moved, NotFound
from shared.domain.events import Event, Tracked
from shared.domain.segments import Segment
from shared.domain.summaries import Happened, Person, Summary
from shared.storage.customers import CustomerStore
from shared.storage.events import EventStore
from shared.storage.segments import SegmentStore
from shared.storage.table import Table
from tests.storage.wire import Wire
from tests.unit.values import AT, DAY

VIP = {"metadata.club": {"conditions": {"$is": "VIP"}}}


@pytest.fixture
def segments(table: Table, project: str) -> SegmentStore:
    return SegmentStore(table, project)


def static(id_: str = "seg_1", *editions: str, **fields: Any) -> Segment:
    return Segment(id=id_, name=id_, type="static", editions=editions or ("1",), created_at=AT, **fields)


def passive(id_: str = "seg_2", **filters: Any) -> Segment:
    return Segment(id=id_, name=id_, type="passive", filter=filters or VIP, created_at=AT)


def someone(id_: str, **metadata: Any) -> Person:
    return Person(Customer(id=id_, profile=Profile(metadata=metadata), created_at=AT), Summary())


def listed(segments: SegmentStore, *people: str, segment: str = "seg_1") -> list[str]:
    return [one for one in people if segments.entered([segment], someone(one), at=AT)]


def forget(segments: SegmentStore) -> None:
    """As another process, which knows nothing yet."""
    segments._warm.clear()


def test_a_segment_is_kept_found_and_forgotten(segments: SegmentStore, items: Callable[[], Any]) -> None:
    segment = passive()
    segments.add(segment, ())
    assert segments.get("seg_2") == segment
    with pytest.raises(Moved):
        segments.add(segment, ())
    segments.save(segment.changed(name="Very important", at=AT))
    with pytest.raises(Moved):
        segments.save(segment.changed(name="Late", at=AT))
    found = segments.get("seg_2")
    assert (found.name, found.version) == ("Very important", 2)
    assert segments.every() == {"seg_2": found}
    segments.remove(found)
    with pytest.raises(NotFound):
        segments.get("seg_2")
    assert (segments.every(), items()) == ({}, [])


def test_who_is_listed_is_in_and_nobody_else(segments: SegmentStore) -> None:
    segments.add(static(), ["cust_1", "cust_2", "cust_1"])
    assert listed(segments, "cust_1", "cust_2", "cust_3") == ["cust_1", "cust_2"]


def test_a_warm_process_reads_one_key_a_static_segment_and_nothing_for_another(
    segments: SegmentStore, wire: Wire
) -> None:
    segments.add(static(), ["cust_1"])
    segments.add(passive(), ())
    forget(segments)
    ids, ann = ["seg_1", "seg_2", "seg_lost"], someone("cust_1", club="VIP")
    for keys in (6, 1):
        assert len(segments.keys(ids, "cust_1")) == keys
        wire.calls.clear()
        assert segments.entered(ids, ann, at=AT) == {"seg_1", "seg_2"}
        assert wire.calls == ["BatchGetItem"]
    wire.calls.clear()
    assert segments.entered(["seg_2"], ann, at=AT) == {"seg_2"}
    assert wire.calls == []


def test_what_a_batch_has_read_along_is_not_read_again(segments: SegmentStore, table: Table, wire: Wire) -> None:
    segments.add(static(), ["cust_1"])
    segments.add(passive("seg_2", segment={"conditions": {"$is": "seg_1"}}), ())
    forget(segments)
    for name, there in (("cust_1", {"seg_1", "seg_2"}), ("cust_2", set())):
        keys = segments.keys(["seg_1", "seg_2"], name)
        items = table.get_many(keys)
        wire.calls.clear()
        assert segments.entered(["seg_1", "seg_2"], someone(name), at=AT, items=items, read=keys) == there
        assert wire.calls == []


def test_what_a_segment_names_is_known_with_it(segments: SegmentStore, wire: Wire) -> None:
    segments.add(static(), ["cust_1"])
    segments.add(passive("seg_2", segment={"conditions": {"$is": "seg_1"}}), ())
    segments.add(passive("seg_3", segment={"conditions": {"$in": ["seg_2", "seg_lost"]}}), ())
    assert {*segments.get_many(["seg_3"])} == {"seg_1", "seg_2", "seg_3"}
    forget(segments)
    for calls in (3, 1):
        wire.calls.clear()
        assert segments.entered(["seg_3"], someone("cust_1"), at=AT) == {"seg_3"}
        assert len(wire.calls) == calls
    assert segments.entered(["seg_3"], someone("cust_2"), at=AT) == frozenset()


def test_a_list_of_any_length_is_there_whole_or_not_at_all(segments: SegmentStore, wire: Wire) -> None:
    people = [f"cust_{number}" for number in range(300)]

    def crash(request: Any) -> None:
        raise KeyboardInterrupt

    wire.hands = [lambda _: None, lambda _: None, lambda _: None, crash]
    with pytest.raises(KeyboardInterrupt):
        segments.add(static(), people)
    wire.hands.clear()
    assert listed(segments, *people[::50]) == []
    forget(segments)
    segments.add(static("seg_1", "2"), people)
    assert listed(segments, *people[::50]) == people[::50]


def test_another_list_counts_at_once_and_the_one_before_for_whoever_has_not_heard(
    segments: SegmentStore, table: Table, project: str, items: Callable[[], Any]
) -> None:
    first = static()
    segments.add(first, ["cust_1", "cust_2"])
    second = first.relisted("2")
    segments.save(second, customers=["cust_2", "cust_3"])
    assert listed(segments, "cust_1", "cust_2", "cust_3") == ["cust_2", "cust_3"]
    # A process that is warm with the first edition still finds those who are on both.
    known = table.get_many(segments.keys(["seg_1"], "cust_2", warm=False))
    assert segments.listed({"seg_1": first}, "cust_2", known) == {"seg_1"}
    third = segments.get("seg_1").relisted("3")
    segments.save(third, customers=["cust_2"])
    marks = [{*item} - {"PK", "SK", "pool", "pooled"} for item in items() if item["SK"] == "member#seg_1"]
    assert marks == [{"in 2", "in 3"}], "what nobody can look for any more is gone"


def test_who_loses_the_race_for_a_list_changes_nothing(segments: SegmentStore) -> None:
    segments.add(static(), ["cust_1"])
    known = segments.get("seg_1")
    segments.save(known.relisted("2"), customers=["cust_2"])
    with pytest.raises(Moved):
        segments.save(known.relisted("3"), customers=["cust_3"])
    assert listed(segments, "cust_1", "cust_2", "cust_3") == ["cust_2"]


def test_a_segment_that_goes_takes_its_list_along(segments: SegmentStore, items: Callable[[], Any]) -> None:
    segments.add(static(), [f"cust_{number}" for number in range(120)])
    segments.remove(segments.get("seg_1"))
    assert items() == []
    assert listed(segments, "cust_1") == []


# Events


def test_events_stand_in_the_summary_of_this_life_of_their_customer(
    table: Table, project: str, items: Callable[[], Any]
) -> None:
    events, customers = EventStore(table, project), CustomerStore(table, project)
    customer = Customer(id="cust_1", profile=Profile(name="Ann"), created_at=AT)

    def track(name: str, number: int, *, at: datetime = AT, person: Person | None = None) -> None:
        event = Event(id=f"ev_{number}", name=name, customer_id="cust_1", created_at=at)
        events.track(Tracked(event, customer), known=person)

    track("seen", 1)
    known = customers.find("cust_1")
    assert known
    for number, name in enumerate(("seen", "a.b c", "orders"), 2):
        track(name, number, at=AT + DAY, person=known)
    person = customers.find("cust_1")
    assert person
    assert person.summary.events == {
        "seen": Happened(2, AT + DAY),
        "a.b c": Happened(1, AT + DAY),
        "orders": Happened(1, AT + DAY),
    }
    assert (person.summary.orders, [it["SK"] for it in items()].count("event")) == (0, 4)
    with pytest.raises(Moved):
        track("seen", 9)
    assert customers.find("cust_1") == person, "a customer whom somebody else has made meanwhile is looked at again"
    customers.remove(person.customer)
    assert items() == []
