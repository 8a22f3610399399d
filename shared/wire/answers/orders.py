"""How orders look, and what offers did to their price."""

from shared.domain.lists import Listed
from shared.domain.model import iso
from shared.domain.orders import Order, Price, StoredOrder
from shared.wire.answers.parts import Json, listed, present


def price(of: Price) -> Json:
    """An order discount fills ``discount_amount``; ``applied_*`` is what this one offer took off."""
    return {
        "amount": of.amount,
        "discount_amount": of.discount,
        "total_discount_amount": of.discount,
        "total_amount": of.total,
        "applied_discount_amount": of.applied,
        "total_applied_discount_amount": of.applied,
    }


def order(of: Order, cost: Price) -> Json:
    """An order as a validation shows it: not kept, only priced."""
    return present(
        source_id=of.source_id,
        **price(cost),
        initial_amount=cost.amount,
        items=_items(of),
        metadata=of.metadata or {},
        customer_id=None,
        object="order",
    )


def stored_order(of: StoredOrder, cost: Price | None = None) -> Json:
    cost = cost or Price(of.order.total, of.discount, of.discount)
    return {
        "id": of.id,
        **order(of.order, cost),
        **present(
            status=of.status,
            created_at=iso(of.created_at),
            updated_at=of.updated_at and iso(of.updated_at),
            customer_id=of.customer_id,
            customer=of.customer_id and {"id": of.customer_id, "object": "customer"},
            redemptions=of.redemptions,
        ),
    }


def kept_order(of: StoredOrder) -> Json:
    """An order by itself: it tells of a discount only where there is one."""
    return {name: said for name, said in stored_order(of).items() if of.discount or "discount" not in name}


def kept_orders(of: Listed[StoredOrder]) -> Json:
    return listed("orders", [kept_order(one) for one in of.things], total=of.total)


def _items(of: Order) -> list[Json]:
    return [
        present(
            **line.model_dump(mode="json", exclude_none=True, exclude={"amount"}),
            amount=line.total,
            subtotal_amount=line.total,
            object="order_item",
        )
        for line in of.items
    ]
