"""What the voucher store promises, kept by the table and by its fake: a code is taken once, counters are nobody's."""

from collections.abc import Callable

import pytest

from shared.domain.errors import Duplicate, Moved, NotFound
from shared.domain.vouchers import Made, Voucher
from tests.unit.till import Till
from tests.unit.values import AT, DAY, lock, percent, voucher

TAKEN = Duplicate("voucher", "MUG")


def refused(till: Till, commit: Callable[[], object], error: type[Exception] = Moved) -> None:
    """A commit that fails and writes nothing."""
    before = till.stores.everything()
    with pytest.raises(error):
        commit()
    assert till.stores.everything() == before


def changed(till: Till, code: str = "MUG", **fields: object) -> Made:
    made: Made = till.stores.vouchers.get(code)
    return made._replace(voucher=made.voucher.model_copy(update=fields))


@pytest.mark.parametrize(
    "made",
    [
        voucher(),
        voucher(quantity=None, active=False),
        voucher("İndirim 20", percent(12.5, amount_limit=500), quantity=7, category="spring"),
        voucher(
            "Ω-1",
            start_date=AT,
            expiration_date=AT + DAY,
            additional_info="two\nlines 🎁",
            metadata={"a": None, "b": [1.5, {"ü": ""}], "": 2**53},
        ),
    ],
)
def test_a_voucher_is_kept_as_it_was_made(till: Till, made: Voucher) -> None:
    till.stores.vouchers.add(Made(made), otherwise=TAKEN)
    assert till.stores.vouchers.get(made.code) == Made(made)


@pytest.mark.parametrize("spelling", ["MUG", "mug", " Mug ", "ＭＵＧ"])
def test_a_code_is_taken_once_in_any_spelling(till: Till, spelling: str) -> None:
    till.voucher("MUG")
    refused(till, lambda: till.stores.vouchers.add(Made(voucher(spelling)), otherwise=TAKEN), Duplicate)


def test_a_change_keeps_what_others_count_meanwhile(till: Till) -> None:
    till.voucher(quantity=None)
    change = changed(till, active=False, category="spring", metadata={"a": 1})
    till.redeem("MUG")
    till.validate("MUG", session=lock())
    till.issue("ann", voucher="MUG")
    holder = till.find("MUG").holder_id
    till.stores.vouchers.save(change)
    after = till.find("MUG")
    assert (after.active, after.category, after.metadata) == (False, "spring", {"a": 1})
    assert (after.redeemed_quantity, after.taken, after.published) == (1, 2, 1)
    assert after.holder_id == holder is not None


def test_a_change_of_what_has_changed_since_is_not_made(till: Till) -> None:
    till.voucher()
    first, second = changed(till, active=False), changed(till, category="spring")
    till.stores.vouchers.save(first)
    refused(till, lambda: till.stores.vouchers.save(second))
    till.stores.vouchers.save(changed(till, category="spring"))
    assert (till.find("MUG").active, till.find("MUG").category) == (False, "spring")


def test_a_field_that_was_cleared_is_gone(till: Till) -> None:
    till.voucher(expiration_date=AT, category="spring")
    till.stores.vouchers.save(changed(till, expiration_date=None))
    assert (till.find("MUG").expiration_date, till.find("MUG").category) == (None, "spring")


def test_a_change_of_what_is_gone_is_not_made(till: Till) -> None:
    mug = till.voucher()
    change = changed(till, active=False)
    till.stores.vouchers.remove(mug, for_good=True)
    refused(till, lambda: till.stores.vouchers.save(change))


def test_a_deleted_code_is_not_found_and_stays_taken(till: Till) -> None:
    mug = till.voucher()
    till.stores.vouchers.remove(mug, for_good=False)
    with pytest.raises(NotFound):
        till.stores.vouchers.get("MUG")
    refused(till, lambda: till.stores.vouchers.add(Made(voucher()), otherwise=TAKEN), Duplicate)
    assert not till.validate("MUG").valid


def test_a_code_that_was_deleted_for_good_is_free_again(till: Till) -> None:
    till.stores.vouchers.remove(till.voucher(), for_good=True)
    till.voucher(quantity=5)
    assert till.find("MUG").quantity == 5


def test_a_deletion_of_what_has_changed_since_is_not_made(till: Till) -> None:
    mug = till.voucher()
    till.disable("MUG")
    refused(till, lambda: till.stores.vouchers.remove(mug, for_good=False))


def test_a_code_comes_with_its_campaign_and_goes_with_it(till: Till) -> None:
    spring = till.campaign("S-1")
    assert till.stores.vouchers.get("s-1").campaign == till.stores.campaigns.get("Spring")
    till.stores.campaigns.save(spring.model_copy(update={"deleted": True}))
    with pytest.raises(NotFound):
        till.stores.vouchers.get("S-1")


def test_a_session_that_holds_nothing_has_no_hold(till: Till) -> None:
    till.voucher()
    assert till.stores.vouchers.hold("MUG", "cart-1") is None
    assert till.stores.vouchers.hold("GONE", "cart-1") is None
