"""A cap puts a message off to its next period, and not beyond."""

from datetime import UTC, datetime

from tests.unit.sorting import Office


def test_what_finds_its_next_period_full_as_well_is_dropped() -> None:
    """One mail a day, and three of one day: the first leaves, the second tomorrow, the third not at all."""
    office = Office()
    office.policy()
    office.customer()
    schedules = ["sch_1", "sch_2", "sch_3"]
    for schedule in schedules[1:]:
        office.schedule(schedule)
    for schedule in schedules:
        office.deliver(schedule=schedule)
    midnight = datetime(2026, 3, 18, tzinfo=UTC)
    for schedule in schedules[1:]:
        office.deliver_waiting(schedule=schedule, at=midnight)
    entries = [office.entry(schedule=schedule) for schedule in schedules]
    assert [it and (it.status, it.reason) for it in entries] == [
        ("SENT", None),
        ("SENT", None),
        ("DROPPED", "frequency_cap"),
    ]
    assert len(office.email.taken) == 2
