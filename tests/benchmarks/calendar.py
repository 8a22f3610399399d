"""What the calendar costs: a run's reads as the project grows to a million customers; how many occasions are computed a
second; how long it takes to move the clock by a year.

Customers are laid down as their index entries alone: a run reads nothing else of them.
"""

import importlib
import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Group
from rich.table import Table

from infra.local import engine
from infra.local.calendar import Calendar
from infra.local.clock import Clock
from infra.local.pump import Line
from infra.local.service import free_port
from shared.domain.calendar.residences import Residence
from tests.agendas import PROJECT, Celebrant, FakeAgenda, laid_down, of_person, schedule
from tests.replay.calendar import ZONES

SIZES = tuple(int(size) for size in os.environ.get("CUSTOMERS", "10000,100000,1000000").split(","))
A_YEARS_CUSTOMERS = 1_000
DAYS = 365
START = datetime(2027, 1, 1, tzinfo=UTC)
DAY = date(2027, 3, 17)
"""On which it is counted who is due."""
HOME = "Europe/Dublin"


def measure() -> Group:
    """One engine for the runs, one for the year."""
    os.environ.update(POWERTOOLS_LOG_LEVEL="ERROR", POWERTOOLS_SERVICE_NAME="bonbon")
    with engine.running(free_port()) as endpoint:
        engine.connect(endpoint)
        engine.create_table(endpoint)
        runs = _runs()
    with engine.running(free_port()) as endpoint:
        engine.connect(endpoint)
        engine.create_table(endpoint)
        year = _year()
    return Group(runs, "", _occasions(), "", year)


def _runs() -> Table:
    """The whole of one day's birthdays, in one zone, as the project grows."""
    from shared.domain.calendar.schedules import Run
    from shared.runtime import settings
    from shared.storage.agenda import Agenda

    client, table, greetings = settings.dynamodb(), settings.table(), schedule()
    read = {"entries": 0, "round trips": 0}

    def note(parsed: dict[str, Any], **_: Any) -> None:
        read["entries"] += parsed["ScannedCount"]
        read["round trips"] += 1

    client.meta.events.register("after-call.dynamodb.Query", note)
    title = "A run of birthdays"
    told = Table(
        "customers", "due", "entries read", "read per due", "round trips", "ms", title=title, title_justify="left"
    )
    there = 0
    for size in SIZES:
        table.put_many(_customers(there, size))
        there = size
        read.update(dict.fromkeys(read, 0))
        started = time.perf_counter()
        run = Run(schedule_id=greetings.id, day=DAY, zone=HOME, at=START)
        due = sum(1 for _ in Agenda(table).due(PROJECT, greetings, run))
        took = (time.perf_counter() - started) * 1_000
        told.add_row(
            f"{size:,}",
            f"{due:,}",
            f"{read['entries']:,}",
            f"{read['entries'] / due:.2f}",
            f"{read['round trips']}",
            f"{took:.0f}",
        )
    return told


def _customers(first: int, last: int) -> Iterator[Any]:
    """Index entries of birthdays, of which each day of the year has as many as another."""
    for number in range(first, last):
        born = date(1990, 1, 1) + timedelta(days=number % DAYS)
        person = Celebrant(f"cust_{number:016x}", Residence("IE", HOME), {"birthdate": born})
        yield [*of_person(PROJECT, person)][1]


def _occasions() -> Table:
    """Runs of a birthday schedule in forty zones, for a year, as ticks and previews compute them."""
    from shared.domain.calendar.occasions import runs

    greetings, places = schedule(), [Residence(None, zone) for zone in ZONES]
    started = time.process_time()
    found = runs(greetings, places, home=ZoneInfo("UTC"), after=START, until=START + timedelta(days=DAYS))
    took = time.process_time() - started
    told = Table("runs", "CPU s", "a second", title="Occasions computed", title_justify="left")
    told.add_row(f"{len(found):,}", f"{took:.2f}", f"{len(found) / took:,.0f}")
    return told


def _year() -> Table:
    """The clock moved by a year, in which as many are congratulated, in forty zones; and by a year of nobody."""
    from shared.runtime import errands, settings

    for cached in (settings.dynamodb, settings.table, settings.sqs, errands.calendar, errands.post):
        cached.cache_clear()
    clock, heard = Clock(), []

    def post(event: dict[str, Any], _context: object) -> dict[str, Any]:
        heard.extend(json.loads(record["body"]) for record in event["Records"])
        return {"batchItemFailures": []}

    workers = {"CALENDAR_QUEUE_URL": importlib.import_module("functions.fan_out").handler, "POST_QUEUE_URL": post}
    lines = [Line(os.environ[url], worker, clock) for url, worker in workers.items()]
    clock.set(START)
    calendar = Calendar(clock, importlib.import_module("functions.tick").handler, lines)
    on = [(PROJECT, schedule())]
    told = Table("congratulated", "s", "ms each", title="The clock moved by a year", title_justify="left")
    for size in (0, A_YEARS_CUSTOMERS):
        born = (date(1990, 1, 1) + timedelta(days=number * 37 % DAYS) for number in range(size))
        people = [
            Celebrant(f"cust_{number:04d}", Residence(None, ZONES[number % len(ZONES)]), {"birthdate": day})
            for number, day in enumerate(born)
        ]
        settings.table().put_many(laid_down(PROJECT, FakeAgenda(people, on)))
        calendar.move(START)
        started = time.perf_counter()
        calendar.move(START + timedelta(days=DAYS))
        took = time.perf_counter() - started
        told.add_row(
            f"{sum(len(it['customers']) for it in heard):,}", f"{took:.1f}", f"{took * 1_000 / (size or 1):.0f}"
        )
    return told
