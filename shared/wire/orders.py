"""What may be said of an order."""

from shared.domain.model import Instant
from shared.domain.money import Amount
from shared.domain.orders import Order
from shared.wire.customers import CustomerBody


class OrderChange(Order):
    """What is new of an order. A null says nothing: no order can be without an amount, a status or its lines."""

    customer: CustomerBody | None = None
    discount_amount: Amount | None = None
    """What the shop itself took off, in minor units; what redemptions took off is not for it to say."""

    def order(self) -> Order:
        """The order alone."""
        return Order.model_construct(
            _fields_set=self.model_fields_set & set(Order.model_fields),
            **{name: getattr(self, name) for name in Order.model_fields},
        )


class OrderBody(OrderChange):
    """An order, new or known."""

    created_at: Instant | None = None
    """When it was placed, for a shop that brings its history along; of a known order it stays what it is."""
