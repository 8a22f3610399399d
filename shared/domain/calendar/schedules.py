"""A schedule: which offer goes out on which occasion, at which hour of whose clock."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from shared.domain.calendar.residences import country_of
from shared.domain.model import Day, Frozen, Instant, Name, Sent
from shared.domain.post.deliveries import Channel, Purpose
from shared.domain.windows import Clock, Duration

CUSTOMER = "CUSTOMER"
"""Instead of a zone: each customer's own."""


class Birthday(Sent):
    type: Literal["BIRTHDAY"] = "BIRTHDAY"


def _of_a_day(attribute: str) -> str:
    kind, _, name = attribute.partition(".")
    if attribute in ("created_at", "birthdate") or (kind == "metadata" and name):
        return attribute
    raise ValueError("must be created_at, birthdate, or metadata. and the name of a date")


class Anniversary(Sent):
    """So many years after a day that stands in the customer's profile: any number of them, where none is named."""

    type: Literal["ANNIVERSARY"] = "ANNIVERSARY"
    attribute: Annotated[Name, AfterValidator(_of_a_day)]
    """``created_at``, ``birthdate``, or ``metadata.`` and the name of a date in it."""
    years: (
        Annotated[tuple[Annotated[int, Field(strict=True, ge=1, le=150)], ...], Field(min_length=1, max_length=150)]
        | None
    ) = None


def _country(said: str) -> str:
    if code := country_of(said):
        return code
    raise ValueError("must be a country: its ISO 3166 code, or its English name")


class Holiday(Sent):
    """A holiday of a country, for those who live there."""

    type: Literal["HOLIDAY"] = "HOLIDAY"
    country: Annotated[Name, AfterValidator(_country)]
    """Its ISO 3166 code, from whatever it was called."""
    name: Name


class DayOfYear(Sent):
    type: Literal["DAY"] = "DAY"
    month: Annotated[int, Field(strict=True, ge=1, le=12)]
    day: Annotated[int, Field(strict=True, ge=1, le=31)]

    @field_validator("day")
    @classmethod
    def _exists(cls, day: int, info: ValidationInfo) -> int:
        longest = monthrange(2024, info.data.get("month", 1))[1]  # a leap year: what 29 February means, leap_day says
        if day > longest:
            raise ValueError(f"the month has {longest} days")
        return day


class Once(Sent):
    type: Literal["ONCE"] = "ONCE"
    date: Day


Occasion = Annotated[Birthday | Anniversary | Holiday | DayOfYear | Once, Field(discriminator="type")]


class Audience(Sent):
    segment_id: Name


class Schedule(Frozen):
    """A schedule as the shop has made it. It greets nobody before it was switched on (``active_since``)."""

    id: str
    name: Name
    campaign_id: str
    occasion: Occasion
    offset: str = "P0D"
    """From the occasion to the day of the run, in whole calendar days, weeks, months or a year: ``-P7D``."""
    send_at: Clock = "09:00"
    """A wall time; a multiple of a quarter of an hour."""
    time_zone: str = CUSTOMER
    leap_day: Literal["FEB_28", "MAR_1"] = "FEB_28"
    """When those celebrate who were born on 29 February, in a year that has none."""
    audience: Audience | None = None
    channels: tuple[Channel, ...]
    """In order of preference."""
    templates: dict[Channel, str]
    """The message template of each channel."""
    validity: Duration | None = None
    """How long the code lives once it was sent; whole days end with the customer's day."""
    purpose: Purpose = "marketing"
    topic: Name | None = None
    """What its messages are about, of the contact policy's topics."""
    active: bool = False
    active_since: Instant | None = None
    on_since: Instant | None = None
    """When it was switched on; ``active_since`` is later where it was told meanwhile to run at other times."""
    created_at: Instant
    updated_at: Instant | None = None
    version: int = 1

    def changed(self, *, at: datetime, **fields: Any) -> "Schedule":
        """The schedule with these fields. Where they change when it runs, it has run so from now on and never before:
        whatever the clocks have shown already is past.
        """
        changed = Schedule.model_validate({**self.model_dump(), **fields, "updated_at": at})
        moved = any(getattr(changed, name) != getattr(self, name) for name in WHEN)
        return changed.model_copy(update={"active_since": at}) if changed.active and moved else changed

    def switched(self, *, active: bool, at: datetime) -> "Schedule":
        """The schedule switched on or off: the very same where it is so already, so that it goes on as it was."""
        if active == self.active:
            return self
        since = at if active else None
        return self.model_copy(update={"active": active, "active_since": since, "on_since": since, "updated_at": at})


WHEN = ("occasion", "offset", "send_at", "time_zone", "leap_day")
"""The fields of a schedule that tell when it runs."""


class Scheduled(NamedTuple):
    """A schedule with the name of its campaign, while there is one."""

    schedule: Schedule
    campaign: str | None


class Run(Frozen):
    """An occasion's day as one zone meets it: who celebrates there is written to at one instant."""

    schedule_id: str
    day: date
    """Of the occasion, not of the message."""
    zone: str | None
    """As customers are indexed by it: an IANA name, ``NOWHERE`` for those who live in the project's; None: everybody,
    because the schedule has a zone of its own."""
    at: datetime
    """UTC."""


class Hour(NamedTuple):
    """When an occasion's day comes round on the clocks of a zone, and for how many."""

    time_zone: str
    local: datetime
    """What clocks show there, without a zone."""
    at: datetime
    due: int


class Occurrence(NamedTuple):
    """An occasion's day, with the hours at which it comes round, in their order."""

    day: date
    hours: tuple[Hour, ...]

    @property
    def due(self) -> int:
        return sum(hour.due for hour in self.hours)


class Tally(NamedTuple):
    """What has come of an occasion's day: how many were due, and how many of them came to what."""

    schedule_id: str
    day: date
    counts: Mapping[str, int]
    """``due``, and by the state of the delivery; a dropped one by its reason, ``dropped#no_consent``."""
