"""Events: what a shop tells that a customer did, under a name of the shop's own."""

from typing import Annotated, NamedTuple

from pydantic import AfterValidator, Field

from shared.domain.customers import Customer
from shared.domain.errors import InvalidPayload
from shared.domain.model import Frozen, Instant, Metadata
from shared.domain.summaries import Summary

MOST_NAMES = 100
"""Names of events that are counted of one customer: the counters stand in the summary, which every checkout reads."""


def _named(name: str) -> str:
    if not name.isprintable():
        raise ValueError("must have printable characters only")
    return name


EventName = Annotated[str, Field(strict=True, min_length=1, max_length=300), AfterValidator(_named)]


class Event(Frozen):
    """Something that a customer did."""

    id: str
    name: EventName
    customer_id: str
    metadata: Metadata | None = None
    created_at: Instant


class Tracked(NamedTuple):
    """An event, and who did it."""

    event: Event
    customer: Customer


def refuse_uncounted(name: str, summary: Summary | None) -> None:
    """Raise if an event could not be counted any more.

    Raises:
        InvalidPayload: naming the field.
    """
    if summary and name not in summary.events and len(summary.events) >= MOST_NAMES:
        raise InvalidPayload(f"event: events of {MOST_NAMES} other names are counted of this customer already")
