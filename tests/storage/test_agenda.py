"""The agenda and who is on it: one contract, kept by the fake, which tells it in the plainest way, and by the table."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from infra.local import engine
from shared.domain.calendar.agenda import Found
from shared.domain.calendar.residences import NOWHERE, Residence
from shared.domain.calendar.schedules import Run, Schedule
from shared.domain.errors import Moved
from shared.storage.agenda import Agenda
from shared.storage.keys import Key
from shared.storage.table import Table
from tests.agendas import Celebrant, FakeAgenda, Waits, laid_down, schedule
from tests.unit.values import AT, DAY, MILLISECOND

Given = Callable[..., Any]
IRISH, ABROAD, NOBODY_KNOWS = Residence("IE", "Europe/Dublin"), Residence("IE", "America/New_York"), Residence()
PLACES = (
    IRISH,
    ABROAD,
    Residence("US", "America/New_York"),
    Residence("US"),
    NOBODY_KNOWS,
    Residence(None, "Asia/Tokyo"),
)
PATRICK = date(2026, 3, 17)
BIRTHDAY, CAME = {"type": "BIRTHDAY"}, {"type": "ANNIVERSARY", "attribute": "created_at"}
WED = {"type": "ANNIVERSARY", "attribute": "metadata.wed"}
EVERYBODYS = {"type": "DAY", "month": 3, "day": 17}
OCCASIONS = (
    BIRTHDAY,
    CAME,
    *({**CAME, "years": years} for years in ([1, 2], [1, 3, 4, 9])),
    {**WED, "years": [1, 3]},
    {"type": "HOLIDAY", "country": "IE", "name": "Saint Patrick's Day"},
    EVERYBODYS,
)


@pytest.fixture
def table(client: Any) -> Table:
    """A table apart: the agenda is of all projects, and other tests leave theirs on it."""
    engine.create_table(client.meta.endpoint_url, "agendas")
    return Table(client, "agendas")


@pytest.fixture
def read(client: Any) -> Iterator[list[int]]:
    """How many entries each query reads from now on."""
    each: list[int] = []

    def note(parsed: dict[str, Any], **_: Any) -> None:
        each.append(parsed["ScannedCount"])

    client.meta.events.register("after-call.dynamodb.Query", note)
    yield each
    client.meta.events.unregister("after-call.dynamodb.Query", note)


@pytest.fixture(params=["fake", "table"])
def given(request: pytest.FixtureRequest, project: str) -> Iterator[Given]:
    """What makes an agenda of these people and schedules; they are gone again when the test ends."""
    table: Table | None = request.getfixturevalue("table") if request.param == "table" else None
    laid: list[Key] = [Key.ticked()]

    def made(**stands: Any) -> Any:
        fake = FakeAgenda(**stands)
        if table is None:
            return fake
        items = laid_down(project, fake)
        laid.extend(key for key, _ in items)
        table.put_many(items)
        return Agenda(table)

    yield made
    if table is not None:
        table.remove_many(laid)


def run(of: Schedule, zone: str | None, day: date = PATRICK) -> Run:
    return Run(schedule_id=of.id, day=day, zone=zone, at=AT)


def everybody(random: Random) -> list[Celebrant]:
    """Forty people of all places; most have days that are celebrated on 17 March."""

    def a_day() -> date:
        return PATRICK.replace(year=random.randrange(2022, 2026)) + random.choice(
            [timedelta(), timedelta(random.randrange(365))]
        )

    return [
        Celebrant(
            f"cust_{number:04d}",
            random.choice(PLACES),
            {name: a_day() for name in ("birthdate", "created_at", "metadata.wed") if random.random() < 0.9},
        )
        for number in range(40)
    ]


@pytest.mark.parametrize("occasion", OCCASIONS, ids=str)
def test_who_is_due_is_found_by_zone_and_counted_the_same(given: Given, project: str, occasion: dict[str, Any]) -> None:
    of, people = schedule(occasion), everybody(Random(4))
    agenda, plain = given(people=people), FakeAgenda(people)
    for zone in (IRISH.time_zone, ABROAD.time_zone, "Asia/Tokyo", NOWHERE, None):
        due = [it.id for it in agenda.due(project, of, run(of, zone))]
        assert sorted(due) == [it.id for it in plain.due(project, of, run(of, zone))]
        assert agenda.count(project, of, run(of, zone)) == len(due)
    assert dict(agenda.by_zone(project, of, PATRICK)) == dict(plain.by_zone(project, of, PATRICK))
    assert len(due) > 3, "the test would show nothing"


@pytest.mark.parametrize("occasion", [BIRTHDAY, {**CAME, "years": [1, 3]}, EVERYBODYS], ids=str)
@pytest.mark.parametrize("zone", ["America/New_York", None])
def test_who_reads_on_after_anybody_finds_the_rest(
    given: Given, project: str, occasion: dict[str, Any], zone: str | None
) -> None:
    of = schedule(occasion)
    agenda = given(people=everybody(Random(8)))
    found = [*agenda.due(project, of, run(of, zone))]
    for number in {0, len(found) // 2, len(found) - 1}:
        assert [*agenda.due(project, of, run(of, zone), after=found[number].place)] == found[number + 1 :]


@pytest.mark.parametrize(
    ("case", "leap_day", "day", "due"),
    [
        ("in a leap year on their day", "FEB_28", date(2028, 2, 29), ["leapling"]),
        ("and not on the day before", "FEB_28", date(2028, 2, 28), ["day_before"]),
        ("in a common year the day before", "FEB_28", date(2027, 2, 28), ["day_before", "leapling"]),
        ("or the day after", "MAR_1", date(2027, 3, 1), ["leapling"]),
    ],
)
def test_those_of_29_february_are_found(
    given: Given, project: str, case: str, leap_day: str, day: date, due: list[str]
) -> None:
    born = {"leapling": date(2000, 2, 29), "day_before": date(2000, 2, 28)}
    agenda = given(people=[Celebrant(id_, days={"birthdate": day}) for id_, day in born.items()])
    of = schedule(leap_day=leap_day)
    assert sorted(it.id for it in agenda.due(project, of, run(of, NOWHERE, day))) == due, case


def test_a_tick_sees_all_that_is_on_and_how_far_ticks_have_come(given: Given, project: str) -> None:
    two = [(project, schedule(id=f"sch_{number}")) for number in (1, 2)]
    agenda = given(on=two)
    assert agenda.standing() == (two, None)
    agenda.mark(AT, was=None)
    assert agenda.standing() == (two, AT)
    assert agenda.active(project, "sch_2") == two[1][1]
    assert agenda.active(project, "sch_3") is None


def test_of_two_ticks_that_saw_the_same_one_moves_the_mark(given: Given) -> None:
    agenda = given()
    agenda.mark(AT, was=None)
    for was in (None, AT - DAY):
        with pytest.raises(Moved):
            agenda.mark(AT + DAY, was=was)
    agenda.mark(AT + DAY, was=AT)
    assert agenda.standing().ticked == AT + DAY


def test_deliveries_wait_until_their_instant(given: Given, project: str) -> None:
    agenda = given(waits=[Waits(project, f"dlv_{number}", AT + number * MILLISECOND) for number in (3, 1, 2)])
    assert agenda.first_waiting() == AT + MILLISECOND
    assert agenda.first_waiting(after=AT + MILLISECOND) == AT + 2 * MILLISECOND
    assert agenda.first_waiting(after=AT + 3 * MILLISECOND) is None
    first, second = agenda.waiting(AT + 2 * MILLISECOND)
    assert [(it.project, it.id) for it in (first, second)] == [(project, "dlv_1"), (project, "dlv_2")]
    assert [*agenda.waiting(AT + 2 * MILLISECOND, after=first.place)] == [second]
    assert [*agenda.waiting(AT)] == []


def test_a_place_is_known_as_soon_as_somebody_lives_there(table: Table, project: str) -> None:
    """A run for a new place must not meet settings that were warm before."""
    agenda, of = Agenda(table), schedule(EVERYBODYS)
    for number, place in enumerate(PLACES[:2], 1):
        table.put_many(
            laid_down(project, FakeAgenda([Celebrant(f"cust_{it}", its) for it, its in enumerate(PLACES[:number])]))
        )
        assert agenda.count(project, of, run(of, None)) == number, place


@pytest.mark.parametrize(
    ("occasion", "queries"), [(BIRTHDAY, 1), (CAME, 8), ({**CAME, "years": [1, 2, 9]}, 16)], ids=str
)
def test_a_run_reads_an_entry_for_each_who_is_due_and_none_for_anybody_else(
    table: Table, project: str, read: list[int], occasion: dict[str, Any], queries: int
) -> None:
    of = schedule(occasion)
    days = {"birthdate": PATRICK.replace(year=2024), "created_at": PATRICK.replace(year=2024)}
    there = [Celebrant(f"cust_{number:04d}", IRISH, days) for number in range(25)]
    elsewhere = [Celebrant(f"cust_x{number:03d}", ABROAD, days) for number in range(40)]
    earlier = {name: day - DAY for name, day in days.items()}
    another_day = [Celebrant(f"cust_y{number:03d}", IRISH, earlier) for number in range(40)]
    table.put_many(laid_down(project, FakeAgenda([*there, *elsewhere, *another_day])))
    read.clear()
    due: list[Found] = [*Agenda(table).due(project, of, run(of, IRISH.time_zone))]
    assert len(due) == 25
    assert (len(read), sum(read)) == (queries, 25)
