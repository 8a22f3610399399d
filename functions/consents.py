"""Consents: what customers allow, on which channel, for which purpose."""

from shared.domain.post.consents import History
from shared.runtime.api import Api, Request
from shared.storage.consents import ConsentStore
from shared.storage.customers import CustomerStore
from shared.usecases.consents import hear, history_of
from shared.wire.answers import consents
from shared.wire.consents import ConsentsBody

handler = api = Api()


@api.get("/v1/customers/{customer_id}/consents", answer=consents.history)
def get(request: Request, customer_id: str) -> History:
    return history_of(customer_id, people=_people(request), consents=_consents(request))


@api.put("/v1/customers/{customer_id}/consents", answer=consents.history)
def say(request: Request, customer_id: str) -> History:
    words = request.read(ConsentsBody).words(at=request.at)
    return hear(customer_id, words, at=request.at, people=_people(request), consents=_consents(request))


def _people(request: Request) -> CustomerStore:
    return CustomerStore(request.table, request.project)


def _consents(request: Request) -> ConsentStore:
    return ConsentStore(request.table, request.project)
