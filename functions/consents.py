"""Consents: what customers allow, on which channel, for which purpose, and what they would rather have."""

from shared.domain.customers import Customer
from shared.domain.post.suppressions import Wishes
from shared.runtime.api import Api, Request
from shared.storage.consents import ConsentStore
from shared.storage.customers import CustomerStore
from shared.storage.suppressions import SuppressionStore
from shared.usecases.consents import hear, wishes_of
from shared.wire.answers import consents
from shared.wire.consents import ConsentsBody

handler = api = Api()


@api.get("/v1/customers/{customer_id}/consents", answer=consents.wishes)
def get(request: Request, customer_id: str) -> Wishes:
    return _wishes(request, _people(request).get(customer_id).customer)


@api.put("/v1/customers/{customer_id}/consents", answer=consents.wishes)
def say(request: Request, customer_id: str) -> Wishes:
    words = request.read(ConsentsBody).words(at=request.at)
    people, consents = _people(request), _consents(request)
    return _wishes(request, hear(customer_id, words, at=request.at, people=people, consents=consents))


def _wishes(request: Request, customer: Customer) -> Wishes:
    suppressions = SuppressionStore(request.table, request.project)
    return wishes_of(customer, consents=_consents(request), suppressions=suppressions)


def _people(request: Request) -> CustomerStore:
    return CustomerStore(request.table, request.project)


def _consents(request: Request) -> ConsentStore:
    return ConsentStore(request.table, request.project)
