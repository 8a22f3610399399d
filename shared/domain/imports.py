"""What an import brings in: the rows of a file, each a voucher, a customer or an order."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from shared.domain.customers import Customer, Profile
from shared.domain.model import merged
from shared.domain.orders import Order, StoredOrder
from shared.domain.vouchers import Voucher


class Sale(NamedTuple):
    """An order from the shop's history, and who bought it."""

    order: Order
    customer: Profile | None = None
    discount: int = 0
    created_at: datetime | None = None

    def kept(self, id_: str, known: StoredOrder | None, *, customer_id: str | None, at: datetime) -> StoredOrder:
        """The order as it is kept from now on: a later word wins, what it leaves out stays."""
        if known is None:
            return StoredOrder(
                id=id_,
                order=self.order,
                status=self.order.status or "CREATED",
                customer_id=customer_id,
                discount=self.discount,
                created_at=self.created_at or at,
            )
        said = {name: getattr(self.order, name) for name in self.order.model_fields_set - {"id", "metadata"}}
        metadata = merged(known.order.metadata, self.order.metadata) or None
        update = {
            "order": known.order.model_copy(update={**said, "metadata": metadata}),
            "status": self.order.status or known.status,
            "customer_id": customer_id or known.customer_id,
            "discount": self.discount or known.discount,
        }
        changed = known.model_copy(update=update)
        return known if changed == known else changed.model_copy(update={"updated_at": at})


class Changes(NamedTuple):
    """What one piece of an import changes; of each thing that there was, what was known of it goes along."""

    vouchers: Sequence[Voucher] = ()
    customers: Sequence[tuple[Customer, Customer | None]] = ()
    orders: Sequence[tuple[StoredOrder, StoredOrder | None]] = ()
