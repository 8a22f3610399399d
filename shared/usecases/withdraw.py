"""Take a customer's messages back that wait, as soon as what they offer is answered or used, or is bought already."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from shared.domain.errors import Moved
from shared.domain.post.deliveries import Delivery
from shared.domain.post.withdrawals import Waiting


class Withdrawals(Protocol):
    def waiting(self, customer_id: str, *, at: datetime) -> Sequence[Waiting]: ...
    def drop(self, dropped: Delivery, *, before: Delivery) -> None: ...


def withdraw(customer_id: str, *, at: datetime, withdrawals: Withdrawals) -> Iterator[Delivery]:
    """Drop those of a customer's messages that are of no use any more, and tell each. One that somebody has begun to
    work on is left to them: before they hand it over they look at the same facts. Asked again, nothing waits.
    """
    for one in withdrawals.waiting(customer_id, at=at):
        if reason := one.overtaken:
            dropped = one.delivery.dropped(reason, at)
            try:
                withdrawals.drop(dropped, before=one.delivery)
            except Moved:
                continue
            yield dropped
