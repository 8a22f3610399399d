"""What each operation costs, counted: round trips to the table, and write units, indexes included.

DynamoDB on demand, us-east-1, list price of 2026-11: $0.625 a million write units, $0.125 a million read units
(source: https://aws.amazon.com/dynamodb/pricing/on-demand/). So a million checkouts (one validation, one redemption of
a single-use code on a one-line order) cost 8 write units each, $5.00, and 2 read units, $0.25.
"""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from tests.functions.conftest import Functions

NUMBERS = count(1)
ORDER = {"items": [{"product_id": "mug", "quantity": 2, "price": 1_500}]}
TEN_PERCENT = {"type": "PERCENT", "percent_off": 10}


@pytest.fixture
def code(functions: Functions) -> str:
    return voucher(functions)


def voucher(functions: Functions, **fields: Any) -> str:
    code = f"COST-{next(NUMBERS)}"
    body = {"discount": TEN_PERCENT, "redemption": {"quantity": 1}, **fields}
    assert functions.call("POST", f"/v1/vouchers/{code}", body)[0] == 200
    return code


def checkout(*codes: str, **more: Any) -> dict[str, Any]:
    return {"redeemables": [{"object": "voucher", "id": code} for code in codes], "order": ORDER, **more}


@pytest.fixture
def campaign_code(functions: Functions) -> Iterator[str]:
    name = f"Campaign {next(NUMBERS)}"
    made = {"name": name, "voucher": {"discount": TEN_PERCENT, "redemption": {"quantity": 1}}}
    assert functions.call("POST", "/v1/campaigns", made)[0] == 200
    code = f"COST-{next(NUMBERS)}"
    assert functions.call("POST", f"/v1/campaigns/{name.replace(' ', '%20')}/vouchers/{code}")[0] == 200
    return code


def test_a_validation_is_one_round_trip_and_writes_nothing(functions: Functions, code: str) -> None:
    status, body = functions.call("POST", "/v1/validations", checkout(code, customer={"source_id": "ann"}))
    assert (status, body["valid"]) == (200, True)
    assert functions.bill.calls == ["BatchGetItem"]
    assert functions.bill.write_units == 0


def test_a_validation_of_a_campaigns_code_is_two_round_trips_then_one(functions: Functions, campaign_code: str) -> None:
    from shared.storage.campaigns import CampaignStore

    CampaignStore._warm.clear()
    functions.call("POST", "/v1/validations", checkout(campaign_code))
    assert functions.bill.calls == ["BatchGetItem", "BatchGetItem"]
    functions.call("POST", "/v1/validations", checkout(campaign_code))
    assert functions.bill.calls == ["BatchGetItem"], "the campaign is kept warm"


def test_a_hold_is_one_more_transaction(functions: Functions, code: str) -> None:
    functions.call("POST", "/v1/validations", checkout(code, session={"type": "LOCK", "key": "s"}))
    assert functions.bill.calls == ["BatchGetItem", "TransactWriteItems"]
    assert functions.bill.write_units == 4


def test_a_redemption_is_two_round_trips_and_eight_write_units(functions: Functions, code: str) -> None:
    status, body = functions.call("POST", "/v1/redemptions", checkout(code))
    assert (status, body["order"]["total_amount"]) == (200, 2_700)
    assert functions.bill.calls == ["BatchGetItem", "TransactWriteItems"]
    # voucher 2, redemption 2 and its list 1, order 2 and its list 1
    assert functions.bill.write_units == 8


def test_a_campaigns_code_adds_a_round_trip_because_off_must_bite_at_once(
    functions: Functions, campaign_code: str
) -> None:
    functions.call("POST", "/v1/validations", checkout(campaign_code))
    assert functions.call("POST", "/v1/redemptions", checkout(campaign_code))[0] == 200
    assert functions.bill.calls == ["BatchGetItem", "BatchGetItem", "TransactWriteItems"]
    assert functions.bill.write_units == 8


def test_a_customer_adds_four_units_and_five_more_when_new(functions: Functions) -> None:
    ann = {"source_id": f"ann-{next(NUMBERS)}", "name": "Ann"}
    functions.call("POST", "/v1/redemptions", checkout(voucher(functions), customer=ann))
    # 8, the summary 2, among the customer's things the redemption 1 and the order 1, the customer 2 and their list 1,
    # their place 1, and the day on which they came 1
    assert (functions.bill.round_trips, functions.bill.write_units) == (2, 17)
    functions.call("POST", "/v1/redemptions", checkout(voucher(functions), customer=ann))
    assert (functions.bill.round_trips, functions.bill.write_units) == (2, 12)


def test_a_refusal_of_a_known_customer_is_counted_with_its_record(functions: Functions, code: str) -> None:
    ann = {"source_id": f"ann-{next(NUMBERS)}"}
    functions.call("POST", "/v1/redemptions", checkout(code, customer=ann))
    assert functions.call("POST", "/v1/redemptions", checkout(code, customer=ann))[0] == 400
    # the record 2, its list 1 and its place among the customer's things 1, the summary 2
    assert functions.bill.calls == ["BatchGetItem", "TransactWriteItems"]
    assert functions.bill.write_units == 6


