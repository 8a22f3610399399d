"""What a customer may celebrate: the days that stand in their profile, each by the attribute that tells it."""

import re
from datetime import UTC, date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from shared.domain.customers import Customer

MOST_DATES = 10
"""Dates in somebody's metadata that are celebrated: each is an item of its own."""
LONGEST_ATTRIBUTE = 200
"""Characters, as of every name; it becomes part of a key."""
A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
AN_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?")


def celebrations(customer: Customer, *, home: ZoneInfo) -> dict[str, date]:
    """The days that a customer may celebrate, by attribute: ``created_at``, ``birthdate``, ``metadata.wedding``.

    An instant means the day that it was where the customer lives; ``home`` is the project's zone.
    """
    zone = customer.residence.zone(home)
    days = {"created_at": customer.created_at.astimezone(zone).date()}
    if customer.born:
        days["birthdate"] = customer.born
    told = ((f"metadata.{name}", value) for name, value in sorted((customer.profile.metadata or {}).items()))
    dates = ((name, day_of(value, zone)) for name, value in told if len(name) <= LONGEST_ATTRIBUTE)
    return days | dict(islice(((name, day) for name, day in dates if day), MOST_DATES))


def day_of(value: object, zone: ZoneInfo) -> date | None:
    """The day that a value of metadata tells; None for what tells none.

    >>> day_of("2024-02-29", ZoneInfo("UTC")), day_of("2020-05-01T23:30:00Z", ZoneInfo("Europe/Rome"))
    (datetime.date(2024, 2, 29), datetime.date(2020, 5, 2))
    >>> day_of("2023-02-29", ZoneInfo("UTC")), day_of(20200501, ZoneInfo("UTC"))
    (None, None)
    """
    if not isinstance(value, str):
        return None
    try:
        if A_DAY.fullmatch(value):
            return date.fromisoformat(value)
        if AN_INSTANT.fullmatch(value):
            at = datetime.fromisoformat(value)
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(zone).date()
    except (ValueError, OverflowError):  # a day that no calendar has, or beyond all calendars
        return None
    return None
