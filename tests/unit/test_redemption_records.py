"""What is written of a redemption, a refusal and a rollback: one record each, with its price at the time."""

from typing import Any

import pytest

from shared.domain.checkout import Checkout, Facts, Verdict
from shared.domain.customers import Customer, Profile
from shared.domain.decision import decide
from shared.domain.ids import code_hash
from shared.domain.orders import Order, StoredOrder
from shared.domain.redemptions import Buyer, Circumstances, Redemption, Told, redeemed, refused, rolled_back
from shared.domain.vouchers import Redeemable
from tests.unit.values import (
    AT,
    DAY,
    PROJECT,
    campaign,
    checkout,
    code_of,
    counting,
    lock,
    offer,
    percent,
    verdict,
)

ANN = Customer(id="cust_1", profile=Profile(source_id="ann"), created_at=AT)
ORDER = StoredOrder(id="ord_1", order=Order(amount=200_000), status="CREATED", created_at=AT)
STACK = (
    offer("ONE", offer().discount.model_copy(update={"amount_off": 100})),
    offer("FIFTH", percent(20)),
    offer("EIGHTY", offer().discount.model_copy(update={"amount_off": 8_000})),
)


def redeem(judged: Verdict, buyer: Buyer = Buyer(ANN, ORDER)) -> Told:  # noqa: B008 - a value
    return redeemed(judged, buyer, Circumstances(PROJECT, "sandbox", AT, counting()))


def refuse(judged: Verdict) -> Told:
    return refused(judged, Circumstances(PROJECT, "sandbox", AT, counting()))


def roll_back(told: Told, **fields: Any) -> Told:
    said = {"reason": None, "tracking_id": None} | fields
    return rolled_back(told.records, told.parent, told.order, project=PROJECT, at=AT + DAY, chance=counting(), **said)


def test_one_offer_is_one_record_and_no_parent() -> None:
    told = redeem(verdict(offer(), amount=200_000))
    assert told.parent is None
    assert told.failure is None
    assert told.records == (
        Redemption(
            id=f"r_{code_hash(PROJECT, 'MUG')}019cfacf100000000001",
            date=AT,
            code="MUG",
            customer_id="cust_1",
            order_id="ord_1",
            amount=200_000,
            discount=500,
            applied=500,
            channel_id="sandbox",
        ),
    )


def test_a_stack_is_a_record_for_each_offer_and_their_parent() -> None:
    told = redeem(verdict(*STACK, amount=200_000))
    parent = told.parent
    assert parent
    assert (parent.code, parent.children) == (None, tuple(record.id for record in told.records))
    assert (parent.amount, parent.discount, parent.applied) == (200_000, 48_080, 48_080)
    assert {record.parent for record in told.records} == {parent.id}
    assert [(it.code, it.amount, it.discount, it.applied) for it in told.records] == [
        ("ONE", 200_000, 100, 100),
        ("FIFTH", 200_000, 40_080, 39_980),
        ("EIGHTY", 200_000, 48_080, 8_000),
    ]
    assert len({parent.id, *parent.children}) == 4


def test_the_order_is_paid_by_its_redemption() -> None:
    told = redeem(verdict(offer(), amount=200_000))
    assert told.order
    assert (told.order.status, told.order.discount, told.order.updated_at) == ("PAID", 500, AT)
    assert told.order.offers == (offer().voucher.id,)
    assert told.order.redemptions == {
        told.records[0].id: {
            "date": "2026-03-17T08:00:00.000Z",
            "related_object_type": "voucher",
            "related_object_id": offer().voucher.id,
        }
    }


def test_the_order_is_paid_by_the_parent_of_a_stack() -> None:
    told = redeem(verdict(*STACK, amount=200_000))
    assert told.order
    assert told.parent
    assert told.order.discount == 48_080
    assert told.order.offers == tuple(it.voucher.id for it in STACK)
    assert told.order.redemptions == {
        told.parent.id: {
            "date": "2026-03-17T08:00:00.000Z",
            "related_object_type": "redemption",
            "stacked": list(told.parent.children),
        }
    }


def test_the_answer_shows_the_voucher_as_it_is_after_the_redemption() -> None:
    told = redeem(verdict(offer(quantity=3, redeemed_quantity=1, taken=1)))
    its = told.offers["MUG"].voucher
    assert its
    assert its.redeemed_quantity == 2


def test_without_an_order_and_a_customer_a_record_names_neither() -> None:
    told = redeem(verdict(offer(), amount=None), Buyer())
    record = told.records[0]
    assert (record.order_id, record.customer_id, record.amount, record.discount) == (None, None, None, None)
    assert told.order is None


def test_a_record_carries_what_the_checkout_said() -> None:
    asked = {"session": lock("cart-7"), "metadata": {"till": 4}, "tracking_id": "ann@tracker"}
    for told in (redeem(verdict(offer(), **asked)), refuse(verdict(offer(active=False), **asked))):
        record = told.records[0]
        assert (record.session, record.metadata, record.tracking_id) == ("cart-7", {"till": 4}, "ann@tracker")
        assert (record.date, record.channel_id) == (AT, "sandbox")


