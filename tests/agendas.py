"""An agenda in memory, and the same laid down in the table: who is due, told in the plainest way.

agenda = FakeAgenda(people=[Celebrant("cust_1", birthdate=date(1990, 3, 17))], active=[(PROJECT, schedule())])
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, NamedTuple

from shared.domain.calendar.agenda import DueRun, Errand, Found, Parcel, Standing
from shared.domain.calendar.occasions import attribute_of, celebrated
from shared.domain.calendar.residences import NOWHERE, Residence
from shared.domain.calendar.schedules import Anniversary, Holiday, Run, Schedule
from shared.domain.errors import Moved
from shared.domain.model import iso
from shared.storage.documents import item_of
from shared.storage.keys import Key, celebrating, living, waiting
from shared.storage.table import Item

PROJECT = "proj_sandbox"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
NUMBERS = count(1)


class Celebrant(NamedTuple):
    """Somebody, where they live, and the days of theirs, by the attribute that tells them."""

    id: str
    residence: Residence = Residence()
    days: Mapping[str, date] = {}


class Waits(NamedTuple):
    """A delivery that waits."""

    project: str
    id: str
    until: datetime


def schedule(occasion: Mapping[str, Any] | None = None, **fields: Any) -> Schedule:
    """One that is on since long ago; of birthdays, if nothing is said."""
    said = {
        "id": f"sch_{next(NUMBERS)}",
        "name": "Greetings",
        "campaign_id": "camp_1",
        "occasion": occasion or {"type": "BIRTHDAY"},
        "channels": ("email",),
        "templates": {"email": "tmpl_1"},
        "active": True,
        "active_since": LONG_AGO,
        "created_at": LONG_AGO,
    }
    return Schedule.model_validate(said | fields)


@dataclass
class FakeAgenda:
    """One project's people, and what is on."""

    people: Sequence[Celebrant] = ()
    on: Sequence[tuple[str, Schedule]] = ()
    waits: Sequence[Waits] = ()
    ticked: datetime | None = None
    moved: dict[tuple[str, str], list[Run]] = field(default_factory=dict)
    """What they miss who have moved, by project and id."""

    def missed(self, project: str, customer_id: str) -> list[Run]:
        return self.moved.get((project, customer_id), [])

    def settle(self, project: str, customer_id: str) -> None:
        self.moved.pop((project, customer_id), None)
        self.waits = [it for it in self.waits if (it.project, it.id) != (project, customer_id)]

    def standing(self) -> Standing:
        return Standing(self.on, self.ticked)

    def active(self, project: str, schedule_id: str) -> Schedule | None:
        return next((it for of, it in self.on if (of, it.id) == (project, schedule_id)), None)

    def mark(self, at: datetime, *, was: datetime | None) -> None:
        if self.ticked != was:
            raise Moved
        self.ticked = at

    def first_waiting(self, *, after: datetime | None = None) -> datetime | None:
        return min((it.until for it in self.waits if after is None or it.until > after), default=None)

    def waiting(self, until: datetime, *, after: str | None = None) -> Iterator[Found]:
        places = {f"{iso(it.until)} {it.id}": it for it in self.waits if it.until <= until}
        return (
            Found(places[place].project, places[place].id, place) for place in sorted(places) if place > (after or "")
        )

    def due(self, project: str, schedule: Schedule, run: Run, *, after: str | None = None) -> Iterator[Found]:
        people = sorted(self._celebrants(schedule, run.day))
        there = (it for it in people if run.zone in (None, zone_of(it)) and it.id > (after or ""))
        return (Found(project, it.id, it.id) for it in there)

    def count(self, project: str, schedule: Schedule, run: Run) -> int:
        return len([*self.due(project, schedule, run)])

    def by_zone(self, _project: str, schedule: Schedule, day: date) -> Mapping[str, int]:
        return Counter(map(zone_of, self._celebrants(schedule, day)))

    def _celebrants(self, schedule: Schedule, day: date) -> list[Celebrant]:
        return [it for it in self.people if celebrates(it, schedule, day)]


def zone_of(celebrant: Celebrant) -> str:
    return celebrant.residence.time_zone or NOWHERE


def celebrates(celebrant: Celebrant, schedule: Schedule, day: date) -> bool:
    occasion = schedule.occasion
    if (attribute := attribute_of(occasion)) is None:
        return not isinstance(occasion, Holiday) or celebrant.residence.country == occasion.country
    since = celebrant.days.get(attribute)
    if since is None or f"{since:%m-%d}" not in celebrated(schedule, day):
        return False
    years = day.year - since.year
    return years in occasion.years if isinstance(occasion, Anniversary) and occasion.years else years > 0


@dataclass
class FakeCalendar:
    """The queue of errands, in the order in which they were sent."""

    sent: list[Errand] = field(default_factory=list)

    def send(self, errands: Sequence[Errand]) -> None:
        self.sent.extend(errands)

    @property
    def runs(self) -> list[Run]:
        return [errand.run for errand in self.sent if isinstance(errand, DueRun)]


@dataclass
class FakePost:
    """The queue of parcels."""

    sent: list[Parcel] = field(default_factory=list)

    def send(self, parcels: Iterator[Parcel]) -> None:
        self.sent.extend(parcels)


def laid_down(project: str, agenda: FakeAgenda) -> list[tuple[Key, Item]]:
    """The items of the table in which an agenda stands, as far as anybody looks at them who asks who is due."""
    return [
        *(_settings(project, agenda.people)),
        *(item for person in agenda.people for item in of_person(project, person)),
        *((Key.agenda(of, it.id), item_of(it, ("active", "version"))) for of, it in agenda.on),
        *((Key.delivery(it.project, it.id), waiting(it.until, it.id)) for it in agenda.waits),
    ]


def of_person(project: str, person: Celebrant) -> Iterator[tuple[Key, Item]]:
    """What of somebody stands on the indexes."""
    came = person.days.get("created_at")
    celebrates = celebrating(project, "created_at", came, zone_of(person), person.id) if came else {}
    yield Key.customer(project, person.id), {**living(project, person.residence.key, person.id), **celebrates}
    for name, day in person.days.items():
        if name != "created_at":
            entry = celebrating(project, name, day, zone_of(person), person.id)
            yield Key.occasion(project, person.id, name), {**entry, "day": day.isoformat()}


def _settings(project: str, people: Sequence[Celebrant]) -> Iterator[tuple[Key, Item]]:
    places = {f"place#{person.residence.key}": True for person in people}
    if places:
        yield Key.settings(project), places
