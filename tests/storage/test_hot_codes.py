"""A code that everybody uses lives on shards, and is else what it was: the fake, which has no shards, agrees."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.errors import Moved, NotFound
from shared.domain.lists import Query
from shared.domain.vouchers import Voucher
from shared.storage.keys import Key
from shared.storage.table import Table, encoded
from shared.usecases.vouchers import release_session
from tests.storage.test_ledger import decided, moved
from tests.storage.wire import Wire
from tests.unit.till import Till
from tests.unit.values import AT, lock

USES = {"taken": 64, "redeemed_quantity": 64}


def hot(till: Till, quantity: int | None = 200, *, spread: bool = True) -> Voucher:
    """A code that was used 64 times and, if it is to be ``spread``, once more."""
    till.voucher(quantity=quantity, **USES)
    if spread:
        till.redeem("MUG")
    return till.find("MUG")


def change(till: Till, **fields: Any) -> None:
    made = till.stores.vouchers.get("MUG")
    till.stores.vouchers.save(made._replace(voucher=made.voucher.model_copy(update=fields)))


def on_shards(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for item in items if item["SK"] == "shard"]


def test_a_code_moves_to_shards_when_it_was_used_often_and_much_is_left(
    on_table: Till, items: Callable[[], Any]
) -> None:
    hot(on_table, 200)
    left = [it["taken_left"] for it in on_shards(items())]
    assert (len(left), sum(left), max(left) - min(left)) == (8, 135, 1)
    assert on_table.counts("MUG") == (65, 65)


@pytest.mark.parametrize(
    ("case", "fields"),
    [
        ("used too little", {"taken": 63, "redeemed_quantity": 63, "quantity": None}),
        ("too little left", {**USES, "quantity": 127}),
    ],
)
def test_other_codes_stay_on_one_item(
    on_table: Till, items: Callable[[], Any], case: str, fields: dict[str, Any]
) -> None:
    on_table.voucher(**fields)
    on_table.redeem("MUG")
    assert on_shards(items()) == []


def test_once_it_is_on_shards_nobody_touches_the_code_itself(on_table: Till, table: Table, wire: Wire) -> None:
    mug = hot(on_table, None)
    key = Key.voucher(on_table.stores.project, mug.id[2:])
    before = table.get(key)
    wire.bodies.clear()
    told = on_table.redeem("MUG")
    on_table.roll_back(told.records[0].id)
    on_table.validate("MUG", session=lock())
    release_session("MUG", "cart-1", vouchers=on_table.stores.vouchers)
    assert table.get(key) == before
    written = [write for body in wire.bodies for write in body.get("TransactItems", ())]
    assert not any(
        body["Key"] == encoded(key._asdict()) for write in written for body in write.values() if "Key" in body
    )
    assert on_table.counts("MUG") == (65, 65)


def test_who_has_read_it_as_one_item_changes_nothing(on_table: Till) -> None:
    hot(on_table, spread=False)
    spending, holding = decided(on_table, "MUG"), decided(on_table, "MUG")
    told = on_table.redeem("MUG")
    moved(on_table, lambda: on_table.stores.ledger.spend(*spending))
    moved(on_table, lambda: on_table.stores.ledger.hold(holding[0], session="s", until=AT))
    assert told.failure is None


def test_a_switch_that_was_read_before_it_moved_is_thrown_again(on_table: Till) -> None:
    hot(on_table, spread=False)
    stale = on_table.stores.vouchers.get("MUG")
    on_table.redeem("MUG")
    off = stale._replace(voucher=stale.voucher.model_copy(update={"active": False}))
    moved(on_table, lambda: on_table.stores.vouchers.save(off))
    for for_good in (True, False):
        moved(on_table, lambda for_good=for_good: on_table.stores.vouchers.remove(stale.voucher, for_good=for_good))


def test_it_is_used_to_its_last_unit(till: Till) -> None:
    hot(till)
    change(till, quantity=80)
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: till.redeem("MUG"), range(20)))
    assert sum(it.failure is None for it in told) == 15
    assert {it.failure.failure_code for it in told if it.failure} == {"quantity_exceeded"}
    assert till.counts("MUG") == (80, 80)


def test_what_is_given_back_can_be_used_once_more(till: Till) -> None:
    hot(till)
    change(till, quantity=66)
    told = till.redeem("MUG")
    assert till.redeem("MUG").failure
    till.roll_back(told.records[0].id)
    assert till.counts("MUG") == (65, 65)
    assert till.redeem("MUG").failure is None
    assert till.redeem("MUG").failure
    assert till.counts("MUG") == (66, 66)


@pytest.mark.parametrize(("quantity", "left"), [(65, 0), (67, 2), (None, 3), (3, 0)])
def test_its_quantity_may_be_changed(till: Till, quantity: int | None, left: int) -> None:
    hot(till)
    change(till, quantity=quantity)
    assert sum(till.redeem("MUG").failure is None for _ in range(3)) == left


def test_a_quantity_that_was_changed_meanwhile_counts_at_the_commit(till: Till) -> None:
    hot(till, None)
    decision = decided(till, "MUG")
    change(till, quantity=65)
    moved(till, lambda: till.stores.ledger.spend(*decision))


def test_off_bites_at_once_and_on_again(till: Till) -> None:
    hot(till)
    decision = decided(till, "MUG")
    till.disable("MUG")
    moved(till, lambda: till.stores.ledger.spend(*decision))
    refused = till.redeem("MUG").failure
    assert refused
    assert refused.failure_code == "voucher_disabled"
    change(till, active=True)
    assert till.redeem("MUG").failure is None
    assert till.counts("MUG") == (66, 66)


@pytest.mark.parametrize("for_good", [True, False])
def test_a_deleted_one_is_gone(till: Till, for_good: bool) -> None:
    hot(till)
    decision = decided(till, "MUG")
    till.stores.vouchers.remove(till.find("MUG"), for_good=for_good)
    moved(till, lambda: till.stores.ledger.spend(*decision))
    with pytest.raises(NotFound):
        till.find("MUG")
    assert till.stores.vouchers.wanted(Query(AT, limit=10)).total == 0


def test_a_code_that_is_made_anew_begins_anew(till: Till) -> None:
    hot(till)
    till.stores.vouchers.remove(till.find("MUG"), for_good=True)
    hot(till)
    assert till.counts("MUG") == (65, 65)


def test_its_holds_are_like_any_others(till: Till) -> None:
    hot(till)
    change(till, quantity=67)
    assert till.validate("MUG", session=lock("mine")).valid
    assert till.validate("MUG", session=lock("yours")).valid
    assert till.counts("MUG") == (65, 67)
    assert till.redeem("MUG").failure
    assert till.redeem("MUG", session=lock("mine")).failure is None
    assert till.counts("MUG") == (66, 67)
    later = AT + timedelta(minutes=10)
    assert till.redeem("MUG", at=later).failure is None, "what was yours has lapsed"
    assert till.counts("MUG") == (67, 67)
    with pytest.raises(NotFound):
        release_session("MUG", "yours", vouchers=till.stores.vouchers)


def test_a_held_use_is_worth_something_until_all_are_redeemed(till: Till) -> None:
    hot(till)
    for session in ("mine", "yours"):
        assert till.validate("MUG", session=lock(session)).valid
    change(till, quantity=66)
    decision = decided(till, "MUG", session=lock("yours"))
    assert till.redeem("MUG", session=lock("mine")).failure is None
    moved(till, lambda: till.stores.ledger.spend(*decision))
    assert till.redeem("MUG", session=lock("yours")).failure
    assert till.counts("MUG") == (66, 67)


def test_lists_and_publications_tell_what_its_shards_count(till: Till) -> None:
    hot(till)
    till.issue(voucher="MUG")
    [listed] = till.stores.vouchers.wanted(Query(AT, limit=10)).things
    assert listed.voucher.redeemed_quantity == 65
    [published] = till.stores.publications.wanted(Query(AT, limit=10)).things
    assert published.vouchers[0].redeemed_quantity == 65
    assert till.counts("MUG") == (65, 65)


def test_a_stack_with_it_is_spent_whole_or_not_at_all(till: Till) -> None:
    hot(till)
    till.voucher("CUP")
    decision = decided(till, "MUG", "CUP")
    till.redeem("CUP")
    moved(till, lambda: till.stores.ledger.spend(*decision))
    assert till.counts("MUG") == (65, 65)


def test_many_at_once_find_it_moving(on_table: Till) -> None:
    on_table.voucher(quantity=140, taken=60, redeemed_quantity=60)
    with ThreadPoolExecutor(12) as pool:
        told = list(pool.map(lambda _: on_table.redeem("MUG"), range(40)))
    assert all(it.failure is None for it in told)
    mug = on_table.find("MUG")
    assert (mug.redeemed_quantity, mug.taken, mug.shards) == (100, 100, 8)


def test_the_facts_of_a_hot_code_are_one_batch_once_they_are_known(on_table: Till, wire: Wire) -> None:
    hot(on_table)
    on_table.validate("MUG")
    wire.calls.clear()
    on_table.validate("MUG")
    assert wire.calls == ["BatchGetItem"]


def test_a_stale_release_fails(on_table: Till) -> None:
    hot(on_table, spread=False)
    on_table.validate("MUG", session=lock("mine"))
    assert on_table.find("MUG").shards == 8, "a hold spreads it, too"
    change(on_table, quantity=None)
    mug, hold = on_table.find("MUG"), on_table.stores.vouchers.hold("MUG", "mine")
    change(on_table, quantity=100)
    on_table.redeem("MUG")
    with pytest.raises(Moved):
        on_table.stores.vouchers.release(mug, hold)
    release_session("MUG", "mine", vouchers=on_table.stores.vouchers)
    assert on_table.counts("MUG") == (65, 65)
