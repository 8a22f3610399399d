"""The list of redemptions: newest first, filtered, with all that each record is about."""

from collections.abc import Iterator
from itertools import repeat

import pytest

from shared.domain.customers import Profile
from shared.domain.errors import PromotionError
from shared.domain.orders import Order
from shared.domain.redemptions import Redemption
from shared.storage.table import Page
from shared.usecases.list_redemptions import MOST_READ, Wanted, list_redemptions, with_surroundings
from tests.fakes import FakeLedger, Memory
from tests.unit.till import Till
from tests.unit.values import AT, DAY, PROJECT

EVERY = Wanted()


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


def ages(till: Till, wanted: Wanted = EVERY, page: Page | None = None) -> tuple[list[int], int]:
    """The days of the records on a page, and how many there are in all."""
    history = list_redemptions(wanted, page or Page(), ledger=till.stores.ledger)
    return [(record.date - AT).days for record in history.records], history.total


@pytest.mark.parametrize(
    ("case", "page", "days"),
    [
        ("newest first", Page(), [5, 4, 3, 2, 1, 0]),
        ("oldest first", Page(newest_first=False), [0, 1, 2, 3, 4, 5]),
        ("the first two", Page(2), [5, 4]),
        ("the second two", Page(2, 2), [3, 2]),
        ("beyond the end", Page(10, 6), []),
    ],
)
def test_a_page_of_every_record(sold: Till, case: str, page: Page, days: list[int]) -> None:
    assert ages(sold, page=page) == (days, 6)


@pytest.mark.parametrize(
    ("case", "wanted", "days"),
    [
        ("failures", Wanted(result="FAILURE"), [4, 3]),
        ("successes, and what became of them", Wanted(result="SUCCESS"), [5, 2, 1, 0]),
        ("of a campaign, by id", Wanted(campaign="camp_1"), [2]),
        ("of a campaign, by name", Wanted(campaign="Spring"), [2]),
        ("of a campaign that there is not", Wanted(campaign="Autumn"), []),
        ("both", Wanted(result="FAILURE", campaign="Spring"), []),
    ],
)
def test_a_filter_keeps_what_is_wanted(sold: Till, case: str, wanted: Wanted, days: list[int]) -> None:
    assert ages(sold, wanted) == (days, len(days))


def test_a_filter_by_customer_knows_only_who_was_kept(sold: Till) -> None:
    ann = sold.stores.ledger.customer_id(Profile(source_id="ann"))
    assert ages(sold, Wanted(customer_id=ann)) == ([5, 3, 2, 0], 4)
    assert ages(sold, Wanted(customer_id=ann, result="FAILURE"), Page(1)) == ([3], 1)
    nobody = sold.stores.ledger.customer_id(Profile(source_id="nobody"))
    assert ages(sold, Wanted(customer_id=nobody)) == ([], 0)


def test_each_record_comes_with_what_it_names(sold: Till) -> None:
    history = list_redemptions(EVERY, Page(), ledger=sold.stores.ledger)
    assert set(history.offers) == {"A", "B", "S-1"}
    campaign = history.offers["S-1"].campaign
    assert campaign
    assert campaign.name == "Spring"
    assert [order.order.source_id for order in history.orders.values() if order.order.source_id] == ["cart-7"]
    assert {customer.profile.source_id for customer in history.customers.values()} == {"ann", "bob"}


def test_a_record_alone_counts_as_one(sold: Till) -> None:
    records = list(sold.stores.ledger.of_voucher("B"))
    assert with_surroundings(records, sold.stores.ledger).total == 1


class Endless(FakeLedger):
    """A ledger of one record, again and again."""

    def listed(self, *, newest_first: bool) -> Iterator[Redemption]:
        return repeat(Redemption(id="r_1", date=AT, code="MUG"), MOST_READ + 1)


def test_a_filter_that_would_read_without_end_is_refused_and_a_page_of_everything_is_not() -> None:
    endless = Endless(Memory(), PROJECT)
    with pytest.raises(PromotionError) as refusal:
        list_redemptions(Wanted(result="FAILURE"), Page(), ledger=endless)
    assert refusal.value.key == "query_too_large"
    assert len(list_redemptions(EVERY, Page(100), ledger=endless).records) == 100
