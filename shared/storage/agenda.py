"""The agenda, and who is on it: what a tick asks of the table, at the price of what is due and not of what exists.

Who is due is read from indexes, which follow the table by a moment: a birthday that is told in the very second before
its run may be missed by it. What is read may be stale the other way, too: whoever delivers judges again, by the
customer's own item.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import groupby

from shared.domain.calendar.agenda import Found, Standing
from shared.domain.calendar.occasions import attribute_of, celebrated, overtaken
from shared.domain.calendar.residences import NOWHERE, Residence
from shared.domain.calendar.schedules import Anniversary, Holiday, Run, Schedule
from shared.domain.errors import Moved
from shared.domain.model import iso
from shared.storage.customer_items import customer_of
from shared.storage.keys import SHARDS, TABLE_INDEXES, WAITING, Key, inhabitants, occasions, spread
from shared.storage.projects import ProjectStore
from shared.storage.schedules import schedules_of_agenda
from shared.storage.table import LAST, Table, add, update

TICKED = Key.ticked()
FIRST = "\u0001"
"""Behind a sort key: the next one, whichever it is."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of one partition of an index."""

    index: str
    partition: str
    since: str = ""
    until: str = LAST


class Agenda:
    """The agenda of all projects."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def standing(self) -> Standing:
        """What is on and how far ticks have come: one query."""
        items = [*self._table.query(TICKED.PK)]
        ticked = next((datetime.fromisoformat(item["at"]) for item in items if item["SK"] == TICKED.SK), None)
        return Standing(schedules_of_agenda(item for item in items if item["SK"] != TICKED.SK), ticked)

    def active(self, project: str, schedule_id: str) -> Schedule | None:
        """A schedule, if it is on: one read."""
        item = self._table.get(Key.agenda(project, schedule_id))
        return schedules_of_agenda([item])[0][1] if item else None

    def mark(self, at: datetime, *, was: datetime | None) -> None:
        """Note how far ticks have come.

        Raises:
            Moved: if it was noted anew since it was read.
        """
        values = {"at": iso(at)} | ({"was": iso(was)} if was else {})
        only_if = "#at = :was" if was else "attribute_not_exists(PK)"
        self._table.commit(update(TICKED, "SET #at = :at", values, only_if=only_if, otherwise=Moved()))

    def due(self, project: str, schedule: Schedule, run: Run, *, after: str | None = None) -> Iterator[Found]:
        """Who celebrates in a run, each once, in an order that stays the same: an index entry is read for each of them
        and, where the run is of one zone, for nobody else.
        """
        spans = _years(schedule, run.day)
        for stretch in self._stretches(project, schedule, run.day, run.zone):
            for found in self._found(stretch, after):
                if _wanted(stretch, found, spans):
                    yield found

    def count(self, project: str, schedule: Schedule, run: Run) -> int:
        """How many celebrate in a run."""
        if run.zone is None:
            return sum(self.by_zone(project, schedule, run.day).values())
        return sum(map(self._size, self._stretches(project, schedule, run.day, run.zone)))

    def by_zone(self, project: str, schedule: Schedule, day: date) -> Mapping[str, int]:
        """How many celebrate on the day of an occasion, by the zone in which they live. Where people have days of their
        own it takes as many queries as one run does, in however many zones they live.
        """
        zones: Counter[str] = Counter()
        # Days that may be everybody's stand in eight partitions, and a preview asks for a year of them.
        with ThreadPoolExecutor(SHARDS, thread_name_prefix="zones") as threads:
            stretches = self._stretches(project, schedule, day, None)
            for there in threads.map(partial(self._zones, _years(schedule, day)), stretches):
                zones.update(there)
        return +zones

    def first_waiting(self, *, after: datetime | None = None) -> datetime | None:
        """The first instant, of those after another, until which a delivery waits: one query of one entry."""
        since = f"{iso(after)}$" if after else ""
        first = next(self._table.index("pools", WAITING, since=since, page=1), None)
        return datetime.fromisoformat(first["pooled"].partition("#")[0]) if first else None

    def waiting(self, until: datetime, *, after: str | None = None) -> Iterator[Found]:
        """The deliveries of all projects that were to wait until an instant at most."""
        yield from self._found(Stretch("pools", WAITING, until=f"{iso(until)}$"), after)

    def missed(self, project: str, customer_id: str) -> list[Run]:
        """The runs of all that is on which somebody would miss because they have moved, as of when they did."""
        mark, their = Key.moved(project, customer_id), Key.customer(project, customer_id)
        items = self._table.get_many([mark, their])
        if mark not in items or their not in items:
            return []
        moved, customer = items[mark], customer_of(items[their])
        home, at = ProjectStore(self._table, project).get().zone, datetime.fromisoformat(moved["at"])
        left = Residence.of_key(moved["left"])
        return [
            run.model_copy(update={"at": at})
            for of, schedule in self.standing().active
            if of == project
            for run in overtaken(schedule, left, customer.residence, at=at, home=home)
        ]

    def settle(self, project: str, customer_id: str) -> None:
        """Take somebody who has moved off the index: whatever they would miss is on its way."""
        self._table.commit(add(Key.moved(project, customer_id), {}, removes=("pool", "pooled")))

    def _stretches(self, project: str, schedule: Schedule, day: date, zone: str | None) -> list[Stretch]:
        """Where those stand who celebrate; of everybody who has a day of their own, or of one zone's."""
        if (attribute := attribute_of(schedule.occasion)) is None:
            places = sorted(place.key for place in self._places(project, schedule) if zone in (None, _name_of(place)))
            return [Stretch("owners", inhabitants(project, key, shard)) for key in places for shard in range(SHARDS)]
        partitions = sorted(
            occasions(project, attribute, month_day, shard)
            for month_day in celebrated(schedule, day)
            for shard in range(spread(attribute))
        )
        if zone is None:
            return [Stretch("pools", partition) for partition in partitions]
        bounds = [(f"{zone}#{first:04d}#", f"{zone}#{last:04d}#{LAST}") for first, last in _years(schedule, day)]
        return [Stretch("pools", partition, *ends) for partition in partitions for ends in bounds]

    def _places(self, project: str, schedule: Schedule) -> Iterator[Residence]:
        """Where those live who celebrate a day that is the same for all: as it is now, for whoever has sent a run for
        a place has seen it.
        """
        occasion = schedule.occasion
        for key in {Residence().key, *ProjectStore(self._table, project).get().places}:
            place = Residence.of_key(key)
            if not isinstance(occasion, Holiday) or place.country == occasion.country:
                yield place

    def _zones(self, spans: list[tuple[int, int]], stretch: Stretch) -> Counter[str]:
        """How many on a stretch celebrate, by zone."""
        if stretch.index == "owners":
            return Counter({_zone_of(stretch): self._size(stretch)})
        return Counter(_zone_and_year(it)[0] for it in self._found(stretch) if _wanted(stretch, it, spans))

    def _size(self, stretch: Stretch) -> int:
        return self._table.count_index(stretch.index, stretch.partition, since=stretch.since, until=stretch.until)

    def _found(self, stretch: Stretch, after: str | None = None) -> Iterator[Found]:
        """The entries of a stretch that come after a place."""
        _, sort = TABLE_INDEXES[stretch.index]
        since, until = stretch.since, stretch.until
        if after is not None:
            partition, last = _parted(after)
            if (stretch.partition, until) <= (partition, last):
                return
            if stretch.partition == partition:
                since = max(since, f"{last}{FIRST}")
        for entry in self._table.index(stretch.index, stretch.partition, since=since, until=until):
            project, _, id_ = entry["PK"].split("#", 2)  # a shop's own id may have any character
            yield Found(project, id_, json.dumps([stretch.partition, entry[sort]]))


