"""What must be known before a rule can be judged, so that nothing else is looked up."""

from collections.abc import Iterable, Iterator
from functools import reduce
from typing import NamedTuple

from shared.domain.rules.model import OF_LINES, ApplicableTo, Rule
from shared.domain.rules.names import OfLines
from shared.domain.rules.sets import CompiledRule
from shared.domain.usages import LIMITS

_OF_HISTORY = ("customer.summary.", "customer.events.", "customer.segment")
_STORED = frozenset({"product.metadata", "sku.metadata"})
_PRICED = frozenset({"order.total_amount", "redemption.gift.amount", *LIMITS})


class Asks(NamedTuple):
    """What must be known before a rule can be judged."""

    segments: frozenset[str] = frozenset()
    collections: frozenset[str] = frozenset()
    limits: frozenset[str] = frozenset()
    """Names of ``LIMITS``."""
    lines: bool = False
    """Whether it looks at the lines of the order."""
    products: bool = False
    """Whether it looks at the metadata that the shop has stored of products and SKUs."""
    history: bool = False
    """Whether it looks at what the customer's history comes to, or at segments, which may."""
    price: bool = False
    """Whether the offers before this one in a checkout may turn it: it looks at what is left to pay, or at what was
    used, or at the credits that this one is asked for.
    """

    def plus(self, other: "Asks") -> "Asks":
        """Both together."""
        return Asks(
            self.segments | other.segments,
            self.collections | other.collections,
            self.limits | other.limits,
            self.lines or other.lines,
            self.products or other.products,
            self.history or other.history,
            self.price or other.price,
        )


def asks_of(rules: Iterable[CompiledRule], to: ApplicableTo | None) -> Asks:
    """What rules, and the lines that a discount is for, ask."""
    return reduce(Asks.plus, map(_asked, rules), _asked_lines(to))


def _asked(rule: CompiledRule) -> Asks:
    name, ids = rule.rule.name, {value for check in rule.checks for value in check.values if isinstance(value, str)}
    return Asks(
        segments=frozenset(ids if name == "customer.segment" else ()),
        collections=frozenset(_collections(rule.rule) if isinstance(rule.name, OfLines) else ()),
        limits=frozenset({name} & LIMITS.keys()),
        lines=name.startswith(OF_LINES),
        products=name in _STORED,
        history=name.startswith(_OF_HISTORY),
        price=name in _PRICED,
    )


def _collections(rule: Rule) -> Iterator[str]:
    for condition in rule.conditions:
        for sent, value in zip(condition.sent, condition.values, strict=True):
            if isinstance(value, str) and _is_collection(value, sent.get("object") if isinstance(sent, dict) else None):
                yield value


def _is_collection(id_: str, object_: str | None) -> bool:
    return object_ == "products_collection" or id_.startswith("pc_")


def _asked_lines(to: ApplicableTo | None) -> Asks:
    named = (*to.included, *to.excluded) if to else ()
    collections = frozenset(one.id for one in named if one.id and _is_collection(one.id, one.object))
    return Asks(collections=collections, lines=bool(named))
