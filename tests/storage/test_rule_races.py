"""Verdicts that others overtake, and holds of offers that are passed over: what a limit and a history then come to.

Kept by the table and by its fake.
"""

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.assignments import Assignment
from shared.domain.discounts import AmountOff
from shared.domain.errors import Reason
from shared.domain.rules.model import ValidationRule
from shared.domain.vouchers import MOST_LAPSED
from tests.fakes import Overtaken
from tests.storage.test_ledger import decided, moved
from tests.unit.till import Till
from tests.unit.values import AT, lock, percent

REFUSED = "redemption_rules_violated"


def under(till: Till, name: str, *codes: str, most: int = 1, **more: Any) -> None:
    """A campaign of these codes under one rule."""
    rules = {"1": {"name": name, "conditions": {"$less_than_or_equal": [most]}}}
    till.stores.rules.add(ValidationRule(id="val_1", rules=rules, created_at=AT))
    assigned = (Assignment.of(till.stores.project, "val_1", "campaign", "camp_1", AT),)
    till.campaign(*codes, **{"quantity": None, "assignments": assigned} | more)


@pytest.mark.parametrize("partial", [False, True])
def test_a_hold_of_an_offer_that_is_passed_over_is_in_the_way_and_says_so(till: Till, partial: bool) -> None:
    under(till, "campaign.redemptions.count", "A", "B", category="spring")
    till.settle(redeemables_application_mode="PARTIAL" if partial else "ALL")
    cart = lock("s1", ttl=1, ttl_unit="HOURS")
    assert till.validate("A", session=cart).valid
    told = till.redeem("B", "A", session=cart)
    if partial:
        assert [record.code for record in told.records] == ["A"]
    else:
        assert told.failure
        assert told.failure.failure_code == REFUSED
    after = till.redeem("B", at=AT + timedelta(days=8))
    assert (after.failure is None) is not partial


def test_a_first_purchase_is_one_though_two_are_made_at_once(till: Till) -> None:
    rules = {"1": {"name": "customer.summary.orders.total_count", "conditions": {"$is": [0]}}}
    till.stores.rules.add(ValidationRule(id="val_1", rules=rules, created_at=AT))
    mug = till.voucher("MUG", quantity=None)
    till.stores.rules.assign(
        made := Assignment.of(till.stores.project, "val_1", "voucher", mug.id, AT),
        mug.model_copy(update={"assignments": (made,)}),
        again=False,
    )
    till.keep("ann")
    other = Overtaken(till.stores.ledger, lambda: till.redeem("MUG", customer="ann", amount=500))
    told = till.redeem("MUG", customer="ann", ledger=other)
    assert told.failure
    assert told.failure.failure_code == "customer_rules_violated"


def test_a_code_made_again_has_no_past(till: Till) -> None:
    under(till, "redemption.count", "A")
    till.redeem("A")
    old = till.records()[0]
    till.stores.vouchers.remove(till.find("A"), for_good=True)
    later = AT + timedelta(hours=1)
    till.voucher("A", quantity=1, created_at=later)
    told = till.roll_back(old.id, at=later)
    assert not told.failure
    assert till.counts("A") == (0, 0)


def test_more_lapsed_holds_than_one_look_takes_in_give_way_all_the_same(till: Till) -> None:
    many = 2 * MOST_LAPSED
    under(till, "campaign.orders.amount_discounted", "A", most=500 * many)
    for number in range(many):
        assert till.validate("A", session=lock(f"s{number}", ttl=1, ttl_unit="MINUTES")).valid
    assert not till.validate("A").valid
    assert till.redeem("A", at=AT + timedelta(hours=1)).failure is None


def test_each_offer_is_judged_by_what_those_before_it_left(till: Till) -> None:
    rules = {"1": {"name": "order.total_amount", "conditions": {"$less_than_or_equal": [5_000]}}}
    till.stores.rules.add(ValidationRule(id="val_1", rules=rules, created_at=AT))
    assigned = (Assignment.of(till.stores.project, "val_1", "campaign", "camp_1", AT),)
    till.campaign("REST", assignments=assigned)
    till.voucher("FIVE", AmountOff(amount_off=500))
    till.voucher("TEN", percent(10))
    assert till.validate("FIVE", "REST", amount=5_500).valid
    assert not till.validate("REST", amount=5_500).valid


def test_two_first_purchases_are_not_committed(till: Till) -> None:
    rules = {"1": {"name": "customer.summary.orders.total_count", "conditions": {"$is": [0]}}}
    till.stores.rules.add(ValidationRule(id="val_1", rules=rules, created_at=AT))
    assigned = (Assignment.of(till.stores.project, "val_1", "campaign", "camp_1", AT),)
    till.campaign("A", "B", assignments=assigned)
    till.keep("ann")
    first, second = (decided(till, code, customer="ann") for code in "AB")
    till.stores.ledger.spend(*first)
    moved(till, lambda: till.stores.ledger.spend(*second))


def test_a_card_with_too_little_says_so_first(till: Till) -> None:
    till.gift_card(500)
    [refused] = till.validate("CARD", amount=3_000, credits={"CARD": 3_000}).inapplicable
    assert refused.reasons == (Reason("gift_amount_exceeded", "gift amount exceeded"),)
