"""A voucher spends, holds, waits, releases and gives back, against a model that only counts."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from tests.builders import Clock, Shop, lock, ok, refusal

NOON = datetime(2026, 3, 17, 12, tzinfo=UTC)
USED_UP = (400, "quantity_exceeded")

sessions = st.sampled_from(["cart-1", "cart-2", "cart-3", "cart-4"])
minutes = st.integers(1, 5)


class LifeOfAVoucher(RuleBasedStateMachine):
    """The model: how many uses are spent, and until when each session holds one."""

    shop: ClassVar[Shop]
    clock: ClassVar[Clock]

    redemptions = Bundle("redemptions")
    undone = Bundle("undone")

    @initialize(quantity=st.integers(1, 3))
    def issue(self, quantity: int) -> None:
        self.at = NOON
        self.clock.set(self.at)
        self.code = self.shop.code(quantity=quantity)
        self.quantity = quantity
        self.spent = 0
        self.holds: dict[str, datetime] = {}

    def free(self, session: str | None = None) -> bool:
        """Whether there is a use that neither is spent nor held, now, by another session."""
        others = [it for it, until in self.holds.items() if until > self.at and it != session]
        return self.spent + len(others) < self.quantity

    def spend(self, response: httpx.Response, *, allowed: bool) -> str | None:
        if not allowed:
            assert refusal(response) == USED_UP
            return None
        self.spent += 1
        return str(ok(response)["redemptions"][0]["id"])

    @rule(target=redemptions)
    def redeem(self) -> object:
        redemption = self.spend(self.shop.redeem(self.code), allowed=self.free())
        return multiple() if redemption is None else redemption

    @rule(target=redemptions, session=sessions)
    def redeem_in_a_session(self, session: str) -> object:
        redemption = self.spend(self.shop.redeem(self.code, session=lock(session)), allowed=self.free(session))
        if redemption is None:
            return multiple()
        self.holds.pop(session, None)
        return redemption

    @rule(session=sessions, minutes=minutes)
    def hold(self, session: str, minutes: int) -> None:
        allowed = self.free(session)
        verdict = self.shop.validate(self.code, session=lock(session, ttl=minutes, ttl_unit="MINUTES"))
        assert verdict["valid"] is allowed
        if allowed:
            self.holds[session] = self.at + timedelta(minutes=minutes)

    @rule(minutes=minutes)
    def let_time_pass(self, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)
        self.clock.set(self.at)

    @rule(session=sessions)
    def release(self, session: str) -> None:
        self.shop.ask("DELETE", f"vouchers/{self.code}/sessions/{session}")
        self.holds.pop(session, None)

    @rule(target=undone, redemption=consumes(redemptions))
    def roll_back(self, redemption: str) -> str:
        ok(self.shop.roll_back(redemption))
        self.spent -= 1
        return redemption

    @rule(redemption=undone)
    def roll_back_again(self, redemption: str) -> None:
        assert refusal(self.shop.roll_back(redemption)) == (400, "already_rolled_back")

    @rule()
    def ask(self) -> None:
        assert self.shop.validate(self.code)["valid"] is self.free()

    @invariant()
    def the_voucher_says_what_was_spent(self) -> None:
        if hasattr(self, "code"):
            assert self.shop.uses(self.code) == self.spent <= self.quantity


@pytest.fixture
def machine(timed_shop: Shop, clock: Clock) -> Iterator[type[LifeOfAVoucher]]:
    LifeOfAVoucher.shop, LifeOfAVoucher.clock = timed_shop, clock
    yield LifeOfAVoucher
    del LifeOfAVoucher.shop, LifeOfAVoucher.clock


def test_a_voucher_is_never_spent_more_often_nor_less_often_than_it_may_be(machine: type[LifeOfAVoucher]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
