"""Validation rules over HTTP: who is under which, from the first word to the last, with the official SDK."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.domain.assignments import MOST
from shared.usecases.rules import MOST_RELEASED
from tests.builders import Shop, at_once, campaign_body, fresh, ok, refusal, until, voucher_body
from tests.contract.conftest import Sdk

ROUTE, ONE = "/v1/validation-rules", "/v1/validation-rules/{validation_rule_id}"
ABOVE_100 = {"1": {"name": "order.amount", "conditions": {"$more_than": [10_000]}}}
WRITTEN = {
    "1": {"name": "order.amount", "conditions": {"$more_than": [10_000]}, "rules": {}},
    "logic": "1",
}
"""The same as an answer writes it."""
MUG = {"object": "product", "id": "prod_mug", "effect": "APPLY_TO_CHEAPEST"}
LINES = {"included": [MUG], "excluded": [], "included_all": False}


@pytest.fixture
def api(sdk: Sdk) -> Any:
    """The SDK's module of validation rules."""
    return sdk.module.ValidationRulesApi(sdk.client)


def make_rule(sdk: Sdk, api: Any, **fields: Any) -> Any:
    body = {"name": fresh("rule"), "rules": ABOVE_100, **fields}
    return api.create_validation_rules(sdk.request("ValidationRulesCreate", body))


def rule(shop: Shop, **fields: Any) -> dict[str, Any]:
    return ok(shop.ask("POST", "validation-rules", {"name": fresh("rule"), "rules": ABOVE_100, **fields}))


def assign(shop: Shop, rule_id: str, type_: str, name: str, *, key: str | None = None, **params: Any) -> Any:
    body = {"related_object_type": type_, "related_object_id": name}
    return shop.ask("POST", f"validation-rules/{rule_id}/assignments", body, key=key, **params)


def carried(of: dict[str, Any]) -> list[str]:
    """The rules that an answer says a thing is under."""
    listed = of["validation_rules_assignments"]
    assert (listed["object"], listed["data_ref"], listed["total"]) == ("list", "data", len(listed["data"]))
    return [it["rule_id"] for it in listed["data"]]


def of_rule(shop: Shop, rule_id: str) -> set[str]:
    """What the rule's list says is under it; its count says the same."""
    listed = shop.get(f"validation-rules/{rule_id}/assignments", limit=100)
    count = shop.get(f"validation-rules/{rule_id}")["assignments_count"]
    assert (listed["total"], len(listed["data"])) == (count, count)
    return {it["related_object_id"] for it in listed["data"]}


# Rules


@pytest.mark.drives(f"POST {ROUTE}", f"GET {ONE}", f"GET {ROUTE}")
def test_a_rule_is_made_and_found_by_its_id_and_on_the_list(sdk: Sdk, api: Any) -> None:
    error = {"message": "Spend more than $100"}
    made = make_rule(sdk, api, name="Above $100", error=error, applicable_to=LINES, context_type="campaign.promotion")
    assert made.id.startswith("val_")
    assert (made.name, made.type, made.context_type) == ("Above $100", "expression", "campaign.promotion")
    assert (made.rules, made.bundle_rules, made.error.message) == (WRITTEN, {}, "Spend more than $100")
    only = made.applicable_to.included[0].to_dict()
    assert {name: value for name, value in only.items() if value is not None} == MUG
    assert (made.applicable_to.excluded, made.applicable_to.included_all) == ([], False)
    assert (made.assignments_count, made.object, made.updated_at) == (0, "validation_rules", None)
    found = api.get_validation_rule(made.id)
    assert found.to_dict() == made.to_dict()
    order = sdk.module.ParameterOrderListValidationRules("-created_at")
    listed = api.list_validation_rules(limit=100, order=order, end_date=None)
    assert (listed.object, listed.data_ref) == ("list", "data")
    assert listed.data[0].id == made.id
    assert listed.total >= 1
    ago = made.created_at - timedelta(milliseconds=1)
    assert made.id in [it.id for it in api.list_validation_rules(start_date=ago, limit=100).data]
    assert api.list_validation_rules(start_date=datetime(2999, 1, 1, tzinfo=UTC)).total == 0
    assert api.list_validation_rules(end_date=datetime(2001, 1, 1, tzinfo=UTC)).total == 0
    # names need not be unique
    assert make_rule(sdk, api, name="Above $100").name == "Above $100"


