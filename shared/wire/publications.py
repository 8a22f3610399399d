"""What may be said of a publication."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from shared.domain.codes import Code
from shared.domain.errors import InvalidPayload
from shared.domain.model import Metadata, Name, Text
from shared.wire.body import Created, body_of
from shared.wire.customers import CustomerBody


class NamedCampaign(Created):
    id: Name | None = None
    name: Name | None = None
    count: Annotated[int, Field(strict=True, ge=1)] = 1

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if not (self.id or self.name):
            raise ValueError("needs a name or an id")
        return self


def body_of_query(said: Mapping[str, str]) -> Any:
    """The body that a query string means: ``campaign[name]=Spring&customer[source_id]=ann``; an object may be JSON, and
    a customer or campaign just its name.

    >>> body_of_query({"campaign": "Spring", "customer[source_id]": "ann", "metadata": '{"till": 3}'})
    {'campaign': {'name': 'Spring'}, 'customer': {'source_id': 'ann'}, 'metadata': {'till': 3}}

    Raises:
        InvalidPayload: for what begins like JSON and is none.
    """
    body: dict[str, Any] = {}
    for name, value in said.items():
        outer, _, inner = name.partition("[")
        meant = body_of(value.encode()) if value.startswith("{") else value
        if inner := inner.removesuffix("]"):
            place = body.setdefault(outer, {})
            if not isinstance(place, dict):
                raise InvalidPayload(f"{outer}: is said twice")
            place[inner] = int(meant) if inner == "count" and value.isdecimal() else meant
        else:
            body[outer] = {NAMES[outer]: meant} if outer in NAMES and isinstance(meant, str) else meant
    return body


NAMES = {"campaign": "name", "customer": "id"}
"""What a plain word means that stands for a campaign or a customer."""


class PublicationBody(Created):
    """A code, or codes, for a customer."""

    customer: CustomerBody
    campaign: NamedCampaign | None = None
    voucher: Code | None = None
    source_id: Name | None = None
    channel: Text | None = None
    metadata: Metadata | None = None
