"""Limits that rules name, kept by the table and by its fake: holds count against them, and give way when they lapse."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.assignments import Assignment
from shared.usecases.vouchers import release_session
from tests.storage.test_ledger import decided, moved
from tests.unit.test_eligibility import budget, rule
from tests.unit.till import Till
from tests.unit.values import AT, DAY, MILLISECOND, lock

LATER = AT + timedelta(minutes=10)
TWICE = {"name": "campaign.redemptions.count", "conditions": {"$less_than_or_equal": [2]}}
DAILY = {"name": "campaign.redemptions.count.daily", "conditions": {"$less_than_or_equal": [1]}}
ODD = {"name": "campaign.redemptions.count", "conditions": {"$is": [1, 3]}}


@pytest.fixture
def limited(till: Till) -> Till:
    """A campaign of three codes that two uses are left of."""
    return under(till, TWICE)


def under(till: Till, *rules: dict[str, object], quantity: int | None = 1) -> Till:
    """A campaign of three codes under these rules."""
    made = rule(*rules)
    till.stores.rules.add(made)
    assigned = Assignment.of(till.stores.project, made.id, "campaign", "camp_1", AT)
    till.campaign(*"ABC", quantity=quantity, assignments=(assigned,))
    return till


def refusal(till: Till, *codes: str, **fields: object) -> str | None:
    failure = till.redeem(*codes, **fields).failure
    return failure.failure_code if failure else None


OVER = "redemption_rules_violated"


def test_a_limit_is_a_condition_of_the_commit(limited: Till) -> None:
    first, second, third = (decided(limited, code) for code in "ABC")
    limited.stores.ledger.spend(*first)
    limited.stores.ledger.spend(*second)
    moved(limited, lambda: limited.stores.ledger.spend(*third))
    assert refusal(limited, "C") == OVER


def test_a_stack_counts_for_each_of_its_offers(limited: Till) -> None:
    assert refusal(limited, "A", "B", "C") == OVER
    assert refusal(limited, "A", "B") is None
    assert refusal(limited, "C") == OVER


def test_what_is_not_a_bound_must_be_as_it_was(till: Till) -> None:
    odd = under(till, ODD)
    stale = decided(odd, "B")
    assert refusal(odd, "A") is None
    moved(odd, lambda: odd.stores.ledger.spend(*stale))
    assert refusal(odd, "B") == OVER


def test_a_hold_counts_until_it_is_released(limited: Till) -> None:
    for code in "AB":
        assert limited.validate(code, session=lock(code)).valid
    assert refusal(limited, "C") == OVER
    release_session("A", "A", vouchers=limited.stores.vouchers)
    assert refusal(limited, "C") is None
    assert refusal(limited, "A") == OVER
    assert refusal(limited, "B", session=lock("B")) is None


def test_a_hold_is_renewed_in_its_own_place(limited: Till) -> None:
    for _ in range(3):
        assert limited.validate("A", session=lock("mine")).valid
    assert refusal(limited, "B") is None
    assert refusal(limited, "C") == OVER
    assert refusal(limited, "A", session=lock("mine")) is None


def test_a_held_budget_is_replaced_by_what_is_spent(till: Till) -> None:
    under(till, budget(1_000))
    assert till.validate("A", amount=400, session=lock("mine")).valid
    assert refusal(till, "B", amount=500) is None  # 4.00 held, 5.00 spent
    assert refusal(till, "C", amount=101) == OVER
    assert refusal(till, "A", amount=10_000, session=lock("mine")) is None  # 5.00 off now, where it held 4.00
    assert refusal(till, "C", amount=1) == OVER


def test_lapsed_holds_of_any_code_give_way(limited: Till) -> None:
    for code in "AB":
        assert limited.validate(code, session=lock(code)).valid
    assert not limited.validate("C").valid
    before = limited.stores.everything()
    assert limited.validate("C", at=LATER).valid
    assert limited.stores.everything() == before, "a question changes nothing"
    assert refusal(limited, "C", at=LATER) is None
    assert refusal(limited, "A", at=LATER) is None
    assert refusal(limited, "B", at=LATER) == OVER
    assert limited.counts("B") == (0, 0), "what it held was given back with all it counted"


def test_a_hold_may_take_the_place_of_lapsed_ones(limited: Till) -> None:
    for code in "AB":
        assert limited.validate(code, session=lock(code)).valid
    for code in "CA":
        assert limited.validate(code, at=LATER, session=lock(f"{code} anew")).valid
    assert not limited.validate("B", at=LATER).valid


def test_a_lapsed_hold_that_was_renewed_meanwhile_keeps_its_place(limited: Till) -> None:
    for code in "AB":
        assert limited.validate(code, session=lock(code)).valid
    stale = decided(limited, "C", at=LATER)
    for code in "AB":
        assert limited.validate(code, at=LATER, session=lock(code)).valid
    moved(limited, lambda: limited.stores.ledger.spend(*stale))
    assert refusal(limited, "C", at=LATER) == OVER


def test_a_hold_that_ends_with_its_voucher_gives_back_what_it_took(limited: Till) -> None:
    for code in "AB":
        assert limited.validate(code, session=lock(code)).valid
    limited.stores.vouchers.remove(limited.find("A"), for_good=True)
    assert refusal(limited, "C") is None
    assert refusal(limited, "B", session=lock("B")) is None


def test_what_was_held_yesterday_counts_for_the_day_it_is_spent_on(till: Till) -> None:
    under(till, DAILY)
    assert till.validate("A", session=lock("mine", ttl=7, ttl_unit="DAYS")).valid
    assert refusal(till, "B") == OVER
    assert refusal(till, "B", at=AT + DAY) is None
    assert refusal(till, "A", at=AT + DAY, session=lock("mine")) == OVER
    assert refusal(till, "A", at=AT + 2 * DAY, session=lock("mine")) is None
    assert refusal(till, "C") is None, "and is given back to the day it was held on"


def test_a_rollback_gives_back_to_the_day_it_came_from(till: Till) -> None:
    under(till, DAILY)
    told = till.redeem("A")
    assert refusal(till, "B", at=AT + DAY) is None
    till.roll_back(told.records[0].id, at=AT + DAY)
    assert refusal(till, "C", at=AT + DAY) == OVER
    assert refusal(till, "C") is None


def test_a_day_ends_at_midnight_where_the_shop_is(on_table: Till) -> None:
    """Twelve at once on each side of New York's midnight, which is 4 o'clock in UTC."""
    on_table.settle(time_zone="America/New_York")
    under(on_table, DAILY, quantity=None)
    midnight = datetime(2026, 3, 18, 4, tzinfo=UTC)
    instants = [midnight - MILLISECOND, midnight] * 12
    with ThreadPoolExecutor(12) as pool:
        told = list(pool.map(lambda at: (at, refusal(on_table, "A", at=at, amount=None)), instants))
    assert Counter(told) == {(at, failed): 1 if failed is None else 11 for at in {*instants} for failed in (None, OVER)}
