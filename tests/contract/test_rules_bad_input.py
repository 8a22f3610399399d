"""Validation rules and assignments that cannot be: each refused by the field that is wrong, and nothing is written."""

from typing import Any

import pytest

from tests.builders import Shop, campaign_body, fresh, ok, refusal, voucher_body
from tests.contract.spoilt import NO_FLAG, NO_OBJECT, NO_TEXT, malformed_is_refused, names, wrong_is_refused

ABOVE_100 = {"name": "order.amount", "conditions": {"$more_than": [10_000]}}
NO_ERROR = ["x", 5, True, [{}]]
RULE: dict[str, Any] = {
    "name": "Above $100",
    "rules": {
        "1": ABOVE_100,
        "2": {
            "name": "order.items.any",
            "conditions": {"$is": [{"object": "product", "id": "prod_mug"}]},
            "rules": {"1": {"name": "order.items.quantity", "conditions": {"$more_than": [1]}}},
        },
        "logic": "1 AND 2",
    },
    "bundle_rules": {},
    "error": {"message": "Spend more"},
    "applicable_to": {"included": [{"object": "product", "id": "prod_mug"}], "excluded": [], "included_all": False},
}
BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "make a rule": ("POST validation-rules", RULE),
    "change a rule": ("PUT validation-rules/{validation_rule_id}", RULE),
    "assign a rule": (
        "POST validation-rules/{validation_rule_id}/assignments",
        {"related_object_type": "voucher", "related_object_id": "{code}"},
    ),
}
RULES = tuple(BODIES)[:2]
MANY = {str(number): ABOVE_100 for number in range(1, 102)}
"""One condition too many."""
WRONG: list[tuple[tuple[str, ...], str, list[Any]]] = [
    (RULES, "name", ["", *NO_TEXT]),
    (RULES, "type", ["SOMETIMES", "Expression", 5, []]),
    (RULES, "context_type", ["everywhere", "", 5, [], {}]),
    (RULES, "rules", [*NO_OBJECT, MANY, {"1": {**ABOVE_100, "conditions": {"$in": [*range(1_001)]}}}]),
    (RULES, "bundle_rules", ["x", 5, [{}], MANY]),
    (RULES, "rules.1", ["x", 5, [], None]),
    (RULES, "rules.AND", [ABOVE_100]),
    (RULES, "rules.1.name", ["order.weight", "amount", "ORDER.AMOUNT", "order", "", "__class__", 5, [], {}, None]),
    (RULES, "rules.1.conditions", ["x", 5, [], {}, None]),
    (RULES, "rules.1.conditions.$more_than", [["ten"], [[]], [{}], [None], [True], [], ["2026-03-17"]]),
    (RULES, "rules.1.conditions.$starts_with", [["1"]]),
    (RULES, "rules.1.conditions.$where", [["1"]]),
    (RULES, "rules.1.rules", [{"1": ABOVE_100}]),
    (RULES, "rules.1.error", ["x", 5, [{}]]),
    (RULES, "rules.1.error.message", NO_TEXT),
    (RULES, "rules.2.rules.1.name", ["order.items.weight", 5]),
    (RULES, "rules.2.rules.1.conditions.$more_than", [["many"], []]),
    (RULES, "rules.logic", ["1 AND 9", "1 AND", "(1", "1 2", "1 XOR 2", "1; 2", "()" * 50_000, 5, ["1"]]),
    (RULES, "error", NO_ERROR),
    (RULES, "error.message", NO_TEXT),
    (RULES, "applicable_to", ["x", 5, True, [{}]]),
    (RULES, "applicable_to.included", ["x", 5, {"0": {}}, [{}] * 1_001]),
    (RULES, "applicable_to.included.0", ["x", 5, [], {}]),
    (RULES, "applicable_to.included.0.effect", ["APPLY_TO_MOON", 5, []]),
    (RULES, "applicable_to.included.0.quantity_limit", [-1, 1.5, "one", True, []]),
    (RULES, "applicable_to.included.0.price", [-1, 1.5, "one", 2**53 + 1]),
    (RULES, "applicable_to.included_all", NO_FLAG),
    (
        ("assign a rule",),
        "related_object_type",
        ["promotion_tier", "earning_rule", "distribution", "reward_assignment", "product", "VOUCHER", "", 5, [], {}],
    ),
    (("assign a rule",), "related_object_id", [None, "", *NO_TEXT]),
    (("assign a rule",), "voucher", [*NO_TEXT, ""]),
    (("assign a rule",), "campaign", NO_TEXT),
    (("assign a rule",), "promotion_tier", ["promo_1", 5]),
]


@pytest.fixture(scope="module")
def shop(apart: Shop) -> Shop:
    """One of which nobody else asks anything, so that its lists before and after can be compared whole."""
    return apart


@pytest.fixture(scope="module")
def known(shop: Shop) -> dict[str, str]:
    rule = ok(shop.ask("POST", "validation-rules", RULE))
    return {"validation_rule_id": rule["id"], "code": shop.code(), "campaign": shop.campaign()["id"]}


