"""Products and SKUs as items."""

from shared.domain.products import Product, Sku
from shared.storage.documents import value_of
from shared.storage.table import Item

PRODUCT_ATTRIBUTES = ("skus", "version")
SKU_ATTRIBUTES = ("version",)


def product_of(item: Item) -> Product:
    return value_of(Product, item, PRODUCT_ATTRIBUTES)


def sku_of(item: Item) -> Sku:
    return value_of(Sku, item, SKU_ATTRIBUTES)
