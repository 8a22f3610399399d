"""A voucher that stands alone: made once, changed without touching its counters, deleted, released."""

import pytest

from shared.domain.errors import Busy, Duplicate, NotFound
from shared.domain.vouchers import Voucher
from shared.usecases import ROUNDS
from shared.usecases.vouchers import change_voucher, create_voucher, delete_voucher, release_session
from tests.fakes import Overtaken
from tests.unit.till import Till
from tests.unit.values import AT, DAY, drawing, lock, voucher


def off(its: Voucher) -> Voucher:
    return its.model_copy(update={"active": False})


def test_a_given_code_is_taken_once_in_any_spelling(till: Till) -> None:
    create_voucher(lambda: voucher("MUG"), given=True, vouchers=till.stores.vouchers)
    before = till.stores.everything()
    for spelling in ("MUG", "mug", " Mug "):
        with pytest.raises(Duplicate) as refusal:
            create_voucher(lambda code=spelling: voucher(code), given=True, vouchers=till.stores.vouchers)
        assert refusal.value.resource_id == spelling
    assert till.stores.everything() == before


def test_a_drawn_code_that_somebody_has_is_drawn_again(till: Till) -> None:
    till.voucher("TAKEN")
    draw = drawing("TAKEN", "taken", "FREE-1")
    made = create_voucher(lambda: voucher(draw(None)), given=False, vouchers=till.stores.vouchers)
    assert made.voucher.code == "FREE-1"


def test_where_every_code_is_taken_the_request_is_told_to_ask_again(till: Till) -> None:
    till.voucher("TAKEN")
    with pytest.raises(Busy):
        create_voucher(lambda: voucher("TAKEN"), given=False, vouchers=till.stores.vouchers)


def test_a_change_says_when_and_leaves_the_counters(till: Till) -> None:
    till.voucher(quantity=3)
    till.redeem("MUG")
    till.validate("MUG", session=lock())
    changed = change_voucher("mug", off, at=AT + DAY, vouchers=till.stores.vouchers)
    assert (changed.voucher.active, changed.voucher.updated_at) == (False, AT + DAY)
    assert till.counts("MUG") == (1, 2)


def test_a_use_that_is_spent_while_a_change_is_made_is_not_forgotten(till: Till) -> None:
    till.voucher(quantity=3)
    late = Overtaken(till.stores.vouchers, lambda: till.redeem("MUG"))
    change_voucher("MUG", off, at=AT, vouchers=late)
    assert till.counts("MUG") == (1, 1)
    assert not till.find("MUG").active


def test_two_changes_at_once_are_both_made(till: Till) -> None:
    till.voucher()
    late = Overtaken(till.stores.vouchers, lambda: till.disable("MUG"))
    change_voucher("MUG", lambda it: it.model_copy(update={"category": "spring"}), at=AT, vouchers=late)
    assert (till.find("MUG").active, till.find("MUG").category) == (False, "spring")


def test_whose_voucher_keeps_changing_is_told_to_ask_again(till: Till) -> None:
    till.voucher()

    def touch() -> None:
        change_voucher("MUG", lambda it: it, at=AT, vouchers=till.stores.vouchers)

    with pytest.raises(Busy):
        change_voucher("MUG", off, at=AT, vouchers=Overtaken(till.stores.vouchers, *[touch] * ROUNDS))
    assert till.find("MUG").active


def test_a_deleted_code_is_gone_and_can_never_be_given_to_another(till: Till) -> None:
    till.voucher()
    delete_voucher("mug", for_good=False, vouchers=till.stores.vouchers)
    with pytest.raises(NotFound):
        till.find("MUG")
    with pytest.raises(Duplicate):
        create_voucher(lambda: voucher("MUG"), given=True, vouchers=till.stores.vouchers)


def test_a_code_that_was_deleted_for_good_is_free_again(till: Till) -> None:
    till.voucher()
    delete_voucher("MUG", for_good=True, vouchers=till.stores.vouchers)
    create_voucher(lambda: voucher("MUG"), given=True, vouchers=till.stores.vouchers)
    assert till.counts("MUG") == (0, 0)


@pytest.mark.parametrize("for_good", [True, False])
def test_what_there_is_not_cannot_be_deleted(till: Till, for_good: bool) -> None:
    with pytest.raises(NotFound):
        delete_voucher("GONE", for_good=for_good, vouchers=till.stores.vouchers)


def test_a_released_use_is_anybodys_again(till: Till) -> None:
    till.voucher()
    till.validate("MUG", session=lock("mine"))
    assert release_session("mug", "mine", vouchers=till.stores.vouchers).session == "mine"
    assert till.counts("MUG") == (0, 0)
    assert till.validate("MUG", session=lock("another")).valid


def test_a_use_is_released_once(till: Till) -> None:
    till.voucher(quantity=2)
    till.validate("MUG", session=lock("mine"))
    till.validate("MUG", session=lock("another"))
    release_session("MUG", "mine", vouchers=till.stores.vouchers)
    for session in ("mine", "nobodys"):
        with pytest.raises(NotFound):
            release_session("MUG", session, vouchers=till.stores.vouchers)
    assert till.counts("MUG") == (0, 1)


def test_a_use_that_is_spent_while_it_is_released_does_not_come_back(till: Till) -> None:
    till.voucher()
    till.validate("MUG", session=lock("mine"))

    class Late(Overtaken):
        COMMITS = frozenset({"release"})

    late = Late(till.stores.vouchers, lambda: till.redeem("MUG", session=lock("mine")))
    with pytest.raises(NotFound):
        release_session("MUG", "mine", vouchers=late)
    assert till.counts("MUG") == (1, 1)
