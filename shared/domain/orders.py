"""What the customer is buying, and what the offers did to its price."""

from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from shared.domain.model import Frozen, Instant, Metadata, Name, Sent
from shared.domain.money import LARGEST, Amount

Quantity = Annotated[int, Field(strict=True, ge=0, le=LARGEST)]
Status = Literal["CREATED", "PAID", "CANCELED", "FULFILLED"]


class Item(Frozen):
    """One line of an order; ``price`` is of one unit, ``amount`` of the line."""

    product_id: Name | None = None
    sku_id: Name | None = None
    source_id: Name | None = None
    related_object: Literal["product", "sku"] | None = None
    quantity: Quantity | None = None
    price: Amount | None = None
    amount: Amount | None = None
    product: dict[str, Any] | None = None
    sku: dict[str, Any] | None = None
    metadata: Metadata | None = None

    @property
    def total(self) -> int:
        """What the line costs: its price times its quantity, or else the amount that was sent.

        >>> Item(price=1_500, quantity=2).total, Item(price=1_500).total, Item(amount=900).total
        (3000, 1500, 900)
        """
        if self.price is not None:
            return self.price * (1 if self.quantity is None else self.quantity)
        return self.amount or 0


class Order(Sent):
    """An order as a checkout sends it; ``amount`` is what it costs before any offer, in minor units."""

    id: Name | None = None
    source_id: Name | None = None
    status: Status | None = None
    amount: Amount | None = None
    items: Annotated[tuple[Item, ...], Field(max_length=500)] = ()
    metadata: Metadata | None = None

    @model_validator(mode="after")
    def _must_stay_countable(self) -> Self:
        if self.total > LARGEST:
            raise ValueError("the lines add up to more than 2^53")
        return self

    @property
    def total(self) -> int:
        """What the offers work on: the amount that was sent, or else the sum of the lines.

        >>> Order(items=(Item(price=1_000, quantity=2), Item(price=500))).total
        2500
        >>> Order(amount=2_000, items=(Item(price=1_000, quantity=3),)).total  # where both are sent, amount stands
        2000
        """
        if self.amount is not None:
            return self.amount
        return sum(item.total for item in self.items)


class Price(NamedTuple):
    """What an order costs once an offer was applied, all in minor units.

    ``discount`` is everything taken off so far, ``applied`` what this one offer took off.
    """

    amount: int
    discount: int = 0
    applied: int = 0

    @property
    def total(self) -> int:
        return self.amount - self.discount

    def less(self, applied: int) -> "Price":
        """The price after one more discount.

        >>> Price(200_000).less(100).less(39_980).less(8_000)  # 1.00, then 20 %, then 80.00
        Price(amount=200000, discount=48080, applied=8000)
        """
        return Price(self.amount, self.discount + applied, applied)


class StoredOrder(Frozen):
    """An order as the shop's history keeps it."""

    id: str
    order: Order
    status: Status
    customer_id: str | None = None
    discount: int = 0
    redemptions: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """By id: what paid this order."""
    offers: tuple[str, ...] = ()
    """The ids of the vouchers in that checkout, also of those that a limit passed over."""
    created_at: Instant
    updated_at: Instant | None = None
    version: int = 1
