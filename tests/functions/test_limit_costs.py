"""What limits and hot codes cost, counted: two units a limit, nothing for the heat."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from shared.domain.vouchers import Voucher
from shared.runtime import settings
from shared.storage.vouchers import VoucherStore
from tests.functions.conftest import Functions
from tests.functions.test_costs import checkout, voucher

NUMBERS = count(1)
ONE_RECORD = 8
"""Units of a redemption without limits."""


def limit(functions: Functions, *names: str) -> str:
    rules = {str(i): {"name": name, "conditions": {"$less_than_or_equal": [500]}} for i, name in enumerate(names, 1)}
    status, made = functions.call("POST", "/v1/validation-rules", {"name": f"Limit {next(NUMBERS)}", "rules": rules})
    assert status == 200
    return str(made["id"])


def used_often(functions: Functions, code: str) -> str:
    """As if it had been used 64 times, as a code that is so costs that much."""
    store = VoucherStore(settings.table(), "proj_sandbox")
    known: Voucher = store.get(code).voucher
    settings.dynamodb().update_item(
        TableName=settings.table().name,
        Key={name: {"S": value} for name, value in store.key(code)._asdict().items()},
        UpdateExpression="SET taken = :uses, redeemed_quantity = :uses",
        ExpressionAttributeValues={":uses": {"N": "64"}},
    )
    assert known.taken == 0
    return code


@pytest.mark.parametrize(
    ("case", "names", "units"),
    [
        ("one", ["redemption.count"], 2),
        ("two of one thing in one period", ["redemption.count", "redemption.count.per_incentive"], 2),
        ("of two periods", ["redemption.count", "redemption.count.daily"], 4),
    ],
)
def test_a_limit_adds_two_units_and_the_rule_no_round_trip_once_it_is_warm(
    functions: Functions, case: str, names: list[str], units: int
) -> None:
    code = voucher(functions, validation_rules=[limit(functions, *names)])
    functions.call("POST", "/v1/validations", checkout(code))
    status, made = functions.call("POST", "/v1/redemptions", checkout(code))
    assert status == 200
    assert functions.bill.calls == ["BatchGetItem", "BatchGetItem", "TransactWriteItems"]
    assert functions.bill.write_units == ONE_RECORD + units
    assert functions.call("POST", f"/v1/redemptions/{made['redemptions'][0]['id']}/rollback")[0] == 200
    assert functions.bill.write_units == 9 + units


def test_a_hold_writes_each_limit_and_itself_beside_it(functions: Functions) -> None:
    code = voucher(functions, validation_rules=[limit(functions, "redemption.count")])
    held = checkout(code, session={"type": "LOCK", "key": "s"})
    functions.call("POST", "/v1/validations", held)
    # 4 without the limit
    assert functions.bill.write_units == 4 + 4
    assert functions.call("POST", "/v1/redemptions", held)[0] == 200
    # the voucher 2, its hold 2, the redemption 3, the order 3; the limit 2, the hold beside it 2
    assert functions.bill.write_units == 10 + 4


@pytest.fixture
def hot(functions: Functions) -> Callable[..., str]:
    def hot(**fields: Any) -> str:
        code = used_often(functions, voucher(functions, redemption={"quantity": 1_000}, **fields))
        assert functions.call("POST", "/v1/redemptions", checkout(code))[0] == 200
        return code

    return hot


def test_a_hot_code_costs_what_any_code_costs(functions: Functions, hot: Callable[..., str]) -> None:
    code = hot()
    # the code's mark 2 and eight shards 16, where else the code is 2
    assert functions.bill.write_units == ONE_RECORD + 16
    functions.call("POST", "/v1/validations", checkout(code))
    assert functions.bill.calls == ["BatchGetItem", "BatchGetItem"], "now this process knows that it has shards"
    functions.call("POST", "/v1/validations", checkout(code))
    assert functions.bill.calls == ["BatchGetItem"]
    status, made = functions.call("POST", "/v1/redemptions", checkout(code))
    assert status == 200
    assert functions.bill.calls == ["BatchGetItem", "TransactWriteItems"]
    assert functions.bill.write_units == ONE_RECORD
    assert functions.call("POST", f"/v1/redemptions/{made['redemptions'][0]['id']}/rollback")[0] == 200
    assert functions.bill.write_units == 9
    assert functions.call("POST", f"/v1/vouchers/{code}/disable")[0] == 200
    # the code 2, and "off" on each of its shards 16
    assert functions.bill.write_units == 18
