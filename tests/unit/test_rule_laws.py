"""Laws of rules: a compiled one says what a plain reading of its JSON says, its explanation says the same, and what it
rests on is all that it rests on.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.rules.case import Case, Line
from shared.domain.rules.compiled import compiled
from shared.domain.rules.model import ValidationRule
from shared.domain.usages import LIMITS, Used, usage_of
from tests.unit import rule_strategies as drawn
from tests.unit.judging import case, judged, person, rule
from tests.unit.values import AT

COMPARES: dict[str, Callable[[Any, Any], bool]] = {
    "$is": lambda found, wanted: found == wanted,
    "$in": lambda found, wanted: found == wanted,
    "$more_than": lambda found, wanted: found > wanted,
    "$more_than_or_equal": lambda found, wanted: found >= wanted,
    "$less_than": lambda found, wanted: found < wanted,
    "$less_than_or_equal": lambda found, wanted: found <= wanted,
    "$starts_with": lambda found, wanted: str(found).startswith(wanted),
    "$contains": lambda found, wanted: wanted in str(found),
}
OPPOSITE = {"$is_not": "$is", "$not_in": "$in", "$not_contain": "$contains"}


def plainly(rules: dict[str, Any], of: Case, every: bool = False) -> bool:
    """What a set of rules says, read one by one, and its logic read by Python."""
    held = {key: str(_holds(one, of, every)) for key, one in rules.items() if key != "logic"}
    text = re.sub(r"\d+", lambda key: held[key[0]], re.sub("AND|OR", lambda word: word[0].lower(), rules["logic"]))
    return bool(eval(text))


def _holds(one: dict[str, Any], of: Case, every: bool) -> bool:
    name, wanted = one["name"], one["conditions"]
    whole = _whole(name, of)
    if whole is not None:
        known, found = whole
        return known and all(_meets(verb, found, values) for verb, values in wanted.items())
    if name == "order.items.none":
        return bool(of.lines) and not _holds({**one, "name": "order.items.any"}, of, every)
    each = name in ("order.items.every", "order.items.price_each") or (every and not name.endswith("any"))
    lines = [line for line in of.lines if all(_meets(verb, _of(name, line), v) for verb, v in wanted.items())]
    spared = name.endswith("any") or all(
        _meets(verb, _of(name, line), v) for verb, v in wanted.items() if verb in OPPOSITE for line in of.lines
    )
    enough = len(lines) == len(of.lines) if each else spared
    below = one.get("rules")
    return bool(lines) and enough and (not below or plainly(below, of._replace(lines=tuple(lines)), each))


def _whole(name: str, of: Case) -> tuple[bool, Any] | None:
    """Whether anything is known, and what is found; None where it is about lines."""
    if name in LIMITS:
        usage = usage_of(name, of.who, at=of.at, zone=of.zone)
        measure = LIMITS[name].measure
        return usage is not None, usage and getattr(of.used[usage].plus(of.by), measure)
    values: dict[str, Any] = {
        "order.amount": of.amount,
        "order.total_amount": of.left,
        "order.items.aggregated_quantity": sum(line.quantity for line in of.lines) if of.lines else None,
    }
    if name in values:
        return values[name] is not None, values[name]
    if name.startswith("customer."):
        if of.person is None:
            return False, None
        metadata = of.person.customer.profile.metadata or {}
        own = {"customer.segment": of.segments, "customer.metadata": metadata.get("it")}
        return True, own.get(name, of.person.summary.orders)
    return None


def _of(name: str, line: Line) -> Any:
    if "price" in name:
        return line.price
    if name == "order.items.metadata":
        return line.metadata.get("it")
    return line.quantity if name.endswith("quantity") else line.names


def _meets(verb: str, found: Any, wanted: Sequence[Any]) -> bool:
    if verb in OPPOSITE:
        return not _meets(OPPOSITE[verb], found, wanted)
    several = found if isinstance(found, list | frozenset) else [found]
    return any(_compares(verb, one, value) for one in several if one is not None for value in wanted)


def _compares(verb: str, found: Any, wanted: Any) -> bool:
    if isinstance(found, bool):
        found = str(found).lower()
    if verb in ("$is", "$in"):
        return str(found) == str(wanted)
    if isinstance(found, str) and "than" in verb:
        return False
    return COMPARES[verb](found, wanted)


@given(drawn.rule_sets(), drawn.cases)
def test_a_compiled_rule_says_what_its_json_says(rules: dict[str, Any], of: Case) -> None:
    one = compiled(ValidationRule(id="val_1", rules=rules, created_at=AT))
    assert one.holds(of) is plainly(rules, of)


@given(drawn.rule_sets(), drawn.rule_sets(), drawn.cases)
def test_a_rule_and_its_explanation_agree(rules: dict[str, Any], bundle: dict[str, Any], of: Case) -> None:
    to = {"included": [{"id": "mug"}]}
    one = compiled(ValidationRule(id="val_1", rules=rules, bundle_rules=bundle, applicable_to=to, created_at=AT))
    assert one.explain(of).passed is one.holds(of)
    assert (one.unmet(of) is None) is one.holds(of)


@given(drawn.rule_sets(), drawn.cases, st.data())
def test_what_a_verdict_needs_is_all_that_it_rests_on(rules: dict[str, Any], of: Case, data: st.DataObject) -> None:
    one = compiled(ValidationRule(id="val_1", rules=rules, created_at=AT))
    if not one.holds(of):
        return
    used = data.draw(drawn.used_of())
    for need in one.needs(of):
        by = getattr(of.by, need.measure)
        if need.exactly is not None:
            used[need.usage] = used[need.usage]._replace(**{need.measure: need.exactly})
        else:
            assert need.most is not None
            within = data.draw(st.integers(0, need.most - by))
            used[need.usage] = used[need.usage]._replace(**{need.measure: within})
    assert one.holds(of._replace(used=used))


@given(drawn.rule_sets(), drawn.cases)
def test_what_a_rule_asks_for_is_all_that_it_looks_at(rules: dict[str, Any], of: Case) -> None:
    """Whatever it does not ask for is not gathered at a checkout, nor judged again when offers before it moved it."""
    one = compiled(ValidationRule(id="val_1", rules=rules, created_at=AT))
    asks = one.asks
    asked = {usage_of(name, of.who, at=of.at, zone=of.zone) for name in asks.limits}
    gathered = of._replace(
        lines=of.lines if asks.lines else (),
        segments=of.segments & asks.segments,
        used={usage: used for usage, used in of.used.items() if usage in asked},
        left=of.left if asks.price else None,
        by=of.by if asks.price else Used(),
    )
    assert one.holds(gathered) is one.holds(of)


@given(drawn.rule_sets(), drawn.cases)
def test_what_is_told_back_of_a_rule_is_the_same_rule(rules: dict[str, Any], of: Case) -> None:
    first = ValidationRule(id="val_1", rules=rules, created_at=AT)
    again = ValidationRule.model_validate_json(first.model_dump_json())
    assert again == first
    assert compiled(again).holds(of) is compiled(first).holds(of)


VERBS: dict[str, Any] = {
    **dict.fromkeys(("is", "is_not", "in", "not_in", "contains", "starts_with", "ends_with", "not_contain"), "a"),
    **dict.fromkeys(("more_than", "less_than", "more_than_or_equal", "less_than_or_equal"), 1),
    **dict.fromkeys(("after", "before"), "2026-03-17"),
    **dict.fromkeys(("more_than_ago", "less_than_ago", "more_than_future", "less_than_future"), "P1M"),
    **dict.fromkeys(("is_days_ago", "is_days_in_future", "dow", "count", "count_more", "count_less"), 1),
    **dict.fromkeys(("has_value", "is_unknown"), True),
}
OWN = ("customer.metadata", "order.metadata", "order.items.metadata", "order.items.metadata_each", "product.metadata")
JUDGED = [judged(rule(name, "it", **{verb: value})) for name in OWN for verb, value in VERBS.items()]


@given(drawn.json_values)
def test_no_metadata_whatever_makes_a_judgement_fail(value: Any) -> None:
    own = {"it": value}
    line = Line(0, frozenset(), metadata=own, product_metadata=own)
    of = case(person=person(metadata=own), amount=1, order_metadata=own, lines=(line,))
    for one in JUDGED:
        assert one.explain(of).passed is one.holds(of)


def test_nothing_known_is_nothing_met() -> None:
    assert not [one for one in JUDGED if one.holds(case(by=Used()))]