@pytest.mark.drives(f"PUT {ONE}")
def test_a_rule_is_changed_where_the_request_says_so(sdk: Sdk, api: Any) -> None:
    made = make_rule(sdk, api, error={"message": "No"}, applicable_to=LINES, bundle_rules=ABOVE_100)
    two = {**ABOVE_100, "2": {"name": "order.metadata", "property": "shop", "conditions": {"$is": ["Cork"]}}}
    body = {"rules": {**two, "logic": "1 OR 2"}}
    changed = api.update_validation_rule(made.id, sdk.request("ValidationRulesUpdate", body))
    assert (changed.name, changed.rules["logic"], set(changed.rules)) == (made.name, "1 OR 2", {"1", "2", "logic"})
    assert (changed.error.message, changed.bundle_rules, changed.created_at) == ("No", WRITTEN, made.created_at)
    assert changed.applicable_to.included[0].id == "prod_mug"
    assert changed.updated_at is not None
    assert api.get_validation_rule(made.id).to_dict() == changed.to_dict()


def test_a_null_clears_a_field_of_a_rule(shop: Shop) -> None:
    made = rule(shop, error={"message": "No"}, applicable_to=LINES, bundle_rules=ABOVE_100, type="advanced")
    clearing = dict.fromkeys(("name", "error", "applicable_to", "bundle_rules", "type", "context_type"))
    changed = ok(shop.ask("PUT", f"validation-rules/{made['id']}", clearing))
    del changed["updated_at"]
    kept = {name: value for name, value in made.items() if name not in ("name", "error", "applicable_to")}
    assert changed == kept | {"bundle_rules": {}, "type": "expression"}
    gone = ok(shop.ask("PUT", f"validation-rules/{made['id']}", {"rules": None}))
    assert gone["rules"] == shop.get(f"validation-rules/{made['id']}")["rules"] == {}


def test_a_rule_asked_for_twice_with_one_key_is_one(shop: Shop) -> None:
    body, key = {"name": fresh("rule"), "rules": ABOVE_100}, fresh("key")
    answers = at_once(lambda _: ok(shop.ask("POST", "validation-rules", body, key=key)), range(4))
    assert len({it["id"] for it in answers}) == 1
    listed = shop.get("validation-rules", **{"filters[name][conditions][$is]": body["name"]})
    assert [it["id"] for it in listed["data"]] == [answers[0]["id"]]


def test_a_list_of_rules_is_filtered_and_sorted(shop: Shop) -> None:
    word = fresh("sorted")
    made = [rule(shop, name=f"{word} {letter}")["id"] for letter in "bac"]
    wanted = {"filters[name][conditions][$starts_with]": word}
    by_name = shop.get("validation-rules", **wanted, order="name")
    assert ([it["id"] for it in by_name["data"]], by_name["total"]) == ([made[1], made[0], made[2]], 3)
    page = shop.get("validation-rules", **wanted, limit=2, page=2)
    assert [it["id"] for it in page["data"]] == [made[0]]
    two = {f"filters[id][conditions][$in][{index}]": id_ for index, id_ in enumerate(made[1:])}
    assert {it["id"] for it in shop.get("validation-rules", **two)["data"]} == set(made[1:])


# Assignments


@pytest.mark.drives(
    f"POST {ONE}/assignments",
    f"GET {ONE}/assignments",
    f"DELETE {ONE}/assignments/{{assignment_id}}",
    f"GET {ROUTE}-assignments",
)
def test_a_voucher_and_a_campaign_are_put_under_a_rule_and_released(sdk: Sdk, api: Any, shop: Shop) -> None:
    made = make_rule(sdk, api)
    voucher, campaign = shop.voucher(), shop.campaign()
    by_code = {"related_object_type": "voucher", "related_object_id": voucher["code"]}
    one = api.create_validation_rule_assignment(
        made.id,
        validation_rules_assignments_create_request_body=sdk.request("ValidationRulesAssignmentsCreate", by_code),
    )
    assert one.id.startswith("asgm_")
    assert (one.rule_id, one.related_object_type, one.related_object_id, one.object) == (
        *(made.id, "voucher", voucher["id"]),
        "validation_rules_assignment",
    )
    by_name = {"related_object_type": "campaign", "related_object_id": campaign["name"]}
    other = api.create_validation_rule_assignment(
        made.id,
        validation_rules_assignments_create_request_body=sdk.request("ValidationRulesAssignmentsCreate", by_name),
    )
    assert (other.related_object_type, other.related_object_id) == ("campaign", campaign["id"])
    assert [it.id for it in api.list_validation_rule_assignments(made.id).data] == [other.id, one.id]
    order = sdk.module.ParameterOrderListValidationRuleAssignments("created_at")
    first = api.list_validation_rule_assignments(made.id, limit=1, order=order)
    assert ([it.id for it in first.data], first.total) == ([one.id], 2)
    for asked in ({"rule": made.id}, {"related_object_id": voucher["id"]}):
        found = api.list_validation_rules_assignments(**asked, order="-created_at")
        assert one.id in [it.id for it in found.data]
        assert found.total == len(found.data)
    assert [it.id for it in api.list_validation_rules_assignments(limit=2).data] == [other.id, one.id]
    assert api.get_validation_rule(made.id).assignments_count == 2
    told = sdk.vouchers.get_voucher(voucher["code"]).validation_rules_assignments.data[0]
    assert (told.id, told.rule_id, told.created_at) == (one.id, made.id, one.created_at)
    assert [it.id for it in sdk.campaigns.get_campaign(campaign["id"]).validation_rules_assignments.data] == [other.id]

    for assignment in (one, other):
        assert api.delete_validation_rule_assignment(made.id, assignment.id) is None
        with pytest.raises(sdk.module.exceptions.NotFoundException):
            api.delete_validation_rule_assignment(made.id, assignment.id)
    assert api.get_validation_rule(made.id).assignments_count == 0
    assert api.list_validation_rule_assignments(made.id).total == 0
    assert sdk.vouchers.get_voucher(voucher["code"]).validation_rules_assignments.total == 0
    assert sdk.campaigns.get_campaign(campaign["id"]).validation_rules_assignments.total == 0


