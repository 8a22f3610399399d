"""One transaction in ten is told that it met another: whatever is counted comes out as if none had been."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest

from shared.runtime import settings
from tests.functions.conftest import Functions
from tests.storage.wire import cancelled

CLIENTS = 8


@contextmanager
def conflicts(share: float, *, seed: int) -> Iterator[list[int]]:
    """From now on so many transactions are cancelled before they reach the table; ``met`` counts them."""
    chance, met = Random(seed), [0]

    def meet(request: Any, **_: Any) -> Any:
        if not bytes(request.headers["X-Amz-Target"]).endswith(b"TransactWriteItems") or chance.random() >= share:
            return None
        met[0] += 1
        return cancelled("TransactionConflict")(request)

    events = settings.dynamodb().meta.events
    events.register_first("before-send.dynamodb", meet)
    try:
        yield met
    finally:
        events.unregister("before-send.dynamodb", meet)


@pytest.fixture
def codes(functions: Functions) -> dict[str, str]:
    """A code for everybody, and one of a campaign with a budget of 30.00."""
    made = {"discount": {"type": "AMOUNT", "amount_off": 100}, "redemption": {"quantity": 128}}
    assert functions.call("POST", "/v1/vouchers/CONFLICT-HOT", made)[0] == 200
    budget = {"name": "campaign.orders.amount_discounted", "conditions": {"$less_than_or_equal": [3_000]}}
    rule = {"name": "Budget", "rules": {"1": budget}}
    campaign = {"name": "Conflicts", "voucher": {"discount": {"type": "PERCENT", "percent_off": 100}}}
    status, made_rule = functions.call("POST", "/v1/validation-rules", rule)
    assert status == 200
    assert functions.call("POST", "/v1/campaigns", campaign | {"validation_rules": [made_rule["id"]]})[0] == 200
    assert functions.call("POST", "/v1/campaigns/Conflicts/vouchers/CONFLICT-BUDGET")[0] == 200
    return {"hot": "CONFLICT-HOT", "budget": "CONFLICT-BUDGET"}


def test_conflicts_change_no_count(functions: Functions, codes: dict[str, str]) -> None:
    def redeem(number: int) -> tuple[str, int, str | None, str]:
        which = "budget" if number % 9 < 2 else "hot"
        body = {"redeemables": [{"object": "voucher", "id": codes[which]}], "order": {"amount": 100}}
        status, answer = functions.call("POST", "/v1/redemptions", body)
        return which, status, answer.get("key"), answer["redemptions"][0]["id"] if status == 200 else ""

    def roll_back(id_: str) -> int:
        return functions.call("POST", f"/v1/redemptions/{id_}/rollback")[0]

    with conflicts(0.1, seed=7) as met, ThreadPoolExecutor(CLIENTS) as pool:
        told = list(pool.map(redeem, range(180)))
        back = [id_ for _, status, _, id_ in told if status == 200][:10]
        undone = list(pool.map(roll_back, back))
        again = list(pool.map(redeem, range(45)))
    assert met[0] > 10
    assert undone == [200] * 10
    assert Counter((which, status, key) for which, status, key, _ in told) == {
        ("hot", 200, None): 128,
        ("hot", 400, "quantity_exceeded"): 12,
        ("budget", 200, None): 30,
        ("budget", 400, "redemption_rules_violated"): 10,
    }
    given_back = Counter(which for which, _, _, id_ in told if id_ in back)
    assert Counter(which for which, status, *_ in again if status == 200) == given_back
    for which, used in (("hot", 128), ("budget", 30)):
        _, voucher = functions.call("GET", f"/v1/vouchers/{codes[which]}")
        assert voucher["redemption"]["redeemed_quantity"] == used
