"""Settle what metadata must be, and hold to it whatever is written or sent.

Whoever keeps a thing with metadata calls ``refuse`` of the project's schemas where the thing is new, ``refuse_change``
where it may have changed: ``things.settled().schemas.refuse("product", product.metadata)``.
"""

from typing import Protocol

from shared.domain.checkout import Checkout, Facts
from shared.domain.customers import Profile
from shared.domain.errors import InvalidPayload
from shared.domain.orders import Order
from shared.domain.projects import Project
from shared.domain.schemas import LARGEST_IN_ALL, Schema, Schemas


class Settled(Protocol):
    def settled(self) -> Project:
        """What the project has settled, a moment old at most."""


class Projects(Protocol):
    def get(self) -> Project: ...
    def save_schema(self, schema: Schema) -> None: ...


def save_schema(schema: Schema, *, projects: Projects) -> Schema:
    """Settle what the metadata of a kind of thing must be, from now on.

    Raises:
        InvalidPayload: if a property is to keep to a schema that there is not, or the project's schemas grow too large.
    """
    schemas = dict(projects.get().schemas.of)
    if before := schemas.get(schema.related_object):
        schema = schema.model_copy(update={"created_at": before.created_at, "updated_at": schema.created_at})
    schemas[schema.related_object] = schema
    for name, its in schema.properties.items():
        if its.object_type and its.object_type not in schemas:
            raise InvalidPayload(f"properties.{name}.objectType: there is no schema {its.object_type}")
    size = sum(len(it.model_dump_json(exclude_defaults=True)) for it in schemas.values())
    if size > LARGEST_IN_ALL:
        raise InvalidPayload(f"properties: all schemas together have more than {LARGEST_IN_ALL} characters")
    projects.save_schema(schema)
    return schema


def refuse_customer(
    schemas: Schemas, profile: Profile, known: Profile | None, *, keeps: bool = True, path: str = ""
) -> None:
    """Raise if a customer may not be so; unless they are kept, what nobody says of a new one is no matter.

    Raises:
        InvalidPayload: naming each attribute that is wrong.
    """
    before, new = known.metadata if known else None, keeps and known is None
    schemas.refuse_change("customer", profile.metadata, before, new=new, path=f"{path}metadata")


def refuse_order(schemas: Schemas, order: Order, known: Order | None, *, keeps: bool = True, path: str = "") -> None:
    """Raise if an order, or one of its lines, may not be so; unless it is kept, what nobody says of it is no matter.

    Raises:
        InvalidPayload: naming each attribute that is wrong.
    """
    before, new = known.metadata if known else None, keeps and known is None
    schemas.refuse_change("order", order.metadata, before, new=new, path=f"{path}metadata")
    if known is None or known.items != order.items:
        for index, item in enumerate(order.items):
            place = f"{path}items.{index}.metadata"
            schemas.refuse_change("order_item", item.metadata, None, new=keeps, path=place)


def refuse_checkout(checkout: Checkout, facts: Facts, *, keeps: bool) -> None:
    """Raise if a checkout says what may not be; unless it ``keeps`` it, what it leaves out is no matter.

    Raises:
        InvalidPayload: naming each attribute that is wrong.
    """
    schemas = facts.project.schemas
    if not schemas.of:
        return
    schemas.refuse_change("redemption", checkout.metadata, None, new=keeps)
    if profile := checkout.customer:
        known = facts.customer
        after, before = (known.told(profile), known.profile) if known else (profile, None)
        refuse_customer(schemas, after, before, keeps=keeps, path="customer.")
    if order := checkout.order:
        refuse_order(schemas, order, facts.order.order if facts.order else None, keeps=keeps, path="order.")
