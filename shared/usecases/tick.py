"""Find the runs whose time has come, and hand them on; also those that earlier ticks should have found."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from operator import attrgetter
from typing import NamedTuple, Protocol

from shared.domain.calendar.agenda import LATEST, DueRun, Errand, Standing, Waiting
from shared.domain.calendar.occasions import runs
from shared.domain.calendar.residences import Residence
from shared.domain.projects import Project
from shared.usecases import judged_anew

EVER = datetime(1970, 1, 1, tzinfo=UTC)

Settled = Callable[[str], Project]
"""What a project has settled, as it is now."""


class Agenda(Protocol):
    def standing(self) -> Standing: ...
    def first_waiting(self) -> datetime | None: ...
    def mark(self, at: datetime, *, was: datetime | None) -> None: ...


class Calendar(Protocol):
    def send(self, errands: Iterable[Errand]) -> None: ...


class Ticked(NamedTuple):
    """What a tick has done."""

    runs: int = 0
    waiting: bool = False
    """Whether deliveries had waited until now."""
    too_late: Mapping[tuple[str, str], int] = {}
    """How many runs it has passed over because they were too long ago, by project and schedule."""


@judged_anew
def tick(*, at: datetime, agenda: Agenda, settled: Settled, calendar: Calendar) -> Ticked:
    """Hand on every run since the last tick, and the deliveries that have waited long enough.

    They are sent first, and then it is noted how far ticks have come; so a crash in between, or another tick at the
    same time, sends them twice, and whoever delivers knows them again. A tick that comes later than a younger one has
    nothing to do. Before the first tick of all, each schedule knows since when it is on.

    Raises:
        Busy: if other ticks kept being faster.
    """
    standing = agenda.standing()
    if standing.ticked and at <= standing.ticked:
        return Ticked()
    found = coming(standing, settled, after=standing.ticked or EVER, until=at)
    in_time = [it for it in found if it.run.at > at - LATEST]
    first = agenda.first_waiting()
    waiting = first is not None and first <= at
    calendar.send([*in_time, *([Waiting(at)] if waiting else ())])
    agenda.mark(at, was=standing.ticked)
    too_late = Counter((it.project, it.run.schedule_id) for it in found if it.run.at <= at - LATEST)
    return Ticked(len(in_time), waiting, too_late)


def coming(standing: Standing, settled: Settled, *, after: datetime, until: datetime) -> list[DueRun]:
    """Every run in ``(after, until]`` of the schedules that are on, by instant, whether anybody is due in it or not."""
    projects = {project: settled(project) for project in {project for project, _ in standing.active}}
    found = [
        DueRun(project, run)
        for project, schedule in standing.active
        for run in runs(
            schedule,
            map(Residence.of_key, projects[project].places),
            home=projects[project].zone,
            after=after,
            until=until,
        )
    ]
    return sorted(found, key=attrgetter("run.at"))
