"""A schedule: which offer goes out on which occasion, at which hour of whose clock."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from shared.domain.deliveries import Carried, Purpose
from shared.domain.model import Day, Frozen, Instant, Name, Sent
from shared.domain.windows import Clock, Duration

CUSTOMER = "CUSTOMER"
"""Instead of a zone: each customer's own."""


class Birthday(Sent):
    type: Literal["BIRTHDAY"] = "BIRTHDAY"


class Anniversary(Sent):
    """So many years after a day that stands in the customer's profile: any number of them, where none is named."""

    type: Literal["ANNIVERSARY"] = "ANNIVERSARY"
    attribute: Name
    """``created_at``, or ``metadata.`` and the name of a date in it."""
    years: (
        Annotated[tuple[Annotated[int, Field(strict=True, ge=1, le=150)], ...], Field(min_length=1, max_length=150)]
        | None
    ) = None


class Holiday(Sent):
    """A holiday of a country, for those who live there."""

    type: Literal["HOLIDAY"] = "HOLIDAY"
    country: Name
    name: Name


class DayOfYear(Sent):
    type: Literal["DAY"] = "DAY"
    month: Annotated[int, Field(strict=True, ge=1, le=12)]
    day: Annotated[int, Field(strict=True, ge=1, le=31)]


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
    channels: tuple[Carried, ...]
    """In order of preference."""
    templates: dict[Carried, str]
    """The message template of each channel."""
    validity: Duration | None = None
    """How long the code lives once it was sent; whole days end with the customer's day."""
    purpose: Purpose = "marketing"
    active: bool = False
    active_since: Instant | None = None
    created_at: Instant
    updated_at: Instant | None = None
    version: int = 1


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
