"""Keep what a customer did, and count it."""

from datetime import datetime
from typing import Protocol

from shared.domain.customers import Profile
from shared.domain.events import Event, Tracked, refuse_uncounted
from shared.domain.ids import timed
from shared.domain.model import Metadata
from shared.domain.redemptions import Chance
from shared.domain.summaries import Person
from shared.usecases import judged_anew
from shared.usecases.checkout import customer_of
from shared.usecases.schemas import Settled, refuse_customer


class Events(Settled, Protocol):
    def find(self, id_: str) -> Person | None: ...
    def track(self, tracked: Tracked, *, known: Person | None) -> None: ...
    def customer_id(self, profile: Profile) -> str | None: ...


@judged_anew
def track_event(
    name: str, profile: Profile, metadata: Metadata | None, *, at: datetime, events: Events, chance: Chance
) -> Tracked:
    """Keep an event; its customer is upserted, and what their history comes to counts it at once.

    Raises:
        InvalidPayload: if the customer or its metadata cannot be so, or they did things of too many names.
    """
    id_ = events.customer_id(profile)
    known = events.find(id_) if id_ else None
    customer = customer_of(profile, known and known.customer, at=at, ledger=events, chance=chance)
    assert customer
    schemas = events.settled().schemas
    schemas.refuse("event", metadata)
    refuse_customer(schemas, customer.profile, known and known.customer.profile, path="customer.")
    refuse_uncounted(name, known and known.summary)
    event = Event(id=timed("ev", at, chance()), name=name, customer_id=customer.id, metadata=metadata, created_at=at)
    tracked = Tracked(event, customer)
    events.track(tracked, known=known)
    return tracked
