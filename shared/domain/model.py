"""What every value of the domain has in common."""

import json
import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from shared.domain.errors import InvalidPayload


class Frozen(BaseModel):
    """A value: it never changes, and what it does not know it ignores."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class Sent(Frozen):
    """A value as callers send it: a field that is null counts as not sent, for some clients name every field."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, fields: Any) -> Any:
        if isinstance(fields, dict):
            return {name: value for name, value in fields.items() if value is not None}
        return fields


def utc(at: datetime) -> datetime:
    """The same instant in UTC, to the millisecond; a time without a zone is taken as UTC.

    >>> utc(datetime.fromisoformat("2026-03-17T09:00:00.123456+01:00"))
    datetime.datetime(2026, 3, 17, 8, 0, 0, 123000, tzinfo=datetime.timezone.utc)
    """
    zoned = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return zoned.replace(microsecond=zoned.microsecond // 1000 * 1000)


def iso(at: datetime) -> str:
    """An instant as the wire and the table write it.

    >>> iso(datetime(2026, 3, 17, 8, tzinfo=UTC))
    '2026-03-17T08:00:00.000Z'
    >>> iso(datetime(999, 1, 1, tzinfo=UTC))
    '0999-01-01T00:00:00.000Z'
    """
    # strftime's %Y does not pad the years of the first millennium, and callers do send them
    return f"{at.year:04d}-{at:%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _inside_the_calendar(at: datetime) -> datetime:
    try:
        return utc(at)
    except OverflowError:
        raise ValueError("lies outside the calendar") from None


A_NUMBER = re.compile(r"\s*[+-]?[\d._]+\s*")


def _written(value: object) -> object:
    # A number, as text too, would be taken for seconds since 1970, which no caller of this API means.
    if not isinstance(value, str | date) or (isinstance(value, str) and A_NUMBER.fullmatch(value)):
        raise ValueError("must be a date, as text")
    return value


Instant = Annotated[datetime, BeforeValidator(_written), AfterValidator(_inside_the_calendar), PlainSerializer(iso)]
"""A UTC instant with milliseconds."""

Day = Annotated[date, BeforeValidator(_written)]
"""A day of somebody's life: it has no zone."""


def _printable(text: str) -> str:
    if any(character < " " and character not in "\t\n\r" for character in text):
        raise ValueError("must not contain control characters")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise ValueError("must be valid Unicode") from None
    return text


Text = Annotated[str, Field(strict=True, max_length=4_000), AfterValidator(_printable)]
"""What people write: any script, emoji too, but nothing that steers a terminal."""

LongText = Annotated[str, Field(strict=True, min_length=1, max_length=100_000), AfterValidator(_printable)]
"""What people write at length: the body of a message."""

Name = Annotated[str, Field(strict=True, min_length=1, max_length=200), AfterValidator(_printable)]
"""What people call a thing: like Text, and short, for it becomes part of a key."""

LARGEST_METADATA = 64 * 1024
"""Characters of a thing's metadata as JSON; an item of the table holds 400 KB in all."""


def _fitting(metadata: dict[str, Any]) -> dict[str, Any]:
    if metadata and len(json.dumps(metadata)) > LARGEST_METADATA:
        raise ValueError(f"has more than {LARGEST_METADATA} characters")
    return metadata


Metadata = Annotated[
    dict[Annotated[str, Field(max_length=256), AfterValidator(_printable)], Any], AfterValidator(_fitting)
]
"""A shop's own attributes."""


def merged(metadata: Metadata | None, more: Metadata | None) -> Metadata:
    """Metadata with what was said later laid over it.

    >>> merged({"club": "VIP", "shoe": 42}, {"shoe": 43})
    {'club': 'VIP', 'shoe': 43}

    Raises:
        InvalidPayload: if there is too much of it by now.
    """
    try:
        return _fitting({**(metadata or {}), **(more or {})})
    except ValueError as error:
        raise InvalidPayload(f"metadata: {error}") from None
