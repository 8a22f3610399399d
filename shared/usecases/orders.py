"""Keep an order, and change it: the same things that a redemption does to the order which it pays."""

from datetime import datetime
from typing import Protocol

from shared.domain.customers import Customer, Profile
from shared.domain.errors import InvalidPayload
from shared.domain.ids import timed
from shared.domain.orders import Order, StoredOrder
from shared.domain.redemptions import Chance
from shared.domain.summaries import Standing
from shared.usecases import judged_anew
from shared.usecases.checkout import customer_of
from shared.usecases.schemas import Settled, refuse_customer, refuse_order


class Orders(Settled, Protocol):
    def get(self, name: str) -> StoredOrder: ...
    def known(self, order_id_: str | None, profile: Profile | None) -> Standing: ...
    def save(self, order: StoredOrder, *, customer: Customer | None, known: Standing) -> None: ...
    def order_id(self, order: Order) -> str | None: ...
    def customer_id(self, profile: Profile) -> str | None: ...


@judged_anew
def place_order(
    order: Order,
    customer: Profile | None,
    *,
    created_at: datetime | None = None,
    discount: int | None = None,
    at: datetime,
    orders: Orders,
    chance: Chance,
) -> StoredOrder:
    """Keep an order: the one of this id or ``source_id``, or a new one; its customer is upserted.

    ``created_at`` is when a new order was placed, for a shop that brings its history along; ``discount`` is what the
    shop itself took off, in minor units.

    Raises:
        InvalidPayload: if it would be placed in the future, more was taken off than it costs, or metadata is not what
            the project's schemas want;
        PromotionError: ``order_already_paid``.
    """
    if created_at and created_at > at:
        raise InvalidPayload("created_at: lies in the future")
    id_ = orders.order_id(order)
    known = orders.known(id_, customer)
    placed = known.order or StoredOrder(
        id=id_ or timed("ord", at, chance()), order=order.named(), status="CREATED", created_at=created_at or at
    )
    return _kept(placed, order, customer, known, discount=discount, at=at, orders=orders, chance=chance)


@judged_anew
def change_order(
    name: str,
    order: Order,
    customer: Profile | None,
    *,
    discount: int | None = None,
    at: datetime,
    orders: Orders,
    chance: Chance,
) -> StoredOrder:
    """Change an order where the request says so. To cancel it gives no use back: a rollback does.

    Raises:
        NotFound: no such order; PromotionError: ``order_already_paid``; InvalidPayload: as for a new one.
    """
    known = orders.known(orders.get(name).id, customer)
    assert known.order
    return _kept(known.order, order, customer, known, discount=discount, at=at, orders=orders, chance=chance)


def _kept(
    before: StoredOrder,
    order: Order,
    customer: Profile | None,
    known: Standing,
    *,
    discount: int | None,
    at: datetime,
    orders: Orders,
    chance: Chance,
) -> StoredOrder:
    buyer = customer_of(customer, known.customer, at=at, ledger=orders, chance=chance)
    after = before.changed(order, discount=discount).bought_by(buyer)
    schemas = orders.settled().schemas
    refuse_order(schemas, after.order, known.order.order if known.order else None)
    if buyer:
        told = known.customer.profile if known.customer else None
        refuse_customer(schemas, buyer.profile, told, path="customer.")
    if known.order and after != before:
        after = after.model_copy(update={"updated_at": at})
    orders.save(after, customer=buyer, known=known)
    return after
