"""What a shop sells, as far as its rules need to know: products, their SKUs, and collections of both."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

from pydantic import Field, StringConstraints

from shared.domain.attributes.catalogue import CATALOGUE
from shared.domain.criteria import filter_of
from shared.domain.filters import Filter
from shared.domain.ids import derived
from shared.domain.lists import Listed
from shared.domain.model import Frozen, Instant, Metadata, Name, Sent, Text, merged
from shared.domain.money import Amount

T = TypeVar("T", "Product", "Sku")
Kind = Literal["product", "sku"]
Currency = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z]{3}$")]
MOST_SHOWN = 100
"""Members of a static collection that it shows itself; of a larger one they are asked for page by page."""

PREFIXES: dict[Kind, str] = {"product": "prod", "sku": "sku"}


def catalogue_id(project: str, kind: Kind, name: str) -> str:
    """The id that a product or a SKU is kept under, from its id or its ``source_id``: no look-up is needed.

    >>> catalogue_id("p", "product", "prod_1")
    'prod_1'
    >>> catalogue_id("p", "sku", "mug-blue") == catalogue_id("p", "sku", catalogue_id("p", "sku", "mug-blue"))
    True
    """
    prefix = PREFIXES[kind]
    return name if name.startswith(f"{prefix}_") else derived(prefix, project, name)


class Product(Frozen):
    """A product as the shop describes it; ``price`` is of one unit, in minor units."""

    id: str
    source_id: str | None = None
    name: Text | None = None
    price: Amount | None = None
    attributes: tuple[Name, ...] = ()
    """Which attributes its SKUs have values of."""
    metadata: Metadata = Field(default_factory=dict)
    image_url: Text | None = None
    created_at: Instant
    updated_at: Instant | None = None
    skus: int = 0
    """How many it has; with it goes, in one commit, whether one may be made and the product be deleted."""
    version: int = 1

    object: Kind = "product"


class Sku(Frozen):
    """One variant of a product."""

    id: str
    product_id: str
    source_id: str | None = None
    sku: Text | None = None
    """Its name."""
    price: Amount | None = None
    currency: Currency | None = None
    attributes: Metadata = Field(default_factory=dict)
    metadata: Metadata = Field(default_factory=dict)
    image_url: Text | None = None
    created_at: Instant
    updated_at: Instant | None = None
    version: int = 1

    object: Kind = "sku"

    @property
    def name(self) -> str | None:
        return self.sku


class ProductSaid(Sent):
    """A product as a request describes one. A null says nothing."""

    id: Name | None = None
    source_id: Name | None = None
    name: Text | None = None
    price: Amount | None = None
    attributes: Annotated[tuple[Name, ...], Field(max_length=100)] | None = None
    metadata: Metadata | None = None
    image_url: Text | None = None


class SkuSaid(Sent):
    """A SKU as a request describes one. A null says nothing."""

    id: Name | None = None
    source_id: Name | None = None
    sku: Text | None = None
    price: Amount | None = None
    currency: Currency | None = None
    attributes: Metadata | None = None
    metadata: Metadata | None = None
    image_url: Text | None = None


def told(known: T, said: ProductSaid | SkuSaid, *, at: datetime) -> T:
    """A product or a SKU after a request that told this; the very same one where nothing is new."""
    new = {name: getattr(said, name) for name in said.model_fields_set - {"id", "source_id"}}
    if said.metadata is not None:
        new["metadata"] = merged(known.metadata, said.metadata)
    changed = known.model_copy(update=new)
    return known if changed == known else changed.model_copy(update={"updated_at": at})


class Stocked(NamedTuple):
    """A product with the first of its SKUs."""

    product: Product
    skus: Listed[Sku]


class Member(Frozen):
    """One entry of a static collection. Whether there is such a product or SKU is not asked: a catalogue and its
    collections are loaded in any order.
    """

    id: Name
    """Its id or its ``source_id``."""
    object: Kind
    product_id: Name | None = None
    """Of a SKU."""

    def key(self, project: str) -> str:
        """The id under which it is kept, and found by the lines of an order."""
        return catalogue_id(project, self.object, self.id)


class Shown(NamedTuple):
    """A member of a collection, and what the catalogue knows of it."""

    member: Member
    id: str
    known: Product | Sku | None


class Collection(Frozen):
    """Products and SKUs that rules speak of as one: named one by one (static), or by what they are (auto-update).

    The members of a static one stand under its ``generation``; another set of members is another generation, and
    which one counts is said here, so that nobody ever sees a part of it.
    """

    id: str
    name: Name
    type: Literal["STATIC", "AUTO_UPDATE"]
    filter: dict[str, Any] | None = None
    """As it was said."""
    products: tuple[Member, ...] | None = None
    """The members, where they are few enough to be shown with it."""
    members: int = 0
    generation: str | None = None
    deleted: bool = False
    created_at: Instant
    updated_at: Instant | None = None
    version: int = 1

    @cached_property
    def wanted(self) -> Filter | None:
        """What is in an auto-update one.

        Raises:
            InvalidPayload: naming the path of what is wrong in its filter.
        """
        return None if self.filter is None else filter_of(self.filter, CATALOGUE)

    def changed(self, **fields: Any) -> "Collection":
        """The collection with these fields, its filter to be understood anew."""
        known = {name: getattr(self, name) for name in Collection.model_fields}
        return Collection.model_construct(**{**known, **fields})

    def holding(self, members: Mapping[str, Member], generation: str) -> "Collection":
        """A static one with these members, by id."""
        few = tuple(members.values()) if len(members) <= MOST_SHOWN else None
        return self.changed(generation=generation, members=len(members), products=few)