def test_the_older_words_for_a_voucher_and_a_campaign_mean_the_same(shop: Shop) -> None:
    id_, code, campaign = rule(shop)["id"], shop.code(), shop.campaign()
    for body in ({"voucher": code}, {"campaign": campaign["name"], "voucher": None}):
        ok(shop.ask("POST", f"validation-rules/{id_}/assignments", body))
    assert of_rule(shop, id_) == {shop.get(f"vouchers/{code}")["id"], campaign["id"]}


def test_the_same_assignment_again_is_a_duplicate_unless_it_is_forced(shop: Shop) -> None:
    id_, code = rule(shop)["id"], shop.code()
    first = ok(assign(shop, id_, "voucher", code, key=(key := fresh("key"))))
    assert ok(assign(shop, id_, "voucher", code, key=key)) == first
    before = shop.lists()
    for name in (code, code.upper(), first["related_object_id"]):
        assert refusal(assign(shop, id_, "voucher", name)) == (409, "duplicate_found")
    assert shop.lists() == before
    again = ok(assign(shop, id_, "voucher", code, force="true"))
    assert {**again, "created_at": ""} == {**first, "created_at": ""}
    assert of_rule(shop, id_) == {first["related_object_id"]}
    assert carried(shop.get(f"vouchers/{code}")) == [id_]


def test_of_many_who_assign_at_once_one_does(shop: Shop) -> None:
    id_, code = rule(shop)["id"], shop.code()
    answers = at_once(lambda _: assign(shop, id_, "voucher", code), range(6))
    assert sorted(it.status_code for it in answers) == [200, *[409] * 5]
    assert len(of_rule(shop, id_)) == 1


def test_a_voucher_is_under_so_many_rules_and_no_more(shop: Shop) -> None:
    code, ids = shop.code(), [rule(shop)["id"] for _ in range(MOST + 1)]
    for id_ in ids[:MOST]:
        ok(assign(shop, id_, "voucher", code))
    before = shop.lists()
    refused = assign(shop, ids[MOST], "voucher", code)
    assert refusal(refused) == (400, "validation_rules_limit_exceeded")
    assert f"under {MOST} validation rules" in refused.json()["details"]
    assert shop.lists() == before
    assert carried(shop.get(f"vouchers/{code}")) == ids[:MOST]


# The end of a rule, and of what is under it


@pytest.mark.drives(f"DELETE {ONE}")
def test_a_rule_that_is_deleted_is_gone_with_its_assignments(sdk: Sdk, api: Any, shop: Shop) -> None:
    made, other = make_rule(sdk, api), rule(shop)["id"]
    code, campaign = shop.code(), shop.campaign()
    for id_ in (made.id, other):
        ok(assign(shop, id_, "voucher", code))
    ok(assign(shop, made.id, "campaign", campaign["id"]))
    assert api.delete_validation_rules(made.id) is None
    for call in (api.get_validation_rule, api.list_validation_rule_assignments, api.delete_validation_rules):
        with pytest.raises(sdk.module.exceptions.NotFoundException):
            call(made.id)
    assert carried(shop.get(f"vouchers/{code}")) == [other]
    assert carried(shop.get(f"campaigns/{campaign['id']}")) == []
    assert shop.get("validation-rules-assignments", rule=made.id)["data"] == []


def test_a_rule_with_many_assignments_is_not_deleted_before_them(shop: Shop) -> None:
    id_ = rule(shop)["id"]
    codes = [shop.code(validation_rules=[id_]) for _ in range(MOST_RELEASED + 1)]
    refused = shop.ask("DELETE", f"validation-rules/{id_}")
    assert refusal(refused) == (409, "validation_rule_assigned")
    assert f"has {MOST_RELEASED + 1} assignments" in refused.json()["details"]
    assert len(of_rule(shop, id_)) == MOST_RELEASED + 1
    shop.ask("DELETE", f"vouchers/{codes[0]}", force="true")
    assert shop.ask("DELETE", f"validation-rules/{id_}").status_code == 204
    assert {tuple(carried(shop.get(f"vouchers/{code}"))) for code in codes[1:]} == {()}
    assert shop.get("validation-rules-assignments", rule=id_)["total"] == 0


