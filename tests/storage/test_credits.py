"""A gift card's credits: spent, held, given back and changed by hand, by the fake and by the table alike."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.errors import InvalidPayload, Refused
from shared.domain.gifts import Adjustment
from shared.domain.model import Frozen
from shared.domain.redemptions import Told
from shared.domain.vouchers import Voucher
from shared.usecases import credits as usecases
from shared.usecases.vouchers import release_session
from tests.builders import amount_off, percent_off
from tests.fakes import Overtaken, in_memory
from tests.unit.till import Till
from tests.unit.values import AT, discount_of, lock

MINUTE = timedelta(minutes=1)


def on_card(till: Till, code: str = "CARD") -> tuple[int, int]:
    """What is on a card, and how much of that nobody holds."""
    card = till.find(code)
    return card.balance, card.free


def adjust(till: Till, amount: int, *, number: int = 1, cards: Any = None) -> Voucher:
    adjustment = Adjustment(id=f"vtx_{number:028x}", date=AT, amount=amount)
    return usecases.adjust_balance("CARD", adjustment, cards=cards or till.stores.vouchers)[0]


def movements(till: Till) -> list[tuple[str, int, int]]:
    """Every movement, oldest first: its kind, its amount, and the balance after it."""
    _, found = usecases.transactions("CARD", cards=till.stores.vouchers, records=till.stores.ledger)
    return [(it.kind, it.amount, it.balance) for it in reversed(found)]


def paid(told: Told) -> int | None:
    assert told.failure is None, told.failure
    return told.records[0].credits


def test_a_card_pays_what_the_order_costs(till: Till) -> None:
    till.gift_card(1_000)
    told = till.redeem("CARD", amount=300)
    assert paid(told) == 300
    assert told.order
    assert told.order.discount == 300
    assert on_card(till) == (700, 700)


def test_a_card_pays_as_much_as_it_has(till: Till) -> None:
    till.gift_card(1_000)
    assert paid(till.redeem("CARD", amount=3_000)) == 1_000
    assert on_card(till) == (0, 0)
    told = till.redeem("CARD", amount=100)
    assert told.failure
    assert told.failure.failure_code == "gift_amount_exceeded"


@pytest.mark.parametrize(
    ("case", "amount", "wanted", "takes"),
    [
        ("a part of it", 3_000, 400, 400),
        ("all of it", 3_000, 1_000, 1_000),
        ("never more than is to pay", 250, 400, 250),
        ("nothing", 3_000, 0, 0),
        ("without an order", None, 400, 400),
    ],
)
def test_a_customer_may_say_how_much(till: Till, case: str, amount: int | None, wanted: int, takes: int) -> None:
    till.gift_card(1_000)
    assert paid(till.redeem("CARD", amount=amount, credits={"CARD": wanted})) == takes
    assert on_card(till) == (1_000 - takes, 1_000 - takes)


def test_more_than_there_is_is_refused_and_nothing_is_taken(till: Till) -> None:
    till.gift_card(1_000)
    told = till.redeem("CARD", amount=5_000, credits={"CARD": 1_001})
    assert told.failure
    assert told.failure.failure_code == "gift_amount_exceeded"
    assert on_card(till) == (1_000, 1_000)


def test_without_an_order_somebody_must_say_how_much(till: Till) -> None:
    till.gift_card(1_000)
    before = till.stores.everything()
    assert till.validate("CARD", amount=None).valid
    with pytest.raises(InvalidPayload) as refused:
        till.redeem("CARD", amount=None)
    assert refused.value.details == "redeemables.0.gift.credits: needed where there is no order to pay"
    assert till.stores.everything() == before


def test_gift_100_then_20_percent_then_80_off_2000_dollars(till: Till) -> None:
    """The contract's own example of a stack, in cents."""
    till.gift_card(100)
    till.voucher("FIFTH", discount_of(percent_off(20)))
    till.voucher("EIGHTY", discount_of(amount_off(8_000)))
    told = till.redeem("CARD", "FIFTH", "EIGHTY", amount=200_000)
    assert [(it.discount, it.applied) for it in told.records] == [(100, 100), (40_080, 39_980), (48_080, 8_000)]
    assert told.order
    assert told.order.discount == 48_080


def test_what_a_session_holds_is_there_for_it_and_for_nobody_else(till: Till) -> None:
    till.gift_card(1_000)
    till.validate("CARD", amount=700, session=lock("cart-1"))
    assert on_card(till) == (1_000, 300)
    refused = till.redeem("CARD", amount=700, credits={"CARD": 700})
    assert refused.failure
    assert paid(till.redeem("CARD", amount=9_999)) == 300
    assert paid(till.redeem("CARD", amount=700, session=lock("cart-1"))) == 700
    assert on_card(till) == (0, 0)


def test_a_session_that_changes_its_mind_holds_what_it_says_last(till: Till) -> None:
    till.gift_card(1_000)
    for amount, free in ((700, 300), (900, 100), (200, 800), (200, 800)):
        till.validate("CARD", amount=amount, session=lock("cart-1"))
        assert on_card(till) == (1_000, free)
    assert till.counts("CARD") == (0, 1)


