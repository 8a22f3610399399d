"""What may be settled of when customers are written to."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from shared.domain.post.contact_policy import Blackout, ContactPolicy, FrequencyCap, Period, QuietHours
from shared.wire.body import Body

DEFAULT = ContactPolicy()
SPELT = {"P1D": "DAY", "P7D": "WEEK", "P1W": "WEEK", "P1M": "MONTH"}
"""Periods as ISO 8601 writes them."""


def _period(said: Any) -> Any:
    return SPELT.get(said, said) if isinstance(said, str) else said


class Cap(FrequencyCap):
    period: Annotated[Period, BeforeValidator(_period)]


class PolicyBody(Body):
    """A policy, whole: a field that is left out is the default, one that is null is none."""

    frequency_caps: Annotated[tuple[Cap, ...], Field(max_length=20)] | None = None
    quiet_hours: QuietHours | None = None
    blackouts: Annotated[tuple[Blackout, ...], Field(max_length=100)] | None = None

    @property
    def policy(self) -> ContactPolicy:
        none = {"frequency_caps": (), "quiet_hours": None, "blackouts": ()}
        said = {name: getattr(self, name) or none[name] for name in self.model_fields_set}
        return DEFAULT.model_copy(update=said)
