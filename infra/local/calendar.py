"""What the movable clock sets in motion: ticks, and all that they lead to, each at its own instant.

In the cloud a tick comes every quarter of an hour, and nearly all find nothing. Here a person moves the clock by months
and waits for the answer, so the calendar looks ahead for the instants at which somebody is due or has waited long
enough, and goes from one to the next.
"""

import logging
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.clock import Clock, moment
from infra.local.pump import Line
from shared.domain.calendar.ticks import QUARTER
from shared.domain.model import iso, utc
from shared.domain.projects import Project
from shared.runtime import settings
from shared.storage.agenda import Agenda
from shared.storage.projects import ProjectStore
from shared.storage.table import LAST, Item, Table, decoded
from shared.usecases.tick import coming

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

Json = dict[str, Any]
Function = Callable[[Json, object], object]
logger = logging.getLogger(__name__)

FAR = timedelta(days=32)
"""Beyond this, it looks ahead in a copy of the index."""
MILLISECOND = timedelta(milliseconds=1)
STOPS_WITHIN = 3.0


class Copy(Table):
    """The table, and in memory the index that tells who celebrates on a day: a year has 366 of them, and one day may
    stand in eight partitions.
    """

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        super().__init__(client, name)
        self._days: dict[str, list[Item]] = {}
        pages = client.get_paginator("scan").paginate(TableName=name, IndexName="pools")
        for entry in (decoded(raw) for page in pages for raw in page["Items"]):
            self._days.setdefault(entry["pool"], []).append(entry)

    def index(self, index: str, partition: str, *, since: str = "", until: str = LAST, **how: Any) -> Iterator[Item]:
        if index != "pools":
            return super().index(index, partition, since=since, until=until, **how)
        return (entry for entry in self._days.get(partition, ()) if since <= entry["pooled"] <= until)


class Calendar:
    """The clock's other hands. ``lines`` are emptied after each tick, in their order; ``rest`` waits for what else is
    under way, and ``after_each`` follows every step.
    """

    def __init__(
        self,
        clock: Clock,
        tick: Function,
        lines: Sequence[Line],
        *,
        rest: Sequence[Callable[[], object]] = (),
        after_each: Callable[[], object] = lambda: None,
        every: timedelta = QUARTER,
    ) -> None:
        self._clock = clock
        self._table = settings.table()
        self._agenda = Agenda(self._table)
        self._tick = tick
        self._lines = lines
        self._rest = rest
        self._after_each = after_each
        self._every = every.total_seconds()
        self._moving = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="calendar", daemon=True)

    def start(self) -> None:
        """Catch up with what was missed, and tick from now on while the clock shows the real time."""
        self._thread.start()

    def halt(self) -> None:
        """Go no farther than the step at hand."""
        self._stopping.set()

    def stop(self) -> None:
        """Halt, and wait until that step is done."""
        self.halt()
        self._thread.join(STOPS_WITHIN)

    def move(self, at: datetime | None) -> int:
        """Set the clock. Moved forward, it stops at every instant at which something is due, and goes on when all
        queues are empty; moved back, or given the real time again, it passes nothing. The number of messages that
        could not be delivered, now or ever.
        """
        with self._moving:
            self._settle()  # what was asked for until now is of now
            now = utc(self._clock.now())
            if at is None or at < now:
                self._clock.set(at)
                self._go_back(utc(self._clock.now()))
            else:
                self._forward(now, at)
            self._settle()
        return self.undelivered

    @property
    def undelivered(self) -> int:
        """How many messages are among the dead letters."""
        return sum(line.dead for line in self._lines)

    def _forward(self, now: datetime, until: datetime) -> None:
        ticked = self._ticked()
        if ticked is None or ticked > now:
            self._go_back(ticked := now)
        for at in takewhile(lambda _: not self._stopping.is_set(), self._instants(ticked, until)):
            ticked = self._step(at, ticked)
        if not self._stopping.is_set():
            self._step(until, ticked)

    def _instants(self, since: datetime, until: datetime) -> Iterator[datetime]:
        """Those in ``(since, until]`` at which there is something to do: what waits, and until when, may change by what
        was done before. One that is not taken up stops nobody: it goes along with the next.
        """
        peopled = self._peopled(since, until)
        at = since
        while True:
            first = self._agenda.first_waiting(after=at)
            waiting = [first] if first and first <= until else []
            if not (instants := [*peopled[bisect_right(peopled, at) :][:1], *waiting]):
                return
            at = min(instants)
            yield at

    def _peopled(self, since: datetime, until: datetime) -> list[datetime]:
        """When somebody is due, as far as can be told now: looked up once a day, in however many zones people live."""
        standing = self._agenda.standing()
        schedules = {(project, schedule.id): schedule for project, schedule in standing.active}
        runs = coming(standing, self._settled, after=since, until=until)
        agenda = (
            self._agenda if until - since < FAR or not runs else Agenda(Copy(settings.dynamodb(), self._table.name))
        )
        zones: dict[tuple[str, str, date], Mapping[str, int]] = {}
        found = set()
        for project, run, _ in runs:
            of = (project, run.schedule_id, run.day)
            if of not in zones:
                zones[of] = agenda.by_zone(project, schedules[project, run.schedule_id], run.day)
            if zones[of] if run.zone is None else run.zone in zones[of]:
                found.add(run.at)
        return sorted(found)

    def _settled(self, project: str) -> Project:
        return ProjectStore(self._table, project).get()

    def _step(self, at: datetime, ticked: datetime) -> datetime:
        """Go on to an instant; between the last one and this there was nothing to do."""
        self._clock.set(at)
        if ticked < at - MILLISECOND:
            self._agenda.mark(at - MILLISECOND, was=ticked)
        self._do(at)
        return at

    def _do(self, at: datetime) -> None:
        self._tick({"at": iso(at)}, None)
        for line in self._lines:
            line.drain()
        self._after_each()

    def _ticked(self) -> datetime | None:
        return self._agenda.standing().ticked

    def _go_back(self, at: datetime) -> None:
        """Let ticks have come as far as this, and no farther."""
        if (ticked := self._ticked()) != at:
            self._agenda.mark(at, was=ticked)

    def _settle(self) -> None:
        for rest in self._rest:
            rest()

    def _run(self) -> None:
        with self._moving:
            if (ticked := self._ticked()) and ticked > self._clock.now():
                self._go_back(utc(self._clock.now()))  # the last time, somebody had moved the clock ahead
        now = moment().timestamp()
        while not self._stopping.is_set():
            with self._moving:
                if self._clock.goes:
                    self._tick_in_time(datetime.fromtimestamp(now // self._every * self._every, UTC))
            self._stopping.wait(self._every - moment().timestamp() % self._every)
            now = moment().timestamp()

    def _tick_in_time(self, at: datetime) -> None:
        try:
            self._do(at)
        except (BotoCoreError, ClientError):
            logger.exception("no tick")  # the next one catches up