def test_a_rollback_for_a_customer_takes_back_from_the_summary(functions: Functions, code: str) -> None:
    ann = {"source_id": f"ann-{next(NUMBERS)}"}
    _, body = functions.call("POST", "/v1/redemptions", checkout(code, customer=ann))
    assert functions.call("POST", f"/v1/redemptions/{body['redemptions'][0]['id']}/rollback")[0] == 200
    # 9 without a customer, one write of the summary 2, and the rollback's place among the customer's things 1
    assert functions.bill.calls == ["BatchGetItem", "BatchGetItem", "TransactWriteItems"]
    assert functions.bill.write_units == 12


def test_a_customer_is_kept_in_two_round_trips(functions: Functions) -> None:
    ann = {"source_id": f"ann-{next(NUMBERS)}", "name": "Ann"}
    for body, units in ((ann, 5), (ann | {"name": "Anna"}, 2)):
        assert functions.call("POST", "/v1/customers", body)[0] == 200
        assert functions.bill.calls == ["BatchGetItem", "TransactWriteItems"]
        assert functions.bill.write_units == units
    functions.call("POST", "/v1/customers", ann | {"name": "Anna"})
    assert (functions.bill.calls, functions.bill.write_units) == (["BatchGetItem"], 0), "nothing new"
    functions.call("GET", f"/v1/customers/{ann['source_id']}")
    assert functions.bill.calls == ["BatchGetItem"]


def test_an_order_is_kept_in_two_round_trips(functions: Functions) -> None:
    order = {**ORDER, "source_id": f"order-{next(NUMBERS)}"}
    assert functions.call("POST", "/v1/orders", order)[0] == 200
    assert functions.bill.calls == ["BatchGetItem", "TransactWriteItems"]
    assert functions.bill.write_units == 3  # the order 2 and its list 1
    paid = order | {"status": "PAID", "customer": {"source_id": f"ann-{next(NUMBERS)}"}}
    assert functions.call("POST", "/v1/orders", paid)[0] == 200
    # the order 2 and its place among the customer's things 1, the customer 2 and their entries 3, the summary 2
    assert (functions.bill.round_trips, functions.bill.write_units) == (2, 10)
    assert functions.call("POST", "/v1/orders", paid)[0] == 200
    assert (functions.bill.round_trips, functions.bill.write_units) == (1, 0), "nothing new"
    assert functions.call("PUT", f"/v1/orders/{order['source_id']}", {"status": "CANCELED"})[0] == 200
    assert functions.bill.calls == ["BatchGetItem", "BatchGetItem", "GetItem", "TransactWriteItems"]
    assert functions.bill.write_units == 4


def test_an_idempotency_key_adds_its_answer_and_no_round_trip(functions: Functions, code: str) -> None:
    key = f"key-{next(NUMBERS)}"
    _, first = functions.call("POST", "/v1/redemptions", checkout(code), idempotency_key=key)
    assert (functions.bill.round_trips, functions.bill.write_units) == (2, 10)
    _, again = functions.call("POST", "/v1/redemptions", checkout(code), idempotency_key=key)
    assert again == first
    # judged, found answered at the commit, and read: nothing was written
    assert (functions.bill.round_trips, functions.bill.write_units) == (3, 0)


def test_a_second_code_adds_its_voucher_its_record_and_the_parents(functions: Functions) -> None:
    one, two = voucher(functions), voucher(functions)
    assert functions.call("POST", "/v1/redemptions", checkout(one, two))[0] == 200
    # 8, and a voucher 2, a record 2 + 1, the parent's record 2 + 1
    assert (functions.bill.round_trips, functions.bill.write_units) == (2, 16)


def test_a_refusal_is_one_record(functions: Functions, code: str) -> None:
    functions.call("POST", "/v1/redemptions", checkout(code))
    status, body = functions.call("POST", "/v1/redemptions", checkout(code))
    assert (status, body["key"]) == (400, "quantity_exceeded")
    assert functions.bill.calls == ["BatchGetItem", "PutItem"]
    assert functions.bill.write_units == 2


def test_a_rollback_gives_back_in_one_transaction(functions: Functions, code: str) -> None:
    _, body = functions.call("POST", "/v1/redemptions", checkout(code))
    status, _ = functions.call("POST", f"/v1/redemptions/{body['redemptions'][0]['id']}/rollback")
    assert status == 200
    assert functions.bill.calls == ["BatchGetItem", "BatchGetItem", "TransactWriteItems"]
    # the record 2, the rollback 2 + 1, the voucher 2, the order 2
    assert functions.bill.write_units == 9


def test_a_publication_of_a_code_is_one_transaction(functions: Functions, campaign_code: str) -> None:
    wish = {"customer": {"source_id": f"new-{next(NUMBERS)}"}, "voucher": campaign_code}
    assert functions.call("POST", "/v1/publications", wish)[0] == 200
    assert functions.bill.calls[-1] == "TransactWriteItems"
    # the publication 2 + 1 + 1, the customer 2 + 3, that she joined 2, the voucher 2, and out of the free codes 2
    assert functions.bill.write_units == 15