def _years(schedule: Schedule, day: date) -> list[tuple[int, int]]:
    """The spans of years in which the day was that is celebrated now; on the day itself there is nothing to celebrate
    yet.
    """
    occasion = schedule.occasion
    if not isinstance(occasion, Anniversary) or occasion.years is None:
        return [(0, day.year - 1)]
    years = sorted({day.year - number for number in occasion.years})
    # Years that adjoin grow as their places among them do.
    spans = (list(span) for _, span in groupby(enumerate(years), key=lambda it: it[1] - it[0]))
    return [(span[0][1], span[-1][1]) for span in spans]


def _wanted(stretch: Stretch, found: Found, spans: list[tuple[int, int]]) -> bool:
    """Whether somebody celebrates who stands on a stretch; on one of everybody they do."""
    return stretch.index == "owners" or any(first <= _zone_and_year(found)[1] <= last for first, last in spans)


def _zone_and_year(found: Found) -> tuple[str, int]:
    """Where somebody lives who has a day of their own, and the year in which it was."""
    zone, year, _ = _parted(found.place)[1].split("#", 2)
    return zone, int(year)


def _parted(place: str) -> tuple[str, str]:
    """A partition and the sort key at which somebody was found; either may hold any character."""
    partition, sort = json.loads(place)
    return partition, sort


def _zone_of(stretch: Stretch) -> str:
    """The zone of a partition of those who live in a place."""
    return _name_of(Residence.of_key(stretch.partition.split("#")[2]))


def _name_of(place: Residence) -> str:
    return place.time_zone or NOWHERE
