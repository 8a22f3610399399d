"""Every offer of a checkout is spent, or none; exactly once, whoever else is at the counter."""

from itertools import count

import pytest

from shared.domain.customers import Profile
from shared.domain.errors import Busy, PromotionError
from shared.domain.orders import Order
from shared.domain.stacking import LIMIT_EXCEEDED
from shared.usecases import ROUNDS
from tests.fakes import Overtaken
from tests.unit.till import Till, Unasked
from tests.unit.values import AT, DAY, MILLISECOND, lock, percent

CART = Order(source_id="cart-7", amount=10_000)


def key_of(told: object) -> str | None:
    failure = getattr(told, "failure", None)
    return failure and failure.failure_code


def test_a_redemption_spends_a_use_and_pays_the_order(till: Till) -> None:
    till.voucher()
    told = till.redeem("MUG", order=CART, customer="ann")
    assert told.failure is None
    assert till.counts("MUG") == (1, 1)
    assert told.order
    assert told.customer
    again = till.stores.ledger.tell(told.records)
    assert (again.order.status, again.order.discount, again.order.customer_id) == ("PAID", 500, told.customer.id)
    assert again.customer.profile.source_id == "ann"
    assert till.stores.ledger.get(told.records[0].id) == told.records[0]


def test_a_used_up_code_is_refused_and_nothing_is_written_but_the_refusal(till: Till) -> None:
    till.voucher()
    till.redeem("MUG")
    told = till.redeem("MUG", customer="bob", order=CART)
    assert key_of(told) == "quantity_exceeded"
    assert till.counts("MUG") == (1, 1)
    assert [it.status for it in till.stores.ledger.listed(newest_first=True)] == ["FAILED", "SUCCEEDED"]
    assert (told.order, told.customer) == (None, None)
    assert till.redeem("OTHER", customer="bob", order=CART).records[0].customer_id is None


def test_a_code_that_nobody_has_is_refused_and_recorded(till: Till) -> None:
    told = till.redeem("GONE")
    assert key_of(told) == "not_found"
    assert [it.code for it in till.stores.ledger.of_voucher("gone")] == ["GONE"]


def test_every_refusal_is_recorded_once_with_its_first_reason(till: Till) -> None:
    till.voucher("A", active=False, expiration_date=AT)
    till.voucher("B", expiration_date=AT)
    till.redeem("A")
    till.redeem("B")
    till.redeem("A", "B")
    assert sorted(map(str, till.failures())) == ["voucher_disabled", "voucher_disabled", "voucher_expired"]


@pytest.mark.parametrize(
    ("at", "key"),
    [
        (AT - MILLISECOND, "voucher_not_active"),
        (AT, None),
        (AT + DAY - MILLISECOND, None),
        (AT + DAY, "voucher_expired"),
    ],
)
def test_dates_are_judged_by_the_instant_of_the_request(till: Till, at: object, key: str | None) -> None:
    till.voucher(start_date=AT, expiration_date=AT + DAY)
    assert key_of(till.redeem("MUG", at=at)) == key


def test_a_code_in_the_cart_before_it_expires_is_judged_again_when_it_is_paid(till: Till) -> None:
    till.voucher(expiration_date=AT + DAY)
    assert till.validate("MUG", session=lock(ttl=7, ttl_unit="DAYS")).valid
    assert key_of(till.redeem("MUG", session=lock(), at=AT + DAY)) == "voucher_expired"


def test_a_stack_is_spent_together(till: Till) -> None:
    till.voucher("A", percent(20))
    till.voucher("B")
    told = till.redeem("A", "B", order=CART)
    assert told.parent
    assert [it.applied for it in told.records] == [2_000, 500]
    assert (till.counts("A"), till.counts("B")) == ((1, 1), (1, 1))
    assert till.stores.ledger.get(told.parent.id).children == tuple(it.id for it in told.records)


def test_if_one_of_a_stack_is_refused_none_is_spent(till: Till) -> None:
    till.voucher("A")
    till.voucher("B", active=False)
    assert key_of(till.redeem("A", "B")) == "voucher_disabled"
    assert till.counts("A") == (0, 0)


def test_what_the_limit_skips_is_not_spent(till: Till) -> None:
    till.voucher("A")
    till.voucher("B")
    till.settle(applicable_redeemables_limit=1)
    told = till.redeem("A", "B")
    assert [it.code for it in told.records] == ["A"]
    assert [(it.named, it.reason) for it in told.skipped] == [("B", LIMIT_EXCEEDED)]
    assert till.counts("B") == (0, 0)


def test_a_disabled_campaign_bites_at_once(till: Till) -> None:
    spring = till.campaign("S-1")
    assert till.validate("S-1").valid
    till.stores.campaigns.save(spring.model_copy(update={"active": False}))
    assert key_of(till.redeem("S-1")) == "voucher_disabled"


