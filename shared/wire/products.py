"""What may change of products and SKUs."""

from typing import Annotated, Any

from pydantic import Field

from shared.domain.model import Metadata, Name, Text, merged
from shared.domain.money import Amount
from shared.domain.products import Currency, Product, Sku
from shared.wire.changes import Change


class ProductChange(Change):
    """What changes of a product."""

    name: Text | None = None
    price: Amount | None = None
    attributes: Annotated[tuple[Name, ...], Field(max_length=100)] | None = None
    image_url: Text | None = None

    def of(self, product: Product) -> Product:
        """The product after the change."""
        said: dict[str, Any] = {**self.said(), "metadata": merged(product.metadata, self.metadata)}
        if "attributes" in said:
            said["attributes"] = said["attributes"] or ()
        return product.model_copy(update=said)


class SkuChange(Change):
    """What changes of a SKU."""

    sku: Text | None = None
    price: Amount | None = None
    currency: Currency | None = None
    attributes: Metadata | None = None
    image_url: Text | None = None

    def of(self, sku: Sku) -> Sku:
        """The SKU after the change."""
        said: dict[str, Any] = {**self.said(), "metadata": merged(sku.metadata, self.metadata)}
        if "attributes" in said:
            said["attributes"] = said["attributes"] or {}
        return sku.model_copy(update=said)
