"""What each name reads of a case: the one table of them.

    customer.segment, customer.metadata; customer.<path> for every attribute that a list of customers is filtered by
    order.amount, order.initial_amount: before any offer; order.total_amount: left when this offer's turn comes
    order.items.count: units; order.items.aggregated_quantity, aggregated_amount: of all lines
    order.items.any, every, none, cheapest, most_expensive; price_any, price_each; metadata_any, metadata_each
    order.items.quantity, price, metadata: of a line; product.quantity, sku.quantity: of all lines of one product or SKU
    redemption.count…, campaign.redemptions…, campaign.orders…: as they would stand with this redemption

Names of lines that say neither any nor every hold where some line is so, and a negative of theirs where none is. The
rules below such a rule are asked about the lines that it found, as if these were the whole order. Nothing about lines
holds of an order that has none. Cheapest and most expensive go by the price of one unit; equals count together.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from shared.domain import filters
from shared.domain.attributes.people import CUSTOMERS
from shared.domain.customers import Address
from shared.domain.filters import Attribute, attribute_at, inside
from shared.domain.rules.case import Case, Line
from shared.domain.rules.conditions import COUNTS, Sort
from shared.domain.summaries import Person
from shared.domain.usages import LIMITS, Usage, Used, usage_of

Read = Callable[[Case], Any]
"""What a name is worth in a case; None where that is not known."""
Lines = Sequence[Line]


class Quantifier(Enum):
    """How many lines must be so. ``SOME`` is what a name means that does not say it."""

    SOME = "some"
    ANY = "any"
    EVERY = "every"
    NONE = "none"


class OfCase(NamedTuple):
    """A name of the case as a whole."""

    sort: Sort
    read: Read
    known: Callable[[Case], bool] | None = None
    """Whether there is anybody or anything to ask; without it, whether there is a value."""
    form: Callable[[str], str] = str
    """Which texts mean the same: those that this makes the same."""
    limit: str | None = None
    """What it is called among the limits, if it is one."""

    @property
    def verbs(self) -> frozenset[str]:
        """What may be asked about it."""
        return self.sort.value


class OfLines(NamedTuple):
    """A name of the lines: what each of them is worth."""

    sort: Sort
    values: Callable[[Lines], Iterable[Any]]
    quantifier: Quantifier = Quantifier.SOME
    among: Callable[[Lines], Lines] | None = None
    """Which of the lines it is about, if not all."""

    @property
    def verbs(self) -> frozenset[str]:
        """What may be asked about it."""
        return self.sort.value | COUNTS


class Switch(NamedTuple):
    """No value, but a switch: what must hold where it is on, and where it is off."""

    on: Callable[[Case], bool]
    off: Callable[[Case], bool]
    read: Read
    marks: bool = False
    """Whether it says of lines that the discount is for them, or is not."""
    sort: Sort = Sort.TRUTH

    @property
    def verbs(self) -> frozenset[str]:
        """How it is said to be on or off."""
        return frozenset({"is"})


Name = OfCase | OfLines | Switch


def name_of(name: str, path: str | None = None) -> Name:
    """What a name reads; of metadata, at a path.

    Raises:
        KeyError: if there is no such name.
    """
    if name in TREES:
        return TREES[name](path or "")
    return NAMES[name] if name in NAMES else _of_customer(name)


def _of_customer(name: str) -> OfCase:
    first, _, path = name.partition(".")
    tree, _, rest = path.partition(".")
    if first != "customer" or (tree == "metadata" and not rest):
        raise KeyError(name)
    if tree == "metadata":
        return _customer_metadata(rest)
    if tree == "address":
        if rest not in Address.model_fields:
            raise KeyError(name)
        return _of_person(Sort.TEXT, lambda person: getattr(person.customer.profile.address, rest, None))
    attribute = attribute_at(path, CUSTOMERS)
    if attribute.sort is filters.Sort.MEMBERSHIP:
        raise KeyError(name)  # a segment is asked for by customer.segment, so that it is known beforehand
    of = attribute.of if attribute.form is str else _formed(attribute)
    return _of_person(Sort[attribute.sort.name], of)._replace(form=attribute.form)


def _formed(attribute: Attribute) -> Callable[[Person], Any]:
    def of(person: Person) -> Any:
        found = attribute.of(person)
        return None if found is None else attribute.form(found)

    return of


def _field(name: str) -> Read:
    """A field of the case, read by its place: nothing is quicker."""
    return itemgetter(Case._fields.index(name))


def _has_person(case: Case) -> bool:
    return case.person is not None


def _has_order(case: Case) -> bool:
    return case.amount is not None


def _has_lines(case: Case) -> bool:
    return bool(case.lines)


def _line_numbers(case: Case) -> list[int]:
    return [line.number for line in case.lines]


def _of_person(sort: Sort, of: Callable[[Person], Any]) -> OfCase:
    def read(case: Case) -> Any:
        person = case.person
        return None if person is None else of(person)

    return OfCase(sort, read, _has_person)


def _customer_metadata(path: str) -> OfCase:
    return _of_person(Sort.ANY, lambda person: inside(person.customer.profile.metadata, path))


def _metadata(field: str, known: Callable[[Case], bool] | None) -> Callable[[str], OfCase]:
    tree = attrgetter(field)
    return lambda path: OfCase(Sort.ANY, lambda case: inside(tree(case), path), known or (lambda _: True))


def _lines_metadata(field: str, quantifier: Quantifier = Quantifier.SOME) -> Callable[[str], OfLines]:
    tree = attrgetter(field)
    return lambda path: OfLines(Sort.ANY, lambda lines: [inside(tree(line), path) for line in lines], quantifier)


TREES: Mapping[str, Callable[[str], Name]] = {
    "customer.metadata": _customer_metadata,
    "order.metadata": _metadata("order_metadata", _has_order),
    "redemption.metadata": _metadata("metadata", None),
    "custom_event.metadata": _metadata("event_metadata", None),
    "order.items.metadata": _lines_metadata("metadata"),
    "order.items.metadata_any": _lines_metadata("metadata", Quantifier.ANY),
    "order.items.metadata_each": _lines_metadata("metadata", Quantifier.EVERY),
    "product.metadata": _lines_metadata("product_metadata"),
    "sku.metadata": _lines_metadata("sku_metadata"),
}
"""Names that need a path."""


def _each(field: str) -> Callable[[Lines], Iterable[Any]]:
    of = attrgetter(field)
    return lambda lines: map(of, lines)


def _together(field: str) -> Callable[[Lines], Iterable[int]]:
    """The units of each line's product (or SKU) on all of the lines; of what is not named, those of the line."""
    of = attrgetter(field)

    def values(lines: Lines) -> Iterable[int]:
        units: Counter[Any] = Counter()
        for line in lines:
            units[of(line) or line.number] += line.quantity
        return [units[of(line) or line.number] for line in lines]

    return values


