"""What the ledger promises, kept by the table and by its fake: whole commits, and not one use too many."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest

from shared.domain.checkout import Verdict
from shared.domain.customers import Profile
from shared.domain.errors import Moved, NotFound
from shared.domain.orders import Order
from shared.domain.publications import Known
from shared.domain.redemptions import Circumstances, Told, redeemed
from shared.domain.vouchers import Hold, Place
from shared.usecases.checkout import buyer_of
from shared.usecases.vouchers import release_session
from tests.storage.wire import Wire
from tests.unit.till import Till
from tests.unit.values import AT, DAY, MILLISECOND, lock

CART = Order(source_id="cart-7", amount=10_000)
CLIENTS = 12


def decided(till: Till, *codes: str, **fields: Any) -> tuple[Verdict, Told]:
    """A decision to redeem, and its records, that wait to be committed."""
    at = fields.get("at", AT)
    verdict = till.validate(*codes, **fields)
    assert verdict.valid
    buyer = buyer_of(verdict.checkout, verdict.facts, at=at, ledger=till.stores.ledger, chance=till.chance)
    return verdict, redeemed(verdict, buyer, Circumstances(till.stores.project, "sandbox", at, till.chance))


def moved(till: Till, commit: Callable[[], None]) -> None:
    """A commit that fails because the facts have moved, and writes nothing."""
    before = till.stores.everything()
    with pytest.raises(Moved):
        commit()
    assert till.stores.everything() == before


def at_once(call: Callable[[int], Any]) -> list[Any]:
    """Many clients at the same instant."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(call, range(CLIENTS)))


# Spending


def test_what_is_committed_is_found_again_as_it_was(till: Till) -> None:
    till.voucher(quantity=3, metadata={"a": [1, {"ü": None}]}, start_date=AT, expiration_date=AT + DAY)
    verdict, told = decided(till, "MUG", order=CART, customer=Profile(source_id="ann", birthdate="1990-02-28"))
    till.stores.ledger.spend(verdict, told)
    record = told.records[0]
    again = till.stores.ledger.tell([till.stores.ledger.get(record.id)])
    assert again.records == told.records
    assert again.customer == told.customer
    assert again.order == told.order
    assert again.offers["MUG"].voucher.model_copy(update={"taken": 0}) == told.offers["MUG"].voucher
    assert till.counts("MUG") == (1, 1)


def test_the_facts_that_a_decision_was_made_on_can_be_spent_once(till: Till) -> None:
    till.voucher()
    first, second = decided(till, "MUG"), decided(till, "MUG")
    till.stores.ledger.spend(*first)
    moved(till, lambda: till.stores.ledger.spend(*second))
    assert till.counts("MUG") == (1, 1)


def test_stale_decisions_never_spend_more_than_the_quantity(till: Till) -> None:
    till.voucher(quantity=3)
    decisions = [decided(till, "MUG") for _ in range(5)]
    for decision in decisions[:3]:
        till.stores.ledger.spend(*decision)
    for decision in decisions[3:]:
        moved(till, lambda decision=decision: till.stores.ledger.spend(*decision))
    assert till.counts("MUG") == (3, 3)


def test_a_voucher_without_a_quantity_is_spent_without_end(till: Till) -> None:
    till.voucher(quantity=None)
    for decision in [decided(till, "MUG") for _ in range(5)]:
        till.stores.ledger.spend(*decision)
    assert till.counts("MUG") == (5, 5)


@pytest.mark.parametrize(
    ("case", "meanwhile"),
    [
        ("switched off", lambda till: till.disable("MUG")),
        ("deleted", lambda till: till.stores.vouchers.remove(till.find("MUG"), for_good=False)),
        ("deleted for good", lambda till: till.stores.vouchers.remove(till.find("MUG"), for_good=True)),
        ("held", lambda till: till.validate("MUG", session=lock("another"))),
        ("redeemed", lambda till: till.redeem("MUG")),
    ],
)
def test_a_voucher_that_was_taken_away_meanwhile_is_not_spent(
    till: Till, case: str, meanwhile: Callable[[Till], object]
) -> None:
    till.voucher()
    decision = decided(till, "MUG", order=CART, customer="ann")
    meanwhile(till)
    moved(till, lambda: till.stores.ledger.spend(*decision))


def test_a_stack_is_spent_whole_or_not_at_all(till: Till) -> None:
    for code in "ABC":
        till.voucher(code)
    decision = decided(till, "A", "B", "C", order=CART, customer="ann")
    till.redeem("C")
    moved(till, lambda: till.stores.ledger.spend(*decision))
    assert [till.counts(code)[0] for code in "ABC"] == [0, 0, 1]


