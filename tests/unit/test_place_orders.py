"""An order by its own door: kept once under its name, told more of, never priced again once redemptions paid it."""

from typing import Any

import pytest

from shared.domain.errors import Busy, InvalidPayload, NotFound, PromotionError
from shared.domain.orders import Item, Order
from shared.usecases import ROUNDS
from tests.fakes import Overtaken
from tests.unit.till import Till
from tests.unit.values import AT, DAY, percent

MUGS = (Item(product_id="mug", price=1_000, quantity=2),)


def refusal_of(till: Till, verb: Any) -> str:
    """The key of the refusal; nothing is written."""
    before = till.stores.everything()
    with pytest.raises(PromotionError) as refusal:
        verb()
    assert till.stores.everything() == before
    return refusal.value.key


def test_an_order_is_one_under_its_name(till: Till) -> None:
    first = till.place(amount=2_000, metadata={"a": 1})
    again = till.place(metadata={"b": 2}, at=AT + DAY)
    assert (again.id, again.created_at, again.updated_at) == (first.id, AT, AT + DAY)
    assert (again.order.total, again.order.metadata) == (2_000, {"a": 1, "b": 2})
    assert till.place(source_id="cart-8").id != first.id


def test_what_is_told_twice_is_written_once(till: Till) -> None:
    till.place(amount=2_000, items=MUGS, customer="ann", status="PAID")
    before = till.stores.everything()
    again = till.place(amount=2_000, items=MUGS, customer="ann", status="PAID", at=AT + DAY)
    assert till.stores.everything() == before
    assert again.updated_at is None


@pytest.mark.parametrize(
    ("case", "known", "said", "total"),
    [
        ("another amount", {"amount": 2_000}, {"amount": 1_500}, 1_500),
        ("lines with prices are another amount", {"amount": 500}, {"items": MUGS}, 2_000),
        ("unless the amount is said, too", {"amount": 500}, {"items": MUGS, "amount": 1_900}, 1_900),
        ("lines without prices are none", {"amount": 500}, {"items": (Item(product_id="mug"),)}, 500),
        ("an amount beside known lines", {"items": MUGS}, {"amount": 1_900}, 1_900),
        ("nothing about the price", {"items": MUGS}, {"metadata": {"a": 1}}, 2_000),
        ("no lines any more", {"items": MUGS}, {"items": ()}, 0),
    ],
)
def test_a_known_order_costs_what_was_said_last(
    till: Till, case: str, known: dict[str, Any], said: dict[str, Any], total: int
) -> None:
    till.place(**known)
    assert till.change(**said).order.total == total
    till.voucher(discount=percent(10))
    verdict = till.validate("MUG", order=Order(source_id="cart-7"))
    assert verdict.price
    assert verdict.price.amount == total


def test_at_the_checkout_a_known_order_costs_what_is_known_but_for_what_is_said_anew(till: Till) -> None:
    till.place(items=MUGS, customer="ann", metadata={"till": 4})
    till.voucher(discount=percent(10), quantity=None)
    for said, amount in (({}, 2_000), ({"amount": 1_000}, 1_000), ({"items": (*MUGS, *MUGS)}, 4_000)):
        verdict = till.validate("MUG", order=Order(source_id="cart-7", **said))
        assert verdict.price
        assert verdict.price.amount == amount
    told = till.redeem("MUG", order=Order(source_id="cart-7"))
    assert told.order
    assert (told.order.order.items, told.order.order.metadata) == (MUGS, {"till": 4})
    assert (told.order.status, told.order.discount) == ("PAID", 200)
    assert told.order.customer_id == till.person().customer.id
    assert till.person().summary.amount == 1_800


def test_what_the_shop_itself_took_off_counts_and_is_its_to_change(till: Till) -> None:
    placed = till.place(amount=2_000, discount=500, status="PAID", customer="ann")
    assert (placed.discount, till.person().summary.amount) == (500, 1_500)
    till.change(discount=600)
    assert till.person().summary.amount == 1_400
    assert refusal_of(till, lambda: till.change(discount=2_001)) == "invalid_payload"
    assert refusal_of(till, lambda: till.change(amount=599)) == "invalid_payload"
    assert refusal_of(till, lambda: till.place("cart-8", amount=500, discount=501)) == "invalid_payload"


