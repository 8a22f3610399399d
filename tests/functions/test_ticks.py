"""The calendar's functions over a real engine: what ticks cost and send, and what moving the clock sets in motion."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from threading import Event
from typing import Any

import boto3
import pytest

from functions import fan_out, tick
from infra.local import engine
from infra.local.calendar import Calendar
from infra.local.clock import Clock
from infra.local.pump import Line
from shared.domain.calendar.residences import Residence
from shared.domain.calendar.schedules import Schedule
from shared.domain.model import iso
from shared.runtime import settings
from shared.storage.agenda import Agenda
from shared.storage.keys import WAITING, Key, waiting
from shared.storage.table import put
from tests.agendas import Celebrant, FakeAgenda, Waits, laid_down, schedule
from tests.functions.conftest import Functions

NUMBERS = count(1)
NOON = datetime(2031, 3, 1, 12, tzinfo=UTC)
"""In a year of which no other test has left anything."""
NINE = datetime(2031, 3, 17, 9, tzinfo=UTC)
BORN = date(1990, 3, 17)
ZONES = ("Asia/Tokyo", "Europe/Dublin", "America/New_York", "Pacific/Apia", "Pacific/Pago_Pago", "Asia/Kathmandu")
QUEUES = ("CALENDAR_QUEUE_URL", "POST_QUEUE_URL")
Json = dict[str, Any]


@dataclass
class Post:
    """A worker that delivers nothing, and notes when it was asked to do what."""

    clock: Clock
    heard: list[tuple[datetime, Json]] = field(default_factory=list)
    fails: Callable[[Json], bool] = lambda _said: False

    def __call__(self, event: Json, _context: object) -> Json:
        said = {record["messageId"]: json.loads(record["body"]) for record in event["Records"]}
        self.heard += [(self.clock.now(), it) for it in said.values()]
        return {"batchItemFailures": [{"itemIdentifier": id_} for id_, it in said.items() if self.fails(it)]}

    @property
    def of(self) -> list[tuple[datetime, Any]]:
        return [(at, said.get("customers") or said["deliveries"]) for at, said in self.heard]


@pytest.fixture
def project(functions: Functions) -> Iterator[str]:
    """A project of which alone ticks know, as nothing of the others' waits; how far they have come is forgotten before
    and after.
    """
    table = settings.table()
    begun = [*table.query(Key.ticked().PK), *table.items(table.index("pools", WAITING))]
    others = [(Key(item["PK"], item["SK"]), item) for item in begun]
    table.remove_many(key for key, _ in others)
    for url in QUEUES:
        boto3.client("sqs").purge_queue(QueueUrl=os.environ[url])
        boto3.client("sqs").purge_queue(QueueUrl=engine.dead_letters(os.environ[url]))
    yield f"proj_ticks_{next(NUMBERS)}"
    table.remove_many([Key(item["PK"], item["SK"]) for item in table.query(Key.ticked().PK)])
    table.put_many((key, item) for key, item in others if key != Key.ticked())


@pytest.fixture
def clock(project: str) -> Clock:
    clock = Clock()
    clock.set(NOON)
    return clock


@pytest.fixture
def post(clock: Clock) -> Post:
    return Post(clock)


@pytest.fixture
def calendar(clock: Clock, post: Post) -> Calendar:
    lines = [
        Line(os.environ[url], worker, clock, dead_letters=engine.dead_letters(os.environ[url]))
        for url, worker in zip(QUEUES, (fan_out.handler, post), strict=True)
    ]
    return Calendar(clock, tick.handler, lines)


def people(*zones: str, day: date = BORN) -> list[Celebrant]:
    return [
        Celebrant(f"cust_{number}_{zone}", Residence(None, zone), {"birthdate": day})
        for number, zone in enumerate(zones)
    ]


def known(project: str, *celebrants: Celebrant, on: tuple[Schedule, ...] = (), waits: tuple[Waits, ...] = ()) -> None:
    stands = FakeAgenda(celebrants, [(project, it) for it in on], waits)
    settings.table().put_many(laid_down(project, stands))


def messages(url: str) -> list[Json]:
    sqs: Any = boto3.client("sqs")
    found = sqs.receive_message(QueueUrl=os.environ[url], MaxNumberOfMessages=10).get("Messages", [])
    for message in found:
        sqs.delete_message(QueueUrl=os.environ[url], ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(message["Body"]) for message in found]


def record(body: Json) -> Json:
    return {"messageId": "1", "body": json.dumps(body), "eventSource": "aws:sqs", "attributes": {}}


def wakes(at: datetime) -> None:
    tick.handler({"at": iso(at)}, None)


def test_an_idle_tick_costs_a_few_reads_whatever_there_is(functions: Functions, project: str) -> None:
    """The agenda, who waits, and the mark, which is 2 units; for a project with a schedule its settings."""
    functions.bill.calls.clear()
    functions.bill.write_units = 0
    wakes(NOON)
    assert (functions.bill.calls, functions.bill.write_units) == (["Query", "Query", "TransactWriteItems"], 2)
    known(project, *people(*ZONES * 20), on=(schedule(), schedule(), schedule()))
    functions.bill.calls.clear()
    wakes(NOON + timedelta(minutes=30))
    assert functions.bill.calls == ["Query", "GetItem", "Query", "TransactWriteItems"]
    functions.bill.calls.clear()
    wakes(NOON + timedelta(minutes=15))
    assert functions.bill.calls == ["Query"], "of one that comes late"


def test_what_a_tick_sends_is_what_fan_out_understands_and_that_what_deliver_does(
    functions: Functions, project: str
) -> None:
    of = schedule()
    known(project, *people("Europe/Dublin", "Asia/Tokyo"), on=(of,), waits=(Waits(project, "dlv_1", NINE),))
    Agenda(settings.table()).mark(NINE - timedelta(minutes=15), was=None)
    wakes(NINE)
    run = {"project": project, "schedule_id": of.id, "day": "2031-03-17", "at": "2031-03-17T09:00:00.000Z"}
    sent = messages("CALENDAR_QUEUE_URL")
    due, nowhere, waits = sorted(sent, key=lambda it: ("until" in it, it.get("zone") == "-"))
    assert due == {**run, "zone": "Europe/Dublin", "after": None}
    assert nowhere == {**run, "zone": "-", "after": None}
    assert waits == {"until": "2031-03-17T09:00:00.000Z", "after": None}
    functions.bill.calls.clear()
    assert fan_out.handler({"Records": [record(due)]}, None) == {"batchItemFailures": []}
    assert functions.bill.calls == ["GetItem", "Query"]
    fan_out.handler({"Records": [record(nowhere), record(waits)]}, None)
    assert messages("POST_QUEUE_URL") == [
        {**run, "customers": ["cust_0_Europe/Dublin"]},
        {"project": project, "deliveries": ["dlv_1"]},
    ]
    settings.table().remove_many([Key.delivery(project, "dlv_1")])


def test_fan_out_hands_over_to_itself_when_its_time_is_short(functions: Functions, project: str) -> None:
    class Short:
        def get_remaining_time_in_millis(self) -> int:
            return fan_out.RESERVE_MS

    of = schedule()
    known(project, *people(*["Europe/Dublin"] * 101), on=(of,))
    run = {"project": project, "schedule_id": of.id, "day": "2031-03-17", "at": iso(NINE), "zone": "Europe/Dublin"}
    fan_out.handler({"Records": [record({**run, "after": None})]}, Short())
    [left] = messages("CALENDAR_QUEUE_URL")
    assert len([id_ for it in messages("POST_QUEUE_URL") for id_ in it["customers"]]) == 100
    fan_out.handler({"Records": [record(left)]}, None)
    assert [len(it["customers"]) for it in messages("POST_QUEUE_URL")] == [1]


def test_what_nobody_understands_goes_back_to_the_queue_and_keeps_no_other_back(
    functions: Functions, project: str
) -> None:
    fine = {**record({"until": iso(NINE), "after": None}), "messageId": "2"}
    answer = fan_out.handler({"Records": [record({"day": "never"}), fine]}, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}


def test_moved_forward_the_clock_stops_wherever_somebody_is_due(project: str, calendar: Calendar, post: Post) -> None:
    of = schedule()
    known(project, *people(*ZONES), on=(of,))
    calendar.move(NOON)
    assert calendar.move(NOON + timedelta(days=30)) == 0
    assert post.of == [
        (datetime(2031, 3, 16, 20, tzinfo=UTC), ["cust_3_Pacific/Apia"]),
        (datetime(2031, 3, 17, 0, tzinfo=UTC), ["cust_0_Asia/Tokyo"]),
        (datetime(2031, 3, 17, 3, 15, tzinfo=UTC), ["cust_5_Asia/Kathmandu"]),
        (datetime(2031, 3, 17, 9, tzinfo=UTC), ["cust_1_Europe/Dublin"]),
        (datetime(2031, 3, 17, 13, tzinfo=UTC), ["cust_2_America/New_York"]),
        (datetime(2031, 3, 17, 20, tzinfo=UTC), ["cust_4_Pacific/Pago_Pago"]),
    ]
    assert post.heard[3][1]["at"] == "2031-03-17T09:00:00.000Z"
    assert post.clock.now() == NOON + timedelta(days=30)


def test_quiet_days_cost_a_query_each_or_one_look_at_all_and_no_step(
    functions: Functions, project: str, calendar: Calendar, post: Post
) -> None:
    """However many zones people live in: of 40 here, and all were born in December."""
    zones = [f"{area}/{place}" for area, place in (("Africa", "Cairo"), ("Asia", "Tokyo"))] + [
        *("Europe/Paris", "Europe/Rome"),
        *(f"Etc/GMT{hours:+}" for hours in range(-14, 13)),
        *ZONES[1:],
    ]
    known(project, *people(*zones, day=date(1990, 12, 24)), on=(schedule(),))
    calendar.move(NOON)
    functions.bill.calls.clear()
    calendar.move(NOON + timedelta(days=90, minutes=7))
    assert post.heard == []
    asked = functions.bill.calls
    assert dict(Counter(asked)) == {"Scan": 1, "Query": 5, "GetItem": 2, "TransactWriteItems": 2}
    asked.clear()
    calendar.move(NOON + timedelta(days=121, minutes=7))
    assert dict(Counter(asked)) == {"Query": 37, "GetItem": 2, "TransactWriteItems": 2}


def test_moved_back_it_passes_nothing_and_moved_on_from_there_it_passes_all_again(
    project: str, calendar: Calendar, post: Post
) -> None:
    known(project, *people("Europe/Dublin"), on=(schedule(),))
    calendar.move(NOON)
    calendar.move(NINE)
    calendar.move(NOON)
    assert len(post.heard) == 1
    calendar.move(NINE - timedelta(minutes=1))
    assert len(post.heard) == 1
    calendar.move(NINE)
    assert [at for at, _ in post.heard] == [NINE, NINE], "whoever delivers knows it again"
    calendar.move(None)
    assert len(post.heard) == 2
    assert post.clock.goes
    assert Agenda(settings.table()).standing().ticked < NINE  # type: ignore[operator]


def test_what_waits_goes_at_its_instant_also_what_begins_to_wait_on_the_way(
    project: str, calendar: Calendar, post: Post
) -> None:
    first, then = NINE + timedelta(minutes=7), NINE + timedelta(hours=3)
    known(project, waits=(Waits(project, "dlv_1", first),))

    def takes_up(said: Json) -> bool:
        [id_] = said["deliveries"]
        if id_ == "dlv_1":
            settings.table().remove_many([Key.delivery(project, id_)])
            settings.table().commit(put(Key.delivery(project, "dlv_2"), waiting(then, "dlv_2")))
        else:
            settings.table().remove_many([Key.delivery(project, id_)])
        return False

    post.fails = takes_up
    calendar.move(NOON)
    calendar.move(NINE + timedelta(days=1))
    assert post.of == [(first, ["dlv_1"]), (then, ["dlv_2"])]


def test_what_keeps_failing_ends_among_the_dead_letters_and_the_answer_comes(
    project: str, calendar: Calendar, post: Post
) -> None:
    known(project, *people("Europe/Dublin", "Asia/Tokyo"), on=(schedule(),))
    post.fails = lambda said: "Dublin" in said["customers"][0]
    calendar.move(NOON)
    assert calendar.move(NINE + timedelta(days=1)) == 1
    assert [ids for _, ids in post.of] == [["cust_1_Asia/Tokyo"], *[["cust_0_Europe/Dublin"]] * engine.ATTEMPTS]
    assert calendar.move(NINE + timedelta(days=2)) == 1, "told until a person has seen to it"


def test_a_clock_that_nobody_moves_ticks_by_itself(project: str, clock: Clock, post: Post) -> None:
    clock.set(None)
    ticks: list[str] = []
    enough = Event()

    def ticked(event: Json, _context: object) -> None:
        ticks.append(event["at"])
        if len(ticks) == 3:
            enough.set()

    ticking = Calendar(clock, ticked, (), every=timedelta(milliseconds=100))
    ticking.start()
    assert enough.wait(10)
    clock.set(NOON)
    ticking.stop()
    first, second, third = map(datetime.fromisoformat, ticks[:3])
    assert second - first >= timedelta(milliseconds=100)
    assert third > second


def test_after_a_restart_ticks_go_on_from_the_real_time_if_the_clock_had_been_ahead(
    project: str, clock: Clock, post: Post
) -> None:
    Agenda(settings.table()).mark(NOON, was=None)
    clock.set(None)
    done = Event()
    again = Calendar(clock, lambda *_: done.set(), ())
    again.start()
    assert done.wait(10)
    again.stop()
    ticked = Agenda(settings.table()).standing().ticked
    assert ticked is not None
    assert ticked < NOON
