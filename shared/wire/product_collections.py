"""What may be said of a collection of products."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import model_validator

from shared.domain.attributes.catalogue import CATALOGUE
from shared.domain.criteria import filter_of
from shared.domain.errors import InvalidPayload
from shared.domain.model import Name, Sent
from shared.domain.products import Collection, Member

Filtering = dict[str, Any]


class CollectionBody(Sent):
    """A collection, new or changed. A null says nothing."""

    name: Name | None = None
    type: Literal["STATIC", "AUTO_UPDATE"] | None = None
    products: tuple[Member, ...] | None = None
    filter: Filtering | None = None

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        if self.products is not None and (self.filter is not None or self.type == "AUTO_UPDATE"):
            raise ValueError("products: a collection that is updated automatically has a filter, and no products")
        if self.filter is not None and self.type == "STATIC":
            raise ValueError("filter: a static collection has products, and no filter")
        return self

    def refuse_senseless(self) -> None:
        """Raise if its filter asks for what cannot be asked.

        Raises:
            InvalidPayload: naming the path.
        """
        if self.filter is not None:
            filter_of(self.filter, CATALOGUE)

    def collection(self, id_: str, *, at: datetime) -> Collection:
        """The collection that is asked for, without its members.

        Raises:
            InvalidPayload: naming what is missing, or wrong in its filter.
        """
        if self.name is None:
            raise InvalidPayload("name: Field required")
        if self.filter is None and self.type == "AUTO_UPDATE":
            raise InvalidPayload("filter: Field required")
        self.refuse_senseless()
        kind: Literal["STATIC", "AUTO_UPDATE"] = "STATIC" if self.filter is None else "AUTO_UPDATE"
        return Collection(id=id_, name=self.name, type=kind, filter=self.filter, created_at=at)

    def of(self, collection: Collection) -> Collection:
        """A collection after the change, without its members.

        Raises:
            InvalidPayload: if it would become one of another type.
        """
        said = {"name": self.name, "filter": self.filter}
        kind = self.type or ("STATIC" if self.products is not None else "AUTO_UPDATE" if self.filter else None)
        if kind not in (None, collection.type):
            raise InvalidPayload(f"type: the collection is {collection.type}, and stays so")
        return collection.changed(**{name: value for name, value in said.items() if value is not None})

    def members(self, project: str) -> dict[str, Member]:
        """The products and SKUs that it names, by id, each once."""
        return {member.key(project): member for member in self.products or ()}
