"""When occasions come round: from what a schedule says to the instants at which people are written to.

    day of the occasion ──offset──→ day of the run ──send_at, on the clock of a zone──→ instant of the run

Runs are looked for from their own side: between two instants the clocks of a zone come to show certain wall times, on
those stand the days of runs, and before these lie occasions. So windows that adjoin neither miss nor repeat a run, be
they as long as they like; an occasion's day has one run in each zone, also where clocks skip its hour, or the day.
"""

import re
from bisect import bisect_right
from calendar import isleap, monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from shared.domain.calendar.celebrations import celebrations
from shared.domain.calendar.holidays import holiday
from shared.domain.calendar.residences import NOWHERE, Residence, zone_named
from shared.domain.calendar.schedules import (
    CUSTOMER,
    Anniversary,
    Birthday,
    DayOfYear,
    Holiday,
    Occasion,
    Once,
    Run,
    Schedule,
)
from shared.domain.customers import Customer
from shared.domain.post.deliveries import Due
from shared.domain.windows import instant, span_of

A_DAY = timedelta(days=1)
LEAP_DAY = "02-29"
FARTHEST_APART = timedelta(hours=27)
"""No two clocks show the same time so long one after the other: from Kiritimati to Baker Island it takes 26 hours."""
_OFFSET = re.compile(r"(?P<sign>-?)P(?=\d)(?:(\d{1,2})Y)?(?:(\d{1,3})M)?(?:(\d{1,3})W)?(?:(\d{1,4})D)?", re.ASCII)


class Offset(NamedTuple):
    """So many whole months and days of a calendar, forward or back."""

    months: int = 0
    days: int = 0

    def after(self, day: date) -> date:
        """The day that lies so far from another; from the 31st, in a short month, first to its last day.

        >>> offset_of("P1M").after(date(2026, 1, 31)), offset_of("-P7D").after(date(2026, 3, 1))
        (datetime.date(2026, 2, 28), datetime.date(2026, 2, 22))
        """
        year, month = divmod(day.year * 12 + day.month - 1 + self.months, 12)
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1])) + self.days * A_DAY

    def before(self, first: date, last: date) -> list[date]:
        """The days from which it leads to one between these two, of which it may be three days more than they are.

        >>> offset_of("P1M").before(date(2026, 2, 28), date(2026, 2, 28))[-1]  # 28 to 31 January lead there
        datetime.date(2026, 1, 31)
        """
        back = Offset(-self.months)
        start, end = back.after(first - self.days * A_DAY), back.after(last - self.days * A_DAY) + 3 * A_DAY
        days = (start + number * A_DAY for number in range((end - start).days + 1))
        return [day for day in days if first <= self.after(day) <= last]


def offset_of(text: str) -> Offset:
    """What a signed ISO 8601 duration of whole days says.

    >>> offset_of("-P7D"), offset_of("P1Y"), offset_of("P1M2W")
    (Offset(months=0, days=-7), Offset(months=12, days=0), Offset(months=1, days=14))

    Raises:
        ValueError: if it is none, or longer than a year.
    """
    said = _OFFSET.fullmatch(text)
    if not said:
        raise ValueError("must be whole days, weeks or months like -P7D, P0D or P1M")
    years, months, weeks, days = (int(number or 0) for number in said.groups()[1:])
    months, days = years * 12 + months, weeks * 7 + days
    if months / 12 + days / 366 > 1:
        raise ValueError("must be a year at most")
    return Offset(-months, -days) if said["sign"] else Offset(months, days)


def runs(
    schedule: Schedule, places: Iterable[Residence], *, home: ZoneInfo, after: datetime, until: datetime
) -> list[Run]:
    """Every run in ``(after, until]``, by instant, and none from before the schedule was switched on: one for each
    day of the occasion and each zone in which somebody lives; ``home`` is the project's.
    """
    after = max(after, schedule.active_since or after)
    walls = _walls(schedule, after.date() - A_DAY, until.date() + A_DAY)
    if not walls or until <= after:
        return []
    found = [
        Run(schedule_id=schedule.id, day=day, zone=name, at=at)
        for name, zone in _zones(schedule, places, home).items()
        for day, at in _coming(walls, zone, after, until)
    ]
    return sorted(found, key=lambda run: (run.at, run.day, run.zone or ""))


def due_at(schedule: Schedule, residence: Residence, day: date, *, home: ZoneInfo) -> datetime:
    """When the run of an occasion's day comes for somebody who lives there."""
    zone = residence.zone(home) if schedule.time_zone == CUSTOMER else zone_named(schedule.time_zone)
    return instant(_wall(schedule, day), zone)


def attribute_of(occasion: Occasion) -> str | None:
    """What in a profile tells whether somebody celebrates; None where everybody does, or a country."""
    match occasion:
        case Birthday():
            return "birthdate"
        case Anniversary(attribute=attribute):
            return attribute
    return None


def celebrated(schedule: Schedule, day: date) -> tuple[str, ...]:
    """The days of the year, ``02-29``, whose people celebrate on a day: none where everybody celebrates. Those of
    29 February do so every year once.
    """
    if attribute_of(schedule.occasion) is None:
        return ()
    own = f"{day:%m-%d}"
    return tuple(sorted({own, LEAP_DAY})) if day == _in_year(2, 29, day.year, schedule) else (own,)


