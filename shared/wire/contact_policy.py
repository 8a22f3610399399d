"""What may be settled of when customers are written to."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from shared.domain.post.contact_policy import Blackout, ContactPolicy, FrequencyCap, Period, QuietHours, Topic
from shared.wire.body import Body

DEFAULT = ContactPolicy()
SPELT = {"P1D": "DAY", "P7D": "WEEK", "P1W": "WEEK", "P1M": "MONTH"}
"""Periods as ISO 8601 writes them."""
MOST_TOPICS = 50
"""As many as somebody can look through."""


def _period(said: Any) -> Any:
    return SPELT.get(said, said) if isinstance(said, str) else said


class Cap(FrequencyCap):
    period: Annotated[Period, BeforeValidator(_period)]


def _told_apart(topics: tuple[Topic, ...]) -> tuple[Topic, ...]:
    if len({it.id for it in topics}) < len(topics):
        raise ValueError("two have the same id")
    return topics


class PolicyBody(Body):
    """A policy, whole: a field that is left out is the default, one that is null is none."""

    frequency_caps: Annotated[tuple[Cap, ...], Field(max_length=20)] | None = None
    quiet_hours: QuietHours | None = None
    blackouts: Annotated[tuple[Blackout, ...], Field(max_length=100)] | None = None
    topics: Annotated[tuple[Topic, ...], Field(max_length=MOST_TOPICS), AfterValidator(_told_apart)] | None = None

    @property
    def policy(self) -> ContactPolicy:
        none = {"frequency_caps": (), "quiet_hours": None, "blackouts": (), "topics": ()}
        said = {name: getattr(self, name) or none[name] for name in self.model_fields_set}
        return DEFAULT.model_copy(update=said)
