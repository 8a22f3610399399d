"""The rules of offers in one checkout: each judged when its turn comes, and what the first uses counts for the next."""

from typing import Any

import pytest

from shared.domain.assignments import Assignment
from shared.domain.checkout import Facts, Verdict
from shared.domain.customers import Customer, Profile
from shared.domain.decision import decide
from shared.domain.errors import Reason
from shared.domain.projects import Project
from shared.domain.rules.compiled import Compiled, compiled
from shared.domain.rules.model import ValidationRule
from shared.domain.stacking import StackingRules
from shared.domain.summaries import Summary
from shared.domain.usages import Counted, Kept, Need, Usage, Used
from shared.domain.vouchers import DISABLED, Redeemable
from tests.unit.values import AT, PROJECT, campaign, checkout, code_of, offer, percent

PARTIAL = StackingRules(redeemables_application_mode="PARTIAL")
OVER_100 = {"name": "order.amount", "conditions": {"$more_than": [10_000]}}
FIRST_PURCHASE = {"name": "customer.summary.orders.total_count", "conditions": {"$is": [0]}}
ONCE_EACH = {"name": "redemption.count.per_customer", "conditions": {"$less_than_or_equal": [1]}}
OF_CAMPAIGN = {"name": "campaign.redemptions.count", "conditions": {"$less_than_or_equal": [1]}}
ON_THE_REST = {"name": "order.total_amount", "conditions": {"$more_than_or_equal": [9_500]}}


def budget(cents: int) -> dict[str, Any]:
    return {"name": "campaign.orders.amount_discounted", "conditions": {"$less_than_or_equal": [cents]}}


def rule(*rules: dict[str, Any], id_: str = "val_1", **fields: Any) -> ValidationRule:
    """All of these."""
    numbered = {str(number): one for number, one in enumerate(rules, 1)}
    return ValidationRule(id=id_, rules=numbered, created_at=AT, **fields)


def under(redeemable: Redeemable, *rules: str) -> Redeemable:
    """An offer under rules, by id."""
    its = redeemable.voucher
    assigned = tuple(Assignment.of(PROJECT, id_, "voucher", its.id, AT) for id_ in rules)
    return redeemable._replace(voucher=its.model_copy(update={"assignments": assigned}))


def judged(
    *offers: Redeemable, rules: list[ValidationRule], stacking: StackingRules | None = None, **fields: Any
) -> Verdict:
    facts = {name: fields.pop(name) for name in Facts._fields if name in fields and name not in ("order", "customer")}
    asked = checkout(*(one.voucher.code for one in offers), **fields)
    known: dict[str, Compiled] = {one.id: compiled(one) for one in rules}
    found = {one.voucher.code: one for one in offers}
    project = Project(stacking=stacking or StackingRules())
    return decide(asked, Facts(found, rules=known, project=project, **facts), at=AT)


def keys(of: Verdict) -> dict[str, list[str]]:
    return {it.named: [reason.key for reason in it.reasons] for it in of.inapplicable}


def test_an_offer_without_rules_is_anybodys() -> None:
    [mug] = judged(offer("MUG"), rules=[rule(OVER_100)], amount=1).applicable
    assert (mug.counts, mug.needs, mug.lines) == ({}, (), ())


def test_at_a_hundred_exactly_above_a_hundred_is_not_met() -> None:
    mug = under(offer("MUG"), "val_1")
    assert keys(judged(mug, rules=[rule(OVER_100)], amount=10_000)) == {"MUG": ["order_rules_violated"]}
    assert judged(mug, rules=[rule(OVER_100)], amount=10_001).valid


def test_reasons_stand_in_the_contracts_order_whatever_rule_they_are_of() -> None:
    mug = under(offer("MUG", active=False), "val_3", "val_2", "val_1")
    rules = [
        rule(ONCE_EACH, id_="val_3"),
        rule(OVER_100, id_="val_2"),
        rule(FIRST_PURCHASE, id_="val_1", error={"message": "only for newcomers"}),
    ]
    [refused] = judged(mug, rules=rules, amount=1).inapplicable
    assert refused.reasons[:2] == (DISABLED, Reason("customer_rules_violated", "only for newcomers", own=True))
    assert [reason.key for reason in refused.reasons[2:]] == ["order_rules_violated", "redemption_rules_violated"]