def test_one_order_is_paid_once(till: Till) -> None:
    till.voucher("A")
    till.voucher("B")
    new = [decided(till, code, order=CART) for code in "AB"]
    till.stores.ledger.spend(*new[0])
    moved(till, lambda: till.stores.ledger.spend(*new[1]))
    till.roll_back(new[0][1].records[0].id)
    known = [decided(till, code, order=CART) for code in "AB"]
    till.stores.ledger.spend(*known[1])
    moved(till, lambda: till.stores.ledger.spend(*known[0]))


def test_a_customer_is_not_overwritten_by_who_knew_less(till: Till) -> None:
    till.voucher(quantity=None)
    new = [decided(till, "MUG", customer=Profile(source_id="ann", name=name)) for name in ("Ann", "Anna")]
    till.stores.ledger.spend(*new[0])
    moved(till, lambda: till.stores.ledger.spend(*new[1]))
    known = [decided(till, "MUG", customer=Profile(source_id="ann", name=name)) for name in ("Anne", "Änne")]
    till.stores.ledger.spend(*known[0])
    moved(till, lambda: till.stores.ledger.spend(*known[1]))


def test_a_customer_of_whom_nothing_new_is_told_is_in_nobodys_way(till: Till) -> None:
    till.voucher(quantity=None)
    till.redeem("MUG", customer="ann")
    for decision in [decided(till, "MUG", customer="ann") for _ in range(3)]:
        till.stores.ledger.spend(*decision)
    assert till.counts("MUG") == (4, 4)


@pytest.mark.parametrize("quantity", [1, 5])
def test_many_at_once_get_just_the_quantity(till: Till, quantity: int) -> None:
    till.voucher(quantity=quantity)
    told = at_once(lambda i: till.redeem("MUG", customer=f"customer-{i}"))
    assert sum(it.failure is None for it in told) == quantity
    assert {it.failure.failure_code for it in told if it.failure} == {"quantity_exceeded"}
    assert till.counts("MUG") == (quantity, quantity)
    assert len(list(till.stores.ledger.of_voucher("MUG"))) == CLIENTS


def test_two_codes_named_in_opposite_orders_have_one_winner(till: Till) -> None:
    till.voucher("A")
    till.voucher("B")
    told = at_once(lambda i: till.redeem(*("AB" if i % 2 else "BA")))
    assert sum(it.failure is None for it in told) == 1
    assert (till.counts("A"), till.counts("B")) == ((1, 1), (1, 1))


def test_one_order_by_many_at_once_is_answered_alike(till: Till) -> None:
    till.voucher(quantity=None)
    told = at_once(lambda _: till.redeem("MUG", order=CART))
    assert len({it.records[0].id for it in told}) == 1
    assert till.counts("MUG") == (1, 1)


# Holding


def test_holds_are_counted_and_found_by_their_session(till: Till) -> None:
    till.voucher(quantity=2)
    till.validate("MUG", session=lock("mine"))
    held = till.validate("MUG", session=lock("mine")).facts.redeemables["MUG"]
    assert held.own == Hold("mine", AT + timedelta(minutes=10))
    assert held.place() == Place(held.own)
    assert till.validate("MUG", session=lock("another")).facts.redeemables["MUG"].own is None
    assert till.counts("MUG") == (0, 2)


def test_a_stale_decision_holds_nothing(till: Till) -> None:
    till.voucher()
    stale = till.validate("MUG")
    till.validate("MUG", session=lock("faster"))
    moved(till, lambda: till.stores.ledger.hold(stale, session="slower", until=AT + DAY))


def test_offers_are_held_together_or_not_at_all(till: Till) -> None:
    till.voucher("A")
    till.voucher("B")
    stale = till.validate("A", "B")
    till.redeem("B")
    moved(till, lambda: till.stores.ledger.hold(stale, session="mine", until=AT + DAY))
    assert till.stores.vouchers.hold("A", "mine") is None


def test_a_renewed_hold_lasts_longer_and_takes_no_second_use(till: Till) -> None:
    till.voucher(quantity=2)
    for minutes in (0, 4, 8):
        till.validate("MUG", session=lock("mine"), at=AT + timedelta(minutes=minutes))
    assert till.stores.vouchers.hold("MUG", "mine") == Hold("mine", AT + timedelta(minutes=18))
    assert till.counts("MUG") == (0, 1)


def test_a_renewal_of_a_hold_that_is_gone_holds_nothing(till: Till) -> None:
    till.voucher()
    till.validate("MUG", session=lock("mine"))
    renewal = till.validate("MUG", session=lock("mine"))
    release_session("MUG", "mine", vouchers=till.stores.vouchers)
    moved(till, lambda: till.stores.ledger.hold(renewal, session="mine", until=AT + DAY))


