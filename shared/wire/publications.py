"""What may be said of a publication."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.domain.codes import Code
from shared.domain.model import Metadata, Name, Text
from shared.wire.body import Created
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


class PublicationBody(Created):
    """A code, or codes, for a customer."""

    customer: CustomerBody
    campaign: NamedCampaign | None = None
    voucher: Code | None = None
    source_id: Name | None = None
    channel: Text | None = None
    metadata: Metadata | None = None