def test_a_code_of_a_campaign_is_recorded_with_it() -> None:
    spring = campaign()
    facts = Facts({"S-1": Redeemable(code_of(spring, "S-1"), spring)})
    record = redeem(decide(checkout("S-1"), facts, at=AT)).records[0]
    assert (record.code, record.campaign_id, record.campaign) == ("S-1", "camp_1", "Spring")


# A refusal


def test_a_refusal_is_one_record_of_the_first_offer_that_failed() -> None:
    told = refuse(verdict(offer("A"), offer("B", active=False, expiration_date=AT), offer("C", active=False)))
    assert told.failure is told.records[0]
    assert told.records == (
        Redemption(
            id=f"rf_{code_hash(PROJECT, 'B')}019cfacf100000000001",
            date=AT,
            status="FAILED",
            code="B",
            amount=10_000,
            failure_code="voucher_disabled",
            failure_message="voucher is disabled",
            channel_id="sandbox",
        ),
    )
    assert (told.parent, told.order, told.customer) == (None, None, None)


def test_a_refusal_keeps_no_customer_and_no_order_but_how_they_were_named() -> None:
    asked = checkout("GONE", customer="ann", order=Order(source_id="cart-7", amount=10_000))
    record = refuse(decide(asked, Facts({}), at=AT)).records[0]
    assert (record.customer_id, record.customer_source_id) == (None, "ann")
    assert (record.order_id, record.order_source_id, record.amount) == (None, "cart-7", 10_000)


def test_a_refusal_names_the_customer_and_the_order_that_are_known() -> None:
    paid = ORDER.model_copy(update={"status": "PAID"})
    judged = decide(checkout("MUG"), Facts({"MUG": offer()}, ANN, paid), at=AT)
    told = refuse(judged)
    assert (told.records[0].customer_id, told.records[0].order_id) == ("cust_1", "ord_1")
    assert (told.customer, told.order) == (ANN, paid)


def test_a_code_that_nobody_has_is_refused_under_the_name_that_was_typed() -> None:
    told = refuse(decide(Checkout(("gone 20",)), Facts({}), at=AT))
    assert told.records[0].id.startswith(f"rf_{code_hash(PROJECT, 'GONE 20')}")
    assert (told.records[0].code, told.records[0].failure_code) == ("gone 20", "not_found")
    assert told.offers == {}


# A rollback


def test_a_rollback_is_a_record_of_its_own_that_says_what_it_undoes() -> None:
    first = redeem(verdict(offer(), amount=200_000, session=lock("cart-7")))
    told = roll_back(first, reason="returned")
    done, undone = first.records[0], told.records[0]
    assert told.parent is None
    assert undone.id == f"rr_{code_hash(PROJECT, 'MUG')}{int((AT + DAY).timestamp() * 1000):012x}00000001"
    assert (undone.object, undone.status, undone.date) == ("redemption_rollback", "SUCCEEDED", AT + DAY)
    assert (undone.undoes, undone.reason, undone.session) == (done.id, "returned", None)
    assert (undone.amount, undone.discount, undone.applied) == (200_000, 500, 500)
    assert (undone.customer_id, undone.order_id, undone.code) == ("cust_1", "ord_1", "MUG")


def test_a_rolled_back_order_is_cancelled_and_costs_what_it_cost_before() -> None:
    told = roll_back(redeem(verdict(offer(), amount=200_000)))
    assert told.order
    assert (told.order.status, told.order.discount, told.order.updated_at) == ("CANCELED", 0, AT + DAY)


def test_a_stack_is_rolled_back_with_a_parent_of_its_own() -> None:
    first = redeem(verdict(*STACK, amount=200_000))
    told = roll_back(first)
    assert first.parent
    assert told.parent
    assert (told.parent.undoes, told.parent.children) == (first.parent.id, tuple(it.id for it in told.records))
    assert [it.undoes for it in told.records] == [it.id for it in first.records]
    assert {it.parent for it in told.records} == {told.parent.id}
    assert told.parent.id.startswith("rr_")


@pytest.mark.parametrize(("said", "kept"), [(None, "first"), ("second", "second")])
def test_a_rollback_is_tracked_as_its_redemption_was_unless_it_says_otherwise(said: str | None, kept: str) -> None:
    first = redeem(verdict(offer(), tracking_id="first"))
    assert roll_back(first, tracking_id=said).records[0].tracking_id == kept


def test_every_record_is_found_by_its_vouchers_hash() -> None:
    first = redeem(verdict(*STACK))
    for told in (first, roll_back(first)):
        for record in told.records:
            assert record.id.split("_")[1].startswith(code_hash(PROJECT, record.code or ""))
