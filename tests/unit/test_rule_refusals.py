"""What is refused when a rule is saved, by the path of what is wrong; and what is told back of a good one."""

from typing import Any

import pytest
from pydantic import ValidationError

from shared.domain.rules import logic
from shared.domain.rules.logic import All, Either
from shared.domain.rules.model import ApplicableTo, ValidationRule
from tests.unit.judging import rule, rules
from tests.unit.values import AT

GOOD = rule("order.amount", more_than=[10_000])
A_NAME = "is not a name that a rule can have"
CONDITIONS = 'must be an object of conditions like {"$is": [1]}'
OF_ITEMS = "only rules of items have rules below them, and these are of items, too"
AN_ID = 'must be an id, or an object with one like {"id": "prod_…"}'
A_DATE = "must be a date like 2026-03-17 or 2026-03-17T08:00:00Z"
A_TEXT = "must be a text of 1 to 1000 characters"
A_KEY = "must be called by a number, or by up to 16 letters and digits"
DAYS = "must be a whole number from 0 to 36500"
A_NUMBER = "must be a number"
VALUES = "must have 1 to 1000 values"
AN_EFFECT = (
    "Input should be 'APPLY_TO_EVERY', 'APPLY_TO_CHEAPEST', 'APPLY_FROM_CHEAPEST', 'APPLY_TO_MOST_EXPENSIVE' or "
    "'APPLY_FROM_MOST_EXPENSIVE'"
)
A_VERB = (
    "must be one of $has_value, $in, $is, $is_not, $is_unknown, $less_than, $less_than_or_equal, $more_than, "
    "$more_than_or_equal, $not_in"
)


def told(**fields: Any) -> list[str]:
    """What is wrong with a validation rule, as a caller is told it."""
    with pytest.raises(ValidationError) as refused:
        ValidationRule(id="val_1", created_at=AT, **fields)
    return [f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in refused.value.errors()]


def deep(levels: int) -> dict[str, Any]:
    return rule("product.id", is_="a", below=rules(deep(levels - 1))) if levels else rule("product.price", is_=1)


