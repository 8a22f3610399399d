"""What may be said of a schedule."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, PlainValidator

from shared.domain.calendar.occasions import offset_of
from shared.domain.calendar.residences import is_zone
from shared.domain.calendar.schedules import CUSTOMER, Audience, Occasion, Schedule
from shared.domain.errors import InvalidPayload
from shared.domain.model import Frozen, Name, utc
from shared.domain.post.deliveries import Channel, Purpose
from shared.domain.schemas import Flag
from shared.domain.windows import Clock, Duration, instant
from shared.wire.body import Body, Created
from shared.wire.deliveries import OfCampaign
from shared.wire.lists import MOST_PAGES

QUARTER = 15
"""Minutes between two ticks."""
FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""The instants between which runs may be looked at."""
COMING = timedelta(days=30)
LONGEST = timedelta(days=366)


def _at_a_tick(clock: str) -> str:
    hours, minutes = clock.split(":")
    if clock == "24:00" or int(minutes) % QUARTER:
        raise ValueError("must be a time of day at a quarter of an hour, like 09:00, 09:15, 09:30 or 09:45")
    return f"{int(hours):02d}:{minutes}"


def _zone(name: str) -> str:
    if name != CUSTOMER and not is_zone(name):
        raise ValueError(f"must be {CUSTOMER}, or an IANA name like Europe/Dublin")
    return name


def _each_once(channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
    if len(set(channels)) < len(channels):
        raise ValueError("names a channel twice")
    return channels


Offset = Annotated[str, Field(strict=True, max_length=32), AfterValidator(lambda text: offset_of(text) and text)]
SendAt = Annotated[Clock, AfterValidator(_at_a_tick)]
Zone = Annotated[Name, AfterValidator(_zone)]
Channels = Annotated[tuple[Channel, ...], Field(min_length=1), AfterValidator(_each_once)]
Templates = Annotated[dict[Channel, Name], Field(min_length=1)]


class ScheduleBody(Created):
    """A new schedule."""

    name: Name
    campaign: OfCampaign
    occasion: Occasion
    offset: Offset | None = None
    send_at: SendAt | None = None
    time_zone: Zone | None = None
    leap_day: Literal["FEB_28", "MAR_1"] | None = None
    audience: Audience | None = None
    channels: Channels
    templates: Templates
    validity: Duration | None = None
    purpose: Purpose | None = None
    topic: Name | None = None
    active: Flag | None = None

    def schedule(self, id_: str, *, at: datetime) -> Schedule:
        """The schedule that is asked for; which campaign's it is, and whether it is on, comes later."""
        said = self.model_dump(exclude_none=True, exclude={"campaign", "active"})
        return Schedule(id=id_, campaign_id="", created_at=at, **said)


class ScheduleChange(Body):
    """What changes of a schedule: a null clears its audience, validity or topic; of all else it says nothing."""

    name: Name | None = None
    campaign: OfCampaign | None = None
    occasion: Occasion | None = None
    offset: Offset | None = None
    send_at: SendAt | None = None
    time_zone: Zone | None = None
    leap_day: Literal["FEB_28", "MAR_1"] | None = None
    audience: Audience | None = None
    channels: Channels | None = None
    templates: Templates | None = None
    validity: Duration | None = None
    purpose: Purpose | None = None
    topic: Name | None = None
    active: Flag | None = None

    def said(self) -> dict[str, Any]:
        """The fields that change, but for the campaign and the switch."""
        cleared = {name: None for name in ("audience", "validity", "topic") if name in self.model_fields_set}
        return cleared | self.model_dump(exclude_none=True, exclude={"campaign", "active"})


class Span(NamedTuple):
    """From one instant to before another."""

    since: datetime
    until: datetime


def _moment(said: object) -> date:
    if not isinstance(said, str):
        raise ValueError("must be a day or an instant, as text")  # noqa: TRY004 - pydantic tells only ValueError
    try:
        if len(said) == len("2026-03-17"):
            return date.fromisoformat(said)
        return utc(datetime.fromisoformat(said))
    except (ValueError, OverflowError):
        raise ValueError("must be a day or an instant like 2026-03-17 or 2026-03-17T09:00:00Z") from None


Moment = Annotated[date, PlainValidator(_moment)]
"""A day, or an instant."""


class PreviewQuery(Frozen):
    """Which runs shall be looked at."""

    from_: Annotated[Moment | None, Field(alias="from")] = None
    to: Moment | None = None

    def span(self, *, at: datetime, home: ZoneInfo) -> Span:
        """From an instant to before another; days are those of the project, the last one too. Where nothing is said, it
        is the 30 days from now on, or from when it was said.

        Raises:
            InvalidPayload: if that is nothing, more than a year, or beyond the calendar.
        """
        since = at if self.from_ is None else _begins(self.from_, home, "from")
        if self.to is None:
            return Span(since, since + COMING)
        until = _begins(self.to, home, "to", days=1)
        if not since < until <= since + LONGEST:
            raise InvalidPayload(f"to: must lie after from, and at most {LONGEST.days} days")
        return Span(since, until)


def _begins(moment: date, home: ZoneInfo, path: str, *, days: int = 0) -> datetime:
    """An instant, or that at which a day begins that lies so many days after another."""
    if not FIRST.year <= moment.year < LAST.year:
        raise InvalidPayload(f"{path}: must lie between {FIRST.year} and {LAST.year - 1}")
    if isinstance(moment, datetime):
        return moment
    return instant(datetime.combine(moment, datetime.min.time()) + timedelta(days=days), home)


class RunsQuery(Frozen):
    """Which part of a schedule's past is asked for."""

    limit: Annotated[int, Field(ge=1, le=100)] = 10
    page: Annotated[int, Field(ge=1, le=MOST_PAGES)] = 1
