"""What the stores of customers and orders promise, kept by the table and by its fake."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from shared.domain.errors import Moved, NotFound
from shared.domain.lists import Ordering, Query
from shared.domain.orders import Order
from shared.domain.summaries import Person, Purchase, Summary, Tally
from shared.storage.keys import Key
from shared.storage.summaries import counting, summary_of
from shared.storage.table import Table, add
from tests.storage.conftest import NUMBERS, stores_over
from tests.unit.histories import Histories
from tests.unit.till import Till
from tests.unit.values import AT, DAY

CLIENTS = 12


def at_once(call: Any) -> list[Any]:
    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(call, range(CLIENTS)))


# Summaries


def test_any_history_on_the_table_comes_to_what_a_plain_recount_says(table: Table) -> None:
    class HistoriesOnTheTable(Histories):
        stores: ClassVar[Table] = table

        def till(self) -> Till:
            return Till(stores_over(self.stores, f"proj_{next(NUMBERS)}", list))

    few = settings(
        max_examples=12, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    run_state_machine_as_test(HistoriesOnTheTable, settings=few)


def test_what_many_count_at_once_is_counted(till: Till) -> None:
    till.keep("ann")
    at_once(lambda i: till.place(f"cart-{i}", customer="ann", amount=100, status="PAID"))
    summary = till.person().summary
    assert (summary.orders, summary.amount, summary.last) == (CLIENTS, 100 * CLIENTS, Purchase(AT, 100))


def test_additions_to_one_item_in_one_transaction_are_one_write(table: Table, project: str) -> None:
    key = Key.summary(project, "cust_1")
    table.commit(add(key, {"a": 1, "b": 2}, sets={"x": "1", "y": "2"}), add(key, {"a": 4}, removes=["y"]))
    table.commit(add(key, {"a": -5}, sets={"y": "3"}), add(key, {"a": 5, "b": -2}, sets={"y": "4"}))
    assert table.get(key) == {**key._asdict(), "a": 5, "b": 0, "x": "1", "y": "4"}
    table.commit(add(key, {}, removes=["x"]), add(key, {"a": 1}), add(key, {}, removes=["y"]))
    assert table.get(key) == {**key._asdict(), "a": 6, "b": 0}


def test_additions_that_come_to_nothing_are_no_write(table: Table, project: str) -> None:
    key = Key.summary(project, "cust_1")
    table.commit(add(key, {"a": 1}), add(key, {"a": -1}))
    assert table.get(key) is None


def test_a_strange_order_id_is_as_good_as_any(table: Table, project: str) -> None:
    purchase = Purchase(AT, 5)
    table.commit(counting(project, Tally("cust_1", AT, orders=1, bought={"ord_#:.é last": purchase})))
    item = table.get(Key.summary(project, "cust_1"))
    assert summary_of(item, AT) == Summary(orders=1, purchases={"ord_#:.é last": purchase})
    assert summary_of(item, AT + DAY) == Summary(), "somebody else's life"


def test_what_nobody_knew_the_life_of_counts_for_whoever_has_the_id(table: Table, project: str) -> None:
    table.commit(counting(project, Tally("cust_1", orders=1, amount=5)), counting(project, Tally("cust_1", AT, 2, 7)))
    assert summary_of(table.get(Key.summary(project, "cust_1")), AT) == Summary(orders=3, amount=12)


# Customers


def test_a_customer_is_found_as_it_was_kept(till: Till) -> None:
    kept = till.keep("ann", name="Ann", birthdate="1990-02-28", metadata={"a": [1, {"ü": None}]})
    for name in ("ann", kept.customer.id):
        assert till.person(name) == Person(kept.customer, Summary())
    with pytest.raises(NotFound):
        till.person("bob")


def test_a_customer_is_made_once_by_many(till: Till) -> None:
    made = at_once(lambda i: till.keep("ann", metadata={str(i): i}))
    assert len({it.customer.id for it in made}) == 1
    assert till.person().customer.profile.metadata == {str(i): i for i in range(CLIENTS)}


def test_a_customer_is_not_overwritten_by_who_knew_less(till: Till) -> None:
    known = till.keep("ann", name="Ann").customer
    till.keep("ann", name="Anna")
    stale = known.upserted(known.profile.model_copy(update={"name": "Änne"}), at=AT)
    before = till.stores.everything()
    for commit in (
        lambda: till.stores.customers.save(Person(stale, Summary()), known=known),
        lambda: till.stores.customers.remove(known),
    ):
        with pytest.raises(Moved):
            commit()
    assert till.stores.everything() == before


def test_who_is_forgotten_leaves_only_what_names_the_id(till: Till) -> None:
    till.campaign("S-1", "S-2")
    till.voucher(quantity=None)
    till.issue("ann", campaign="Spring", join_once=True)
    done = till.redeem("MUG", order=Order(source_id="cart-7", amount=2_000), customer="ann").records[0]
    till.forget()
    with pytest.raises(NotFound):
        till.person()
    again = till.keep("ann", at=AT + DAY)
    assert (again.summary, again.customer.id) == (Summary(), done.customer_id)
    joined = till.issue("ann", campaign="Spring", join_once=True, at=AT + DAY)
    assert joined.publication.created_at == AT + DAY, "she joins anew"
    till.roll_back(done.id, at=AT + 2 * DAY)
    assert till.person().summary == Summary(), "what is given back was redeemed in another life"


def test_pages_of_customers_and_orders_come_newest_first(on_table: Till) -> None:
    for number in range(5):
        on_table.place(f"cart-{number}", customer=f"c-{number}", amount=number, status="PAID", at=AT + number * DAY)
    people = on_table.stores.customers.wanted(Query(AT, limit=2, skip=1))
    assert [(it.customer.profile.source_id, it.summary.amount) for it in people.things] == [("c-3", 3), ("c-2", 2)]
    orders = on_table.stores.orders.wanted(Query(AT, order=Ordering(falling=False), limit=2, skip=3))
    assert [it.order.source_id for it in orders.things] == ["cart-3", "cart-4"]
    assert (people.total, orders.total) == (5, 5)


# Orders


def test_an_order_is_found_as_it_was_kept(till: Till) -> None:
    kept = till.place(items=[{"product_id": "mug", "quantity": 2, "price": 1_000}], customer="ann", metadata={"a": 1})
    for name in ("cart-7", kept.id):
        assert till.stores.orders.get(name) == kept
    with pytest.raises(NotFound):
        till.stores.orders.get("cart-8")


def test_an_order_is_placed_once_by_many(till: Till) -> None:
    placed = at_once(lambda _: till.place(amount=500, customer="ann", status="PAID"))
    assert len({it.id for it in placed}) == 1
    summary = till.person().summary
    assert (summary.orders, summary.amount) == (1, 500)


def test_an_order_is_not_overwritten_by_who_knew_less(till: Till) -> None:
    till.place(amount=500, customer="ann")
    known = till.stores.orders.known(till.stores.orders.get("cart-7").id, None)
    till.change(amount=600)
    before = till.stores.everything()
    with pytest.raises(Moved):
        till.stores.orders.save(known.order.changed(Order(amount=700)), customer=None, known=known)
    assert till.stores.everything() == before
