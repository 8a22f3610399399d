"""The ledger of deliveries: an item each, on the list of its kind, among its customer's things, and while it waits
among those that wait.

What a run has come to is counted in the commit of what it counts, so at any moment the counters are what the ledger
says: ``due`` once for each entry, and each entry under its state, ``dropped#{reason}`` where it was dropped.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from itertools import islice

from shared.domain.attributes.post import DELIVERIES
from shared.domain.errors import Moved, NotFound
from shared.domain.lists import Listed, Query
from shared.domain.post.deliveries import Delivery
from shared.storage.documents import item_of, value_of
from shared.storage.keys import Key, listing, owning, shard_of, waiting
from shared.storage.lists import ListOf, of_customer, of_keys
from shared.storage.table import Item, Table, Write, add, create, replace

ATTRIBUTES = ("version",)
NEWEST = 100
"""Deliveries of a customer among which it is looked for those that wait."""


class DeliveryStore:
    """The deliveries of one project."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project

    def get(self, id_: str) -> Delivery:
        """A delivery.

        Raises:
            NotFound: if there is none.
        """
        found = self.find(id_)
        if found is None:
            raise NotFound("delivery", id_)
        return found

    def find(self, id_: str) -> Delivery | None:
        return delivery_of(self._table.get(Key.delivery(self.project, id_)))

    def save(self, after: Delivery, *, before: Delivery) -> Delivery:
        """Keep what has become of a delivery.

        Raises:
            Moved: if it is no longer as it was read.
        """
        self._table.commit(*entering(self.project, after, before=before, otherwise=Moved()))
        return entered(after)

    def wanted(self, query: Query) -> Listed[Delivery]:
        """The deliveries that are asked for."""
        key = partial(Key.delivery, self.project)
        narrow = {"id": of_keys(key), "customer_id": of_customer(self._table, self.project, "delivery")}
        return ListOf(self._table, self.project, "delivery", DELIVERIES, _deliveries_of, key, narrow=narrow).wanted(
            query
        )

    def waiting(self, customer_id: str, *, at: datetime) -> list[Delivery]:
        """A customer's messages that may still leave, and that nobody works on. One query where they were never written
        to, a batch more where they were: of a long history only the newest, for whatever waits is young.
        """
        bounds = {"since": "delivery#", "until": "delivery$"}
        partition = Key.customer(self.project, customer_id).PK
        entries = self._table.index("owners", partition, **bounds, newest_first=True, page=NEWEST)
        return [it for it in _deliveries_of(self._table.items(islice(entries, NEWEST))) if it.waits(at)]


def entering(project: str, after: Delivery, *, before: Delivery, otherwise: Exception) -> list[Write]:
    """The writes that bring a delivery from one state to the next, and count it; ``before`` tells the version that was
    read, or that it is new.
    """
    key = Key.delivery(project, after.id)
    item = {
        **item_of(after, ATTRIBUTES),
        **listing(project, "delivery", after.id, after.created_at),
        **owning(project, "delivery", after.id, after.customer_id, after.created_at),
        **(waiting(after.waits_until, after.id) if after.waits_until else {}),
    }
    if before.known:
        entry = replace(key, item, version=before.version, otherwise=otherwise)
    else:
        entry = create(key, {**item, "version": 1}, otherwise=otherwise)
    return [entry, *_counting(project, after, before)]


def entered(after: Delivery) -> Delivery:
    """A delivery as it stands in the ledger once it was entered."""
    return after.model_copy(update={"version": after.version + 1})


def delivery_of(item: Item | None) -> Delivery | None:
    return value_of(Delivery, item, ATTRIBUTES) if item else None


def _counting(project: str, after: Delivery, before: Delivery) -> list[Write]:
    """What a run has come to; what a shop has asked for is in none."""
    if after.schedule_id is None or after.day is None:
        return []
    key = Key.run(project, after.schedule_id, after.day, shard_of(after.customer_id))
    now, was = _counter(after), _counter(before)
    if not before.known:
        return [add(key, {"due": 1, now: 1})]
    return [add(key, {was: -1, now: 1} if was != now else {})]


def _counter(delivery: Delivery) -> str:
    return f"dropped#{delivery.reason}" if delivery.status == "DROPPED" else delivery.status


def _deliveries_of(items: Sequence[Item]) -> list[Delivery]:
    return [value_of(Delivery, item, ATTRIBUTES) for item in items]
