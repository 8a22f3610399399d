"""When an offer is open: recurring windows, read in the time zone of the project.

A shop says them as its customers read a clock, so they are wall times: nine o'clock is nine o'clock on both sides of a
change to summer time. A wall time that a day skips means the first instant after the gap, one that a day has twice
means the first of the two.
"""

import re
from bisect import bisect_left, bisect_right
from calendar import monthrange
from datetime import UTC, datetime, timedelta
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from shared.domain.model import Frozen, Sent

_DURATION = re.compile(
    r"P(?=.)(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,5})M)?(?:(?P<weeks>\d{1,6})W)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,8})M)?(?:(?P<seconds>\d{1,9})S)?)?"
)
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
LONGEST = timedelta(days=366 * 100)


class Span(NamedTuple):
    """A length of time as a calendar tells it: months and days are wall time, what is shorter is real time."""

    months: int
    days: int
    clock: timedelta

    def after(self, at: datetime, zone: ZoneInfo, *, times: int = 1) -> datetime:
        """The instant that lies so many of these after another; from the 31st, in a short month, to its last day.

        >>> Span(1, 0, timedelta()).after(datetime(2026, 1, 31, 9, tzinfo=UTC), ZoneInfo("UTC"))
        datetime.datetime(2026, 2, 28, 9, 0, tzinfo=datetime.timezone.utc)
        """
        if self.months or self.days:
            wall = at.astimezone(zone).replace(tzinfo=None)
            years, month = divmod(wall.year * 12 + wall.month - 1 + self.months * times, 12)
            day = min(wall.day, monthrange(years, month + 1)[1])
            at = instant(wall.replace(year=years, month=month + 1, day=day) + timedelta(self.days * times), zone)
        return at + self.clock * times

    @property
    def about(self) -> timedelta:
        """Roughly how long it is; never longer than it really is."""
        return timedelta(days=self.months * 28 + self.days) + self.clock


def span_of(text: str) -> Span:
    """What an ISO 8601 duration says.

    >>> span_of("P1Y2W"), span_of("PT90M").clock
    (Span(months=12, days=14, clock=datetime.timedelta(0)), datetime.timedelta(seconds=5400))

    Raises:
        ValueError: if it is none, or no time at all, or longer than a century.
    """
    said = _DURATION.fullmatch(text)
    if not said:
        raise ValueError("must be an ISO 8601 duration like P2D or PT1H")
    parts = {name: int(number or 0) for name, number in said.groupdict().items()}
    span = Span(
        parts["years"] * 12 + parts["months"],
        parts["weeks"] * 7 + parts["days"],
        timedelta(hours=parts["hours"], minutes=parts["minutes"], seconds=parts["seconds"]),
    )
    if not timedelta() < span.about <= LONGEST:
        raise ValueError("must be longer than nothing and shorter than a century")
    return span


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first instant at which clocks of a zone show a wall time, or the first one after it if they skip it.

    >>> dublin = ZoneInfo("Europe/Dublin")
    >>> instant(datetime(2026, 3, 29, 1, 30), dublin)  # skipped: clocks go from 01:00 to 02:00
    datetime.datetime(2026, 3, 29, 1, 0, tzinfo=datetime.timezone.utc)
    >>> instant(datetime(2026, 10, 25, 1, 30), dublin)  # twice: the first one
    datetime.datetime(2026, 10, 25, 0, 30, tzinfo=datetime.timezone.utc)
    """
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:
        return first
    # Skipped: read by the offset before the gap it lies after it, by the other before; between them is the jump.
    offset = first.astimezone(zone).utcoffset()
    seconds = range(int((first - second).total_seconds()) + 1)
    jump = bisect_left(
        seconds, True, key=lambda more: (second + timedelta(seconds=more)).astimezone(zone).utcoffset() == offset
    )
    return second + timedelta(seconds=jump)


def _clock(text: str) -> str:
    if not _CLOCK.fullmatch(text) or (text.startswith("24:") and text != "24:00"):
        raise ValueError("must be a time like 09:30")
    return text


Clock = Annotated[str, Field(strict=True), AfterValidator(_clock)]
Duration = Annotated[str, Field(strict=True, max_length=64), AfterValidator(lambda text: span_of(text) and text)]
Weekday = Annotated[int, Field(strict=True, ge=0, le=6)]
"""0 is Sunday, as the contract counts."""
Weekdays = Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7)]


class Hours(Sent):
    """One opening of the day; where it ends before it starts it goes on past midnight, and belongs to its first day."""

    start_time: Clock | None = None
    expiration_time: Clock | None = None
    days_of_week: Weekdays | None = None

    def open(self, wall: datetime) -> bool:
        """Whether a wall time lies in it: from its start on, and before its end."""
        start, end = _minutes(self.start_time, 0), _minutes(self.expiration_time, DAY)
        now = wall.hour * 60 + wall.minute
        if start < end:
            return self._on(wall) and start <= now < end
        return (self._on(wall) and now >= start) or (self._on(wall - timedelta(days=1)) and now < end)

    def _on(self, wall: datetime) -> bool:
        return self.days_of_week is None or weekday(wall) in self.days_of_week


class ValidityHours(Sent):
    daily: Annotated[tuple[Hours, ...], Field(max_length=64)] = ()


class Timeframe(Sent):
    """Open for ``duration`` at every ``interval``, counted from the start date."""

    interval: Duration
    duration: Duration

    @model_validator(mode="after")
    def _must_close(self) -> "Timeframe":
        if span_of(self.interval).about < timedelta(minutes=1):
            raise ValueError("interval: must be a minute or more")
        return self

    def open(self, at: datetime, since: datetime, zone: ZoneInfo) -> bool:
        """Whether an instant lies in one of the windows that begin with ``since``."""
        if at < since:
            return False
        interval, duration = span_of(self.interval), span_of(self.duration)
        most = int((at - since) / interval.about) + 2
        begun = bisect_right(range(most), at, key=lambda times: interval.after(since, zone, times=times))
        return at < duration.after(interval.after(since, zone, times=begun - 1), zone)


class Windows(Frozen):
    """When a thing is open, besides its start and expiration dates; nothing set: always. Vouchers and campaigns are."""

    validity_timeframe: Timeframe | None = None
    validity_day_of_week: Weekdays | None = None
    validity_hours: ValidityHours | None = None

    def open(self, at: datetime, *, since: datetime | None, zone: ZoneInfo) -> bool:
        """Whether all of them are open at an instant; ``since`` is the start date that a timeframe counts from."""
        wall = at.astimezone(zone).replace(tzinfo=None)
        if self.validity_day_of_week and weekday(wall) not in self.validity_day_of_week:
            return False
        hours = self.validity_hours.daily if self.validity_hours else ()
        if hours and not any(opening.open(wall) for opening in hours):
            return False
        frame = self.validity_timeframe
        return frame is None or since is None or frame.open(at, since, zone)


WINDOWS = tuple(Windows.model_fields)
DAY = 24 * 60


def weekday(wall: datetime) -> int:
    """The day of the week, 0 for Sunday.

    >>> weekday(datetime(2026, 3, 15)), weekday(datetime(2026, 3, 17))  # a Sunday, a Tuesday
    (0, 2)
    """
    return wall.isoweekday() % 7


def _minutes(text: str | None, otherwise: int) -> int:
    if text is None:
        return otherwise
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
