"""What an import brings in: the rows of a file, each a voucher, a customer or an order."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from shared.domain.customers import Customer, Profile
from shared.domain.errors import InvalidPayload
from shared.domain.orders import Order, StoredOrder
from shared.domain.vouchers import Voucher


class Sale(NamedTuple):
    """An order from the shop's history, and who bought it."""

    order: Order
    customer: Profile | None = None
    discount: int | None = None
    """What the shop itself took off."""
    created_at: datetime | None = None

    def kept(self, id_: str, known: StoredOrder | None, *, at: datetime) -> StoredOrder:
        """The order as it is kept from now on: a later word wins, what it leaves out stays.

        Raises:
            InvalidPayload: if it would be placed in the future, or cost less than nothing.
            PromotionError: ``order_already_paid`` if redemptions paid it, and it would cost something else.
        """
        if self.created_at and self.created_at > at:
            raise InvalidPayload("created_at: lies in the future")
        placed = known or StoredOrder(
            id=id_,
            order=self.order.named(),
            status=self.order.status or "CREATED",
            created_at=self.created_at or at,
        )
        return placed.changed(self.order, discount=self.discount)


class Changes(NamedTuple):
    """What one piece of an import changes; of each thing that there was, what was known of it goes along."""

    vouchers: Sequence[Voucher] = ()
    customers: Sequence[tuple[Customer, Customer | None]] = ()
    orders: Sequence[tuple[StoredOrder, StoredOrder | None]] = ()
