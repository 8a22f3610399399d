"""What it costs to say who may use what, counted: round trips to the table, and write units, indexes included."""

from itertools import count
from typing import Any

import pytest

from shared.storage.segments import SegmentStore
from tests.functions.conftest import Functions

NUMBERS = count(1)
ABOVE_100 = {"1": {"name": "order.amount", "conditions": {"$more_than": [10_000]}}}
VOUCHER = {"discount": {"type": "PERCENT", "percent_off": 10}, "redemption": {"quantity": 1}}


def made(functions: Functions, path: str, body: dict[str, Any]) -> dict[str, Any]:
    status, answer = functions.call("POST", path, body)
    assert status == 200
    return dict(answer)


@pytest.fixture(autouse=True)
def _warm(functions: Functions) -> None:
    """Who asks and what the project has settled are known."""
    made(functions, "/v1/vouchers", VOUCHER)


def test_a_rule_is_one_write_and_an_assignment_three(functions: Functions) -> None:
    rule = made(functions, "/v1/validation-rules", {"rules": ABOVE_100})
    assert (functions.bill.calls, functions.bill.write_units) == (["TransactWriteItems"], 3)
    code = f"RULED-{next(NUMBERS)}"
    made(functions, f"/v1/vouchers/{code}", VOUCHER)
    one = made(functions, f"/v1/validation-rules/{rule['id']}/assignments", {"voucher": code})
    assert functions.bill.calls == ["GetItem", "GetItem", "TransactWriteItems"]
    assert functions.bill.write_units == 8  # the rule's count, the voucher, and the assignment on two lists
    assert functions.call("DELETE", f"/v1/validation-rules/{rule['id']}/assignments/{one['id']}")[0] == 204
    assert functions.bill.calls == ["GetItem", "BatchGetItem", "TransactWriteItems"]


def test_a_voucher_made_under_a_rule_looks_nothing_up(functions: Functions) -> None:
    rule = made(functions, "/v1/validation-rules", {"rules": ABOVE_100})
    for rules in ([rule["id"]], [{"rules": ABOVE_100}]):
        made(functions, f"/v1/vouchers/RULED-{next(NUMBERS)}", VOUCHER | {"validation_rules": rules})
        assert functions.bill.calls == ["TransactWriteItems"]


def test_a_rule_is_deleted_with_what_is_under_it_in_one_transaction(functions: Functions) -> None:
    rule = made(functions, "/v1/validation-rules", {"rules": ABOVE_100})
    for _ in range(5):
        made(functions, "/v1/vouchers", VOUCHER | {"validation_rules": [rule["id"]]})
    assert functions.call("DELETE", f"/v1/validation-rules/{rule['id']}")[0] == 204
    assert functions.bill.calls == ["GetItem", "Query", "BatchGetItem", "TransactWriteItems"]


@pytest.mark.parametrize("customer", [None, {"source_id": "ann"}])
def test_each_thing_that_a_segment_rule_asks_for_is_read_once(
    functions: Functions, customer: dict[str, str] | None
) -> None:
    """The voucher, its rule, then the segment: all of it cold, and nobody there to be in it or somebody."""
    filtered = {"name": "VIP", "type": "passive", "filter": {"metadata.club": {"conditions": {"$is": "VIP"}}}}
    segment = made(functions, "/v1/segments", filtered)["id"]
    rules = {"1": {"name": "customer.segment", "conditions": {"$is": [segment]}}}
    code = f"RULED-{next(NUMBERS)}"
    made(functions, f"/v1/vouchers/{code}", VOUCHER | {"validation_rules": [{"rules": rules}]})
    SegmentStore._warm.clear()
    checkout = {"redeemables": [{"object": "voucher", "id": code}], "customer": customer}
    assert made(functions, "/v1/validations", checkout)["valid"] is False
    assert functions.bill.calls == ["BatchGetItem"] * 3