def test_a_session_may_pay_more_or_less_than_it_holds(till: Till) -> None:
    till.gift_card(1_000)
    till.validate("CARD", amount=300, session=lock("cart-1"))
    assert paid(till.redeem("CARD", amount=500, session=lock("cart-1"))) == 500
    till.validate("CARD", amount=300, session=lock("cart-2"))
    assert paid(till.redeem("CARD", amount=100, session=lock("cart-2"))) == 100
    assert on_card(till) == (400, 400)


def test_a_released_session_gives_its_credits_back(till: Till) -> None:
    till.gift_card(1_000)
    till.validate("CARD", amount=700, session=lock("cart-1"))
    release_session("CARD", "cart-1", vouchers=till.stores.vouchers)
    assert (on_card(till), till.counts("CARD")) == ((1_000, 1_000), (0, 0))


def test_lapsed_holds_give_way_as_many_as_are_needed(till: Till) -> None:
    till.gift_card(1_000)
    for cart in range(4):
        till.validate("CARD", amount=250, session=lock(f"cart-{cart}", ttl=1))
    assert on_card(till) == (1_000, 0)
    assert till.redeem("CARD", amount=600).failure
    assert paid(till.redeem("CARD", amount=600, at=AT + MINUTE)) == 600
    assert on_card(till) == (400, 150)  # three holds gave way, the fourth lies there still
    assert paid(till.redeem("CARD", amount=600, at=AT + MINUTE)) == 400
    assert (on_card(till), till.counts("CARD")) == ((0, 0), (2, 2))


def test_a_rollback_gives_the_credits_back(till: Till) -> None:
    till.gift_card(1_000)
    told = till.redeem("CARD", amount=300)
    till.roll_back(told.records[0].id)
    assert (on_card(till), till.counts("CARD")) == ((1_000, 1_000), (0, 0))
    assert movements(till) == [("CREDITS_REDEMPTION", -300, 700), ("CREDITS_REFUND", 300, 1_000)]


def test_a_card_is_loaded_and_unloaded_by_hand(till: Till) -> None:
    till.gift_card(1_000)
    assert adjust(till, 500).balance == 1_500
    assert adjust(till, -200, number=2).balance == 1_300
    card = till.find("CARD")
    assert (card.income, card.subtracted, card.balance, card.free) == (1_500, 200, 1_300, 1_300)
    assert movements(till) == [("CREDITS_ADDITION", 500, 1_500), ("CREDITS_REMOVAL", -200, 1_300)]


def test_what_is_not_there_or_is_held_cannot_be_taken_off(till: Till) -> None:
    till.gift_card(1_000)
    till.validate("CARD", amount=700, session=lock("cart-1"))
    before = till.stores.everything()
    with pytest.raises(Refused) as refused:
        adjust(till, -301)
    assert refused.value.key == "gift_amount_exceeded"
    assert till.stores.everything() == before


def test_who_is_overtaken_takes_off_nothing_that_is_gone(till: Till) -> None:
    till.gift_card(1_000)
    late = Overtaken(till.stores.vouchers, lambda: till.redeem("CARD", amount=900))
    late.COMMITS = frozenset({"adjust"})
    with pytest.raises(Refused):
        adjust(till, -200, cards=late)
    assert on_card(till) == (100, 100)


def test_a_discount_voucher_has_no_credits(till: Till) -> None:
    till.voucher("CARD")
    with pytest.raises(InvalidPayload) as refused:
        adjust(till, 100)
    assert refused.value.details == "code: CARD is no gift card"


class Step(Frozen):
    """One thing that happens to a card."""

    verb: str
    amount: int
    cart: int


steps = st.builds(
    Step,
    verb=st.sampled_from(["spend", "hold", "spend held", "release", "undo", "load", "unload", "wait"]),
    amount=st.integers(1, 800),
    cart=st.integers(1, 3),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(steps, max_size=25))
def test_no_credit_is_ever_lost_or_made(history: list[Step]) -> None:
    """Whatever happens: the balance is what was loaded less what was redeemed, holds included; the ledger agrees."""
    till = Till(in_memory("proj_law"))
    till.gift_card(1_000)
    loaded, at, redeemed = 1_000, AT, list[Told]()
    for number, step in enumerate(history):
        session = lock(f"cart-{step.cart}", ttl=2)
        match step.verb:
            case "spend" | "spend held":
                told = till.redeem("CARD", amount=step.amount, session=session if "held" in step.verb else None, at=at)
                redeemed += [] if told.failure else [told]
            case "hold":
                till.validate("CARD", amount=step.amount, session=session, at=at)
            case "release" if till.stores.vouchers.hold("CARD", session.key):
                release_session("CARD", session.key, vouchers=till.stores.vouchers)
            case "undo" if redeemed:
                till.roll_back(redeemed.pop().records[0].id, at=at)
            case "load":
                loaded += step.amount
                adjust(till, step.amount, number=number)
            case "unload" if till.find("CARD").free >= step.amount:
                loaded -= step.amount
                adjust(till, -step.amount, number=number)
            case "wait":
                at += MINUTE
        balance, free = on_card(till)
        spent = sum(paid(told) or 0 for told in redeemed)
        holds = [till.stores.vouchers.hold("CARD", f"cart-{cart}") for cart in (1, 2, 3)]
        assert balance == loaded - spent
        assert free == balance - sum(hold.credits for hold in holds if hold) >= 0
        assert till.counts("CARD") == (len(redeemed), len(redeemed) + sum(1 for hold in holds if hold))
    final = movements(till)
    assert not final or final[-1][2] == on_card(till)[0]