def test_an_offer_whose_rule_is_gone_is_nobodys() -> None:
    assert keys(judged(under(offer("MUG"), "val_9"), rules=[])) == {"MUG": ["redemption_rules_violated"]}


def test_whoever_is_kept_out_must_be_known() -> None:
    kept_out = {"name": "customer.segment", "conditions": {"$is_not": ["seg_1"]}}
    without = {"name": "order.items.none", "conditions": {"$is": [{"id": "pc_1", "object": "products_collection"}]}}
    mug = under(offer("MUG"), "val_1")
    for one, gone, key in ((kept_out, "seg_1", "customer_rules_violated"), (without, "pc_1", "order_rules_violated")):
        refused = judged(mug, rules=[rule(one)], customer="ann", customer_id="cust_1", gone=frozenset({gone}))
        assert keys(refused) == {"MUG": [key]}
    assert judged(mug, rules=[rule(kept_out)], customer="ann", customer_id="cust_1").valid


def test_somebody_new_has_a_history_of_nothing_and_somebody_unnamed_has_none() -> None:
    mug = under(offer("MUG"), "val_1")
    first = [rule(FIRST_PURCHASE)]
    assert judged(mug, rules=first, customer="ann", customer_id="cust_1").valid
    ann = Customer.new("cust_1", Profile(source_id="ann"), at=AT)
    facts = {"customer_id": "cust_1", "summary": Summary(orders=1)}
    assert keys(judged(mug, rules=first, customer="ann", **facts)) == {"MUG": ["customer_rules_violated"]}
    assert ann.profile.source_id == "ann"
    assert keys(judged(mug, rules=first)) == {"MUG": ["customer_rules_violated"]}


def test_the_second_code_of_a_campaign_finds_what_the_first_has_used() -> None:
    spring = campaign(assignments=(Assignment.of(PROJECT, "val_1", "campaign", "camp_1", AT),))
    codes = [Redeemable(code_of(spring, code), spring) for code in ("A", "B")]
    of = judged(*codes, rules=[rule(OF_CAMPAIGN)], stacking=PARTIAL)
    assert [it.named for it in of.applicable] == ["A"]
    assert keys(of) == {"B": ["redemption_rules_violated"]}
    assert of.needs == (Need(Usage("camp_1"), "times", most=1),)


def test_a_budget_is_charged_what_each_offer_takes_off_when_its_turn_comes() -> None:
    spring = campaign(discount=percent(10), assignments=(Assignment.of(PROJECT, "val_1", "campaign", "camp_1", AT),))
    codes = [Redeemable(code_of(spring, code), spring) for code in ("A", "B")]
    of = judged(*codes, rules=[rule(budget(1_900))])
    assert [it.counts for it in of.applicable] == [
        {Usage("camp_1"): Used(1, 10_000, 1_000)},
        {Usage("camp_1"): Used(1, 10_000, 900)},
    ]
    assert of.counts == {Usage("camp_1"): Used(2, 20_000, 1_900)}
    assert of.needs == (Need(Usage("camp_1"), "discounted", most=1_900),)
    assert not judged(*codes, rules=[rule(budget(1_899))]).valid


@pytest.mark.parametrize(("used", "valid"), [(1_500, True), (1_501, False)])
def test_what_was_used_before_counts(used: int, valid: bool) -> None:
    spring = campaign(assignments=(Assignment.of(PROJECT, "val_1", "campaign", "camp_1", AT),))
    counted = Counted({Usage("camp_1"): Kept(Used(3, 30_000, used))})
    code = Redeemable(code_of(spring, "A"), spring)
    assert judged(code, rules=[rule(budget(2_000))], counted=counted).valid is valid


def test_a_rule_about_what_is_left_to_pay_is_judged_when_its_turn_comes() -> None:
    offers = [offer("MUG"), under(offer("CUP"), "val_1")]
    assert judged(*offers, rules=[rule(ON_THE_REST)]).valid
    assert keys(judged(offer("TEN", percent(10)), offers[1], rules=[rule(ON_THE_REST)])) == {
        "CUP": ["order_rules_violated"]
    }


def test_an_explanation_has_every_rule_of_every_offer_refused_or_not() -> None:
    offers = [under(offer("MUG", active=False), "val_1"), offer("CUP")]
    of = judged(*offers, rules=[rule(OVER_100)], amount=20_000, explain=True)
    assert of.explanations["MUG"]["val_1"].passed
    assert of.explanations["CUP"] == {}
