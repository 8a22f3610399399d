"""Get to know a product or a SKU, learn more, forget."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from shared.domain.errors import Duplicate, InvalidPayload
from shared.domain.ids import timed
from shared.domain.products import PREFIXES, Kind, Product, ProductSaid, Sku, SkuSaid, catalogue_id, told
from shared.domain.redemptions import Chance
from shared.usecases import judged_anew
from shared.usecases.schemas import Settled


class Products(Settled, Protocol):
    project: str

    def find(self, id_: str) -> Product | None: ...
    def get(self, name: str) -> Product: ...
    def find_sku(self, id_: str) -> Sku | None: ...
    def get_sku(self, name: str, *, of: str | None = None) -> Sku: ...
    def save(self, product: Product, *, known: Product | None) -> None: ...
    def save_sku(self, sku: Sku, *, known: Sku | None) -> None: ...
    def remove(self, product: Product) -> None: ...
    def remove_sku(self, sku: Sku) -> None: ...


@judged_anew
def upsert_product(said: ProductSaid, *, at: datetime, products: Products, chance: Chance) -> Product:
    """Keep a product: the one of this id or ``source_id``, or a new one.

    Raises:
        InvalidPayload: if its id and its ``source_id`` name two; if its metadata may not be so.
    """
    id_, source_id = _called(said, "product", products.project)
    known = products.find(id_) if id_ else None
    new = Product(id=id_ or timed("prod", at, chance()), source_id=source_id, created_at=at)
    product = told(known, said, at=at) if known else told(new, said, at=at).model_copy(update={"updated_at": None})
    _refuse_by_schema(product, known, products)
    products.save(product, known=known)
    return product


@judged_anew
def upsert_sku(product_name: str, said: SkuSaid, *, at: datetime, products: Products, chance: Chance) -> Sku:
    """Keep a SKU of a product: the one of this id or ``source_id``, or a new one.

    Raises:
        NotFound: no such product; Duplicate: if it is another product's;
        InvalidPayload: if its id and its ``source_id`` name two; if its metadata may not be so.
    """
    id_, source_id = _called(said, "sku", products.project)
    product = products.get(product_name)
    known = products.find_sku(id_) if id_ else None
    if known and known.product_id != product.id:
        raise Duplicate("sku", said.source_id or known.id)
    new = Sku(id=id_ or timed("sku", at, chance()), product_id=product.id, source_id=source_id, created_at=at)
    sku = told(known, said, at=at) if known else told(new, said, at=at).model_copy(update={"updated_at": None})
    _refuse_by_schema(sku, known, products)
    products.save_sku(sku, known=known)
    return sku


@judged_anew
def change_product(name: str, change: Callable[[Product], Product], *, at: datetime, products: Products) -> Product:
    """Change a product.

    Raises:
        NotFound: no such product; InvalidPayload: if its metadata may not be so.
    """
    known = products.get(name)
    changed = change(known)
    product = known if changed == known else changed.model_copy(update={"updated_at": at})
    _refuse_by_schema(product, known, products)
    products.save(product, known=known)
    return product


@judged_anew
def change_sku(product: str, name: str, change: Callable[[Sku], Sku], *, at: datetime, products: Products) -> Sku:
    """Change a SKU of a product.

    Raises:
        NotFound: no such SKU of this product; InvalidPayload: if its metadata may not be so.
    """
    known = products.get_sku(name, of=product)
    changed = change(known)
    sku = known if changed == known else changed.model_copy(update={"updated_at": at})
    _refuse_by_schema(sku, known, products)
    products.save_sku(sku, known=known)
    return sku


@judged_anew
def delete_product(name: str, *, products: Products) -> None:
    """Forget a product and its SKUs. Collections go on naming it, and orders too.

    Raises:
        NotFound: no such product.
    """
    products.remove(products.get(name))


@judged_anew
def delete_sku(product: str, name: str, *, products: Products) -> None:
    """Forget a SKU of a product.

    Raises:
        NotFound: no such SKU of this product.
    """
    products.remove_sku(products.get_sku(name, of=product))


def _refuse_by_schema(thing: Product | Sku, known: Product | Sku | None, products: Products) -> None:
    before = known.metadata if known else None
    products.settled().schemas.refuse_change(thing.object, thing.metadata, before, new=known is None)


def _called(said: ProductSaid | SkuSaid, kind: Kind, project: str) -> tuple[str | None, str | None]:
    """The id that a thing is kept under, and the shop's own name for it; an id that is not ours is that name."""
    source_id = said.source_id or (said.id if said.id and not said.id.startswith(f"{PREFIXES[kind]}_") else None)
    ids = {catalogue_id(project, kind, name) for name in (said.id, source_id) if name}
    if len(ids) > 1:
        raise InvalidPayload(f"source_id: names another {kind} than id does")
    return next(iter(ids), None), source_id
