"""Send everybody whom an errand is for to the post, a few a message."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby, islice
from operator import attrgetter
from typing import NamedTuple, Protocol

from shared.domain.calendar.agenda import TOGETHER, DueRun, Errand, Found, Parcel
from shared.domain.calendar.schedules import Run, Schedule

PAGE = 10 * TOGETHER
"""Ids that go in one round trip of the queue."""


class Agenda(Protocol):
    def active(self, project: str, schedule_id: str) -> Schedule | None: ...
    def due(self, project: str, schedule: Schedule, run: Run, *, after: str | None) -> Iterator[Found]: ...
    def waiting(self, until: datetime, *, after: str | None) -> Iterator[Found]: ...
    def missed(self, project: str, customer_id: str) -> Sequence[Run]: ...
    def settle(self, project: str, customer_id: str) -> None: ...


class Post(Protocol):
    def send(self, parcels: Iterable[Parcel]) -> None: ...


class FannedOut(NamedTuple):
    """How many were sent on, and what is left of an errand."""

    sent: int
    left: Errand | None = None


def fan_out(errand: Errand, *, agenda: Agenda, post: Post, go_on: Callable[[], bool]) -> FannedOut:
    """Send on everybody of an errand, or as many as ``go_on`` allows; of a schedule that is off by now, nobody.

    Whoever begins again after a crash sends some twice, and nobody never; each delivery has an id of its own.
    """
    found = _found(errand, agenda)
    sent = 0
    while page := list(islice(found, PAGE)):
        moved = [] if isinstance(errand, DueRun) else [it for it in page if not it.waits]
        post.send(_parcels(errand, [it for it in page if it not in moved]))
        for mover in moved:
            _follow(mover, agenda, post)
        sent += len(page)
        if not go_on():
            return FannedOut(sent, errand._replace(after=page[-1].place))
    return FannedOut(sent)


def _found(errand: Errand, agenda: Agenda) -> Iterator[Found]:
    if not isinstance(errand, DueRun):
        return agenda.waiting(errand.until, after=errand.after)
    schedule = agenda.active(errand.project, errand.run.schedule_id)
    return agenda.due(errand.project, schedule, errand.run, after=errand.after) if schedule else iter(())


def _follow(mover: Found, agenda: Agenda, post: Post) -> None:
    """Send whatever somebody would miss who has moved past the hour of their runs."""
    post.send(Parcel(mover.project, run, (mover.id,)) for run in agenda.missed(mover.project, mover.id))
    agenda.settle(mover.project, mover.id)


def _parcels(errand: Errand, page: Sequence[Found]) -> Iterator[Parcel]:
    run = errand.run if isinstance(errand, DueRun) else None
    for project, its in groupby(sorted(page, key=attrgetter("project")), key=attrgetter("project")):
        ids = (found.id for found in its)
        while few := tuple(islice(ids, TOGETHER)):
            yield Parcel(project, run, few)
