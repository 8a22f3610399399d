"""Fanning out: everybody of an errand is sent to the post, ten a message, and again from where it stopped."""

from datetime import date

from shared.domain.calendar.agenda import DueRun, Errand, Parcel, Waiting
from shared.domain.calendar.schedules import Run
from shared.usecases.fan_out import PAGE, FannedOut, fan_out
from tests.agendas import PROJECT, Celebrant, FakeAgenda, FakePost, Waits, schedule
from tests.unit.values import AT, MILLISECOND

BIRTHDAYS = schedule()
RUN = Run(schedule_id=BIRTHDAYS.id, day=date(2026, 3, 17), zone="-", at=AT)
BORN = {"birthdate": date(1990, 3, 17)}


def crowd(size: int) -> FakeAgenda:
    return FakeAgenda([Celebrant(f"cust_{number:04d}", days=BORN) for number in range(size)], [(PROJECT, BIRTHDAYS)])


def test_ten_at_most_go_in_a_message() -> None:
    post = FakePost()
    done = fan_out(DueRun(PROJECT, RUN), agenda=crowd(23), post=post, go_on=lambda: True)
    assert done == FannedOut(23)
    assert [len(parcel.ids) for parcel in post.sent] == [10, 10, 3]
    assert post.sent[2] == Parcel(PROJECT, RUN, ("cust_0020", "cust_0021", "cust_0022"))


def test_where_time_is_short_it_goes_on_after_the_last_who_was_sent() -> None:
    post, left, stints = FakePost(), None, []
    errand: Errand | None = DueRun(PROJECT, RUN)
    while errand:
        sent, left = fan_out(errand, agenda=crowd(2 * PAGE + 5), post=post, go_on=lambda: False)
        stints.append(sent)
        errand = left
    assert stints == [PAGE, PAGE, 5, 0], "a page at least, and an empty one at the end"
    assert [id_ for parcel in post.sent for id_ in parcel.ids] == [
        f"cust_{number:04d}" for number in range(2 * PAGE + 5)
    ]


def test_of_a_schedule_that_is_off_by_now_nobody_is_sent() -> None:
    post = FakePost()
    agenda = crowd(3)
    agenda.on = ()
    assert fan_out(DueRun(PROJECT, RUN), agenda=agenda, post=post, go_on=lambda: True) == FannedOut(0)
    assert post.sent == []


def test_deliveries_that_have_waited_go_by_their_projects() -> None:
    waits = [Waits(("proj_a", "proj_b")[number % 2], f"dlv_{number:02d}", AT) for number in range(24)]
    late = Waits("proj_a", "dlv_99", AT + MILLISECOND)
    post = FakePost()
    assert fan_out(Waiting(AT), agenda=FakeAgenda(waits=[*waits, late]), post=post, go_on=lambda: True).sent == 24
    assert [(it.project, it.run, len(it.ids)) for it in post.sent] == [
        *(("proj_a", None, 10), ("proj_a", None, 2)),
        *(("proj_b", None, 10), ("proj_b", None, 2)),
    ]


def test_who_has_moved_past_their_hour_is_sent_what_they_would_miss_and_once() -> None:
    mark, delivery = Waits(PROJECT, "cust_1", AT), Waits(PROJECT, "dlv_1", AT)
    agenda, post = FakeAgenda(waits=[mark, delivery], moved={(PROJECT, "cust_1"): [RUN]}), FakePost()
    for _ in range(2):
        fan_out(Waiting(AT), agenda=agenda, post=post, go_on=lambda: True)
    parcels = [Parcel(PROJECT, None, ("dlv_1",)), Parcel(PROJECT, RUN, ("cust_1",)), Parcel(PROJECT, None, ("dlv_1",))]
    assert post.sent == parcels