@pytest.mark.parametrize(
    ("case", "sent", "path", "message"),
    [
        ("no object", {"1": "order.amount > 1"}, "1", "must be an object with a name and conditions"),
        ("no name", {"1": {"conditions": {"$is": [1]}}}, "1.name", "must be the name of what the rule is about"),
        ("name of a number", {"1": {"name": 1}}, "1.name", "must be the name of what the rule is about"),
        ("unknown name", rules(GOOD, rule("order.colour", is_=1)), "2.name", A_NAME),
        ("unknown attribute", rules(rule("customer.shoe", is_=1)), "1.name", A_NAME),
        ("of an address", rules(rule("customer.address.planet", is_="B")), "1.name", A_NAME),
        ("of all metadata", rules(rule("customer.metadata.", is_="B")), "1.name", A_NAME),
        ("no period", rules(rule("redemption.count.hourly", is_=1)), "1.name", A_NAME),
        (
            "no property",
            rules(rule("customer.metadata", is_=1)),
            "1.property",
            "must be the name of an attribute of the metadata",
        ),
        (
            "property of a number",
            rules(rule("order.metadata", 7, is_=1)),
            "1.property",
            "must be the name of an attribute",
        ),
        ("no conditions", {"1": {"name": "order.amount"}}, "1.conditions", CONDITIONS),
        ("empty conditions", rules(rule("order.amount")), "1.conditions", CONDITIONS),
        ("a list of conditions", {"1": {"name": "order.amount", "conditions": [1]}}, "1.conditions", CONDITIONS),
        ("unknown condition", rules(rule("order.amount", roughly=[1])), "1.conditions.$roughly", A_VERB),
        ("without the dollar", {"1": {"name": "order.amount", "conditions": {"is": 1}}}, "1.conditions.is", A_VERB),
        ("a verb of texts", rules(rule("order.amount", contains=[1])), "1.conditions.$contains", A_VERB),
        (
            "more than a segment",
            rules(rule("customer.segment", more_than=["seg_1"])),
            "1.conditions.$more_than",
            "must be one of $in, $is, $is_not, $not_in",
        ),
        (
            "a limit without a value",
            rules(rule("redemption.count", has_value=True)),
            "1.conditions.$has_value",
            A_VERB.replace("$has_value, ", "").replace("$is_unknown, ", ""),
        ),
        ("no value", rules(rule("order.amount", is_=[])), "1.conditions.$is", VALUES),
        ("too many values", rules(rule("product.id", in_=["a"] * 1_001)), "1.conditions.$in", VALUES),
        (
            "a text for a number",
            rules(GOOD, rule("order.amount", more_than=[1, "2"])),
            "2.conditions.$more_than.1",
            A_NUMBER,
        ),
        ("truth for a number", rules(rule("order.amount", more_than=True)), "1.conditions.$more_than.0", A_NUMBER),
        ("beyond JSON", rules(rule("order.amount", less_than=[2**53 + 1])), "1.conditions.$less_than.0", A_NUMBER),
        ("null", rules(rule("order.amount", is_=None)), "1.conditions.$is.0", A_NUMBER),
        ("a number for a text", rules(rule("customer.name", is_=[7])), "1.conditions.$is.0", A_TEXT),
        ("an endless text", rules(rule("customer.name", is_=["x" * 1_001])), "1.conditions.$is.0", A_TEXT),
        (
            "a text for truth",
            rules(rule("product.discount_applicable", is_=["true"])),
            "1.conditions.$is.0",
            "must be true or false",
        ),
        ("a number for an id", rules(rule("product.id", is_=[7])), "1.conditions.$is.0", AN_ID),
        (
            "an object without an id",
            rules(rule("product.id", is_=[{"object": "product"}])),
            "1.conditions.$is.0",
            AN_ID,
        ),
        (
            "a tree of metadata",
            rules(rule("order.metadata", "a", is_=[{}])),
            "1.conditions.$is.0",
            "must be a text, a number, true or false",
        ),
        (
            "metadata more than a text",
            rules(rule("order.metadata", "a", more_than="b")),
            "1.conditions.$more_than.0",
            A_NUMBER,
        ),
        ("metadata with a part", rules(rule("order.metadata", "a", contains=1)), "1.conditions.$contains.0", A_TEXT),
        ("no date", rules(rule("customer.created_at", after="soon")), "1.conditions.$after.0", A_DATE),
        ("seconds for a date", rules(rule("customer.created_at", after=7)), "1.conditions.$after.0", A_DATE),
        (
            "no duration",
            rules(rule("customer.created_at", more_than_ago="3 months")),
            "1.conditions.$more_than_ago.0",
            "must be an ISO 8601 duration like P2D or PT1H",
        ),
        ("half a day", rules(rule("customer.created_at", less_than_ago=0.5)), "1.conditions.$less_than_ago.0", DAYS),
        ("days before", rules(rule("customer.created_at", is_days_ago=-1)), "1.conditions.$is_days_ago.0", DAYS),
        (
            "an eighth day",
            rules(rule("customer.created_at", dow=7)),
            "1.conditions.$dow.0",
            "must be a whole number from 0 to 6",
        ),
        (
            "half a line",
            rules(rule("product.id", is_="a", count=[1.5])),
            "1.conditions.$count.0",
            "must be a whole number from 0 to 9007199254740992",
        ),
        ("rules below no lines", rules(rule("order.amount", is_=1, below=rules(GOOD))), "1.rules", OF_ITEMS),
        ("no lines below", rules(rule("product.id", is_="a", below=rules(GOOD))), "1.rules", OF_ITEMS),
        (
            "wrong below",
            rules(rule("product.id", is_="a", below=rules(rule("product.price", is_="1")))),
            "1.rules.1.conditions.$is.0",
            A_NUMBER,
        ),
        ("a list below", rules(rule("product.id", is_="a", below=[1])), "1.rules", "must be an object of rules"),
        ("too deep", rules(deep(4)), "1.rules.1.rules.1.rules.1.rules", "has more than 4 levels of rules below rules"),
        (
            "an error in a number",
            {"1": {**GOOD, "error": {"message": 7}}},
            "1.error.message",
            "Input should be a valid string",
        ),
        ("a strange key", {"1.5": GOOD}, "1.5", A_KEY),
        ("a key that means something", {"and": GOOD}, "and", A_KEY),
        ("logic of nothing", rules(GOOD, logic="1 AND 2"), "logic", "there is no rule 2"),
        ("logic that forgets", rules(GOOD, GOOD, logic="1"), "2", "is not in the logic"),
        ("logic that is no text", rules(GOOD, logic=["1"]), "logic", "must be a text like 1 AND (2 OR 3)"),  # type: ignore[arg-type]
        ("logic that does not parse", rules(GOOD, GOOD, logic="1 AND (2"), "logic", "has a ( that is not closed"),
        (
            "logic below that does not parse",
            rules(rule("product.id", is_="a", below=rules(rule("product.price", is_=1), logic="1)"))),
            "1.rules.logic",
            "has a ) too many",
        ),
    ],
)
def test_a_wrong_rule_is_refused_by_its_path(case: str, sent: Any, path: str, message: str) -> None:
    assert told(rules=sent) == [f"rules.{path}: {message}"]
    assert told(bundle_rules=sent) == [f"bundle_rules.{path}: {message}"]


