"""Orders, each found by id or ``source_id``; every change is conditioned on the version that was read."""

from shared.domain.errors import Moved
from shared.domain.ids import derived
from shared.domain.orders import Order, StoredOrder
from shared.storage.documents import item_of, value_of
from shared.storage.keys import Key, listing, owning
from shared.storage.table import Item, Write, create, replace

ATTRIBUTES = ("version",)


def order_of(item: Item) -> StoredOrder:
    return value_of(StoredOrder, item, ATTRIBUTES)


def order_id(project: str, order: Order) -> str | None:
    """The id that an order leads to; None for one that nobody has named."""
    if order.id and order.id.startswith("ord_"):
        return order.id
    source = order.source_id or order.id
    return derived("ord", project, source) if source else None


def keeping_order(project: str, order: StoredOrder, *, known: StoredOrder | None) -> Write:
    """The write that keeps an order, so that two redemptions of one order cannot both believe to be the first."""
    key = Key.order(project, order.id)
    item = {
        **item_of(order, ATTRIBUTES),
        **listing(project, "order", order.id, order.created_at),
        **owning(project, "order", order.id, order.customer_id, order.created_at),
    }
    if known is None:
        return create(key, item, otherwise=Moved())
    return replace(key, item, version=known.version, otherwise=Moved())
