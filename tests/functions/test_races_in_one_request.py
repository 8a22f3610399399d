"""Somebody else is faster, between the look and the commit: what is then told is what came about."""

from collections.abc import Callable
from typing import Any

from shared.runtime import settings
from tests.functions.conftest import Functions

ONCE = {"discount": {"type": "AMOUNT", "amount_off": 100}, "redemption": {"quantity": 1}}


def body(*codes: str, **more: Any) -> dict[str, Any]:
    return {"redeemables": [{"object": "voucher", "id": code} for code in codes], "order": {"amount": 1_000}, **more}


def before_next_transaction(act: Callable[[], object]) -> None:
    events = settings.dynamodb().meta.events

    def hook(request: Any, **_: Any) -> None:
        events.unregister("before-send.dynamodb.TransactWriteItems", hook)
        act()

    events.register("before-send.dynamodb.TransactWriteItems", hook)


def test_a_hold_that_was_lost_is_not_told_as_held(functions: Functions) -> None:
    functions.call("POST", "/v1/vouchers/RACE-1", ONCE)
    faster, slower = (body("RACE-1", session={"type": "LOCK", "key": key}) for key in ("faster", "slower"))
    before_next_transaction(lambda: functions.call("POST", "/v1/validations", faster))
    _, said = functions.call("POST", "/v1/validations", slower, idempotency_key="race-1")
    assert said["valid"] is False


def test_a_code_that_was_never_made_is_not_told(functions: Functions) -> None:
    functions.call("POST", "/v1/campaigns", {"name": "RACE-2", "type": "AUTO_UPDATE", "voucher": ONCE})
    wish = {"campaign": {"name": "RACE-2"}, "customer": {"source_id": "ann"}, "source_id": "race-2"}
    before_next_transaction(lambda: functions.call("POST", "/v1/publications", wish))
    _, said = functions.call("POST", "/v1/publications", wish, idempotency_key="race-2")
    assert functions.call("GET", f"/v1/vouchers/{said['voucher']['code']}")[0] == 200


def test_a_redemption_that_never_was_is_not_told(functions: Functions) -> None:
    functions.call("POST", "/v1/vouchers/RACE-3", ONCE | {"redemption": {}})
    order = body("RACE-3") | {"order": {"source_id": "race-3", "amount": 100}}
    before_next_transaction(lambda: functions.call("POST", "/v1/redemptions", order))
    _, said = functions.call("POST", "/v1/redemptions", order, idempotency_key="race-3")
    assert functions.call("GET", f"/v1/redemptions/{said['redemptions'][0]['id']}")[0] == 200
