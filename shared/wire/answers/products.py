"""How products and SKUs look."""

from shared.domain.lists import Listed
from shared.domain.model import iso
from shared.domain.products import Product, Sku, Stocked
from shared.wire.answers.parts import Json, listed, present


def product(of: Product) -> Json:
    return present(
        id=of.id,
        source_id=of.source_id,
        name=of.name,
        price=of.price,
        attributes=list(of.attributes),
        metadata=of.metadata,
        image_url=of.image_url,
        created_at=iso(of.created_at),
        updated_at=of.updated_at and iso(of.updated_at),
        object="product",
    )


def stocked(of: Stocked) -> Json:
    """A product with the newest of its SKUs; the others are asked for page by page."""
    return {**product(of.product), "skus": listed("data", [sku(each) for each in of.skus.things], total=of.skus.total)}


def products(of: Listed[Product]) -> Json:
    return listed("products", [product(each) for each in of.things], total=of.total)


def sku(of: Sku) -> Json:
    return present(
        id=of.id,
        source_id=of.source_id,
        product_id=of.product_id,
        sku=of.sku,
        price=of.price,
        currency=of.currency,
        attributes=of.attributes,
        metadata=of.metadata,
        image_url=of.image_url,
        created_at=iso(of.created_at),
        updated_at=of.updated_at and iso(of.updated_at),
        object="sku",
    )


def skus(of: Listed[Sku]) -> Json:
    return listed("skus", [sku(each) for each in of.things], total=of.total)
