"""What may be asked to be sent."""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from shared.domain.customers import Profile
from shared.domain.model import Name, Sent
from shared.domain.post.deliveries import Channel, Purpose
from shared.domain.schemas import Flag
from shared.wire.body import Created


class Addressee(Sent):
    """A customer who is known already."""

    id: Name | None = None
    source_id: Name | None = None

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if not (self.id or self.source_id):
            raise ValueError("needs an id or a source_id")
        return self

    @property
    def named(self) -> str:
        """Their id, or else their ``source_id``."""
        return self.id or self.source_id or ""

    @property
    def profile(self) -> Profile:
        return Profile(id=self.id, source_id=self.source_id)


class OfCampaign(Sent):
    """The campaign of which a code is given away."""

    id: Name | None = None
    name: Name | None = None

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if not (self.id or self.name):
            raise ValueError("needs an id or a name")
        return self

    @property
    def named(self) -> str:
        """Its id, or else its name."""
        return self.id or self.name or ""


class OfPublication(Sent):
    """The publication whose code is told."""

    id: Name


def _by_its_id(said: Any) -> Any:
    return {"id": said} if isinstance(said, str) else said


class DeliveryBody(Created):
    """A message to a customer."""

    customer: Addressee
    publication: Annotated[OfPublication, BeforeValidator(_by_its_id)] | None = None
    campaign: OfCampaign | None = None
    template: Name | None = None
    templates: Annotated[dict[Channel, Name], Field(min_length=1)] | None = None
    """Of each channel, in order of preference."""
    channel: Channel | None = None
    purpose: Purpose = "marketing"
    topic: Name | None = None
    unless_ordered: Flag = False
    dry_run: Flag = False
