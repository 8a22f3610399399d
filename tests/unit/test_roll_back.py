"""What was redeemed comes back, once; a stack as a whole."""

import pytest

from shared.domain.errors import Busy, NotFound, Refused
from shared.domain.orders import Order
from shared.usecases import ROUNDS
from tests.fakes import Overtaken
from tests.unit.till import Till
from tests.unit.values import AT, DAY, lock, percent

CART = Order(source_id="cart-7", amount=10_000)


def refusal_of(till: Till, redemption_id: str, *, stacked: bool = False) -> str:
    """The key of the refusal; nothing is written."""
    before = till.stores.everything()
    with pytest.raises(Refused) as refusal:
        till.roll_back(redemption_id, stacked=stacked)
    assert refusal.value.resource_id == redemption_id
    assert till.stores.everything() == before
    return refusal.value.key


def test_a_use_comes_back_and_the_order_is_cancelled(till: Till) -> None:
    till.voucher()
    done = till.redeem("MUG", order=CART, customer="ann").records[0]
    told = till.roll_back(done.id, reason="returned", at=AT + DAY)
    assert till.counts("MUG") == (0, 0)
    after = till.stores.ledger.get(done.id)
    assert (after.status, after.undone_by) == ("ROLLED_BACK", told.records[0].id)
    assert till.stores.ledger.get(told.records[0].id).reason == "returned"
    order = till.stores.ledger.tell([after]).order
    assert (order.status, order.discount) == ("CANCELED", 0)
    assert told.customer
    assert told.customer.profile.source_id == "ann"
    its = told.offers["MUG"].voucher
    assert its
    assert its.redeemed_quantity == 0


def test_what_came_back_can_be_redeemed_again(till: Till) -> None:
    till.voucher()
    for _ in range(3):
        told = till.redeem("MUG")
        assert told.failure is None
        till.roll_back(told.records[0].id)
    assert till.counts("MUG") == (0, 0)


def test_again_is_refused_and_gives_nothing_back(till: Till) -> None:
    till.voucher(quantity=2)
    first, second = till.redeem("MUG").records[0], till.redeem("MUG").records[0]
    till.roll_back(first.id)
    assert refusal_of(till, first.id) == "already_rolled_back"
    assert till.counts("MUG") == (1, 1)
    till.roll_back(second.id)


def test_a_stack_comes_back_as_a_whole(till: Till) -> None:
    till.voucher("A", percent(20))
    till.voucher("B")
    done = till.redeem("A", "B", order=CART)
    assert done.parent
    told = till.roll_back(done.parent.id, stacked=True)
    assert (till.counts("A"), till.counts("B")) == ((0, 0), (0, 0))
    assert told.parent
    assert [it.undoes for it in told.records] == [it.id for it in done.records]
    assert {till.stores.ledger.get(it.id).status for it in (*done.records, done.parent)} == {"ROLLED_BACK"}
    assert refusal_of(till, done.parent.id, stacked=True) == "already_rolled_back"


def test_one_of_a_stack_does_not_come_back_alone(till: Till) -> None:
    till.voucher("A")
    till.voucher("B")
    done = till.redeem("A", "B")
    assert done.parent
    assert refusal_of(till, done.records[0].id) == "rollback_not_possible"
    assert refusal_of(till, done.records[1].id, stacked=True) == "rollback_not_possible"
    assert refusal_of(till, done.parent.id) == "rollback_not_possible"
    assert (till.counts("A"), till.counts("B")) == ((1, 1), (1, 1))


def test_a_single_redemption_may_be_rolled_back_as_a_stack_of_one(till: Till) -> None:
    till.voucher()
    till.roll_back(till.redeem("MUG").records[0].id, stacked=True)
    assert till.counts("MUG") == (0, 0)


def test_what_never_succeeded_cannot_come_back(till: Till) -> None:
    till.voucher()
    done = till.redeem("MUG").records[0]
    failed = till.redeem("MUG").records[0]
    undone = till.roll_back(done.id).records[0]
    assert refusal_of(till, failed.id) == "rollback_not_possible"
    assert refusal_of(till, undone.id) == "rollback_not_possible"


def test_what_there_is_not_cannot_come_back(till: Till) -> None:
    with pytest.raises(NotFound):
        till.roll_back("r_00000000000000000000000000000000ffff")


def test_an_expired_voucher_gets_its_use_back_and_stays_expired(till: Till) -> None:
    till.voucher(expiration_date=AT + DAY)
    done = till.redeem("MUG").records[0]
    till.roll_back(done.id, at=AT + DAY)
    assert till.counts("MUG") == (0, 0)
    failure = till.redeem("MUG", at=AT + DAY).failure
    assert failure
    assert failure.failure_code == "voucher_expired"


def test_the_use_of_a_voucher_that_is_gone_is_gone_too(till: Till) -> None:
    mug = till.voucher()
    done = till.redeem("MUG").records[0]
    till.stores.vouchers.remove(mug, for_good=True)
    till.roll_back(done.id)
    assert till.stores.ledger.get(done.id).status == "ROLLED_BACK"


def test_what_others_hold_stays_held(till: Till) -> None:
    till.voucher(quantity=2)
    done = till.redeem("MUG").records[0]
    till.validate("MUG", session=lock("another"))
    till.roll_back(done.id)
    assert till.counts("MUG") == (0, 1)


def test_two_at_once_give_back_once(till: Till) -> None:
    till.voucher(quantity=5)
    till.redeem("MUG")
    done = till.redeem("MUG").records[0]
    late = Overtaken(till.stores.ledger, lambda: till.roll_back(done.id))
    with pytest.raises(Refused) as refusal:
        till.roll_back(done.id, ledger=late)
    assert refusal.value.key == "already_rolled_back"
    assert till.counts("MUG") == (1, 1)


def test_a_rollback_meets_a_voucher_that_is_deleted_meanwhile(till: Till) -> None:
    mug = till.voucher()
    done = till.redeem("MUG").records[0]
    late = Overtaken(till.stores.ledger, lambda: till.stores.vouchers.remove(mug, for_good=True))
    assert till.roll_back(done.id, ledger=late).offers == {}


def test_an_order_that_changed_meanwhile_is_looked_at_again(till: Till) -> None:
    till.voucher("A", quantity=None)
    till.voucher("B", quantity=None)
    first = till.redeem("A", order=CART).records[0]

    def cancelled_and_paid_by_another() -> None:
        till.roll_back(first.id)
        till.redeem("B", order=CART)

    late = Overtaken(till.stores.ledger, cancelled_and_paid_by_another)
    with pytest.raises(Refused):
        till.roll_back(first.id, ledger=late)
    order = till.validate("A", order=CART).facts.order
    assert order
    assert order.status == "PAID"
    assert (till.counts("A"), till.counts("B")) == ((0, 0), (1, 1))


def test_whose_facts_keep_moving_is_told_to_ask_again_and_nothing_comes_back(till: Till) -> None:
    till.voucher()
    done = till.redeem("MUG", order=CART)

    def touch() -> None:
        """Keeps the order as it is, at another version."""
        facts = till.validate("MUG", order=CART).facts
        empty = till.validate(order=CART)._replace(facts=facts)
        till.stores.ledger.spend(empty, done._replace(records=(), customer=None, order=facts.order))

    late = Overtaken(till.stores.ledger, *[touch] * ROUNDS)
    with pytest.raises(Busy):
        till.roll_back(done.records[0].id, ledger=late)
    assert till.counts("MUG") == (1, 1)
    assert till.stores.ledger.get(done.records[0].id).status == "SUCCEEDED"