def _by_price(best: Callable[[Iterable[int]], int]) -> Callable[[Lines], Lines]:
    def among(lines: Lines) -> Lines:
        prices = [line.price for line in lines if line.price is not None]
        price = best(prices) if prices else None
        return [line for line in lines if line.price is not None and line.price == price]

    return among


def _summed(of: Callable[[Line], int]) -> OfCase:
    return OfCase(Sort.NUMBER, lambda case: sum(map(of, case.lines)) if case.lines else None)


def _limited(name: str) -> OfCase:
    measure = attrgetter(LIMITS[name].measure)

    def read(case: Case) -> int | None:
        usage = counted(name, case)
        return None if usage is None else measure(case.used.get(usage, UNUSED)) + measure(case.by)

    return OfCase(Sort.COUNTER, read, limit=name)


def counted(limit: str, case: Case) -> Usage | None:
    """What a limit counts in a case; None if that is not known."""
    return usage_of(limit, case.who, at=case.at, zone=case.zone)


UNUSED = Used()

_UNITS = _summed(attrgetter("quantity"))
_NAMES_OF_LINES = _each("names")

NAMES: Mapping[str, Name] = {
    "customer.segment": OfCase(Sort.IDS, _field("segments"), _has_person),
    "order.amount": OfCase(Sort.NUMBER, _field("amount")),
    "order.initial_amount": OfCase(Sort.NUMBER, _field("amount")),
    "order.total_amount": OfCase(Sort.NUMBER, _field("left")),
    "order.items.count": _UNITS,
    "order.items.aggregated_quantity": _UNITS,
    "order.items.aggregated_amount": _summed(attrgetter("amount")),
    "order.items.any": OfLines(Sort.IDS, _NAMES_OF_LINES, Quantifier.ANY),
    "order.items.every": OfLines(Sort.IDS, _NAMES_OF_LINES, Quantifier.EVERY),
    "order.items.none": OfLines(Sort.IDS, _NAMES_OF_LINES, Quantifier.NONE),
    "order.items.cheapest": OfLines(Sort.IDS, _NAMES_OF_LINES, among=_by_price(min)),
    "order.items.most_expensive": OfLines(Sort.IDS, _NAMES_OF_LINES, among=_by_price(max)),
    "order.items.price": OfLines(Sort.NUMBER, _each("price")),
    "order.items.price_any": OfLines(Sort.NUMBER, _each("price"), Quantifier.ANY),
    "order.items.price_each": OfLines(Sort.NUMBER, _each("price"), Quantifier.EVERY),
    "order.items.quantity": OfLines(Sort.NUMBER, _each("quantity")),
    "product.id": OfLines(Sort.IDS, _NAMES_OF_LINES),
    "product.price": OfLines(Sort.NUMBER, _each("price")),
    "product.quantity": OfLines(Sort.NUMBER, _together("product")),
    "product.discount_applicable": Switch(_has_lines, _has_lines, _line_numbers, marks=True),
    "sku.id": OfLines(Sort.IDS, _NAMES_OF_LINES),
    "sku.price": OfLines(Sort.NUMBER, _each("price")),
    "sku.quantity": OfLines(Sort.NUMBER, _together("sku")),
    "redemption.gift.amount": OfCase(Sort.NUMBER, _field("credits")),
    "redemption.user.login": OfCase(Sort.TEXT, attrgetter("who.user")),
    "redemption.api_key": OfCase(Sort.TEXT, attrgetter("who.api_key")),
    "publication.redeemable_by_linked_customer": Switch(
        lambda case: case.holder is True, lambda _: True, _field("holder")
    ),
    **{name: _limited(name) for name in LIMITS},
}
"""By name; beside them stand those of ``TREES`` and the customer's own attributes."""