@pytest.mark.parametrize("force", ["true", "false"])
def test_a_voucher_that_is_deleted_takes_its_assignments_along(shop: Shop, force: str) -> None:
    id_, code = rule(shop)["id"], shop.code()
    ok(assign(shop, id_, "voucher", code))
    assert shop.ask("DELETE", f"vouchers/{code}", force=force).status_code == 204
    assert of_rule(shop, id_) == set()
    assert refusal(assign(shop, id_, "voucher", code)) == (404, "not_found")


def test_a_campaign_that_is_deleted_takes_those_of_its_codes_along(shop: Shop) -> None:
    id_, campaign = rule(shop)["id"], shop.campaign()
    ok(assign(shop, id_, "campaign", campaign["id"]))
    for _ in range(2):
        ok(shop.ask("POST", f"campaigns/{campaign['id']}/vouchers", {"validation_rules": [id_]}))
    assert len(of_rule(shop, id_)) == 3
    deleting = ok(shop.ask("DELETE", f"campaigns/{campaign['id']}"))
    shop.await_action(deleting["async_action_id"])
    assert until(lambda: of_rule(shop, id_), lambda left: not left) == set()


# From the start


def test_things_are_made_under_rules_that_there_are_and_under_new_ones(shop: Shop) -> None:
    id_, campaign = rule(shop)["id"], shop.campaign()
    wish = [id_, {"name": "inline", "rules": ABOVE_100, "error": {"message": "Spend more"}}]
    for route, body in {
        "vouchers": voucher_body(),
        f"vouchers/{fresh()}": voucher_body(),
        "campaigns": campaign_body(),
        f"campaigns/{campaign['id']}/vouchers": {},
        f"campaigns/{campaign['id']}/vouchers/{fresh()}": {},
    }.items():
        made = ok(shop.ask("POST", route, {**body, "validation_rules": wish}, key=(key := fresh("key"))))
        assert ok(shop.ask("POST", route, {**body, "validation_rules": wish}, key=key)) == made
        known, new = carried(made)
        assert known == id_
        inline = shop.get(f"validation-rules/{new}")
        assert (inline["name"], inline["rules"], inline["error"]) == ("inline", WRITTEN, {"message": "Spend more"})
        assert of_rule(shop, new) == {made["id"]}
        assert made["id"] in of_rule(shop, id_)
        assert carried(shop.get(f"{route.partition('/')[0] if 'code' not in made else 'vouchers'}/{made['id']}")) == [
            *(known, new)
        ]
    assert len(of_rule(shop, id_)) == 5


def test_codes_that_nobody_puts_under_a_rule_are_under_their_campaigns_alone(shop: Shop) -> None:
    id_ = rule(shop)["id"]
    campaign = shop.campaign(vouchers_count=1, validation_rules=[id_])
    assert carried(campaign) == [id_]
    codes = shop.get("vouchers", campaign=campaign["name"])["vouchers"]
    assert [carried(it) for it in codes] == [[]]
    before = shop.lists()
    refused = shop.ask("POST", f"campaigns/{campaign['id']}/vouchers", {"validation_rules": [id_]}, vouchers_count=2)
    assert refusal(refused) == (400, "invalid_payload")
    assert refused.json()["details"].startswith("validation_rules: ")
    assert shop.lists() == before


def test_what_is_under_a_rule_is_no_other_projects_business(shop: Shop, other_shop: Shop) -> None:
    id_, code = rule(shop)["id"], shop.code()
    made = ok(assign(shop, id_, "voucher", code))
    for response in (
        other_shop.ask("GET", f"validation-rules/{id_}"),
        other_shop.ask("PUT", f"validation-rules/{id_}", {"name": "mine"}),
        other_shop.ask("DELETE", f"validation-rules/{id_}"),
        other_shop.ask("GET", f"validation-rules/{id_}/assignments"),
        other_shop.ask("DELETE", f"validation-rules/{id_}/assignments/{made['id']}"),
        assign(other_shop, id_, "voucher", other_shop.code()),
    ):
        assert refusal(response) == (404, "not_found")
    assert other_shop.get("validation-rules-assignments", related_object_id=made["related_object_id"])["data"] == []
    refused = other_shop.ask("POST", "vouchers", voucher_body(validation_rules=[id_]))
    assert refusal(refused) == (400, "invalid_payload")
