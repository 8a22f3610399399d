"""What an Idempotency-Key remembers, when the table is not in the mood."""

from shared.runtime import settings
from shared.storage.table import ATTEMPTS
from tests.functions.conftest import Functions
from tests.storage.wire import Wire, cancelled, lost, through


def voucher(functions: Functions, code: str) -> dict[str, object]:
    made = {"discount": {"type": "AMOUNT", "amount_off": 500}, "redemption": {"quantity": 1}}
    assert functions.call("POST", f"/v1/vouchers/{code}", made)[0] == 200
    return {"redeemables": [{"object": "voucher", "id": code}], "order": {"amount": 2_000}}


def uses(functions: Functions, code: str) -> int:
    return int(functions.call("GET", f"/v1/vouchers/{code}")[1]["redemption"]["redeemed_quantity"])


def test_an_answer_whose_commit_did_not_come_about_is_neither_told_nor_remembered(functions: Functions) -> None:
    checkout = voucher(functions, "MEMORY-1")
    with Wire(settings.dynamodb()) as wire:
        wire.hands += [through, *(cancelled("TransactionConflict") for _ in range(ATTEMPTS))]
        status, body = functions.call("POST", "/v1/redemptions", checkout, idempotency_key="memory-1")
    assert (status, body["key"]) == (409, "multiple_requests")
    assert uses(functions, "MEMORY-1") == 0
    status, first = functions.call("POST", "/v1/redemptions", checkout, idempotency_key="memory-1")
    assert (status, first["redemptions"][0]["result"]) == (200, "SUCCESS")
    assert functions.call("POST", "/v1/redemptions", checkout, idempotency_key="memory-1") == (200, first)
    assert uses(functions, "MEMORY-1") == 1


def test_an_answer_lost_on_the_way_from_the_table_is_no_second_redemption(functions: Functions) -> None:
    checkout = voucher(functions, "MEMORY-2")
    with Wire(settings.dynamodb()) as wire:
        wire.hands += [through, lost]
        status, body = functions.call("POST", "/v1/redemptions", checkout)
    assert (status, body["redemptions"][0]["result"]) == (200, "SUCCESS")
    assert wire.calls == ["BatchGetItem", "TransactWriteItems", "TransactWriteItems"]
    assert uses(functions, "MEMORY-2") == 1
