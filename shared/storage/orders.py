"""Orders, each found by id or ``source_id``; every change is conditioned on the version that was read."""

from collections.abc import Sequence
from functools import partial

from shared.domain.attributes.purchases import ORDERS
from shared.domain.customers import Customer, Profile
from shared.domain.errors import Moved, NotFound
from shared.domain.ids import derived
from shared.domain.lists import Listed, Query
from shared.domain.orders import Order, StoredOrder
from shared.domain.projects import Project
from shared.domain.summaries import Standing, Summary, tallies
from shared.storage.customer_items import customer_id, keeping_customer
from shared.storage.customers import CustomerStore
from shared.storage.documents import item_of, value_of
from shared.storage.keys import Key, listing, owning
from shared.storage.lists import ListOf, of_customer, of_keys
from shared.storage.projects import ProjectStore
from shared.storage.summaries import counting
from shared.storage.table import Item, Table, Write, create, replace

ATTRIBUTES = ("version",)


def order_of(item: Item) -> StoredOrder:
    return value_of(StoredOrder, item, ATTRIBUTES)


def order_id(project: str, order: Order) -> str | None:
    """The id that an order leads to; None for one that nobody has named."""
    if order.id and order.id.startswith("ord_"):
        return order.id
    source = order.source_id or order.id
    return derived("ord", project, source) if source else None


def keeping_order(
    project: str, order: StoredOrder, *, known: StoredOrder | None, summary: Summary | None = None
) -> tuple[Write, ...]:
    """The writes that keep an order, so that two redemptions of one order cannot both believe to be the first.

    With it goes what it adds to the summary of its customer (``summary``, where it is known, is trimmed) and takes
    from another's.
    """
    key = Key.order(project, order.id)
    counted = (
        counting(project, tally, known=summary if tally.customer_id == order.customer_id else None)
        for tally in tallies(order, known=known)
    )
    item = {
        **item_of(order, ATTRIBUTES),
        **listing(project, "order", order.id, order.created_at),
        **owning(project, "order", order.id, order.customer_id, order.created_at),
    }
    if known is None:
        return (create(key, item, otherwise=Moved()), *counted)
    return (replace(key, item, version=known.version, otherwise=Moved()), *counted)


class OrderStore:
    """The orders of one project, each found by id or ``source_id``."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project
        self._customers = CustomerStore(table, project)
        self._settings = ProjectStore(table, project)

    def get(self, name: str) -> StoredOrder:
        """An order as it is now, by its id or else by its ``source_id``.

        Raises:
            NotFound: if there is none.
        """
        keys = [Key.order(self.project, id_) for id_ in (name, derived("ord", self.project, name))]
        found = self._table.get_many(keys)
        item = next((found[key] for key in keys if key in found), None)
        if item is None:
            raise NotFound("order", name)
        return order_of(item)

    def known(self, order_id_: str | None, profile: Profile | None) -> Standing:
        """What is known already of an order, and of the customer who is told to have bought it."""
        key = Key.order(self.project, order_id_) if order_id_ else None
        buyer = customer_id(self.project, profile) if profile else None
        keys = self._customers.keys(buyer) if buyer else ()
        items = self._settings.read_along(name for name in (key, *keys) if name)
        order = order_of(items[key]) if key and key in items else None
        customer, summary = self._customers.person_in(items, keys) if keys else (None, None)
        if summary is None and order and order.customer_id and profile is None:
            summary = self._customers.summary_for(order)
        return Standing(order, customer, summary)

    def settled(self) -> Project:
        """What the project has settled; it came with what is known of an order."""
        return self._settings.now()

    def wanted(self, query: Query) -> Listed[StoredOrder]:
        """The orders that are asked for."""

        def orders(items: Sequence[Item]) -> Sequence[StoredOrder]:
            return [order_of(item) for item in items]

        key = partial(Key.order, self.project)
        narrow = {"id": of_keys(key), "customer_id": of_customer(self._table, self.project, "order")}
        return ListOf(self._table, self.project, "order", ORDERS, orders, key, narrow=narrow).wanted(query)

    def save(self, order: StoredOrder, *, customer: Customer | None, known: Standing) -> None:
        """Keep an order, its customer, and what it adds to the customer's summary: all or nothing.

        Raises:
            Moved: if the order or the customer is no longer as it was read.
        """
        new = order != known.order
        writes = [*keeping_order(self.project, order, known=known.order, summary=known.summary)] if new else []
        if customer:
            writes += keeping_customer(self.project, customer, known=known.customer, settled=self.settled())
        self._table.commit(*writes, outcome=order)

    def order_id(self, order: Order) -> str | None:
        return order_id(self.project, order)

    def customer_id(self, profile: Profile) -> str | None:
        return customer_id(self.project, profile)
