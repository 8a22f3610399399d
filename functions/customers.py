"""Customers: who they are, and what their history comes to."""

from collections.abc import Sequence

from shared.domain.customers import Deletion
from shared.domain.lists import Listed
from shared.domain.segments import Segment
from shared.domain.summaries import Person
from shared.runtime.api import Api, Request
from shared.runtime.pages import query_of
from shared.storage.customers import CustomerStore
from shared.storage.segments import SegmentStore
from shared.usecases import customers as usecases
from shared.usecases.segments import segments_of
from shared.wire.answers import customers, segments
from shared.wire.customers import CustomerBody, CustomerChange
from shared.wire.lists import CUSTOMERS

handler = api = Api()


@api.post("/v1/customers", answer=customers.person)
def upsert(request: Request) -> Person:
    profile = request.read(CustomerBody)
    return usecases.upsert_customer(profile, at=request.at, customers=_customers(request), chance=request.chance)


@api.get("/v1/customers", answer=customers.people)
def list_all(request: Request) -> Listed[Person]:
    return _customers(request).wanted(query_of(request, CUSTOMERS))


@api.get("/v1/customers/{customer_id}", answer=customers.person)
def get(request: Request, customer_id: str) -> Person:
    return _customers(request).get(customer_id)


@api.put("/v1/customers/{customer_id}", answer=customers.person)
def update(request: Request, customer_id: str) -> Person:
    change = request.read(CustomerChange).of
    return usecases.change_customer(customer_id, change, at=request.at, customers=_customers(request))


@api.delete("/v1/customers/{customer_id}")
def delete(request: Request, customer_id: str) -> None:
    usecases.delete_customer(customer_id, customers=_customers(request))


@api.post("/v1/customers/{customer_id}/permanent-deletion", answer=customers.deletion)
def delete_for_good(request: Request, customer_id: str) -> Deletion:
    return usecases.delete_for_good(customer_id, at=request.at, customers=_customers(request), chance=request.chance)


@api.get("/v1/customers/{customer_id}/segments", answer=segments.of_customer)
def list_segments(request: Request, customer_id: str) -> Sequence[Segment]:
    their = SegmentStore(request.table, request.project)
    return segments_of(customer_id, at=request.at, segments=their, people=_customers(request))


def _customers(request: Request) -> CustomerStore:
    return CustomerStore(request.table, request.project)
