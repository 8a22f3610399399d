"""A session sets one use aside until it is redeemed, released or over."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import Clock, Shop, amount_off, lock, ok, refusal

NOON = datetime(2026, 3, 17, 12, tzinfo=UTC)


def holds(shop: Shop, code: str, key: str, **fields: object) -> bool:
    return bool(shop.validate(code, session=lock(key, **fields))["valid"])


def test_a_hold_counts_for_everybody_else(shop: Shop) -> None:
    code = shop.code()
    assert holds(shop, code, "mine")
    assert not holds(shop, code, "yours")
    assert shop.validate(code)["redeemables"][0]["result"]["error"]["key"] == "quantity_exceeded"
    assert refusal(shop.redeem(code)) == (400, "quantity_exceeded")
    assert refusal(shop.redeem(code, session=lock("yours"))) == (400, "quantity_exceeded")
    assert shop.uses(code) == 0


def test_a_hold_is_redeemed_by_its_own_key_and_is_then_gone(shop: Shop) -> None:
    code = shop.code(quantity=2)
    assert holds(shop, code, "mine")
    redeemed = shop.redeemed(code, session=lock("mine"))
    assert redeemed["redemptions"][0]["session"]["key"] == "mine"
    assert shop.uses(code) == 1
    assert holds(shop, code, "yours")  # the second use; the first is spent, not held and spent
    assert not holds(shop, code, "a third")


def test_as_many_holds_as_uses(shop: Shop) -> None:
    code = shop.code(quantity=3)
    assert [holds(shop, code, f"cart-{i}") for i in range(5)] == [True, True, True, False, False]


def test_the_same_key_overwrites_its_own_hold(shop: Shop) -> None:
    code = shop.code(quantity=2)
    assert [holds(shop, code, "mine", ttl=i + 1, ttl_unit="HOURS") for i in range(3)] == [True, True, True]
    assert holds(shop, code, "yours")
    assert not holds(shop, code, "a third")


def test_a_validation_by_the_holder_stays_valid(shop: Shop) -> None:
    """A declined card and another try: the same hold serves."""
    code = shop.code()
    assert all(holds(shop, code, "mine") for _ in range(3))
    assert shop.redeemed(code, session=lock("mine"))["redemptions"][0]["result"] == "SUCCESS"


def test_a_released_hold_is_free(shop: Shop) -> None:
    code = shop.code()
    assert holds(shop, code, "mine")
    released = shop.ask("DELETE", f"vouchers/{code}/sessions/mine")
    assert (released.status_code, released.content) == (204, b"")
    assert shop.redeemed(code)["redemptions"][0]["result"] == "SUCCESS"


def test_a_hold_is_released_once(shop: Shop) -> None:
    """A second release must not give back a use that is not there."""
    code = shop.code()
    assert holds(shop, code, "mine")
    shop.ask("DELETE", f"vouchers/{code}/sessions/mine")
    shop.ask("DELETE", f"vouchers/{code}/sessions/mine")
    assert holds(shop, code, "yours")
    assert not holds(shop, code, "a third")


def test_without_a_key_one_is_made_and_without_a_ttl_it_is_seven_days(shop: Shop) -> None:
    code = shop.code()
    session = shop.validate(code, session={"type": "LOCK"})["session"]
    assert session["key"].startswith("ssn_")
    assert (session["type"], session["ttl"], session["ttl_unit"]) == ("LOCK", 7, "DAYS")
    assert refusal(shop.redeem(code)) == (400, "quantity_exceeded")
    assert shop.redeemed(code, session=lock(session["key"]))["redemptions"][0]["result"] == "SUCCESS"


def test_an_invalid_checkout_holds_nothing(shop: Shop) -> None:
    good, bad = shop.code(), shop.code(active=False)
    assert shop.validate(good, bad, session=lock("mine"))["valid"] is False
    assert shop.redeemed(good)["redemptions"][0]["result"] == "SUCCESS"


def test_a_stack_is_held_whole_or_not_at_all(shop: Shop) -> None:
    first, second = shop.code(amount_off(100)), shop.code(amount_off(200))
    assert holds(shop, second, "yours")
    assert shop.validate(first, second, session=lock("mine"))["valid"] is False
    assert shop.redeemed(first)["redemptions"][0]["result"] == "SUCCESS"

    third = shop.code()
    shop.ask("DELETE", f"vouchers/{second}/sessions/yours")
    assert shop.validate(second, third, session=lock("mine"))["valid"] is True
    assert [refusal(shop.redeem(it)) for it in (second, third)] == [(400, "quantity_exceeded")] * 2
    assert len(shop.redeemed(second, third, session=lock("mine"))["redemptions"]) == 2


def test_a_hold_on_an_unlimited_code_is_granted(shop: Shop) -> None:
    code = shop.code(quantity=None)
    assert all(holds(shop, code, f"cart-{i}") for i in range(3))
    assert shop.redeemed(code)["redemptions"][0]["result"] == "SUCCESS"
    assert shop.redeemed(code, session=lock("cart-0"))["redemptions"][0]["result"] == "SUCCESS"
    assert shop.uses(code) == 2


def test_a_code_switched_off_is_refused_to_its_holder_too(shop: Shop) -> None:
    code = shop.code()
    assert holds(shop, code, "mine")
    ok(shop.ask("POST", f"vouchers/{code}/disable"))
    assert refusal(shop.redeem(code, session=lock("mine"))) == (400, "voucher_disabled")


# Time


@pytest.mark.parametrize(
    ("ttl", "unit", "span"),
    [
        (90, "SECONDS", timedelta(seconds=90)),
        (10, "MINUTES", timedelta(minutes=10)),
        (2, "HOURS", timedelta(hours=2)),
        (7, "DAYS", timedelta(days=7)),
        (60_000, "MILLISECONDS", timedelta(minutes=1)),
    ],
)
def test_a_hold_lasts_for_its_ttl_and_takes_nothing_after_it(
    timed_shop: Shop, clock: Clock, ttl: int, unit: str, span: timedelta
) -> None:
    clock.set(NOON)
    code = timed_shop.code()
    assert holds(timed_shop, code, "mine", ttl=ttl, ttl_unit=unit)
    clock.set(NOON + span - timedelta(seconds=20))
    assert refusal(timed_shop.redeem(code)) == (400, "quantity_exceeded")
    clock.set(NOON + span + timedelta(seconds=20))
    assert timed_shop.redeemed(code)["redemptions"][0]["result"] == "SUCCESS"
    assert timed_shop.uses(code) == 1


def test_overwriting_a_hold_begins_its_time_anew(timed_shop: Shop, clock: Clock) -> None:
    clock.set(NOON)
    code = timed_shop.code()
    assert holds(timed_shop, code, "mine", ttl=10, ttl_unit="MINUTES")
    clock.set(NOON + timedelta(minutes=8))
    assert holds(timed_shop, code, "mine", ttl=10, ttl_unit="MINUTES")
    clock.set(NOON + timedelta(minutes=15))
    assert not holds(timed_shop, code, "yours")
    clock.set(NOON + timedelta(minutes=19))
    assert holds(timed_shop, code, "yours")


def test_redeeming_with_a_lapsed_key_is_judged_like_any_other(timed_shop: Shop, clock: Clock) -> None:
    clock.set(NOON)
    code = timed_shop.code()
    assert holds(timed_shop, code, "mine", ttl=10, ttl_unit="MINUTES")
    clock.set(NOON + timedelta(minutes=11))
    assert holds(timed_shop, code, "yours", ttl=10, ttl_unit="MINUTES")
    assert refusal(timed_shop.redeem(code, session=lock("mine"))) == (400, "quantity_exceeded")
    clock.set(NOON + timedelta(minutes=22))
    assert timed_shop.redeemed(code, session=lock("mine"))["redemptions"][0]["result"] == "SUCCESS"
    assert refusal(timed_shop.redeem(code, session=lock("yours"))) == (400, "quantity_exceeded")
    assert timed_shop.uses(code) == 1


def test_many_lapsed_holds_give_back_every_use(timed_shop: Shop, clock: Clock) -> None:
    clock.set(NOON)
    code = timed_shop.code(quantity=12)
    assert all(holds(timed_shop, code, f"cart-{i}", ttl=10, ttl_unit="MINUTES") for i in range(12))
    clock.set(NOON + timedelta(minutes=11))
    for _ in range(12):
        timed_shop.redeemed(code)
    assert refusal(timed_shop.redeem(code)) == (400, "quantity_exceeded")
    assert timed_shop.uses(code) == 12


def test_releasing_a_lapsed_hold_gives_nothing_back_twice(timed_shop: Shop, clock: Clock) -> None:
    clock.set(NOON)
    code = timed_shop.code()
    assert holds(timed_shop, code, "mine", ttl=10, ttl_unit="MINUTES")
    clock.set(NOON + timedelta(minutes=11))
    assert holds(timed_shop, code, "yours", ttl=10, ttl_unit="MINUTES")
    timed_shop.ask("DELETE", f"vouchers/{code}/sessions/mine")
    assert not holds(timed_shop, code, "a third", ttl=10, ttl_unit="MINUTES")


def test_a_code_that_starts_and_ends_obeys_the_clock(timed_shop: Shop, clock: Clock) -> None:
    clock.set(NOON)
    code = timed_shop.code(
        quantity=None, start_date="2026-03-17T13:00:00.000Z", expiration_date="2026-03-17T14:00:00.000Z"
    )
    for minutes, key in ((59, "voucher_not_active"), (61, None), (119, None), (121, "voucher_expired")):
        clock.set(NOON + timedelta(minutes=minutes))
        response = timed_shop.redeem(code)
        assert (None if response.status_code == 200 else refusal(response)[1]) == key
    assert timed_shop.uses(code) == 2


def test_a_hold_does_not_outlive_the_codes_own_end(timed_shop: Shop, clock: Clock) -> None:
    """In the cart before it expires, paid after: judged again at the commit."""
    clock.set(NOON)
    code = timed_shop.code(expiration_date="2026-03-17T13:00:00.000Z")
    assert holds(timed_shop, code, "mine", ttl=1, ttl_unit="DAYS")
    clock.set(NOON + timedelta(hours=2))
    assert refusal(timed_shop.redeem(code, session=lock("mine"))) == (400, "voucher_expired")
    assert timed_shop.uses(code) == 0
