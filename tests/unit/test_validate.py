"""To ask may be done any number of times; only a session writes, and what it writes is a hold of all or of none."""

import pytest

from shared.domain.decision import NOT_FOUND, PRECEDING_FAILED
from shared.domain.errors import Busy, PromotionError
from shared.domain.orders import Price
from shared.domain.vouchers import USED_UP, Hold
from shared.usecases import ROUNDS
from tests.fakes import Overtaken
from tests.unit.till import Till, Unasked
from tests.unit.values import AT, MILLISECOND, lock, percent

MINUTE = 60_000 * MILLISECOND


def test_to_ask_without_a_session_writes_nothing(till: Till) -> None:
    till.voucher("A", percent(20))
    before = till.stores.everything()
    asked = [till.validate("A", customer="ann") for _ in range(3)]
    assert [it.price for it in asked] == [Price(10_000, 2_000, 2_000)] * 3
    assert till.stores.everything() == before


def test_a_session_holds_one_use_until_its_time(till: Till) -> None:
    till.voucher(quantity=2)
    assert till.validate("MUG", session=lock("cart-1")).valid
    assert till.counts("MUG") == (0, 1)
    assert till.stores.vouchers.hold("MUG", "cart-1") == Hold("cart-1", AT + 10 * MINUTE)


def test_a_session_renews_its_own_hold_and_takes_no_second_use(till: Till) -> None:
    till.voucher()
    for minutes in (0, 3, 7):
        assert till.validate("MUG", session=lock(), at=AT + minutes * MINUTE).valid
    assert till.counts("MUG") == (0, 1)
    assert till.stores.vouchers.hold("MUG", "cart-1") == Hold("cart-1", AT + 17 * MINUTE)


def test_as_many_sessions_as_uses_and_then_no_more(till: Till) -> None:
    till.voucher(quantity=3)
    asked = [till.validate("MUG", session=lock(f"cart-{i}")) for i in range(4)]
    assert [it.valid for it in asked] == [True, True, True, False]
    assert asked[3].inapplicable[0].reasons == (USED_UP,)
    assert till.counts("MUG") == (0, 3)


def test_a_held_use_is_nobody_elses_and_asking_without_a_session_says_so(till: Till) -> None:
    till.voucher()
    till.validate("MUG", session=lock("mine"))
    before = till.stores.everything()
    assert not till.validate("MUG").valid
    assert not till.validate("MUG", session=lock("another")).valid
    assert till.validate("MUG", session=lock("mine")).valid
    assert till.stores.everything() == before


@pytest.mark.parametrize(("later", "valid"), [(10 * MINUTE - MILLISECOND, False), (10 * MINUTE, True)])
def test_a_hold_lapses_to_the_millisecond(till: Till, later: object, valid: bool) -> None:
    till.voucher()
    till.validate("MUG", session=lock("mine"))
    assert till.validate("MUG", at=AT + later).valid is valid


def test_a_lapsed_hold_gives_its_place_to_the_first_who_comes(till: Till) -> None:
    till.voucher()
    till.validate("MUG", session=lock("mine"))
    later = AT + 10 * MINUTE
    assert till.validate("MUG", session=lock("another"), at=later).valid
    assert till.counts("MUG") == (0, 1)
    assert till.stores.vouchers.hold("MUG", "mine") is None
    assert not till.validate("MUG", session=lock("mine"), at=later).valid


def test_a_lapsed_key_still_serves_where_nobody_took_its_place(till: Till) -> None:
    till.voucher()
    till.validate("MUG", session=lock())
    assert till.validate("MUG", session=lock(), at=AT + 60 * MINUTE).valid
    assert till.counts("MUG") == (0, 1)


def test_two_offers_are_held_together_or_not_at_all(till: Till) -> None:
    till.voucher("A")
    till.voucher("B")
    till.validate("B", session=lock("another"))
    before = till.stores.everything()
    asked = till.validate("A", "B", session=lock("mine"))
    assert [it.reason for it in asked.skipped] == [PRECEDING_FAILED]
    assert till.stores.everything() == before
    assert till.validate("A", session=lock("mine")).valid


def test_a_code_that_nobody_has_is_an_answer(till: Till) -> None:
    asked = till.validate("GONE")
    assert [it.reasons for it in asked.inapplicable] == [(NOT_FOUND,)]


def test_an_offer_skipped_by_the_limit_is_not_held(till: Till) -> None:
    for i in range(6):
        till.voucher(f"CODE-{i}")
    assert till.validate(*(f"CODE-{i}" for i in range(6)), session=lock()).valid
    assert [till.counts(f"CODE-{i}")[1] for i in range(6)] == [1, 1, 1, 1, 1, 0]


def test_a_senseless_list_is_refused_before_anything_is_looked_up(till: Till) -> None:
    with pytest.raises(PromotionError) as refusal:
        till.validate("MUG", "mug", ledger=Unasked())
    assert refusal.value.key == "duplicated_redeemables"


# Races


def test_who_loses_the_last_use_to_another_is_judged_again(till: Till) -> None:
    till.voucher()
    late = Overtaken(till.stores.ledger, lambda: till.validate("MUG", session=lock("faster")))
    asked = till.validate("MUG", session=lock("slower"), ledger=late)
    assert [it.reasons for it in asked.inapplicable] == [(USED_UP,)]
    assert till.counts("MUG") == (0, 1)
    assert till.stores.vouchers.hold("MUG", "slower") is None


def test_who_loses_one_of_many_uses_takes_the_next(till: Till) -> None:
    till.voucher(quantity=2)
    late = Overtaken(till.stores.ledger, lambda: till.validate("MUG", session=lock("faster")))
    assert till.validate("MUG", session=lock("slower"), ledger=late).valid
    assert till.counts("MUG") == (0, 2)


def test_two_who_come_for_one_lapsed_hold_get_one_place(till: Till) -> None:
    till.voucher()
    till.validate("MUG", session=lock("lapsed"))
    later = AT + 10 * MINUTE
    late = Overtaken(till.stores.ledger, lambda: till.validate("MUG", session=lock("faster"), at=later))
    assert not till.validate("MUG", session=lock("slower"), at=later, ledger=late).valid
    assert till.counts("MUG") == (0, 1)


def test_whose_facts_keep_moving_is_told_to_ask_again_and_nothing_is_held(till: Till) -> None:
    till.voucher()

    def let_go() -> None:
        till.stores.vouchers.release(till.find("MUG"), till.stores.vouchers.hold("MUG", "mine"))

    others = [lambda: till.validate("MUG", session=lock("mine")), let_go] * (ROUNDS // 2)
    with pytest.raises(Busy):
        till.validate("MUG", session=lock("mine"), ledger=Overtaken(till.stores.ledger, *others))
    assert till.counts("MUG") == (0, 0)
    assert till.stores.vouchers.hold("MUG", "mine") is None
