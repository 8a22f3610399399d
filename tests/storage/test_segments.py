"""Who is listed in a segment, on the table: whole or not at all, and for one read."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from shared.domain.customers import Customer, Profile
from shared.domain.errors import Moved, NotFound
from shared.domain.events import Event, Tracked
from shared.domain.filters import Condition, Filter
from shared.domain.lists import Query
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
    segments._seen.clear()


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
    other = {"PK", "SK", "pool", "pooled", "edition"}
    marks = [{*item} - other for item in items() if item["SK"] == "member#seg_1"]
    assert marks == [{"in 2", "in 3"}], "what nobody can look for any more is gone"


def test_who_loses_the_race_for_a_list_changes_nothing(segments: SegmentStore) -> None:
    segments.add(static(), ["cust_1"])
    known = segments.get("seg_1")
    segments.save(known.relisted("2"), customers=["cust_2"])
    with pytest.raises(Moved):
        segments.save(known.relisted("3"), customers=["cust_3"])
    assert listed(segments, "cust_1", "cust_2", "cust_3") == ["cust_2"]


def test_a_list_that_is_being_made_loses_nobody_to_the_one_before_it(
    segments: SegmentStore, table: Table, project: str, wire: Wire
) -> None:
    people = [f"cust_{number}" for number in range(120)]
    segments.add(static(), people)
    second = segments.get("seg_1").relisted("2")
    slower = SegmentStore(table, project)
    third: list[Segment] = []

    def meanwhile(_request: Any) -> None:
        """Between the commit of the second list and its sweep, a third one marks everybody."""
        third.append(slower.get("seg_1").relisted("3"))
        table.commit(*slower._listing(third[0], people))

    wire.hands = [lambda _: None, meanwhile]
    segments.save(second, customers=people[:1])
    assert "Query" in wire.calls
    slower.save(third[0])
    forget(segments)
    assert listed(segments, *people) == people


def test_a_segment_that_goes_takes_its_list_along(segments: SegmentStore, items: Callable[[], Any]) -> None:
    segments.add(static(), [f"cust_{number}" for number in range(120)])
    segments.remove(segments.get("seg_1"))
    assert items() == []
    assert listed(segments, "cust_1") == []


# The law


def test_every_way_to_ask_who_is_in_a_segment_has_the_same_answer(
    segments: SegmentStore, table: Table, project: str
) -> None:
    customers = CustomerStore(table, project)
    clubs = ["VIP", "Gold", None]
    people = [
        someone(f"cust_{number:02}", **({"club": it} if (it := clubs[number % 3]) else {})) for number in range(12)
    ]
    for person in people:
        customers.save(person, known=None)
    lists = {
        "seg_1": {"cust_00", "cust_01", "cust_05", "cust_99"},
        "seg_2": {f"cust_{number:02}" for number in range(6)},
    }
    for id_, names in lists.items():
        segments.add(static(id_), sorted(names))
    naming = {"segment": {"conditions": {"$is": "seg_1"}}}
    filters: dict[str, tuple[dict[str, Any], Callable[[Person], bool]]] = {
        "seg_vip": (VIP, lambda it: club_of(it) == "VIP"),
        "seg_both": ({**VIP, **naming}, lambda it: club_of(it) == "VIP" and it.customer.id in lists["seg_1"]),
        "seg_any": (
            {"junction": "or", **VIP, **naming},
            lambda it: club_of(it) == "VIP" or it.customer.id in lists["seg_1"],
        ),
        "seg_not": (
            {"segment": {"conditions": {"$not_in": ["seg_1", "seg_2"]}}},
            lambda it: it.customer.id not in lists["seg_1"] | lists["seg_2"],
        ),
    }
    for id_, (filter_, _) in filters.items():
        segments.add(passive(id_, **filter_), ())
    tests = {id_: (lambda it, names=names: it.customer.id in names) for id_, names in lists.items()}
    tests |= {id_: test for id_, (_, test) in filters.items()}
    inside = {person.customer.id: {it.id for it in segments.of(person, at=AT)} for person in people}
    for id_, test in tests.items():
        plain = {person.customer.id for person in people if test(person)}
        assert {name for name, its in inside.items() if id_ in its} == plain
        assert {it.customer.id for it in people if segments.entered([id_], it, at=AT)} == plain
        query = Query(AT, (Filter((Condition("segment_id", "is", (id_,)),)),), limit=100)
        assert {it.customer.id for it in customers.wanted(query).things} == plain


def club_of(person: Person) -> str | None:
    club: str | None = (person.customer.profile.metadata or {}).get("club")
    return club


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
