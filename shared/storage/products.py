"""Products and SKUs, each found by id or ``source_id``; and what the lines of an order are, for its rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from itertools import chain

from shared.domain.attributes.catalogue import CATALOGUE, PRODUCTS, SKUS
from shared.domain.errors import Moved, NotFound, PromotionError
from shared.domain.filters import Condition, Filter
from shared.domain.lines import Named, ids_of, lines_of, names_of
from shared.domain.lists import Listed, Query
from shared.domain.orders import Order
from shared.domain.products import Collection, Product, Sku, catalogue_id
from shared.domain.projects import Project
from shared.domain.rules.case import Line
from shared.storage.catalogue_items import PRODUCT_ATTRIBUTES, SKU_ATTRIBUTES, product_of, sku_of
from shared.storage.collections import CollectionStore
from shared.storage.documents import item_of, revising
from shared.storage.keys import Key, belonging, listing
from shared.storage.lists import ListOf, of_keys, of_owner
from shared.storage.projects import ProjectStore
from shared.storage.table import MOST_WRITES, Item, Table, Write, chunks, create, delete, update

MOST_KEYS = 10_000
"""What one checkout may read for its lines: 500 lines and 20 collections."""


class ProductStore:
    """The products and SKUs of one project."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project
        self._settings = ProjectStore(table, project)

    def find(self, id_: str) -> Product | None:
        """A product by its id."""
        key = Key.product(self.project, id_)
        item = self._settings.read_along([key]).get(key)
        return product_of(item) if item else None

    def get(self, name: str) -> Product:
        """A product as it is now, by its id or its ``source_id``.

        Raises:
            NotFound: if there is none.
        """
        product = self.find(catalogue_id(self.project, "product", name))
        if product is None:
            raise NotFound("product", name)
        return product

    def find_sku(self, id_: str) -> Sku | None:
        """A SKU by its id."""
        key = Key.sku(self.project, id_)
        item = self._settings.read_along([key]).get(key)
        return sku_of(item) if item else None

    def settled(self) -> Project:
        """What the project has settled; it came with what was looked for."""
        return self._settings.now()

    def get_sku(self, name: str, *, of: str | None = None) -> Sku:
        """A SKU as it is now, by its id or its ``source_id``; ``of`` is the product that it must be of.

        Raises:
            NotFound: if there is none, or it is another product's.
        """
        sku = self.find_sku(catalogue_id(self.project, "sku", name))
        if sku is None or (of and sku.product_id != catalogue_id(self.project, "product", of)):
            raise NotFound("sku", name)
        return sku

    def wanted(self, query: Query) -> Listed[Product]:
        """The products that are asked for."""

        def products(items: Sequence[Item]) -> Sequence[Product]:
            return [product_of(item) for item in items]

        key = partial(Key.product, self.project)
        narrow = {"id": of_keys(key), "source_id": of_keys(self._product_named)}
        return ListOf(self._table, self.project, "product", PRODUCTS, products, key, narrow=narrow).wanted(query)

    def wanted_skus(self, product: Product, query: Query) -> Listed[Sku]:
        """The SKUs of a product that are asked for."""

        def skus(items: Sequence[Item]) -> Sequence[Sku]:
            return [sku_of(item) for item in items]

        key = partial(Key.sku, self.project)
        narrow = {"product_id": of_owner(self._table, self.project, "product", "sku")}
        of_it = Filter((Condition("product_id", "is", (product.id,)),))
        query = query._replace(filters=(of_it, *query.filters))
        return ListOf(self._table, self.project, "sku", SKUS, skus, key, narrow=narrow).wanted(query)

    def save(self, product: Product, *, known: Product | None) -> None:
        """Keep what was told about a product.

        Raises:
            Moved: if it is no longer as it was read.
        """
        self._table.commit(*self._keeping(product, known=known), outcome=product)

    def save_sku(self, sku: Sku, *, known: Sku | None) -> None:
        """Keep what was told about a SKU; its product counts a new one.

        Raises:
            Moved: if it is no longer as it was read; NotFound: if its product is gone.
        """
        key = Key.sku(self.project, sku.id)
        if known is None:
            item = {
                **item_of(sku, SKU_ATTRIBUTES),
                **listing(self.project, "sku", sku.id, sku.created_at),
                **belonging(self.project, "sku", sku.id, sku.product_id, sku.created_at),
            }
            writes = [create(key, item, otherwise=Moved()), self._counting(sku.product_id, 1)]
        elif sku != known:
            writes = [revising(key, sku, SKU_ATTRIBUTES, sets=(), version=known.version, otherwise=Moved())]
        else:
            writes = []
        self._table.commit(*writes, outcome=sku)

    def remove(self, product: Product) -> None:
        """Forget a product and its SKUs.

        Raises:
            Moved: if it is no longer as it was read, or was given another SKU meanwhile.
        """
        key = Key.product(self.project, product.id)
        skus = self._table.index("owners", key.PK, since="sku#", until="sku$")
        for piece in chunks(skus, MOST_WRITES - 1):
            gone = (self._dropping(Key(entry["PK"], entry["SK"])) for entry in piece)
            self._table.commit(*gone, self._counting(product.id, -len(piece)))
        # The product goes last: what a crash leaves behind can be asked for again.
        none = {"was": product.version, "none": 0}
        self._table.commit(delete(key, only_if="#version = :was AND #skus = :none", values=none, otherwise=Moved()))

    def remove_sku(self, sku: Sku) -> None:
        """Forget a SKU.

        Raises:
            Moved: if it is gone already.
        """
        self._table.commit(self._dropping(Key.sku(self.project, sku.id)), self._counting(sku.product_id, -1))

    def _keeping(self, product: Product, *, known: Product | None) -> tuple[Write, ...]:
        key = Key.product(self.project, product.id)
        if known is None:
            item = {
                **item_of(product, PRODUCT_ATTRIBUTES),
                **listing(self.project, "product", product.id, product.created_at),
            }
            return (create(key, item, otherwise=Moved()),)
        if product == known:
            return ()
        # Its SKUs are counted beside it, and stay what they are.
        return (revising(key, product, PRODUCT_ATTRIBUTES, sets=(), version=known.version, otherwise=Moved()),)

    def _counting(self, product_id: str, more: int) -> Write:
        return update(
            Key.product(self.project, product_id),
            "ADD #skus :more",
            {"more": more},
            otherwise=NotFound("product", product_id),
        )

    def _dropping(self, sku: Key) -> Write:
        return delete(sku, only_if="attribute_exists(PK)", otherwise=Moved())

    def _product_named(self, name: str) -> Key:
        return Key.product(self.project, catalogue_id(self.project, "product", name))