def is_of(schedule: Schedule, customer: Customer, day: date, *, home: ZoneInfo) -> bool:
    """Whether a customer, as they are known now, celebrates on a day."""
    occasion = schedule.occasion
    attribute = attribute_of(occasion)
    if attribute is None:
        lives_there = not isinstance(occasion, Holiday) or customer.residence.country == occasion.country
        return lives_there and _falls_on(schedule, day)
    since = celebrations(customer, home=home).get(attribute)
    if since is None or f"{since:%m-%d}" not in celebrated(schedule, day):
        return False
    years = day.year - since.year
    return years in occasion.years if isinstance(occasion, Anniversary) and occasion.years else years > 0


def still_due(schedule: Schedule, customer: Customer, due: Due, *, home: ZoneInfo) -> bool:
    """Whether an occasion is somebody's, as they are known now, and its run has come where they live now."""
    if not is_of(schedule, customer, due.day, home=home):
        return False
    return due_at(schedule, customer.residence, due.day, home=home) <= due.at


def overtaken(schedule: Schedule, left: Residence, found: Residence, *, at: datetime, home: ZoneInfo) -> list[Run]:
    """The runs that somebody would miss who moved at an instant: still to come where they lived, and over already
    where they live now.
    """
    to_come = runs(schedule, [left], home=home, after=at, until=at + FARTHEST_APART)
    theirs = (run for run in to_come if run.zone == (left.time_zone or NOWHERE))
    return [run for run in theirs if due_at(schedule, found, run.day, home=home) <= at]


def expiry(schedule: Schedule, at: datetime, zone: ZoneInfo) -> datetime | None:
    """When a code ends that is sent at an instant, in the zone of who gets it: of whole days, the last one counts.

    A code of ``P1D`` that is sent on 17 March ends with the last millisecond of 18 March, so that its date reads as the
    last good day; ``PT24H`` is 24 real hours.
    """
    if schedule.validity is None:
        return None
    span = span_of(schedule.validity)
    ends = span.after(at, zone)
    if span.clock:
        return ends
    return instant(datetime.combine(ends.astimezone(zone).date() + A_DAY, time()), zone) - timedelta(milliseconds=1)


def occasion_facts(schedule: Schedule, customer: Customer, day: date, *, home: ZoneInfo) -> dict[str, Any]:
    """An occasion as a message may tell of it: ``type``, ``name``, ``day`` and, where they are counted, ``years``."""
    occasion = schedule.occasion
    name = occasion.name if isinstance(occasion, Holiday) else schedule.name
    since = celebrations(customer, home=home).get(attribute_of(occasion) or "")
    years = {"years": day.year - since.year} if since else {}
    return {"type": occasion.type, "name": name, "day": day.isoformat(), **years}


def _walls(schedule: Schedule, first: date, last: date) -> list[tuple[datetime, date]]:
    """The wall times at which runs begin on the days between these two, in order; each with its occasion's day."""
    days = offset_of(schedule.offset).before(first, last)
    return [(_wall(schedule, day), day) for day in days if _falls_on(schedule, day)]


def _wall(schedule: Schedule, day: date) -> datetime:
    hours, minutes = schedule.send_at.split(":")
    midnight = datetime.combine(offset_of(schedule.offset).after(day), time())
    return midnight + timedelta(hours=int(hours), minutes=int(minutes))


def _falls_on(schedule: Schedule, day: date) -> bool:
    """Whether an occasion has a run of that day; where people have days of their own, any day is somebody's."""
    match schedule.occasion:
        case Holiday(country=country, name=name):
            return day == holiday(country, name, day.year)
        case DayOfYear(month=month, day=number):
            return day == _in_year(month, number, day.year, schedule)
        case Once(date=only):
            return day == only
    return True


def _in_year(month: int, day: int, year: int, schedule: Schedule) -> date:
    """A day of the year in a certain one; of 29 February, where there is none, the day that stands for it."""
    if (month, day) == (2, 29) and not isleap(year):
        return date(year, 2, 28) if schedule.leap_day == "FEB_28" else date(year, 3, 1)
    return date(year, month, day)


def _zones(schedule: Schedule, places: Iterable[Residence], home: ZoneInfo) -> Mapping[str | None, ZoneInfo]:
    """The zones in which a schedule has runs, by the names under which customers are indexed."""
    if schedule.time_zone != CUSTOMER:
        return {None: zone_named(schedule.time_zone)}
    if isinstance(schedule.occasion, Holiday):
        inhabited = [place for place in places if place.country == schedule.occasion.country]
    else:
        inhabited = [Residence(), *places]  # of some customers nobody knows where they live
    return {place.time_zone or NOWHERE: place.zone(home) for place in inhabited}


def _coming(
    walls: Sequence[tuple[datetime, date]], zone: ZoneInfo, after: datetime, until: datetime
) -> Iterator[tuple[date, datetime]]:
    """Those of the wall times that clocks of a zone come to show in ``(after, until]``, as instants."""
    (shown, _), (_, shows) = _shown(after, zone), _shown(until, zone)
    for wall, day in walls[bisect_right(walls, (shown, date.max)) : bisect_right(walls, (shows, date.max))]:
        at = instant(wall, zone)
        if after < at <= until:
            yield day, at


@lru_cache(maxsize=2_048)
def _shown(at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Up to which wall time clocks have shown all by an instant, and after which one nothing yet. The two differ only
    while clocks show an hour for the second time. Cached, for all the schedules of a tick ask the same.
    """
    clock = at.astimezone(zone)
    wall = clock.replace(tzinfo=None)
    return wall, wall + (at - clock.replace(fold=0))