def test_a_hundred_conditions_are_enough() -> None:
    two = rule("order.amount", more_than=1, less_than=9)
    fifty = rules(*[two] * 50)
    assert len(ValidationRule(id="val_1", rules=fifty, created_at=AT).rules) == 51
    assert told(rules=rules(*[two] * 50, GOOD)) == ["rules: has more than 100 conditions"]
    assert told(rules=rules(*[GOOD] * 101)) == ["rules: has more than 100 conditions"]
    below = rule("product.id", is_="a", below=rules(rule("product.price", is_=1)))
    assert told(rules=rules(*[below] * 51)) == ["rules: has more than 100 conditions"]


def test_what_is_told_back_is_in_one_form() -> None:
    sent = {
        "1": {"name": "order.amount", "property": None, "conditions": {"$greater_than_or_equal": 100}, "hue": 1},
        "2": {
            "name": "order.metadata",
            "property": "till",
            "conditions": {"$is": ["4", 4]},
            "error": {"message": "No."},
        },
        "3": {"name": "product.id", "conditions": {"$is": [{"id": "prod_1"}]}, "rules": {"1": deep(0)}},
    }
    told_back = ValidationRule(id="val_1", rules=sent, created_at=AT).rules
    assert told_back == {
        "1": {"name": "order.amount", "conditions": {"$more_than_or_equal": [100]}, "rules": {}},
        "2": {
            "name": "order.metadata",
            "property": "till",
            "conditions": {"$is": ["4", 4]},
            "rules": {},
            "error": {"message": "No."},
        },
        "3": {
            "name": "product.id",
            "conditions": {"$is": [{"id": "prod_1"}]},
            "rules": {"1": {"name": "product.price", "conditions": {"$is": [1]}, "rules": {}}, "logic": "1"},
        },
        "logic": "1 AND 2 AND 3",
    }
    assert ValidationRule(id="val_1", rules=told_back, created_at=AT).rules == told_back


@pytest.mark.parametrize("empty", [{}, {"logic": ""}])
def test_no_rules_are_no_rules(empty: dict[str, Any]) -> None:
    assert ValidationRule(id="val_1", rules=empty, created_at=AT).rules == {}


@pytest.mark.parametrize(
    ("sent", "path", "message"),
    [
        ({"included": [{"object": "product"}]}, "included.0", "Value error, must have an id or a source_id"),
        (
            {"excluded": [{"id": "a"}, {"id": "b", "effect": "NEVER"}]},
            "excluded.1.effect",
            AN_EFFECT,
        ),
        (
            {"included": [{"id": "a", "quantity_limit": -1}]},
            "included.0.quantity_limit",
            "Input should be greater than or equal to 0",
        ),
        (
            {"included": [{"id": "a", "object": "shop"}]},
            "included.0.object",
            "Input should be 'product', 'sku' or 'products_collection'",
        ),
        ({"included": [{"id": "a", "target": "LINE"}]}, "included.0.target", "Input should be 'ITEM' or 'UNIT'"),
        ({"included_all": "yes"}, "included_all", "Input should be a valid boolean"),
    ],
)
def test_wrong_lines_are_refused_by_their_path(sent: Any, path: str, message: str) -> None:
    assert told(applicable_to=sent) == [f"applicable_to.{path}: {message}"]


def test_lines_are_told_back_as_they_were_sent() -> None:
    sent = {"included": [{"object": "product", "id": "a", "strict": True, "repeat": 1, "skip_initially": 0}]}
    assert ApplicableTo.model_validate(sent).model_dump(exclude_unset=True, mode="json") == sent


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("1", "1"),
        ("(1 and 2)", All(("1", "2"))),
        ("(1) AND (2)", All(("1", "2"))),
        ("1 or 2 and 3 or 4", Either(("1", All(("2", "3")), "4"))),
        ("(1 OR 2) and 3", All((Either(("1", "2")), "3"))),
        (" 1\tAnd\n(2 oR (3 AND 4)) ", All(("1", Either(("2", All(("3", "4"))))))),
        ("1 AND 1", All(("1", "1"))),
    ],
)
def test_logic_is_a_tree(text: str, tree: logic.Logic) -> None:
    assert logic.parse(text) == tree


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "ends where a rule is needed"),
        ("1 AND", "ends where a rule is needed"),
        ("AND 1", "needs a rule before AND"),
        ("1 AND OR 2", "needs a rule before OR"),
        ("()", "needs a rule before )"),
        ("1 2", "needs AND or OR before 2"),
        ("1 (2)", "needs AND or OR before ("),
        ("1 && 2", "needs AND or OR before &"),
        ("NOT 1", "needs AND or OR before 1"),
        ("(1", "has a ( that is not closed"),
        ("1)", "has a ) too many"),
        ("(" * 17 + "1" + ")" * 17, "has more than 16 brackets within brackets"),
        ("1 AND " * 400, "has more than 2000 characters"),
    ],
)
def test_logic_that_does_not_parse_says_why(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as refused:
        logic.parse(text)
    assert str(refused.value) == message
