"""How collections of products look."""

from shared.domain.lists import Listed
from shared.domain.model import iso
from shared.domain.products import Collection, Member, Product, Shown
from shared.wire.answers.parts import Json, listed, present
from shared.wire.answers.products import product, sku


def collection(of: Collection) -> Json:
    """A collection; a static one of more than a hundred members shows none of them, rather than some."""
    return present(
        id=of.id,
        name=of.name,
        type=of.type,
        filter=of.filter,
        products=[_named(member) for member in of.products] if of.products is not None else None,
        created_at=iso(of.created_at),
        updated_at=of.updated_at and iso(of.updated_at),
        object="products_collection",
    )


def collections(of: Listed[Collection]) -> Json:
    return listed("data", [collection(each) for each in of.things], total=of.total)


def members(of: Listed[Shown]) -> Json:
    return listed("data", [_member(each) for each in of.things], total=of.total)


def _named(of: Member) -> Json:
    return present(id=of.id, product_id=of.product_id, object=of.object)


def _member(of: Shown) -> Json:
    """A member as the catalogue knows it; of one that it does not know, what it was called."""
    if of.known is None:
        called = of.member.id if of.member.id != of.id else None
        return present(id=of.id, source_id=called, product_id=of.member.product_id, object=of.member.object)
    if isinstance(of.known, Product):
        return product(of.known)
    # The official SDK reads attributes of both as the names that a product has for them.
    return {**sku(of.known), "attributes": list(of.known.attributes)}
