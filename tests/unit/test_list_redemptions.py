"""The list of redemptions: newest first, filtered, with all that each record is about."""

import pytest

from shared.domain.customers import Profile
from shared.domain.filters import Condition, Filter
from shared.domain.lists import Ordering, Query
from shared.domain.orders import Order
from shared.usecases.list_redemptions import list_redemptions, with_surroundings
from tests.unit.till import Till
from tests.unit.values import AT, DAY

EVERY = Query(AT)


@pytest.fixture
def sold(till: Till) -> Till:
    """Six records, a day apart: A, B and S-1 redeemed, two refusals of A, and the rollback of the first."""
    till.voucher("A", quantity=2)
    till.voucher("B")
    till.campaign("S-1")
    first = till.redeem("A", at=AT, customer="ann")
    till.redeem("B", at=AT + DAY, customer="bob", order=Order(source_id="cart-7", amount=900))
    till.redeem("S-1", at=AT + 2 * DAY, customer="ann")
    till.disable("A")
    till.redeem("A", at=AT + 3 * DAY, customer="ann")
    till.redeem("A", at=AT + 4 * DAY, customer="nobody")
    till.roll_back(first.records[0].id, at=AT + 5 * DAY)
    return till


def ages(till: Till, query: Query) -> tuple[list[int], int]:
    """The days of the records on a page, and how many there are in all."""
    history = list_redemptions(query, ledger=till.stores.ledger)
    return [(record.date - AT).days for record in history.records], history.total


def only(**values: str) -> Query:
    """What every attribute must be."""
    return Query(AT, (Filter(tuple(Condition(path, "is", (value,)) for path, value in values.items())),))


@pytest.mark.parametrize(
    ("case", "query", "days"),
    [
        ("newest first", EVERY, [5, 4, 3, 2, 1, 0]),
        ("oldest first", Query(AT, order=Ordering(falling=False)), [0, 1, 2, 3, 4, 5]),
        ("the first two", Query(AT, limit=2), [5, 4]),
        ("the second two", Query(AT, limit=2, skip=2), [3, 2]),
        ("beyond the end", Query(AT, skip=6), []),
        ("by code, then newest first", Query(AT, order=Ordering("voucher_code", falling=False)), [5, 4, 3, 0, 1, 2]),
        ("by amount, what has none at the end", Query(AT, order=Ordering("amount")), [5, 4, 3, 2, 0, 1]),
    ],
)
def test_a_page_of_every_record(sold: Till, case: str, query: Query, days: list[int]) -> None:
    assert ages(sold, query) == (days, 6)


@pytest.mark.parametrize(
    ("case", "query", "days"),
    [
        ("failures", only(result="FAILURE"), [4, 3]),
        ("successes, and what became of them", only(result="success"), [5, 2, 1, 0]),
        ("of a campaign, by id", only(campaign="camp_1"), [2]),
        ("of a campaign, by name", only(campaign="Spring"), [2]),
        ("of a campaign that there is not", only(campaign="Autumn"), []),
        ("both", only(result="FAILURE", campaign="Spring"), []),
        ("of a code, in any spelling", only(voucher_code=" b"), [1]),
    ],
)
def test_a_filter_keeps_what_is_wanted(sold: Till, case: str, query: Query, days: list[int]) -> None:
    assert ages(sold, query) == (days, len(days))


def test_a_filter_by_customer_knows_only_who_was_kept(sold: Till) -> None:
    ann = sold.stores.ledger.customer_id(Profile(source_id="ann"))
    assert ages(sold, only(customer_id=ann)) == ([5, 3, 2, 0], 4)
    assert ages(sold, only(customer_id=ann, result="FAILURE")) == ([3], 1)
    nobody = sold.stores.ledger.customer_id(Profile(source_id="nobody"))
    assert ages(sold, only(customer_id=nobody)) == ([], 0)


def test_each_record_comes_with_what_it_names(sold: Till) -> None:
    history = list_redemptions(EVERY, ledger=sold.stores.ledger)
    assert set(history.offers) == {"A", "B", "S-1"}
    campaign = history.offers["S-1"].campaign
    assert campaign
    assert campaign.name == "Spring"
    assert [order.order.source_id for order in history.orders.values() if order.order.source_id] == ["cart-7"]
    assert {customer.profile.source_id for customer in history.customers.values()} == {"ann", "bob"}


def test_a_record_alone_counts_as_one(sold: Till) -> None:
    records = list(sold.stores.ledger.of_voucher("B"))
    assert with_surroundings(records, sold.stores.ledger).total == 1
