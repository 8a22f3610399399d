"""What products, SKUs and collections may be asked about."""

from collections.abc import Callable
from typing import Any

from shared.domain.attributes.kinds import COMMON, number, text, tree, word
from shared.domain.filters import Attributes

_CATALOGUE: Attributes = {
    **COMMON,
    "source_id": text(lambda thing: thing.source_id),
    "price": number(lambda thing: thing.price),
    "image_url": text(lambda thing: thing.image_url),
    "metadata": tree(lambda thing: thing.metadata),
    "object": text(lambda thing: thing.object),
}

PRODUCTS: Attributes = {
    **_CATALOGUE,
    "name": text(lambda product: product.name),
    "attributes": text(lambda product: product.attributes),
}

SKUS: Attributes = {
    **_CATALOGUE,
    "sku": text(lambda sku: sku.sku),
    "product_id": text(lambda sku: sku.product_id),
    "currency": word(lambda sku: sku.currency),
    "attributes": tree(lambda sku: sku.attributes),
}

CATALOGUE: Attributes = {
    **_CATALOGUE,
    "name": text(lambda thing: thing.name),
    "product_id": text(lambda thing: thing.product_id if thing.object == "sku" else thing.id),
    "attributes": tree(lambda thing: thing.attributes),
}
"""Of a product or a SKU alike, as an auto-update collection asks."""


def _of_known(of: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda shown: shown.known and of(shown.known)


COLLECTED: Attributes = {
    **{path: attribute._replace(of=_of_known(attribute.of)) for path, attribute in CATALOGUE.items()},
    "id": text(lambda shown: shown.id),
    "object": text(lambda shown: shown.member.object),
}
"""Of a member of a collection, as far as the catalogue knows it."""

COLLECTIONS: Attributes = {
    **COMMON,
    "name": text(lambda collection: collection.name),
    "type": word(lambda collection: collection.type),
}
