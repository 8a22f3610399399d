"""Schedules as a test says them: what it does not name is sensible."""

from datetime import UTC, datetime
from typing import Any

from shared.domain.calendar.schedules import Schedule
from tests.unit.values import AT

BIRTHDAY = {"type": "BIRTHDAY"}
PATRICK = {"type": "HOLIDAY", "country": "IE", "name": "Saint Patrick's Day"}
DOG_DAY = {"type": "DAY", "month": 8, "day": 26}
LEAP_DAY = {"type": "DAY", "month": 2, "day": 29}


def schedule(occasion: dict[str, Any] = BIRTHDAY, **fields: Any) -> Schedule:
    """By e-mail, at nine where the customer is."""
    known: dict[str, Any] = {"id": "sch_1", "name": "Greetings", "campaign_id": "camp_1", "created_at": AT}
    by = {"channels": ("email",), "templates": {"email": "tmpl_1"}}
    return Schedule.model_validate(known | by | {"occasion": occasion} | fields)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
