"""Schedules on the table: whatever is on stands on the agenda, and nothing else does; runs are summed over shards."""

from datetime import date

import pytest

from shared.domain.calendar.schedules import Schedule, Tally
from shared.domain.errors import Moved, NotFound
from shared.storage.keys import Key
from shared.storage.schedules import ScheduleStore, schedules_of_agenda
from shared.storage.table import Table, add
from tests.storage.wire import Wire
from tests.unit.calendars import schedule
from tests.unit.values import AT, DAY


@pytest.fixture
def schedules(table: Table, project: str) -> ScheduleStore:
    return ScheduleStore(table, project)


@pytest.fixture
def called(table: Table, project: str) -> "Called":
    return Called(table, project)


class Called:
    """What ticks find."""

    def __init__(self, table: Table, project: str) -> None:
        self._table, self._project = table, project

    def __call__(self) -> list[Schedule]:
        found = schedules_of_agenda(self._table.query("agenda", starting=f"{self._project}#"))
        assert all(project == self._project for project, _ in found)
        return [schedule for _, schedule in found]


def test_ticks_find_a_schedule_as_long_as_it_is_on(schedules: ScheduleStore, called: Called) -> None:
    off = schedule()
    schedules.add(off)
    assert (schedules.get(off.id), called()) == (off, [])
    schedules.save(off.switched(active=True, at=AT))
    on = schedules.get(off.id)
    assert (on.active, on.active_since, on.version) == (True, AT, 2)
    assert [it.model_copy(update={"version": on.version}) for it in called()] == [on]
    schedules.save(on.changed(name="Renamed", at=AT + DAY))
    assert [(it.name, it.active_since) for it in called()] == [("Renamed", AT)]
    schedules.save(schedules.get(off.id).switched(active=False, at=AT))
    assert (schedules.get(off.id).active, called()) == (False, [])


def test_a_schedule_may_be_on_from_the_start(schedules: ScheduleStore, called: Called) -> None:
    on = schedule().switched(active=True, at=AT)
    schedules.add(on)
    assert called() == [on]
    schedules.remove(on)
    assert (schedules.find(on.id), called()) == (None, [])


def test_what_has_changed_meanwhile_is_not_written_over(schedules: ScheduleStore, called: Called) -> None:
    known = schedule()
    schedules.add(known)
    with pytest.raises(Moved):
        schedules.add(known)
    schedules.save(known.switched(active=True, at=AT))
    for change in (schedules.save, schedules.remove):
        with pytest.raises(Moved):
            change(known)
    assert [it.active for it in (schedules.get(known.id), *called())] == [True, True]


def test_what_came_of_runs_is_summed_over_shards_the_latest_first_and_goes_with_the_schedule(
    schedules: ScheduleStore, table: Table, project: str
) -> None:
    known = schedule()
    schedules.add(known)
    first, second = date(2026, 3, 17), date(2026, 11, 2)
    table.commit(add(Key.run(project, known.id, first, 0), {"due": 2, "SENT": 1, "dropped#no_consent": 1}))
    table.commit(add(Key.run(project, known.id, first, 7), {"due": 1, "SENT": 1}))
    table.commit(add(Key.run(project, known.id, second, 3), {"due": 1, "PREPARED": 1}))
    of_first = Tally(known.id, first, {"due": 3, "SENT": 2, "dropped#no_consent": 1})
    of_second = Tally(known.id, second, {"due": 1, "PREPARED": 1})
    assert schedules.runs(known.id) == [of_second, of_first]
    assert schedules.runs(known.id, limit=1) == [of_second]
    assert schedules.runs(known.id, limit=1, skip=1) == [of_first]
    schedules.remove(known)
    assert schedules.runs(known.id) == []
    with pytest.raises(NotFound):
        schedules.get(known.id)


def test_changing_a_schedule_is_one_round_trip(schedules: ScheduleStore, wire: Wire) -> None:
    known = schedule()
    schedules.add(known)
    wire.calls.clear()
    schedules.save(known.switched(active=True, at=AT))
    assert wire.calls == ["TransactWriteItems"]