def test_a_code_of_a_deleted_campaign_is_not_there_any_more(till: Till) -> None:
    spring = till.campaign("S-1")
    till.stores.campaigns.save(spring.model_copy(update={"deleted": True}))
    assert key_of(till.redeem("S-1")) == "not_found"


def test_a_senseless_list_is_refused_and_not_recorded(till: Till) -> None:
    with pytest.raises(PromotionError) as refusal:
        till.redeem("MUG", "mug", ledger=Unasked())
    assert refusal.value.key == "duplicated_redeemables"
    with pytest.raises(PromotionError) as refusal:
        till.redeem(*(f"CODE-{i}" for i in range(31)), ledger=Unasked())
    assert refusal.value.key == "invalid_redeemables"


# Sessions


def test_who_holds_a_use_spends_just_that(till: Till) -> None:
    till.voucher()
    till.validate("MUG", session=lock("mine"))
    assert key_of(till.redeem("MUG")) == "quantity_exceeded"
    assert key_of(till.redeem("MUG", session=lock("mine"))) is None
    assert till.counts("MUG") == (1, 1)
    assert till.stores.vouchers.hold("MUG", "mine") is None


def test_a_key_is_good_for_one_use(till: Till) -> None:
    till.voucher(quantity=2)
    till.validate("MUG", session=lock("mine"))
    assert [key_of(till.redeem("MUG", session=lock("mine"))) for _ in range(3)] == [None, None, "quantity_exceeded"]
    assert till.counts("MUG") == (2, 2)


def test_a_session_that_holds_nothing_redeems_like_any_other(till: Till) -> None:
    till.voucher()
    assert key_of(till.redeem("MUG", session=lock("new"))) is None
    assert till.counts("MUG") == (1, 1)


def test_a_lapsed_hold_is_spent_by_the_first_who_comes(till: Till) -> None:
    till.voucher()
    till.validate("MUG", session=lock("mine"))
    later = AT + DAY
    assert key_of(till.redeem("MUG", at=later)) is None
    assert key_of(till.redeem("MUG", session=lock("mine"), at=later)) == "quantity_exceeded"
    assert till.counts("MUG") == (1, 1)


def test_a_card_declined_spends_nothing_and_the_hold_serves_again(till: Till) -> None:
    till.voucher()
    till.validate("MUG", session=lock("mine"))
    till.validate("MUG", session=lock("mine"), at=AT + DAY)
    assert key_of(till.redeem("MUG", session=lock("mine"), at=AT + DAY)) is None


# The same order again


def test_an_order_paid_by_the_same_offers_is_answered_as_the_first_time(till: Till) -> None:
    till.voucher(quantity=None)
    first = till.redeem("MUG", order=CART)
    before = till.stores.everything()
    again = till.redeem("mug", order=CART)
    assert [it.id for it in again.records] == [it.id for it in first.records]
    assert (again.parent, again.order and again.order.status) == (None, "PAID")
    assert till.counts("MUG") == (1, 1)
    assert till.stores.everything() == before


def test_an_order_paid_by_the_same_stack_is_answered_as_the_first_time(till: Till) -> None:
    till.voucher("A")
    till.voucher("B")
    first = till.redeem("A", "B", order=CART)
    again = till.redeem("B", "A", order=CART)
    assert first.parent
    assert again.parent
    assert again.parent.id == first.parent.id
    assert [it.id for it in again.records] == [it.id for it in first.records]


@pytest.mark.parametrize("codes", [("B",), ("A", "B"), ("A", "GONE")])
def test_an_order_paid_by_others_is_refused_and_nothing_is_spent(till: Till, codes: tuple[str, ...]) -> None:
    till.voucher("A", quantity=None)
    till.voucher("B")
    till.redeem("A", order=CART)
    told = till.redeem(*codes, order=CART)
    assert key_of(told) == "order_already_paid"
    assert (till.counts("A"), till.counts("B")) == ((1, 1), (0, 0))


def test_an_order_that_was_cancelled_may_be_paid_anew(till: Till) -> None:
    till.voucher()
    first = till.redeem("MUG", order=CART)
    till.roll_back(first.records[0].id)
    second = till.redeem("MUG", order=CART)
    assert second.failure is None
    assert second.records[0].id != first.records[0].id
    assert till.counts("MUG") == (1, 1)
    assert till.stores.ledger.tell(second.records).order.status == "PAID"


def test_an_order_without_a_name_is_another_order_every_time(till: Till) -> None:
    till.voucher(quantity=2)
    first, second = till.redeem("MUG"), till.redeem("MUG")
    assert first.order
    assert second.order
    assert first.order.id != second.order.id
    assert till.counts("MUG") == (2, 2)


# Races