def test_only_a_lapsed_hold_is_found_lapsed(till: Till) -> None:
    mug = till.voucher(quantity=2)
    till.validate("MUG", session=lock("short", ttl=1))
    till.validate("MUG", session=lock("long", ttl=5))
    minute = timedelta(minutes=1)
    assert till.stores.ledger.lapsed(mug, but=None, at=AT + minute - MILLISECOND) == ()
    assert till.stores.ledger.lapsed(mug, but=None, at=AT + minute) == (Hold("short", AT + minute),)
    assert len(till.stores.ledger.lapsed(mug, but="short", at=AT + 5 * minute)) == 1


def test_a_lapsed_hold_is_looked_for_only_where_it_matters(on_table: Till, wire: Wire) -> None:
    on_table.voucher("SPENT")
    on_table.redeem("SPENT")
    on_table.voucher("HELD")
    on_table.validate("HELD", session=lock())
    for code, calls in (("SPENT", ["BatchGetItem"]), ("HELD", ["BatchGetItem", "Query"])):
        wire.calls.clear()
        assert not on_table.validate(code).valid
        assert wire.calls == calls


def test_a_lapsed_hold_gives_its_place_once(till: Till) -> None:
    till.voucher()
    till.validate("MUG", session=lock("lapsed"))
    later = AT + DAY
    decisions = [decided(till, "MUG", at=later) for _ in range(2)]
    assert {len(it.applicable[0].place.lapsed) for it, _ in decisions} == {1}
    till.stores.ledger.spend(*decisions[0])
    moved(till, lambda: till.stores.ledger.spend(*decisions[1]))
    assert till.counts("MUG") == (1, 1)
    assert till.stores.vouchers.hold("MUG", "lapsed") is None


def test_a_lapsed_hold_that_was_renewed_meanwhile_keeps_its_place(till: Till) -> None:
    till.voucher()
    till.validate("MUG", session=lock("mine"))
    later = AT + DAY
    decision = decided(till, "MUG", at=later)
    till.validate("MUG", session=lock("mine"), at=later)
    moved(till, lambda: till.stores.ledger.spend(*decision))


def test_a_held_use_is_spent_once(till: Till) -> None:
    till.voucher(quantity=2)
    till.validate("MUG", session=lock("mine"))
    verdict = till.validate("MUG", session=lock("mine"))
    decisions = []
    for _ in range(2):
        buyer = buyer_of(verdict.checkout, verdict.facts, at=AT, ledger=till.stores.ledger, chance=till.chance)
        made = Circumstances(till.stores.project, "sandbox", AT, till.chance)
        decisions.append(redeemed(verdict, buyer, made))
    till.stores.ledger.spend(verdict, decisions[0])
    moved(till, lambda: till.stores.ledger.spend(verdict, decisions[1]))
    assert till.counts("MUG") == (1, 1)


def test_a_hold_that_outlived_its_voucher_spends_no_use_of_the_next_one_of_that_code(till: Till) -> None:
    till.voucher()
    till.validate("MUG", session=lock("old"))
    till.stores.vouchers.remove(till.find("MUG"), for_good=True)
    till.voucher()
    decision = decided(till, "MUG", session=lock("old"))
    till.redeem("MUG", session=lock("new"))
    moved(till, lambda: till.stores.ledger.spend(*decision))


def test_many_sessions_at_once_hold_just_the_quantity(till: Till) -> None:
    till.voucher(quantity=5)
    asked = at_once(lambda i: till.validate("MUG", session=lock(f"cart-{i}")))
    assert sum(it.valid for it in asked) == 5
    assert till.counts("MUG") == (0, 5)


def test_many_who_come_for_one_lapsed_hold_get_one_place(till: Till) -> None:
    till.voucher()
    till.validate("MUG", session=lock("lapsed"))
    told = at_once(lambda _: till.redeem("MUG", at=AT + DAY))
    assert sum(it.failure is None for it in told) == 1
    assert till.counts("MUG") == (1, 1)


def test_a_hold_is_released_once(till: Till) -> None:
    mug = till.voucher(quantity=2)
    till.validate("MUG", session=lock("mine"))
    till.validate("MUG", session=lock("another"))
    hold = till.stores.vouchers.hold("MUG", "mine")
    till.stores.vouchers.release(mug, hold)
    moved(till, lambda: till.stores.vouchers.release(mug, hold))
    assert till.counts("MUG") == (0, 1)


# Giving back


def test_a_use_is_given_back_once(till: Till) -> None:
    till.voucher(quantity=5)
    till.redeem("MUG")
    done = till.redeem("MUG", order=CART).records[0]
    before = till.stores.ledger.tell([done])
    told = till.roll_back(done.id)
    moved(till, lambda: till.stores.ledger.give_back(told, [done], known=before.order))
    assert till.counts("MUG") == (1, 1)


