"""Take a customer's messages back that wait, as soon as what they offer is answered or used, or is bought already.

They are judged as right before they would leave, and only what the customer has done counts: a campaign that is off now
may be on again by then. So no queue carries what will not leave; the sender judges once more, and has the last word.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from shared.domain.errors import Moved
from shared.domain.post.contact_policy import Contacts
from shared.domain.post.deliveries import Cause, Delivery
from shared.domain.post.judging import Overtaken, Standing, useless

THEIR_DOING = frozenset({"accepted", "declined", "redeemed", "already_bought"})
"""Why a message is of no use any more, as far as that is its customer's doing."""


class Ledger(Protocol):
    def waiting(self, customer_id: str, *, at: datetime) -> Sequence[Delivery]: ...


class Post(Protocol):
    def standing(self, cause: Cause, *, at: datetime) -> Standing: ...
    def reserve(self, after: Delivery, *, before: Delivery, standing: Standing, contacts: Contacts) -> Delivery: ...


def withdraw(customer_id: str, *, at: datetime, ledger: Ledger, post: Post) -> Iterator[Delivery]:
    """Drop those of a customer's messages that are of no use any more, and tell each. One that somebody has begun to
    work on is left to them: before they hand it over they look at the same facts. Asked again, nothing waits.
    """
    for delivery in ledger.waiting(customer_id, at=at):
        standing = post.standing(delivery.cause, at=at)
        reason = useless(standing, delivery.cause, at=at)
        if reason in THEIR_DOING and standing.delivery == delivery:
            dropped = delivery.dropped(reason, at)
            try:
                yield post.reserve(dropped, before=delivery, standing=standing, contacts=standing.others)
            except (Moved, Overtaken):
                continue
