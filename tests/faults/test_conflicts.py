"""One transaction in ten is told that it met another: over HTTP, whatever is counted comes out as if none had been."""

import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from infra.local.service import Service, running
from tests.builders import SANDBOX, Shop, amount_off, at_once, ok, percent_off, wants
from tests.faults.conflicting import MET
from tests.faults.test_races import USED_UP, WON, Outcome, outcome

OVER: Outcome = (400, "redemption_rules_violated")
CLIENTS = 8


@pytest.fixture(scope="module")
def conflicting() -> Iterator[Service]:
    with running(program=(sys.executable, "-m", "tests.faults.conflicting")) as service:
        yield service


def test_conflicts_change_no_count(conflicting: Service) -> None:
    with Shop(conflicting.url, SANDBOX) as shop:
        budget = shop.rule(wants("campaign.orders.amount_discounted", "less_than_or_equal", 3_000))
        worth = {"discount": percent_off(100), "redemption": {"quantity": None}}
        campaign = shop.campaign(vouchers_count=1, voucher=worth, validation_rules=[budget])
        [limited] = [it["code"] for it in shop.get("vouchers", campaign_id=campaign["id"])["vouchers"]]
        hot = shop.code(amount_off(100), quantity=128)

        def redeem(number: int) -> tuple[str, Outcome, str]:
            code = limited if number % 9 < 2 else hot
            answer = shop.redeem(code, amount=100)
            id_ = answer.json()["redemptions"][0]["id"] if answer.status_code == 200 else ""
            return code, outcome(answer), id_

        told = at_once(redeem, range(180), clients=CLIENTS)
        assert Counter((code, what) for code, what, _ in told) == {
            (hot, WON): 128,
            (hot, USED_UP): 12,
            (limited, WON): 30,
            (limited, OVER): 10,
        }
        back = [id_ for *_, id_ in told if id_][:10]
        for undone in at_once(shop.roll_back, back, clients=CLIENTS):
            ok(undone)
        again = at_once(redeem, range(45), clients=CLIENTS)
        given_back = Counter(code for code, _, id_ in told if id_ in back)
        assert Counter(code for code, what, _ in again if what == WON) == given_back
        assert (shop.uses(hot), shop.uses(limited)) == (128, 30)
    assert conflicting.log.read_text().count(MET) > 10
