"""Orders: what customers bought, and what it cost them."""

from shared.domain.lists import Listed
from shared.domain.orders import StoredOrder
from shared.runtime.api import Api, Request
from shared.runtime.pages import query_of
from shared.storage.orders import OrderStore
from shared.usecases import orders as usecases
from shared.wire.answers import orders
from shared.wire.lists import ORDERS
from shared.wire.orders import OrderBody, OrderChange

handler = api = Api()


@api.post("/v1/orders", answer=orders.kept_order)
def place(request: Request) -> StoredOrder:
    body = request.read(OrderBody)
    return usecases.place_order(
        body.order(),
        body.customer,
        created_at=body.created_at,
        discount=body.discount_amount,
        at=request.at,
        orders=_orders(request),
        chance=request.chance,
    )


@api.get("/v1/orders", answer=orders.kept_orders)
def list_all(request: Request) -> Listed[StoredOrder]:
    return _orders(request).wanted(query_of(request, ORDERS))


@api.get("/v1/orders/{order_id}", answer=orders.kept_order)
def get(request: Request, order_id: str) -> StoredOrder:
    return _orders(request).get(order_id)


@api.put("/v1/orders/{order_id}", answer=orders.kept_order)
def update(request: Request, order_id: str) -> StoredOrder:
    change = request.read(OrderChange)
    return usecases.change_order(
        order_id,
        change.order(),
        change.customer,
        discount=change.discount_amount,
        at=request.at,
        orders=_orders(request),
        chance=request.chance,
    )


def _orders(request: Request) -> OrderStore:
    return OrderStore(request.table, request.project)
