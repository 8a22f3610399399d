"""The lines of an order as rules see them: what each answers to, and what is known of what it sells."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from shared.domain.orders import Item, Order
from shared.domain.products import Kind, Product, Sku, catalogue_id
from shared.domain.rules.case import Line

NOTHING: frozenset[str] = frozenset()


class Named(NamedTuple):
    """What a line says of what it sells: every name that it says, and the id of each that these lead to."""

    said: frozenset[str]
    product: str | None
    sku: str | None
    whole: bool
    """Whether the line says by itself all that its product and SKU are called, and whose the SKU is."""


def names_of(order: Order, project: str) -> tuple[Named, ...]:
    """What each line of an order names."""
    return tuple(_named(item, project) for item in order.items)


def _named(item: Item, project: str) -> Named:
    """A product by ``product_id`` or ``product``, a SKU by ``sku_id`` or ``sku``, either by ``source_id`` (a product
    unless ``related_object`` says otherwise); each by its id or its ``source_id``.
    """
    names: dict[Kind, list[str]] = {kind: [*_names(item, kind)] for kind in ("product", "sku")}
    ids = {kind: _id(names[kind], project, kind) for kind in names}
    said = (*names["product"], *names["sku"], *filter(None, ids.values()))
    whole = all(id_ is None or any(name != id_ for name in names[kind]) for kind, id_ in ids.items())
    return Named(frozenset(said), ids["product"], ids["sku"], whole and (ids["sku"] is None or bool(ids["product"])))


def lines_of(
    order: Order,
    project: str,
    *,
    named: Sequence[Named] = (),
    products: Mapping[str, Product] | None = None,
    skus: Mapping[str, Sku] | None = None,
    within: Mapping[str, frozenset[str]] | None = None,
) -> tuple[Line, ...]:
    """The lines of an order, with what is known of their products and SKUs, by id, and the collections that each of
    these is in (``within``, also by id). A SKU's product counts as well. Prices are those that came with the order.

    ``named`` is what its lines name, where that was found out before.
    """
    known = (products or {}, skus or {}, within or {})
    each = zip(order.items, named or names_of(order, project), strict=True)
    return tuple(_line(number, item, names, *known) for number, (item, names) in enumerate(each))


def ids_of(named: Named, skus: Mapping[str, Sku]) -> tuple[str, ...]:
    """The ids of all that a line sells: its product, its SKU, and the product that the SKU is known to be of."""
    sku = skus.get(named.sku or "")
    return tuple(dict.fromkeys(id_ for id_ in (named.product, named.sku, sku and sku.product_id) if id_))


def _line(
    number: int,
    item: Item,
    named: Named,
    products: Mapping[str, Product],
    skus: Mapping[str, Sku],
    within: Mapping[str, frozenset[str]],
) -> Line:
    ids = ids_of(named, skus)
    sku = skus.get(named.sku or "")
    product_id = named.product or (sku.product_id if sku else None)
    product = products.get(product_id or "")
    known = [thing for id_ in ids if (thing := products.get(id_) or skus.get(id_))]
    called = (thing.source_id for thing in known if thing.source_id)
    return Line(
        number=number,
        names=named.said.union(ids, called, *(within.get(id_, NOTHING) for id_ in ids)),
        quantity=1 if item.quantity is None else item.quantity,
        price=_price(item),
        amount=item.total,
        metadata=item.metadata or {},
        product_metadata=_metadata(product, item.product),
        sku_metadata=_metadata(sku, item.sku),
        product=product_id,
        sku=named.sku,
    )


def _names(item: Item, kind: Kind) -> Iterator[str]:
    described = (item.product if kind == "product" else item.sku) or {}
    related = item.source_id if kind == (item.related_object or "product") else None
    named = item.product_id if kind == "product" else item.sku_id
    yield from filter(None, (named, described.get("id"), described.get("source_id"), related))


def _id(names: list[str], project: str, kind: Kind) -> str | None:
    """The id that names lead to: one that is ours, or else the one of the first."""
    ids = [catalogue_id(project, kind, name) for name in names]
    return next((id_ for id_ in ids if id_ in names), ids[0] if ids else None)


def _price(item: Item) -> int | None:
    described = (item.price, *(thing.get("price") for thing in (item.sku, item.product) if thing))
    return next((price for price in described if price is not None), None)


def _metadata(known: Product | Sku | None, described: dict[str, Any] | None) -> dict[str, Any]:
    """What is stored, and over it what the order says."""
    return {**(known.metadata if known else {}), **((described or {}).get("metadata") or {})}
