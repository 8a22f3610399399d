"""Limits and hot codes under many clients at the same instant, over real HTTP: not a use and not a cent too much."""

import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from infra.local import engine
from infra.local.service import Service
from tests.behind import endpoint_of
from tests.builders import PRODUCTION, Clock, Shop, amount_off, at_once, fresh, lock, ok, percent_off, wants
from tests.faults.test_races import USED_UP, WON, Outcome, outcome, outcomes

OVER: Outcome = (400, "redemption_rules_violated")
ONCE_EACH = wants("redemption.count.per_customer", "less_than_or_equal", 1)


def test_a_hot_code_is_drained_to_its_last_unit_by_64_clients(shop: Shop) -> None:
    code = shop.code(quantity=200)
    answers = at_once(lambda _: shop.redeem(code), range(232), clients=64)
    assert outcomes(answers) == {WON: 200, USED_UP: 32}
    assert shop.uses(code) == 200
    given_back = [it.json()["redemptions"][0]["id"] for it in answers if it.status_code == 200][:5]
    assert {it.status_code for it in at_once(shop.roll_back, given_back)} == {200}
    assert shop.uses(code) == 195
    assert outcomes(at_once(lambda _: shop.redeem(code), range(16))) == {WON: 5, USED_UP: 11}
    assert shop.uses(code) == 200


def test_off_bites_at_once_on_a_hot_code(shop: Shop) -> None:
    code = shop.code(quantity=None)

    def either(i: int) -> Outcome:
        if i == 90:
            return outcome(shop.ask("POST", f"vouchers/{code}/disable"))
        return outcome(shop.redeem(code))

    done = Counter(at_once(either, range(128), clients=16))
    used = shop.uses(code)
    assert done == {WON: used + 1, (400, "voucher_disabled"): 127 - used}
    assert outcome(shop.redeem(code)) == (400, "voucher_disabled")
    ok(shop.ask("POST", f"vouchers/{code}/enable"))
    assert outcome(shop.redeem(code)) == WON
    assert shop.uses(code) == used + 1


def codes_of(shop: Shop, count: int, *rules: dict[str, Any], discount: dict[str, Any]) -> list[str]:
    """The codes of a new campaign, which may be used without end but for these rules."""
    its = {"discount": discount, "redemption": {"quantity": None}}
    campaign = shop.campaign(vouchers_count=count, voucher=its, validation_rules=[shop.rule(*rules)])
    return [it["code"] for it in shop.get("vouchers", campaign_id=campaign["id"], limit=count)["vouchers"]]


def test_a_budget_of_20_by_twelve_clients_of_3_is_spent_six_times(shop: Shop) -> None:
    budget = wants("campaign.orders.amount_discounted", "less_than_or_equal", 2_000)
    codes = codes_of(shop, 12, budget, discount=amount_off(300))
    assert outcomes(at_once(shop.redeem, codes)) == {WON: 6, OVER: 6}
    assert sum(map(shop.uses, codes)) == 6


def test_once_per_customer_by_16_clients_is_once(shop: Shop) -> None:
    code, ann = shop.code(quantity=None, validation_rules=[shop.rule(ONCE_EACH)]), {"source_id": fresh("ann")}
    answers = at_once(lambda _: shop.redeem(code, customer=ann), range(16))
    assert outcomes(answers) == {WON: 1, OVER: 15}
    assert outcome(shop.redeem(code, customer={"source_id": fresh("ben")})) == WON
    assert shop.uses(code) == 2


def test_as_many_holds_as_a_limit_has_room_for(shop: Shop) -> None:
    three = wants("campaign.redemptions.count", "less_than_or_equal", 3)
    codes = codes_of(shop, 8, three, discount=amount_off(100))
    held = at_once(lambda code: shop.validate(code, session=lock(code))["valid"], codes)
    assert sum(held) == 3
    answers = at_once(lambda code: shop.redeem(code, session=lock(code)), codes)
    assert [it.status_code == 200 for it in answers] == held
    assert outcomes(answers) == {WON: 3, OVER: 5}


def test_a_daily_limit_is_of_the_day_on_either_side_of_midnight(timed_shop: Shop, clock: Clock) -> None:
    on_either_side_of(datetime(2026, 3, 18, tzinfo=UTC), timed_shop, clock)


def test_the_day_is_the_one_of_the_projects_zone(timed_service: Service, clock: Clock) -> None:
    """Which its operator settles; in New York it is 04:00 UTC when that day begins."""
    settle(timed_service, "proj_production", "America/New_York")
    with Shop(timed_service.url, PRODUCTION) as shop:  # nobody has asked for this project yet, so nothing is warm
        on_either_side_of(datetime(2026, 3, 18, tzinfo=ZoneInfo("America/New_York")), shop, clock)


def on_either_side_of(midnight: datetime, shop: Shop, clock: Clock) -> None:
    """Eight clients at the last instant of a day, and eight at the first of the next: two of each may."""
    clock.set(midnight - timedelta(hours=1))
    daily = wants("campaign.redemptions.count.daily", "less_than_or_equal", 2)
    codes = codes_of(shop, 1, daily, discount=amount_off(100))
    for at in (midnight - timedelta(milliseconds=1), midnight):
        clock.set(at)
        assert outcomes(at_once(shop.redeem, codes * 8)) == {WON: 2, OVER: 6}


def settle(service: Service, project: str, zone: str) -> None:
    """What an operator does."""
    command = [str(Path(sys.executable).with_name("bonbon")), "project", "--table", engine.TABLE, "--project", project]
    environment = {**os.environ, **engine.CREDENTIALS, "AWS_ENDPOINT_URL": endpoint_of(service)}
    subprocess.run([*command, "--time-zone", zone], env=environment, check=True, capture_output=True)


def test_a_hot_budget_is_spent_to_the_last_cent(shop: Shop) -> None:
    """Of 210.00, 1.00 to 3.00 at a time: who is refused would have passed it, whoever was let in after."""
    budget = wants("campaign.orders.amount_discounted", "less_than_or_equal", 21_000)
    [code] = codes_of(shop, 1, budget, discount=percent_off(100))
    amounts = [100 * (1 + i % 3) for i in range(117)]
    answers = at_once(lambda amount: (amount, outcome(shop.redeem(code, amount=amount))), amounts, clients=32)
    won = [amount for amount, told in answers if told == WON]
    refused = [amount for amount, told in answers if told == OVER]
    assert len(won) + len(refused) == len(amounts)
    assert sum(won) <= 21_000 < sum(won) + min(refused)
    assert shop.uses(code) == len(won)
    assert outcome(shop.redeem(code, amount=21_000 - sum(won) + 1)) == OVER
