"""Deliveries: which message went to whom, and why one did not."""

from shared.domain.lists import Listed
from shared.domain.post.deliveries import Delivery
from shared.domain.post.explanations import Why
from shared.runtime.api import Api, Request
from shared.runtime.explaining import explanations
from shared.runtime.pages import query_of
from shared.storage.deliveries import DeliveryStore
from shared.usecases.why import why
from shared.wire.answers import deliveries
from shared.wire.answers import why as answers
from shared.wire.lists import DELIVERIES

handler = api = Api()


@api.get("/v1/deliveries", answer=deliveries.deliveries)
def list_all(request: Request) -> Listed[Delivery]:
    return DeliveryStore(request.table, request.project).wanted(query_of(request, DELIVERIES))


@api.get("/v1/deliveries/{delivery_id}", answer=deliveries.delivery)
def get(request: Request, delivery_id: str) -> Delivery:
    return DeliveryStore(request.table, request.project).get(delivery_id)


@api.get("/v1/deliveries/{delivery_id}/why", answer=answers.why)
def tell_why(request: Request, delivery_id: str) -> Why:
    return why(delivery_id, store=explanations(request.table, request.project))
