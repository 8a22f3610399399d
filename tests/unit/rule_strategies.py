"""What hypothesis may draw of rules and cases: few values of each kind, so that they meet each other."""

from typing import Any

from hypothesis import strategies as st

from shared.domain.rules.case import Case, Line
from shared.domain.usages import LIMITS, Usage, Used, usage_of
from tests.unit.judging import case, person, rule

IDS = ("mug", "cup", "shoe", "pc_1", "pc_2")
SEGMENTS = ("seg_1", "seg_2")
COUNTED = ("redemption.count", "redemption.count.per_customer.daily", "campaign.orders.amount_discounted")
few = st.integers(0, 4)
words = st.sampled_from(["a", "ab", "b", "3", "true"])
own = st.none() | few | words | st.booleans() | st.lists(few | words, max_size=3)
"""What a shop's own attribute may hold."""


def conditions(values: st.SearchStrategy[Any], *verbs: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(verbs), st.lists(values, min_size=1, max_size=2), min_size=1, max_size=2)


EQUAL = ("is", "is_not", "in", "not_in")
SIZES = ("more_than", "more_than_or_equal", "less_than", "less_than_or_equal")
sizes = conditions(few, *EQUAL, *SIZES)
ids = conditions(st.sampled_from(IDS), *EQUAL)
owned = conditions(few, *EQUAL, *SIZES) | conditions(words, *EQUAL, "starts_with", "contains", "not_contain")
_OF_LINES = ("product.id", "order.items.any", "order.items.every", "order.items.none")
_SIZES_OF_LINES = ("order.items.price", "order.items.price_any", "order.items.price_each", "order.items.quantity")


def _rules(names: st.SearchStrategy[str], of: st.SearchStrategy[Any], below: Any = None) -> st.SearchStrategy[Any]:
    def made(name: str, wanted: dict[str, Any], inner: Any) -> Any:
        return rule(name, "it" if name.endswith("metadata") else None, below=inner, **wanted)

    return st.tuples(names, of, st.none() if below is None else below).map(lambda said: made(*said))


of_lines: st.SearchStrategy[Any] = _rules(st.sampled_from(_SIZES_OF_LINES), sizes) | _rules(
    st.just("order.items.aggregated_quantity"), sizes
)
some_below = st.none() | st.deferred(lambda: rule_sets(of_lines | _rules(st.sampled_from(_OF_LINES), ids), most=2))
each_rule: st.SearchStrategy[Any] = st.one_of(
    _rules(st.sampled_from(["order.amount", "order.total_amount", "customer.summary.orders.total_count"]), sizes),
    _rules(st.just("customer.segment"), conditions(st.sampled_from(SEGMENTS), *EQUAL)),
    _rules(st.sampled_from(["customer.metadata", "order.items.metadata"]), owned),
    _rules(st.sampled_from(COUNTED), sizes),
    _rules(st.sampled_from(_OF_LINES), ids, some_below),
    of_lines,
)


@st.composite
def rule_sets(draw: st.DrawFn, of: st.SearchStrategy[Any] = each_rule, most: int = 4) -> dict[str, Any]:
    """A set of rules with nested logic."""
    each = draw(st.lists(of, min_size=1, max_size=most))
    numbered: dict[str, Any] = {str(number): one for number, one in enumerate(each, 1)}
    return {**numbered, "logic": draw(_logic(list(numbered)))}


@st.composite
def _logic(draw: st.DrawFn, keys: list[str]) -> str:
    if len(keys) == 1:
        return keys[0]
    cut = draw(st.integers(1, len(keys) - 1))
    left, right = draw(_logic(keys[:cut])), draw(_logic(keys[cut:]))
    word = draw(st.sampled_from(["AND", "or"]))
    return draw(st.sampled_from(["{} {} {}", "({} {} {})", "({}) {} ({})"])).format(left, word, right)


lines: st.SearchStrategy[Line] = st.tuples(
    st.just(0),
    st.frozensets(st.sampled_from(IDS), min_size=1),
    few,
    st.none() | few,
    few,
    st.fixed_dictionaries({}, optional={"it": own}),
).map(lambda said: Line(*said))


def _numbered(each: list[Line]) -> tuple[Line, ...]:
    return tuple(one._replace(number=number) for number, one in enumerate(each))


uses = st.tuples(few, few, few).map(lambda said: Used(*said))


@st.composite
def used_of(draw: st.DrawFn) -> dict[Usage, Used]:
    """What was used of everything that the rules here may count."""
    of = case()
    usages = [usage_of(name, of.who, at=of.at, zone=of.zone) for name in COUNTED if name in LIMITS]
    return {usage: draw(uses) for usage in usages if usage}


cases: st.SearchStrategy[Case] = st.fixed_dictionaries(
    {
        "person": st.none() | st.tuples(few, own).map(lambda of: person(of[0], metadata={"it": of[1]})),
        "segments": st.frozensets(st.sampled_from(SEGMENTS)),
        "amount": st.none() | few,
        "left": st.none() | few,
        "lines": st.lists(lines, max_size=3).map(_numbered),
        "used": used_of(),
        "by": uses,
    }
).map(lambda known: case(**known if known["person"] else {**known, "segments": frozenset()}))

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
