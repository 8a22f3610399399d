"""A validation rule, ready to be judged: whether it holds, why not, what it saw, and what it rests on."""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import reduce
from operator import attrgetter
from typing import NamedTuple

from shared.domain.errors import Reason
from shared.domain.rules import judges
from shared.domain.rules.case import Case, Line
from shared.domain.rules.judges import Judge
from shared.domain.rules.model import Applicable, ApplicableTo, Rule, ValidationRule, read
from shared.domain.rules.names import Lines, Mark, OfLines
from shared.domain.rules.sets import SUBJECTS, CompiledRule, CompiledSet, Explained, merged
from shared.domain.usages import LIMITS, Need

VIOLATED = {
    "customer": Reason("customer_rules_violated", "customer does not meet the rules"),
    "order": Reason("order_rules_violated", "order does not meet the rules"),
    "redemption": Reason("redemption_rules_violated", "redemption does not meet the rules"),
}
"""What is told where a shop says nothing itself."""
_STORED = frozenset({"product.metadata", "sku.metadata", "product.price", "sku.price"})
_PRICED = frozenset({"order.total_amount", *LIMITS})


class Asks(NamedTuple):
    """What must be known before a rule can be judged."""

    segments: frozenset[str] = frozenset()
    collections: frozenset[str] = frozenset()
    limits: frozenset[str] = frozenset()
    """Names of ``LIMITS``."""
    products: bool = False
    """Whether it looks at what the shop has stored of products and SKUs: prices, metadata."""
    price: bool = False
    """Whether the offers before this one in a checkout may turn it: it looks at what is left to pay, or used."""

    def plus(self, other: "Asks") -> "Asks":
        """Both together."""
        return Asks(
            self.segments | other.segments,
            self.collections | other.collections,
            self.limits | other.limits,
            self.products or other.products,
            self.price or other.price,
        )


class Compiled:
    """A validation rule, ready to be judged."""

    def __init__(self, rule: ValidationRule) -> None:
        self.rule = rule
        sets = {"rules": read(rule.rules), "bundle_rules": read(rule.bundle_rules)}
        self._sets = {name: CompiledSet(found) for name, found in sets.items() if found}
        self._marks = [mark for one in self._sets.values() for mark in _marks(one)]
        to = rule.applicable_to
        self._applicable = to if to and (to.included or to.excluded) else None
        parts = [one.judge for one in self._sets.values()]
        self.holds: Judge = judges.all_of([*parts, self._meets_a_line] if self._applicable else parts)
        """Whether it does; False where it cannot be judged."""
        self.asks = reduce(Asks.plus, map(_asked, self._all), _asked_lines(rule.applicable_to))
        """What must be known before it can be judged."""

    def unmet(self, case: Case) -> Reason | None:
        """Why it does not hold, in the shop's own words where it has any; None where it does."""
        if self.holds(case):
            return None
        found = [rule for one in self._sets.values() if (rule := one.culprit(case))]
        subject = min((rule.subject for rule in found), key=SUBJECTS.index, default="order")
        own = next((message for rule in found if rule.subject == subject and (message := rule.message(case))), None)
        own = own or (self.rule.error.message if self.rule.error else None)
        reason = VIOLATED[subject]
        return Reason(reason.key, own, own=True) if own else reason

    def meets(self, case: Case, subjects: Collection[str]) -> bool:
        """Whether what it says of these subjects is met, were all the rest so, too."""
        lines = "order" not in subjects or self._applicable is None or self._meets_a_line(case)
        return lines and all(one.meets(case, subjects) for one in self._sets.values())

    def wants(self, case: Case) -> bool:
        """Whether it asks for products that are on the order."""
        return any(rule.wants(case) for rule in self._all)

    def favours(self, case: Case) -> bool:
        """Whether the discount is for certain products, and the order has any of them."""
        return bool(self._applicable or any(applies for applies, _ in self._marks)) and self._meets_a_line(case)

    def explain(self, case: Case) -> Explained:
        """What each rule saw and wanted, as a tree: rules, bundle rules and applicable lines, where there are any."""
        parts = [one.explain(case, name) for name, one in self._sets.items()]
        if self._applicable:
            wanted = self._applicable.model_dump(mode="json", exclude_unset=True)
            saw = [line.number for line in self.lines(case)]
            parts.append(Explained(bool(saw), name="applicable_to", wanted=wanted, saw=saw))
        return Explained(all(part.passed for part in parts), parts=tuple(parts))

    def needs(self, case: Case) -> tuple[Need, ...]:
        """What must go on being true of what was used, for the verdict to stand; asked where it holds."""
        return merged([need for one in self._sets.values() for need in one.needs(case)])

    def lines(self, case: Case) -> tuple[Line, ...]:
        """The lines that the discount is for; all of them, where the rule says nothing about it."""
        to = self._applicable or ApplicableTo()
        wanted = [_named(to.included), *(found for applies, found in self._marks if applies)]
        spared = [_named(to.excluded), *(found for applies, found in self._marks if not applies)]
        everything = to.included_all or not (to.included or any(applies for applies, _ in self._marks))
        included = {line.number for found in wanted for line in found(case)}
        excluded = {line.number for found in spared for line in found(case)}
        return tuple(
            line for line in case.lines if (everything or line.number in included) and line.number not in excluded
        )

    def _meets_a_line(self, case: Case) -> bool:
        return bool(self.lines(case))

    @property
    def _all(self) -> Iterator[CompiledRule]:
        for one in self._sets.values():
            yield from one.all


def compiled(rule: ValidationRule) -> Compiled:
    """A rule, ready to be judged; worth keeping for as long as its version is the same."""
    return Compiled(rule)


Finder = Callable[[Case], Lines]


def _named(applicables: Sequence[Applicable]) -> Finder:
    names = frozenset(name for one in applicables for name in one.names)
    return lambda case: [line for line in case.lines if not names.isdisjoint(line.names)]


def _marks(rules: CompiledSet, of: Finder = attrgetter("lines")) -> Iterator[tuple[bool, Finder]]:
    """What rules say of the lines that they find: whether the discount is for them."""
    for rule in rules.rules.values():
        if isinstance(rule.name, Mark):
            yield any(value for check in rule.checks for value in check.values), of
        elif rule.below:
            yield from _marks(rule.below, _within(rule, of))


def _within(rule: CompiledRule, of: Finder) -> Finder:
    return lambda case: rule.found(case._replace(lines=of(case)))


def _asked(rule: CompiledRule) -> Asks:
    name, ids = rule.rule.name, {value for check in rule.checks for value in check.values if isinstance(value, str)}
    return Asks(
        segments=frozenset(ids if name == "customer.segment" else ()),
        collections=frozenset(_collections(rule.rule) if isinstance(rule.name, OfLines) else ()),
        limits=frozenset({name} & LIMITS.keys()),
        products=name in _STORED,
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
    return Asks(collections=frozenset(one.id for one in named if one.id and _is_collection(one.id, one.object)))