def test_a_checkout_begins_from_the_whole_price(till: Till) -> None:
    till.voucher()
    till.place(amount=2_000, discount=600)
    told = till.redeem("MUG", order=Order(source_id="cart-7"))
    assert told.order
    assert told.order.discount == 500


@pytest.mark.parametrize("status", ["PAID", "FULFILLED", "CANCELED"])
def test_what_redemptions_paid_is_paid_whatever_the_shop_calls_it(till: Till, status: str) -> None:
    till.voucher("A")
    till.voucher("B")
    redeemed = till.redeem("A", order=Order(source_id="cart-7", amount=2_000)).records[0]
    till.change(status=status)
    again = till.redeem("B", order=Order(source_id="cart-7")).failure
    assert again
    assert again.failure_code == "order_already_paid"
    till.roll_back(redeemed.id)
    assert till.redeem("B", order=Order(source_id="cart-7")).failure is None


def test_an_order_called_paid_again_after_its_rollback_was_paid_by_nothing(till: Till) -> None:
    till.voucher()
    cart = Order(source_id="cart-7", amount=2_000)
    till.roll_back(till.redeem("MUG", order=cart).records[0].id)
    till.change(status="PAID")
    refused = till.redeem("MUG", order=cart).failure
    assert refused
    assert refused.failure_code == "order_already_paid"
    assert till.counts("MUG") == (0, 0)


@pytest.mark.parametrize("status", ["PAID", "FULFILLED", "CANCELED"])
def test_what_redemptions_paid_is_never_priced_again(till: Till, status: str) -> None:
    till.voucher()
    redeemed = till.redeem("MUG", order=Order(source_id="cart-7", amount=2_000, items=MUGS)).records[0]
    till.change(status=status)
    for said in ({"amount": 1_999}, {"items": MUGS[:0]}, {"discount": 499}, {"status": "CREATED"}):
        assert refusal_of(till, lambda said=said: till.change(**said)) == "order_already_paid"
        assert refusal_of(till, lambda said=said: till.place(**said)) == "order_already_paid"
    same = till.change(amount=2_000, items=MUGS, metadata={"parcel": 1})
    assert (same.status, same.discount, same.order.metadata) == (status, 500, {"parcel": 1})
    till.roll_back(redeemed.id)
    assert till.change(amount=1_999, status="CREATED").order.total == 1_999


def test_an_order_that_was_paid_without_redemptions_may_still_change(till: Till) -> None:
    till.place(amount=2_000, status="PAID", customer="ann")
    till.change(amount=2_500)
    assert till.person().summary.amount == 2_500


def test_nobody_buys_in_the_future(till: Till) -> None:
    assert refusal_of(till, lambda: till.place(created_at=AT + DAY)) == "invalid_payload"
    with pytest.raises(InvalidPayload, match="Invalid payload"):
        till.place(created_at=AT + DAY)
    assert till.place(created_at=AT - DAY).created_at == AT - DAY
    assert till.place(created_at=AT).created_at == AT - DAY, "a known order stays as old as it is"


def test_an_unknown_order_is_not_changed(till: Till) -> None:
    with pytest.raises(NotFound):
        till.change("cart-7", amount=5)


def test_an_id_of_the_shops_own_is_a_source_id(till: Till) -> None:
    till.voucher()
    told = till.redeem("MUG", order=Order(id="cart-7", amount=2_000))
    assert told.order
    assert till.place("cart-7").id == told.order.id
    assert till.stores.orders.get("cart-7").order.source_id == "cart-7"


def test_whose_order_keeps_moving_is_told_to_ask_again(till: Till) -> None:
    till.place(amount=1)
    others = [lambda number=number: till.change(amount=number + 2) for number in range(ROUNDS)]
    with pytest.raises(Busy):
        till.change(amount=1_000, orders=Overtaken(till.stores.orders, *others))
    assert till.stores.orders.get("cart-7").order.total == ROUNDS + 1


def test_two_who_tell_of_one_customer_at_once_are_both_heard(till: Till) -> None:
    late = Overtaken(till.stores.customers, lambda: till.keep("ann", name="Ann"))
    assert till.keep("ann", email="ann@example.com", customers=late).customer.profile.name == "Ann"
    late = Overtaken(till.stores.customers, lambda: till.forget("ann"))
    assert till.keep("ann", phone="030 1234", customers=late).customer.profile.name is None
