"""What may be said of a metadata schema."""

import re
from datetime import datetime
from typing import Annotated

from pydantic import Field

from shared.domain.errors import InvalidPayload
from shared.domain.model import Name
from shared.domain.schemas import MOST_PROPERTIES, Flag, Property, Schema
from shared.wire.body import Created

KIND = re.compile(r"[a-z]\w{0,49}", re.ASCII | re.IGNORECASE)


class SchemaBody(Created):
    """A schema, whole: what it does not say is no longer so."""

    properties: Annotated[dict[Name, Property], Field(max_length=MOST_PROPERTIES)] = Field(default_factory=dict)
    allow_defined_only: Flag = False

    def schema_of(self, resource: str, id_: str, *, at: datetime) -> Schema:
        """The schema of a kind of thing; a shop may have kinds of its own.

        Raises:
            InvalidPayload: for what can be the name of no kind.
        """
        if not KIND.fullmatch(resource):
            raise InvalidPayload("resource: must be a word of up to 50 letters, digits and underscores")
        return Schema(
            id=id_,
            related_object=resource,
            properties=self.properties,
            allow_defined_only=self.allow_defined_only,
            created_at=at,
        )
