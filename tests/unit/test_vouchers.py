"""Whether a voucher may be used at an instant: every reason why not, in the contract's order, to the millisecond."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.vouchers import (
    CAMPAIGN_DISABLED,
    DISABLED,
    EXPIRED,
    NOT_ACTIVE_YET,
    USED_UP,
    Hold,
    Place,
    Redeemable,
)
from tests.unit.values import AT, DAY, MILLISECOND, campaign, code_of, offer, voucher

OVER = AT - MILLISECOND
LATER = AT + MILLISECOND
SPENT = {"quantity": 1, "taken": 1, "redeemed_quantity": 1}


@pytest.mark.parametrize(
    ("case", "fields", "reasons"),
    [
        ("nothing is wrong", {}, []),
        ("no dates", {"start_date": None, "expiration_date": None}, []),
        ("it is off", {"active": False}, [DISABLED]),
        ("it starts now", {"start_date": AT}, []),
        ("it starts in a millisecond", {"start_date": LATER}, [NOT_ACTIVE_YET]),
        ("it ends in a millisecond", {"expiration_date": LATER}, []),
        ("it ends now", {"expiration_date": AT}, [EXPIRED]),
        ("it ended a millisecond ago", {"expiration_date": OVER}, [EXPIRED]),
        ("it is spent", SPENT, [USED_UP]),
        (
            "everything is wrong",
            {"active": False, "start_date": LATER, "expiration_date": OVER, **SPENT},
            [DISABLED, NOT_ACTIVE_YET, EXPIRED, USED_UP],
        ),
    ],
)
def test_every_reason_is_told_in_the_order_of_the_checks(case: str, fields: dict[str, Any], reasons: list[Any]) -> None:
    assert list(offer(**fields).unmet(at=AT, zone=ZoneInfo("UTC"))) == reasons


@pytest.mark.parametrize(
    ("case", "its", "of_campaign", "reasons"),
    [
        ("nothing is wrong", {}, {}, []),
        ("the campaign is off", {}, {"active": False}, [CAMPAIGN_DISABLED]),
        ("both are off", {"active": False}, {"active": False}, [CAMPAIGN_DISABLED, DISABLED]),
        ("the campaign starts in a millisecond", {"start_date": AT}, {"start_date": LATER}, [NOT_ACTIVE_YET]),
        ("the code starts in a millisecond", {"start_date": LATER}, {"start_date": AT}, [NOT_ACTIVE_YET]),
        ("the campaign ends now", {"expiration_date": LATER}, {"expiration_date": AT}, [EXPIRED]),
        ("the code ends now", {"expiration_date": AT}, {"expiration_date": LATER}, [EXPIRED]),
        ("both have ended, told once", {"expiration_date": OVER}, {"expiration_date": OVER}, [EXPIRED]),
    ],
)
def test_a_code_is_bound_by_its_campaign_too(
    case: str, its: dict[str, Any], of_campaign: dict[str, Any], reasons: list[Any]
) -> None:
    its_campaign = campaign(**of_campaign)
    assert (
        list(Redeemable(code_of(its_campaign, "MUG", **its), its_campaign).unmet(at=AT, zone=ZoneInfo("UTC")))
        == reasons
    )


def test_the_first_reason_gives_the_key_and_there_are_only_these() -> None:
    keys = [reason.key for reason in (CAMPAIGN_DISABLED, DISABLED, NOT_ACTIVE_YET, EXPIRED, USED_UP)]
    assert keys == [
        "voucher_disabled",
        "voucher_disabled",
        "voucher_not_active",
        "voucher_expired",
        "quantity_exceeded",
    ]


MINE = Hold("mine", AT + DAY)
MINE_LAPSED = Hold("mine", AT)
ANOTHERS_LAPSED = Hold("another", AT)


@pytest.mark.parametrize(
    # counts: the quantity, what is redeemed, what is taken (redeemed or held)
    ("case", "counts", "own", "lapsed", "place"),
    [
        ("nobody was here", (1, 0, 0), None, None, Place()),
        ("some are left", (3, 1, 2), None, None, Place()),
        ("without limit", (None, 10**6, 10**6), None, None, Place()),
        ("without limit, and held by me", (None, 5, 6), MINE, None, Place(MINE)),
        ("all spent", (1, 1, 1), None, None, None),
        ("all spent, though I held one", (1, 1, 1), MINE, None, None),
        ("all spent, though a hold has lapsed", (1, 1, 1), None, ANOTHERS_LAPSED, None),
        ("the last is held by another", (1, 0, 1), None, None, None),
        ("the last is held by me", (1, 0, 1), MINE, None, Place(MINE)),
        ("the last was held by me, and nobody took it", (1, 0, 1), MINE_LAPSED, None, Place(MINE_LAPSED)),
        ("the last was held by another", (1, 0, 1), None, ANOTHERS_LAPSED, Place(lapsed=(ANOTHERS_LAPSED,))),
        ("mine comes before another's", (1, 0, 1), MINE, ANOTHERS_LAPSED, Place(MINE)),
        ("mine comes before a new one", (3, 0, 1), MINE, None, Place(MINE)),
        ("a new one comes before a lapsed one", (3, 0, 1), None, ANOTHERS_LAPSED, Place()),
        ("the quantity was lowered below what is spent", (2, 3, 3), None, None, None),
        ("the quantity was lowered to what is spent", (3, 3, 5), MINE, ANOTHERS_LAPSED, None),
        ("the quantity was lowered below what is held", (2, 1, 4), None, None, None),
    ],
)
def test_where_the_next_use_comes_from(
    case: str, counts: tuple[int | None, int, int], own: Hold | None, lapsed: Hold | None, place: Place | None
) -> None:
    quantity, redeemed, taken = counts
    its = voucher(quantity=quantity, redeemed_quantity=redeemed, taken=taken)
    assert Redeemable(its, own=own, lapsed=(lapsed,) if lapsed else ()).place() == place


@pytest.mark.parametrize(
    ("case", "until", "lapsed"),
    [("for another millisecond", LATER, False), ("until now", AT, True), ("until a millisecond ago", OVER, True)],
)
def test_a_hold_lapses_at_its_instant(case: str, until: datetime, lapsed: bool) -> None:
    assert Hold("cart-1", until).lapsed(AT) is lapsed


@pytest.mark.parametrize(
    ("case", "quantity", "of_campaign", "unique"),
    [
        ("once", 1, False, True),
        ("twice", 2, False, False),
        ("without limit", None, False, False),
        ("of a campaign, once", 1, True, True),
        ("of a campaign, without limit", None, True, True),
    ],
)
def test_a_code_is_one_customers_own_if_it_is_of_a_campaign_or_good_for_once(
    case: str, quantity: int | None, of_campaign: bool, unique: bool
) -> None:
    assert voucher(quantity=quantity, campaign_id="camp_1" if of_campaign else None).is_unique is unique


def test_a_codes_own_discount_comes_before_its_campaigns() -> None:
    spring = campaign()
    plain, special = code_of(spring, "PLAIN"), offer("SPECIAL").voucher
    assert Redeemable(plain, spring).discount == spring.discount
    assert Redeemable(special.model_copy(update={"campaign_id": spring.id}), spring).discount is special.discount


instants = st.none() | st.integers(-3, 3).map(lambda steps: AT + steps * MILLISECOND)


@given(starts=instants, ends=instants, offset=st.integers(-5, 5))
def test_a_window_holds_its_first_instant_and_not_its_last(
    starts: datetime | None, ends: datetime | None, offset: int
) -> None:
    at = AT + offset * MILLISECOND
    inside = (starts is None or starts <= at) and (ends is None or at < ends)
    reasons = list(offer(start_date=starts, expiration_date=ends).unmet(at=at, zone=ZoneInfo("UTC")))
    assert (not reasons) is inside