class CatalogueStore:
    """What a checkout must know of what an order sells."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project
        self._collections = CollectionStore(table, project)

    def asked(self, order: Order | None, collections: Iterable[str] = (), *, products: bool = False) -> "Asked":
        """What must be read to know the lines of an order: its ``keys`` ride along in a batch, ``lines`` makes of that
        batch what rules look at. ``collections`` are the ids of those that rules name; ``products`` says that rules
        look at what is stored of products and SKUs. Definitions that are not warm cost a round trip.

        Raises:
            PromotionError: ``query_too_large`` if there are too many lines for so many collections.
        """
        found = self._collections.get_many(collections, warm=True) if order and order.items else {}
        named = names_of(order, self.project) if order else ()
        asked = Asked(self._table, self.project, order or Order(), named, tuple(found.values()), products)
        if len(asked.keys) > MOST_KEYS:
            raise PromotionError(
                "query_too_large",
                "Query too large",
                details=f"order.items: {len(named)} lines and {len(found)} collections are too many to compare",
            )
        return asked


@dataclass(frozen=True)
class Asked:
    """The lines of one order, and the collections that rules name: what to read, and what it means."""

    _table: Table
    project: str
    order: Order
    named: tuple[Named, ...]
    collections: tuple[Collection, ...]
    products: bool

    @cached_property
    def keys(self) -> list[Key]:
        """What a batch must read: whether each thing is in each static collection; and what is stored of it, where
        rules or an auto-update collection look at that, or a line does not tell all its names.
        """
        return [*dict.fromkeys(chain.from_iterable(map(self._keys_of, self.named)))]

    def lines(self, items: Mapping[Key, Item], *, at: datetime) -> tuple[Line, ...]:
        """The lines, from a batch that read the ``keys``; a second one where only a stored SKU tells its product."""
        skus = {sku.id: sku for sku in (sku_of(item) for key, item in items.items() if key.SK == "sku")}
        more = [
            key
            for named in self.named
            for id_ in ids_of(named, skus)
            if id_ not in (named.product, named.sku)
            for key in (*self._membership(id_).values(), Key.product(self.project, id_))
        ]
        if left := [key for key in more if key not in items]:
            items = {**items, **self._table.get_many(left)}
        stored = (product_of(item) for key, item in items.items() if key.SK == "product")
        products = {product.id: product for product in stored}
        ids = dict.fromkeys(id_ for named in self.named for id_ in ids_of(named, skus))
        within = {id_: self._around(id_, products.get(id_) or skus.get(id_), items, at=at) for id_ in ids}
        return lines_of(self.order, self.project, named=self.named, products=products, skus=skus, within=within)

    @cached_property
    def _whole(self) -> bool:
        """Whether all that is stored of what is sold matters."""
        return self.products or any(collection.type == "AUTO_UPDATE" for collection in self.collections)

    @cached_property
    def _places(self) -> dict[str, dict[str, Key]]:
        """Where it stands whether a product or SKU is in a static collection, by both their ids."""
        return {}

    def _keys_of(self, named: Named) -> Iterable[Key]:
        for id_ in filter(None, (named.product, named.sku)):
            yield from self._membership(id_).values()
        if self._whole or not named.whole:
            if named.product:
                yield Key.product(self.project, named.product)
            if named.sku:
                yield Key.sku(self.project, named.sku)

    def _membership(self, id_: str) -> dict[str, Key]:
        if id_ not in self._places:
            self._places[id_] = {
                it.id: Key.collected(self.project, it.id, it.generation, id_)
                for it in self.collections
                if it.generation
            }
        return self._places[id_]

    def _around(
        self, id_: str, thing: Product | Sku | None, items: Mapping[Key, Item], *, at: datetime
    ) -> frozenset[str]:
        """The collections that a product or SKU is in."""
        named = (collection_id for collection_id, key in self._membership(id_).items() if key in items)
        kept = (it.id for it in self.collections if thing and it.wanted and it.wanted.keeps(thing, CATALOGUE, at=at))
        return frozenset(chain(named, kept))