def test_who_loses_the_last_use_is_judged_again_and_gets_the_reason_that_any_later_one_gets(till: Till) -> None:
    till.voucher()
    late = Overtaken(till.stores.ledger, lambda: till.redeem("MUG"))
    assert key_of(till.redeem("MUG", ledger=late)) == "quantity_exceeded"
    assert till.counts("MUG") == (1, 1)
    assert till.failures() == ["quantity_exceeded"]


def test_two_who_come_for_different_uses_do_not_meet(till: Till) -> None:
    till.voucher(quantity=2)
    late = Overtaken(till.stores.ledger, lambda: till.redeem("MUG"))
    assert key_of(till.redeem("MUG", ledger=late)) is None
    assert till.counts("MUG") == (2, 2)


def test_a_voucher_that_is_switched_off_meanwhile_is_not_spent(till: Till) -> None:
    till.voucher()
    late = Overtaken(till.stores.ledger, lambda: till.disable("MUG"))
    assert key_of(till.redeem("MUG", ledger=late)) == "voucher_disabled"
    assert till.counts("MUG") == (0, 0)


def test_a_voucher_that_is_deleted_meanwhile_is_not_found(till: Till) -> None:
    mug = till.voucher()
    late = Overtaken(till.stores.ledger, lambda: till.stores.vouchers.remove(mug, for_good=True))
    assert key_of(till.redeem("MUG", ledger=late)) == "not_found"


def test_one_order_twice_at_once_is_paid_once_and_both_get_the_same_answer(till: Till) -> None:
    till.voucher(quantity=None)
    first = []
    late = Overtaken(till.stores.ledger, lambda: first.append(till.redeem("MUG", order=CART)))
    second = till.redeem("MUG", order=CART, ledger=late)
    assert [it.id for it in second.records] == [it.id for it in first[0].records]
    assert till.counts("MUG") == (1, 1)


def test_one_order_by_two_codes_at_once_is_paid_by_one_of_them(till: Till) -> None:
    till.voucher("A")
    till.voucher("B")
    late = Overtaken(till.stores.ledger, lambda: till.redeem("A", order=CART))
    assert key_of(till.redeem("B", order=CART, ledger=late)) == "order_already_paid"
    assert (till.counts("A"), till.counts("B")) == ((1, 1), (0, 0))


def test_one_new_customer_twice_at_once_is_one_customer(till: Till) -> None:
    till.voucher("A")
    till.voucher("B")
    late = Overtaken(till.stores.ledger, lambda: till.redeem("A", customer="ann"))
    told = till.redeem("B", customer="ann", ledger=late)
    assert told.failure is None
    assert (till.counts("A"), till.counts("B")) == ((1, 1), (1, 1))


def test_a_hold_that_another_took_over_meanwhile_is_not_spent(till: Till) -> None:
    till.voucher()
    till.validate("MUG", session=lock("lapsed"))
    later = AT + DAY
    late = Overtaken(till.stores.ledger, lambda: till.validate("MUG", session=lock("faster"), at=later))
    assert key_of(till.redeem("MUG", session=lock("lapsed"), at=later, ledger=late)) == "quantity_exceeded"
    assert till.counts("MUG") == (0, 1)


def test_whose_facts_keep_moving_is_told_to_ask_again_and_nothing_is_spent_or_recorded(till: Till) -> None:
    till.voucher()
    till.voucher("OTHER", quantity=None)
    names = count(1)

    def ann_is_renamed() -> None:
        till.redeem("OTHER", customer=Profile(source_id="ann", name=f"Ann {next(names)}"))

    late = Overtaken(till.stores.ledger, *[ann_is_renamed] * ROUNDS)
    with pytest.raises(Busy):
        till.redeem("MUG", customer=Profile(source_id="ann", email="ann@example.com"), ledger=late)
    assert till.counts("MUG") == (0, 0)
    assert till.counts("OTHER") == (ROUNDS, ROUNDS)
    assert till.failures() == []


def test_a_paid_order_is_told_again_also_where_a_limit_passed_over_some_offers(till: Till) -> None:
    codes = [f"CODE-{number}" for number in range(6)]
    for code in codes:
        till.voucher(code)
    cart = Order(source_id="cart-7", amount=10_000)
    first, again = (till.redeem(*codes, order=cart) for _ in range(2))
    assert [record.id for record in again.records] == [record.id for record in first.records]


def test_a_code_deleted_for_good_and_made_again_has_no_holds(till: Till) -> None:
    till.voucher()
    till.validate("MUG", session=lock("old"))
    till.stores.vouchers.remove(till.find("MUG"), for_good=True)
    till.voucher()
    assert till.stores.vouchers.hold("MUG", "old") is None
    till.validate("MUG", session=lock("new", ttl=10, ttl_unit="DAYS"), at=AT + DAY)
    assert till.redeem("MUG", at=AT + DAY).failure
    assert till.redeem("MUG", session=lock("new"), at=AT + DAY).failure is None
