"""A customer: one person, one profile."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from shared.domain.model import Day, Frozen, Instant, Metadata, Name, Text, merged


class Address(Frozen):
    city: Text | None = None
    state: Text | None = None
    line_1: Text | None = None
    line_2: Text | None = None
    country: Text | None = None
    postal_code: Text | None = None


class Profile(Frozen):
    """A customer as a request describes one: by id or ``source_id``, or by e-mail where it has neither."""

    id: Name | None = None
    source_id: Name | None = None
    name: Text | None = None
    description: Text | None = None
    email: Annotated[Text, Field(max_length=320)] | None = None
    phone: Annotated[Text, Field(max_length=64)] | None = None
    birthday: Day | None = None
    birthdate: Day | None = None
    address: Address | None = None
    metadata: Metadata | None = None


class Customer(Frozen):
    """A customer as the shop knows one. ``merged_into`` is the canonical pointer: where it is set, go there."""

    id: str
    profile: Profile
    created_at: Instant
    updated_at: Instant | None = None
    merged_into: str | None = None
    version: int = 1

    def told(self, profile: Profile) -> Profile:
        """What is known once a request has told more: a later word wins, what it leaves out stays."""
        said: dict[str, Any] = profile.model_dump(exclude_unset=True, exclude={"id"})
        if "metadata" in said:
            said["metadata"] = merged(self.profile.metadata, said["metadata"])
        return Profile.model_validate({**self.profile.model_dump(exclude_unset=True), **said})

    def upserted(self, profile: Profile, *, at: datetime) -> "Customer":
        """The customer after a request that told this; the very same one where nothing is new."""
        told = self.told(profile)
        return self if told == self.profile else self.model_copy(update={"profile": told, "updated_at": at})

    @model_validator(mode="after")
    def _must_not_point_at_itself(self) -> Self:
        if self.merged_into == self.id:
            raise ValueError("a customer cannot be merged into itself")
        return self
