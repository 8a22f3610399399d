"""What the customer is buying, and what the offers did to its price."""

from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from shared.domain.customers import Customer
from shared.domain.errors import InvalidPayload, PromotionError
from shared.domain.model import Frozen, Instant, Metadata, Name, Sent, Text, merged
from shared.domain.money import LARGEST, Amount

Quantity = Annotated[int, Field(strict=True, ge=0, le=LARGEST)]
Status = Literal["CREATED", "PAID", "CANCELED", "FULFILLED"]


class Described(Frozen):
    """What may be said of a product or a SKU beside its line."""

    id: Name | None = None
    source_id: Name | None = None
    name: Text | None = None
    sku: Text | None = None
    price: Amount | None = None
    override: Annotated[bool, Field(strict=True)] | None = None
    metadata: Metadata | None = None


def _described(thing: dict[str, Any]) -> dict[str, Any]:
    try:
        Described.model_validate(thing)
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        raise ValueError(f"{'.'.join(map(str, wrong['loc']))}: {wrong['msg'].removeprefix('Value error, ')}") from None
    return thing


Description = Annotated[dict[str, Any], AfterValidator(_described)]
"""A product or a SKU as the shop describes it: told back as it was said, so it must be what clients can read."""


class Item(Frozen):
    """One line of an order; ``price`` is of one unit, ``amount`` of the line."""

    product_id: Name | None = None
    sku_id: Name | None = None
    source_id: Name | None = None
    related_object: Literal["product", "sku"] | None = None
    quantity: Quantity | None = None
    price: Amount | None = None
    amount: Amount | None = None
    product: Description | None = None
    sku: Description | None = None
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

    def named(self) -> "Order":
        """The order under the caller's name for it: an id that is not ours is its ``source_id``.

        >>> Order(id="cart-7").named().source_id
        'cart-7'
        """
        foreign = self.id and not self.source_id and not self.id.startswith("ord_")
        return self.model_copy(update={"source_id": self.id}) if foreign else self

    def told(self, later: "Order") -> "Order":
        """What is known of an order once a request has told more: a later word wins, what it leaves out stays.

        New lines with prices are a new amount, unless the request says the amount itself.

        >>> cart = Order(amount=2_000, items=(Item(price=1_000, quantity=2),))
        >>> cart.told(Order(items=(Item(price=1_000, quantity=3),))).total
        3000
        >>> cart.told(Order(metadata={"till": 4})).total
        2000

        Raises:
            InvalidPayload: if there is too much metadata by now.
        """
        said = {name: getattr(later, name) for name in later.model_fields_set - {"id", "source_id", "status"}}
        if "metadata" in said:
            said["metadata"] = merged(self.metadata, later.metadata)
        if "amount" not in said and any(item.price is not None or item.amount is not None for item in later.items):
            said["amount"] = None
        return self.model_copy(update=said)


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
    customer_since: Instant | None = None
    """When that customer was made: another of the same id, made later, did not buy this."""
    discount: int = 0
    redemptions: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """By id: what paid this order."""
    offers: tuple[str, ...] = ()
    """The ids of the vouchers in that checkout, also of those that a limit passed over; none once it is rolled back."""
    created_at: Instant
    updated_at: Instant | None = None
    version: int = 1

    @property
    def is_priced(self) -> bool:
        """Whether redemptions paid it, so that it is never priced again: not before they are rolled back."""
        return bool(self.offers)

    @property
    def is_paid(self) -> bool:
        """Whether no offer can be used on it any more."""
        return self.is_priced or self.status in ("PAID", "FULFILLED")

    def changed(self, later: Order, *, discount: int | None = None) -> "StoredOrder":
        """The order after a request that told this; the very same where nothing is new.

        ``discount`` is what the shop itself took off. To cancel an order gives no use back: a rollback does.

        Raises:
            PromotionError: ``order_already_paid`` if redemptions paid it and it would cost something else, or be open
                again; InvalidPayload: if more was taken off than it costs.
        """
        order, status = self.order.told(later), later.status or self.status
        off = self.discount if discount is None else discount
        priced_anew = (order.total, order.items, off) != (self.order.total, self.order.items, self.discount)
        if self.is_priced and (priced_anew or status == "CREATED"):
            raise PromotionError(
                "order_already_paid",
                "Order is already paid",
                details=f"order: {self.id} was paid by redemptions; only a rollback makes it open again",
                resource_id=self.id,
                resource_type="order",
            )
        if off > order.total:
            raise InvalidPayload(f"discount_amount: {off} is more than the {order.total} that the order costs")
        return self.model_copy(update={"order": order, "status": status, "discount": off})

    def bought_by(self, customer: Customer | None) -> "StoredOrder":
        """The order of this customer; without a word on who it is, of whoever it was before."""
        if customer is None:
            return self
        return self.model_copy(update={"customer_id": customer.id, "customer_since": customer.created_at})


def as_known(order: Order | None, known: StoredOrder | None) -> Order | None:
    """An order as a request tells it, with what is known of it already."""
    return known.order.told(order) if known and order else order
