"""What may be said of a message that shall only be shown."""

from typing import Self

from pydantic import model_validator

from shared.domain.codes import Code
from shared.domain.model import Name, Sent
from shared.domain.post.deliveries import Purpose
from shared.wire.body import Created
from shared.wire.customers import Locale


class NamedCustomer(Sent):
    id: Name | None = None
    source_id: Name | None = None

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if not (self.id or self.source_id):
            raise ValueError("needs an id or a source_id")
        return self

    @property
    def called(self) -> str:
        return self.id or self.source_id or ""


class NamedCampaign(Sent):
    id: Name | None = None
    name: Name | None = None

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if not (self.id or self.name):
            raise ValueError("needs a name or an id")
        return self

    @property
    def called(self) -> str:
        return self.id or self.name or ""


class PreviewBody(Created):
    """For whom, and with which offer."""

    customer: NamedCustomer
    campaign: NamedCampaign | None = None
    voucher: Code | None = None
    locale: Locale | None = None
    purpose: Purpose = "marketing"
