"""What a customer's history comes to: counted in the commit of what it counts, so it is never late and never recounted.

An order counts while it is PAID or FULFILLED, with what was paid for it after every discount; a redemption counts when
it succeeds, is refused, or is given back.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from shared.domain.customers import Customer
from shared.domain.orders import StoredOrder

COUNTED = ("PAID", "FULFILLED")
"""The states of an order that count."""

REMEMBERED = 8
"""Purchases by which the last one is known: so many of the newest may be cancelled before it is forgotten."""


class Purchase(NamedTuple):
    """One order that counts."""

    at: datetime
    amount: int


class Happened(NamedTuple):
    """How often an event was told of, and when last."""

    times: int
    last: datetime


class Tally(NamedTuple):
    """What one commit adds to a customer's summary.

    ``since`` is when the customer was made: who was deleted and comes back under the same id starts anew, and an order
    of the life before that is cancelled takes nothing away from the new one.
    """

    customer_id: str
    since: datetime | None = None
    orders: int = 0
    amount: int = 0
    succeeded: int = 0
    failed: int = 0
    rolled_back: int = 0
    credits: int = 0
    bought: Mapping[str, Purchase] = {}
    """Purchases that count from now on, by the order's id."""
    forgotten: frozenset[str] = frozenset()
    """The ids of orders that are the last purchase no more."""
    happened: Mapping[str, datetime] = {}
    """Events, by name, each once."""

    @property
    def counts(self) -> dict[str, int]:
        """What is added to each counter; those that stay are left out."""
        added = {name: getattr(self, name) for name in COUNTERS}
        return {name: more for name, more in added.items() if more}


def tally_of(
    customer: Customer, *, succeeded: int = 0, failed: int = 0, rolled_back: int = 0, credits_: int = 0
) -> Tally:
    """What redemptions of one commit add to their customer's summary; ``credits_`` is what gift cards paid."""
    return Tally(
        customer.id,
        customer.created_at,
        succeeded=succeeded,
        failed=failed,
        rolled_back=rolled_back,
        credits=credits_,
    )


COUNTERS = ("orders", "amount", "succeeded", "failed", "rolled_back", "credits")


class Summary(NamedTuple):
    """What a customer's history comes to. ``amount`` and ``credits``, what gift cards paid, are in minor units.

    Loyalty points join here when customers can hold them: a counter each, added to like the others.
    """

    orders: int = 0
    amount: int = 0
    succeeded: int = 0
    failed: int = 0
    rolled_back: int = 0
    credits: int = 0
    purchases: Mapping[str, Purchase] = {}
    """The newest, by the order's id."""
    events: Mapping[str, Happened] = {}
    """By name."""

    @property
    def average(self) -> int:
        """What an order came to on average, rounded half up to a whole minor unit.

        >>> Summary(orders=2, amount=25).average, Summary().average
        (13, 0)
        """
        return (2 * self.amount + self.orders) // (2 * self.orders) if self.orders else 0

    @property
    def last(self) -> Purchase | None:
        """The newest order that counts; among equals the one of the later id."""
        return max(self.purchases.items(), key=_age)[1] if self.purchases else None

    def plus(self, tally: Tally) -> "Summary":
        """The summary after one more commit."""
        kept = {id_: it for id_, it in self.purchases.items() if id_ not in tally.forgotten}
        counts = {name: getattr(self, name) + more for name, more in tally.counts.items()}
        happened = {
            name: Happened(self.events[name].times + 1 if name in self.events else 1, at)
            for name, at in tally.happened.items()
        }
        return self._replace(**counts, purchases={**kept, **tally.bought}, events={**self.events, **happened})

    def trimmed(self, tally: Tally) -> Tally:
        """The tally that also forgets the purchases that are too old to become the last one again."""
        oldest_first = sorted(self.plus(tally).purchases.items(), key=_age)
        surplus = frozenset(id_ for id_, _ in oldest_first[:-REMEMBERED])
        bought = {id_: it for id_, it in tally.bought.items() if id_ not in surplus}
        return tally._replace(bought=bought, forgotten=tally.forgotten | surplus)


class Person(NamedTuple):
    """A customer, and what their history comes to."""

    customer: Customer
    summary: Summary
    segments: frozenset[str] = frozenset()
    """Those that they are in, of the ones that were asked about."""


class Standing(NamedTuple):
    """What is known already when an order comes in: of the order, its customer, and what their history comes to."""

    order: StoredOrder | None = None
    customer: Customer | None = None
    summary: Summary | None = None


def tallies(order: StoredOrder, *, known: StoredOrder | None) -> Iterator[Tally]:
    """What a change of an order adds to whose summary, and takes from whose; nothing where nothing counts anew."""
    before, after = _counted(known), _counted(order)
    if before == after:
        return
    if before:
        back = before._replace(
            orders=-before.orders, amount=-before.amount, bought={}, forgotten=frozenset(before.bought)
        )
        same = after and (after.customer_id, after.since) == (before.customer_id, before.since)
        if after and same:
            yield after._replace(orders=0, amount=after.amount - before.amount)
            return
        yield back
    if after:
        yield after


def _counted(order: StoredOrder | None) -> Tally | None:
    if order is None or order.customer_id is None or order.status not in COUNTED:
        return None
    amount = order.order.total - order.discount
    bought = {order.id: Purchase(order.created_at, amount)}
    return Tally(order.customer_id, order.customer_since, orders=1, amount=amount, bought=bought)


def _age(entry: tuple[str, Purchase]) -> tuple[datetime, str]:
    id_, purchase = entry
    return purchase.at, id_