def test_many_rollbacks_at_once_are_one(till: Till) -> None:
    till.voucher(quantity=5)
    till.redeem("MUG")
    done = till.redeem("MUG", order=CART).records[0]

    def roll_back(_: int) -> str:
        try:
            return till.roll_back(done.id).records[0].undoes or ""
        except Exception as error:  # noqa: BLE001 - every outcome is looked at
            return str(getattr(error, "key", error))

    outcomes = at_once(roll_back)
    assert sorted(set(outcomes)) == sorted({done.id, "already_rolled_back"})
    assert outcomes.count(done.id) == 1
    assert till.counts("MUG") == (1, 1)


def test_a_stack_is_given_back_whole_or_not_at_all(till: Till) -> None:
    till.voucher("A")
    till.voucher("B")
    done = till.redeem("A", "B", order=CART)
    assert done.parent
    before = till.stores.ledger.tell(done.records, parent=done.parent)
    told = till.roll_back(done.parent.id, stacked=True)
    undone = (*done.records, done.parent)
    moved(till, lambda: till.stores.ledger.give_back(told, undone, known=before.order))
    assert (till.counts("A"), till.counts("B")) == ((0, 0), (0, 0))
    assert {record.status for record in till.stores.ledger.get_many(it.id for it in undone).values()} == {"ROLLED_BACK"}


# Records


def test_a_refusal_is_recorded_and_nothing_else_is_written(till: Till) -> None:
    till.voucher(active=False)
    told = till.redeem("MUG", order=CART, customer="ann")
    assert till.stores.ledger.get(told.records[0].id) == told.records[0]
    assert till.counts("MUG") == (0, 0)
    facts = till.validate("MUG", order=CART, customer="ann").facts
    assert (facts.order, facts.customer) == (None, None)


def test_records_of_a_voucher_come_newest_first_and_only_its_own(till: Till) -> None:
    till.voucher("A", quantity=None)
    till.voucher("B", quantity=None)
    told = [till.redeem("A", at=AT + i * MILLISECOND).records[0].id for i in (3, 1, 2)]
    till.redeem("B")
    failed = till.redeem("A", at=AT + DAY, order=CART, customer="x").records[0].id
    assert [it.id for it in till.stores.ledger.of_voucher(" a ")] == [failed, told[0], told[2], told[1]]


@pytest.mark.parametrize("id_", ["r_1", "r_", "x", "r_0123456789abcdef0199cafe0000ffff", "../r", "v_0123456789abcdef"])
def test_a_record_that_there_is_not_is_not_found(till: Till, id_: str) -> None:
    till.redeem("GONE")
    with pytest.raises(NotFound):
        till.stores.ledger.get(id_)


def test_a_list_is_one_list_in_order_however_it_is_kept(till: Till) -> None:
    till.voucher(quantity=None)
    days = [(i * 7) % 23 for i in range(23)]
    for day in days:
        till.redeem("MUG", at=AT + day * DAY, amount=None)
    listed = [(it.date - AT).days for it in till.records()]
    assert listed == sorted(days, reverse=True)
    assert [it.date for it in till.records(newest_first=False)] == [AT + i * DAY for i in range(23)]


# Projects


def test_two_projects_never_meet(two_projects: tuple[Till, Till]) -> None:
    sandbox, production = two_projects
    for till in two_projects:
        till.voucher()
        till.campaign("S-1")
    done = sandbox.redeem("MUG", order=CART, customer="ann").records[0]
    sandbox.validate("S-1", session=lock("mine"))
    sandbox.issue("ann", campaign="Spring", source_id="mail-7")
    assert (production.counts("MUG"), production.counts("S-1")) == ((0, 0), (0, 0))
    facts = production.validate("MUG", "S-1", order=CART, customer="ann", session=lock("mine")).facts
    assert (facts.order, facts.customer) == (None, None)
    assert production.find("S-1").published == 0
    with pytest.raises(NotFound):
        production.stores.ledger.get(done.id)
    assert (len(sandbox.records()), production.records()) == (1, [])
    assert list(production.stores.ledger.of_voucher("MUG")) == []
    assert production.stores.publications.known(None, done.customer_id, "camp_1") == Known()


def test_a_vouchers_id_of_one_project_names_nothing_in_another(two_projects: tuple[Till, Till]) -> None:
    sandbox, production = two_projects
    ids = [till.voucher().id for till in two_projects]
    assert ids[0] != ids[1]
    assert sandbox.validate(ids[0]).valid
    assert not production.validate(ids[0]).valid


def test_codes_and_ids_find_the_same_voucher(till: Till) -> None:
    made = till.voucher("Spring-20", quantity=None)
    for one, another in combinations(("Spring-20", "SPRING-20", " spring-20 ", made.id), 2):
        assert till.find(one) == till.find(another)
        assert till.validate(one).facts.redeemables[one] == till.validate(another).facts.redeemables[another]
