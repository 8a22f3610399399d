"""What may be said of a metadata schema."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from shared.domain.model import Name
from shared.domain.schemas import MOST_PROPERTIES, Flag, Property, Schema
from shared.wire.body import Created


class SchemaBody(Created):
    """A schema, whole: what it does not say is no longer so."""

    properties: Annotated[dict[Name, Property], Field(max_length=MOST_PROPERTIES)] = Field(default_factory=dict)
    allow_defined_only: Flag = False

    def schema_of(self, resource: str, id_: str, *, at: datetime) -> Schema:
        """The schema of a kind of thing."""
        return Schema(
            id=id_,
            related_object=resource,
            properties=self.properties,
            allow_defined_only=self.allow_defined_only,
            created_at=at,
        )