def test_the_bodies_are_right_but_for_what_is_done_to_them(shop: Shop, known: dict[str, str]) -> None:
    for verb in RULES:
        ok(shop.ask(*BODIES[verb][0].format(**known).split(" "), RULE))


@pytest.mark.parametrize("verb", BODIES)
def test_a_malformed_body_is_refused(shop: Shop, known: dict[str, str], verb: str) -> None:
    route, _ = BODIES[verb]
    before = shop.lists()
    malformed_is_refused(shop, route.format(**known))
    assert shop.lists() == before


@pytest.mark.parametrize("verb", BODIES)
def test_a_wrong_field_is_refused_by_name(
    shop: Shop, known: dict[str, str], verb: str, subtests: pytest.Subtests
) -> None:
    route, body = BODIES[verb]
    if "related_object_id" in body:
        body = {**body, "related_object_id": known["code"]}
    before = shop.lists()
    wrong = [(path, values) for verbs, path, values in WRONG if verb in verbs]
    wrong_is_refused(shop, route.format(**known), body, wrong, subtests)
    assert shop.lists() == before


def test_an_assignment_names_one_thing_that_there_is(shop: Shop, known: dict[str, str]) -> None:
    path, code = f"validation-rules/{known['validation_rule_id']}/assignments", known["code"]
    before = shop.lists()
    for body in ({}, {"related_object_type": "campaign"}, {"voucher": code, "campaign": known["campaign"]}):
        response = shop.ask("POST", path, body)
        assert refusal(response) == (400, "invalid_payload"), body
        assert names(response.json()["details"], "related_object_id")
    for type_, name in (("voucher", fresh()), ("campaign", fresh()), ("campaign", code), ("voucher", "v_" + "0" * 16)):
        response = shop.ask("POST", path, {"related_object_type": type_, "related_object_id": name})
        assert refusal(response) == (404, "not_found"), name
        assert (response.json()["resource_type"], response.json()["resource_id"]) == (type_, name)
    other = ok(shop.ask("POST", "validation-rules", RULE))["id"]
    assigned = ok(shop.ask("POST", path, {"voucher": code}))["id"]
    before = shop.lists()
    for wrong in (f"{other}/assignments/{assigned}", f"{known['validation_rule_id']}/assignments/asgm_{'0' * 36}"):
        assert refusal(shop.ask("DELETE", f"validation-rules/{wrong}")) == (404, "not_found")
    assert shop.lists() == before


UNDER: list[tuple[str, Any, str]] = [
    ("no array", {"any": "thing"}, "validation_rules"),
    ("a text", "val_1", "validation_rules"),
    ("a number", [5], "validation_rules.0"),
    ("an array in it", [[]], "validation_rules.0"),
    ("no id", [""], "validation_rules.0"),
    ("a rule that is not there", ["val_0199cafe"], "validation_rules.0"),
    ("a table's key", ["x#voucher#1"], "validation_rules.0"),
    ("too many", ["val_1", "val_2", "val_3", "val_4", "val_5", "val_6"], "validation_rules"),
    ("one twice", ["val_1", "val_1"], "validation_rules"),
    ("a rule that cannot be", [{"rules": {"1": {"name": "order.weight"}}}], "validation_rules.0.rules.1.name"),
    ("logic of what is missing", [{"rules": {"1": ABOVE_100, "logic": "1 OR 2"}}], "validation_rules.0.rules.logic"),
]


def test_nothing_is_made_under_a_rule_that_is_none(
    shop: Shop, known: dict[str, str], subtests: pytest.Subtests
) -> None:
    before = shop.lists()
    good = known["validation_rule_id"]
    for case, rules, path in [*UNDER, ("the second of two", [good, "val_0"], "validation_rules.1")]:
        for route, body in {
            "vouchers": voucher_body(),
            f"vouchers/{fresh()}": voucher_body(),
            "campaigns": campaign_body(vouchers_count=1),
            f"campaigns/{known['campaign']}/vouchers": {},
            f"campaigns/{known['campaign']}/vouchers/{fresh()}": {},
        }.items():
            with subtests.test(case=case, route=route):
                response = shop.ask("POST", route, {**body, "validation_rules": rules})
                assert refusal(response) == (400, "invalid_payload"), response.text
                assert names(response.json()["details"], path), response.text
    assert shop.lists() == before


def test_rules_are_refused_by_name_where_they_cannot_be_said(shop: Shop, known: dict[str, str]) -> None:
    before, rules = shop.lists(), {"validation_rules": [known["validation_rule_id"]]}
    for method, path in (("PUT", f"vouchers/{known['code']}"), ("PUT", f"campaigns/{known['campaign']}")):
        response = shop.ask(method, path, rules)
        assert refusal(response) == (400, "invalid_payload")
        assert "validation_rules is not supported here" in response.json()["details"]
    assert shop.lists() == before
    for path in ("vouchers/import", f"campaigns/{known['campaign']}/import"):
        started = ok(shop.ask("POST", path, [{**voucher_body(), "code": fresh(), **rules}]))
        action = shop.await_action(started["async_action_id"])
        assert (action["result"]["done_count"], action["result"]["failed_count"]) == (0, 1)
        assert action["result"]["failed"][0]["details"].startswith("validation_rules: are not imported")
