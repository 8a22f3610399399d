"""What may be said of an event."""

from typing import Any

from pydantic import model_validator

from shared.domain.events import EventName
from shared.domain.model import Metadata
from shared.wire.body import Created
from shared.wire.customers import CustomerBody


class EventBody(Created):
    """Something that a customer did."""

    event: EventName
    customer: CustomerBody
    metadata: Metadata | None = None

    @model_validator(mode="before")
    @classmethod
    def _refuse_what_would_have_no_effect(cls, fields: Any) -> Any:
        """Points and referrals are what these are sent for; until there are such, nobody shall wait for them."""
        for name in ("referral", "loyalty"):
            if isinstance(fields, dict) and fields.get(name):
                raise ValueError(f"{name} is not supported yet")
        return fields
