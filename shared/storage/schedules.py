"""Schedules; a copy of each that is on stands on the agenda, where one query tells a tick all of them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import groupby, islice

from shared.domain.attributes.calendar import SCHEDULES
from shared.domain.calendar.schedules import Schedule, Tally
from shared.domain.errors import Moved, NotFound
from shared.domain.lists import Listed, Query
from shared.storage.documents import item_of, value_of
from shared.storage.keys import Key, listing
from shared.storage.lists import ListOf, of_keys
from shared.storage.table import Item, Table, Write, create, delete, put, replace

ATTRIBUTES = ("active", "version")
RUN = "run#"


class ScheduleStore:
    """The schedules of one project."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project

    def find(self, id_: str) -> Schedule | None:
        """A schedule as it is now, if there is one."""
        item = self._table.get(Key.schedule(self.project, id_))
        return schedule_of(item) if item else None

    def get(self, id_: str) -> Schedule:
        """A schedule as it is now.

        Raises:
            NotFound: if there is none.
        """
        schedule = self.find(id_)
        if schedule is None:
            raise NotFound("schedule", id_)
        return schedule

    def wanted(self, query: Query) -> Listed[Schedule]:
        """The schedules that are asked for."""
        key = partial(Key.schedule, self.project)
        narrow = {"id": of_keys(key)}
        return ListOf(self._table, self.project, "schedule", SCHEDULES, _schedules_of, key, narrow=narrow).wanted(query)

    def add(self, schedule: Schedule, *, outcome: object = None) -> None:
        """Make a schedule.

        Raises:
            Moved: if its id is taken.
        """
        key = Key.schedule(self.project, schedule.id)
        self._table.commit(
            create(key, self._item(schedule), otherwise=Moved()), *self._calling(schedule), outcome=outcome
        )

    def save(self, schedule: Schedule, *, outcome: object = None) -> None:
        """Change a schedule from the version that was read.

        Raises:
            Moved: if somebody else has changed it since.
        """
        key, version = Key.schedule(self.project, schedule.id), schedule.version
        changing = replace(key, self._item(schedule), version=version, otherwise=Moved())
        self._table.commit(changing, *self._calling(schedule, anew=True), outcome=outcome)

    def remove(self, schedule: Schedule) -> None:
        """Forget a schedule, and what its runs have come to; the ledger of its deliveries stays.

        Raises:
            Moved: if somebody else has changed it since.
        """
        key = Key.schedule(self.project, schedule.id)
        gone = delete(key, only_if="#version = :was", values={"was": schedule.version}, otherwise=Moved())
        self._table.commit(gone, delete(Key.agenda(self.project, schedule.id)))
        runs = self._table.query(key.PK, starting=RUN)
        self._table.remove_many(Key(item["PK"], item["SK"]) for item in runs)

    def runs(self, schedule_id: str, *, limit: int | None = None, skip: int = 0) -> list[Tally]:
        """What has come of a schedule's days, the latest first; ``limit`` of them, after the first ``skip``."""
        items = self._table.query(Key.schedule(self.project, schedule_id).PK, starting=RUN, newest_first=True)
        tallies = (_tally(schedule_id, day, shards) for day, shards in groupby(items, key=_day_of))
        return list(islice(tallies, skip, None if limit is None else skip + limit))

    def _calling(self, schedule: Schedule, *, anew: bool = False) -> Iterator[Write]:
        """The write by which ticks find a schedule that is on, and no other."""
        entry = Key.agenda(self.project, schedule.id)
        if schedule.active:
            yield put(entry, item_of(schedule, ATTRIBUTES))
        elif anew:
            yield delete(entry)

    def _item(self, schedule: Schedule) -> Item:
        return {
            **item_of(schedule, ATTRIBUTES),
            **listing(self.project, "schedule", schedule.id, schedule.created_at),
        }


def schedules_of_agenda(items: Iterable[Item]) -> list[tuple[str, Schedule]]:
    """The schedules of items of the agenda, each with its project."""
    return [(item["SK"].rpartition("#")[0], schedule_of(item)) for item in items]


def schedule_of(item: Item) -> Schedule:
    return value_of(Schedule, item, ATTRIBUTES)


def _schedules_of(items: Sequence[Item]) -> list[Schedule]:
    return [schedule_of(item) for item in items]


def _day_of(item: Item) -> date:
    return date.fromisoformat(item["SK"].split("#")[1])


def _tally(schedule_id: str, day: date, shards: Iterable[Item]) -> Tally:
    """The sum of a day's shards."""
    counts: dict[str, int] = {}
    for shard in shards:
        for name in shard.keys() - Key._fields:
            counts[name] = counts.get(name, 0) + shard[name]
    return Tally(schedule_id, day, counts)
