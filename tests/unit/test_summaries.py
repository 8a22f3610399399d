"""What a customer's history comes to: always what a plain recount would say."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.orders import Order, StoredOrder
from shared.domain.summaries import REMEMBERED, Person, Purchase, Summary, Tally, tallies
from shared.wire.answers import customers
from tests.fakes import in_memory
from tests.unit.histories import Histories
from tests.unit.till import Till
from tests.unit.values import AT, DAY, PROJECT

HOUR = timedelta(hours=1)


class HistoriesInMemory(Histories):
    def till(self) -> Till:
        return Till(in_memory(PROJECT))


TestHistories = HistoriesInMemory.TestCase
TestHistories.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)


def order(id_: str = "ord_1", amount: int = 1_000, status: str = "PAID", **fields: Any) -> StoredOrder:
    known = {"customer_id": "cust_1", "customer_since": AT, "created_at": AT} | fields
    return StoredOrder(id=id_, order=Order(amount=amount), status=status, **known)


PAID = Tally("cust_1", AT, orders=1, amount=1_000, bought={"ord_1": Purchase(AT, 1_000)})
BACK = Tally("cust_1", AT, orders=-1, amount=-1_000, forgotten=frozenset({"ord_1"}))


@pytest.mark.parametrize(
    ("case", "known", "after", "tallied"),
    [
        ("placed", None, order(status="CREATED"), []),
        ("paid at once", None, order(), [PAID]),
        ("paid later", order(status="CREATED"), order(), [PAID]),
        ("fulfilled", order(), order(status="FULFILLED"), []),
        ("cancelled", order(), order(status="CANCELED"), [BACK]),
        ("cancelled though never paid", order(status="CREATED"), order(status="CANCELED"), []),
        ("a discount", None, order(discount=200), [PAID._replace(amount=800, bought={"ord_1": Purchase(AT, 800)})]),
        (
            "another amount",
            order(),
            order(amount=1_500),
            [PAID._replace(orders=0, amount=500, bought={"ord_1": Purchase(AT, 1_500)})],
        ),
        ("another customer", order(), order(customer_id="cust_2"), [BACK, PAID._replace(customer_id="cust_2")]),
        ("another life", order(), order(customer_since=AT + DAY), [BACK, PAID._replace(since=AT + DAY)]),
        ("nobody's", None, order(customer_id=None), []),
        ("somebody's at last", order(customer_id=None), order(), [PAID]),
    ],
)
def test_an_order_adds_what_is_new_of_it(
    case: str, known: StoredOrder | None, after: StoredOrder, tallied: list[Tally]
) -> None:
    assert list(tallies(after, known=known)) == tallied


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9_999)), max_size=30))
def test_the_newest_few_purchases_are_remembered_in_whatever_order_they_come(bought: list[tuple[int, int]]) -> None:
    purchases = {f"ord_{n}": Purchase(AT + hours * HOUR, amount) for n, (hours, amount) in enumerate(bought)}
    summary = Summary()
    for id_, purchase in purchases.items():
        tally = Tally("cust_1", orders=1, amount=purchase.amount, bought={id_: purchase})
        summary = summary.plus(summary.trimmed(tally))
    newest = sorted(purchases.items(), key=lambda entry: (entry[1].at, entry[0]))[-REMEMBERED:]
    assert dict(summary.purchases) == dict(newest)
    assert summary.last == (newest[-1][1] if newest else None)
    assert (summary.orders, summary.amount) == (len(bought), sum(amount for _, amount in bought))


def test_when_the_last_order_is_cancelled_the_one_before_is_the_last_again(till: Till) -> None:
    for number in (1, 2, 3):
        at = AT + number * DAY
        till.place(f"cart-{number}", customer="ann", amount=number * 100, status="PAID", at=at)
    assert till.person().summary.last == Purchase(AT + 3 * DAY, 300)
    till.change("cart-3", status="CANCELED", at=AT + 4 * DAY)
    assert till.person().summary.last == Purchase(AT + 2 * DAY, 200)


def test_a_redemption_counts_once_though_it_is_asked_for_twice(till: Till) -> None:
    till.voucher(quantity=None)
    cart = Order(source_id="cart-7", amount=2_000)
    for _ in range(2):
        till.redeem("MUG", order=cart, customer="ann")
    summary = till.person().summary
    assert (summary.succeeded, summary.orders, summary.amount) == (1, 1, 1_500)


def test_a_refusal_of_somebody_unknown_is_nobodys(till: Till) -> None:
    till.voucher(active=False)
    till.redeem("MUG", customer="ann")
    till.keep("ann")
    assert till.person().summary == Summary()


def test_how_a_summary_looks() -> None:
    ann = Till(in_memory(PROJECT)).keep("ann").customer
    of = Summary(2, 2_500, succeeded=3, failed=1, rolled_back=2, credits=700, purchases={"ord_1": Purchase(AT, 1_000)})
    assert customers.person(Person(ann, of))["summary"] == {
        "redemptions": {
            "total_redeemed": 4,
            "total_failed": 1,
            "total_succeeded": 3,
            "total_rolled_back": 2,
            "total_rollback_failed": 0,
            "total_rollback_succeeded": 2,
            "gift": {"redeemed_amount": 700, "amount_to_go": 0},
            "loyalty_card": {"redeemed_points": 0, "points_to_go": 0},
        },
        "orders": {
            "total_amount": 2_500,
            "total_count": 2,
            "average_amount": 1_250,
            "last_order_amount": 1_000,
            "last_order_date": "2026-03-17T08:00:00.000Z",
        },
    }
