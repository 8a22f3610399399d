"""Ticks: every run is handed on once or again, never not; and no run that is a week old."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.calendar.agenda import Waiting
from shared.domain.calendar.schedules import Run, Schedule
from shared.domain.projects import Project
from shared.usecases.tick import Ticked, tick
from tests.agendas import PROJECT, FakeAgenda, FakeCalendar, Waits, schedule
from tests.unit.values import DAY, MILLISECOND

NINE = datetime(2026, 3, 17, 9, tzinfo=ZoneInfo("UTC"))
QUARTER = timedelta(minutes=15)
BIRTHDAYS = schedule()
DUBLIN, NEW_YORK = "Europe/Dublin", "America/New_York"


def settled(_project: str) -> Project:
    return Project(places=frozenset({f"IE {DUBLIN}", f"US {NEW_YORK}"}))


def ticking(agenda: Any, calendar: FakeCalendar, at: datetime) -> Ticked:
    return tick(at=at, agenda=agenda, settled=settled, calendar=calendar)


def run(at: datetime, zone: str | None, of: Schedule = BIRTHDAYS, *, day: date | None = None) -> Run:
    return Run(schedule_id=of.id, day=day or at.date(), zone=zone, at=at)


@pytest.fixture
def agenda() -> FakeAgenda:
    return FakeAgenda(on=[(PROJECT, BIRTHDAYS)], ticked=NINE - QUARTER)


@pytest.fixture
def calendar() -> FakeCalendar:
    return FakeCalendar()


def test_a_tick_hands_on_the_runs_since_the_last_and_notes_how_far_it_came(
    agenda: FakeAgenda, calendar: FakeCalendar
) -> None:
    assert ticking(agenda, calendar, NINE) == Ticked(runs=2)
    assert calendar.runs == [run(NINE, "-"), run(NINE, DUBLIN)]
    assert agenda.ticked == NINE
    assert ticking(agenda, calendar, NINE + QUARTER) == Ticked()
    assert len(calendar.sent) == 2


@pytest.mark.parametrize("late", [timedelta(), QUARTER, DAY])
def test_a_tick_that_comes_again_or_after_a_younger_one_does_nothing(
    agenda: FakeAgenda, calendar: FakeCalendar, late: timedelta
) -> None:
    ticking(agenda, calendar, NINE + DAY)
    calendar.sent.clear()
    agenda.waits = [Waits(PROJECT, "dlv_1", NINE)]
    assert ticking(agenda, calendar, NINE + DAY - late) == Ticked()
    assert (calendar.sent, agenda.ticked) == ([], NINE + DAY)


def test_ticks_that_never_came_are_caught_up_with_however_many(agenda: FakeAgenda, calendar: FakeCalendar) -> None:
    ticking(agenda, calendar, NINE + 3 * DAY + 5 * QUARTER)
    assert [it.at for it in calendar.runs if it.zone == DUBLIN] == [NINE + number * DAY for number in range(4)]
    assert [it.at for it in calendar.runs if it.zone == NEW_YORK] == [
        NINE + timedelta(days=number, hours=4) for number in range(3)
    ]
    assert calendar.runs == sorted(calendar.runs, key=lambda it: it.at), "in order"


def test_what_is_a_week_late_is_not_handed_on_but_told(agenda: FakeAgenda, calendar: FakeCalendar) -> None:
    done = ticking(agenda, calendar, NINE + 9 * DAY)
    assert done.too_late == {(PROJECT, BIRTHDAYS.id): 2 * 2 + 2 + 2}
    assert min(it.at for it in calendar.runs) == NINE + 2 * DAY + timedelta(hours=4), (
        "a week late to the millisecond is too"
    )
    assert done.runs == len(calendar.runs)


def test_a_run_is_in_time_until_a_week_has_passed(agenda: FakeAgenda, calendar: FakeCalendar) -> None:
    assert ticking(agenda, calendar, NINE + 7 * DAY - MILLISECOND).too_late == {}
    assert calendar.runs[0].at == NINE


def test_the_first_tick_of_all_hands_on_what_was_due_since_a_schedule_was_on(calendar: FakeCalendar) -> None:
    since = schedule(active_since=NINE - timedelta(minutes=5))
    agenda = FakeAgenda(on=[(PROJECT, since)])
    ticking(agenda, calendar, NINE)
    assert (calendar.runs, agenda.ticked) == ([run(NINE, "-", since), run(NINE, DUBLIN, since)], NINE)


def test_nothing_is_handed_on_of_what_was_before_a_schedule_was_on(calendar: FakeCalendar) -> None:
    agenda = FakeAgenda(on=[(PROJECT, schedule(active_since=NINE))], ticked=NINE - DAY)
    ticking(agenda, calendar, NINE + QUARTER)
    assert calendar.sent == []


def test_a_tick_that_dies_before_it_has_noted_itself_is_done_again_by_the_next(
    agenda: FakeAgenda, calendar: FakeCalendar
) -> None:
    class Broken:
        def send(self, _errands: object) -> None:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        tick(at=NINE, agenda=agenda, settled=settled, calendar=Broken())
    assert agenda.ticked == NINE - QUARTER
    ticking(agenda, calendar, NINE + QUARTER)
    assert [it.at for it in calendar.runs] == [NINE, NINE]


@pytest.mark.parametrize(("other", "left"), [(-QUARTER / 3, 2), (timedelta(), 0), (QUARTER, 0)])
def test_of_two_ticks_at_once_the_slower_looks_again(
    agenda: FakeAgenda, calendar: FakeCalendar, other: timedelta, left: int
) -> None:
    faster = FakeCalendar()

    class Meanwhile:
        """Another tick comes between this one's look and its note."""

        came = False

        def __getattr__(self, verb: str) -> Callable[..., Any]:
            if verb == "mark" and not self.came:
                self.came = True
                ticking(agenda, faster, NINE + other)
            told: Callable[..., Any] = getattr(agenda, verb)
            return told

    assert ticking(Meanwhile(), calendar, NINE).runs == left
    assert {it.at for it in (*faster.runs, *calendar.runs)} == {NINE}
    assert agenda.ticked == max(NINE, NINE + other)


def test_deliveries_that_have_waited_are_handed_on_by_their_instant_and_not_by_name(
    agenda: FakeAgenda, calendar: FakeCalendar
) -> None:
    agenda.on = ()
    agenda.waits = [Waits(PROJECT, "dlv_1", NINE), Waits("proj_other", "dlv_2", NINE + MILLISECOND)]
    assert ticking(agenda, calendar, NINE - MILLISECOND) == Ticked()
    assert ticking(agenda, calendar, NINE) == Ticked(waiting=True)
    assert calendar.sent == [Waiting(NINE)]


@given(st.lists(st.integers(0, 7 * 96 - 1), max_size=12))
def test_however_ticks_fall_every_run_is_handed_on_exactly_once(quarters: list[int]) -> None:
    agenda, calendar = FakeAgenda(on=[(PROJECT, BIRTHDAYS)], ticked=NINE), FakeCalendar()
    for number in (*quarters, 7 * 96 - 1):
        ticking(agenda, calendar, NINE + number * QUARTER)
    whole = FakeCalendar()
    ticking(FakeAgenda(on=agenda.on, ticked=NINE), whole, NINE + (7 * 96 - 1) * QUARTER)
    assert len(whole.sent) == 6 + 6 + 7
    assert sorted(calendar.runs, key=str) == sorted(whole.runs, key=str)
