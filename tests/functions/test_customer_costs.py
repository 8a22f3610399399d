"""What it costs that calendars find a customer, counted: round trips, and write units with indexes."""

from typing import Any

from tests.functions.conftest import Functions
from tests.functions.test_costs import NUMBERS, checkout, voucher

KEPT = ["BatchGetItem", "TransactWriteItems"]


def somebody(**fields: Any) -> dict[str, Any]:
    return {"source_id": f"celebrating-{next(NUMBERS)}", "name": "Ann", **fields}


def kept(functions: Functions, body: dict[str, Any]) -> float:
    """The write units of a customer who is told of."""
    assert functions.call("POST", "/v1/customers", body)[0] == 200
    asked = functions.bill.calls[functions.bill.calls[0] == "GetItem" :]  # who asks, once a process
    assert asked == (KEPT if functions.bill.write_units else KEPT[:1])
    return functions.bill.write_units


def test_a_day_that_is_celebrated_is_an_item_and_an_entry(functions: Functions) -> None:
    ann = somebody()
    # the customer 2, on the list 1, in a place 1, by the day they came 1; and the birthday 2 + 1
    assert (kept(functions, ann), kept(functions, somebody(birthdate="1990-02-28"))) == (5, 8)
    assert kept(functions, ann | {"birthdate": "1990-02-28"}) == 5, "the customer 2, the birthday 2 + 1"
    assert kept(functions, ann | {"birthdate": "1990-02-28", "name": "Anna"}) == 2, "a name moves nothing"
    # the customer 2, the birthday 2, out of one day and into another
    assert kept(functions, ann | {"birthdate": "1990-03-01", "name": "Anna"}) == 6
    assert kept(functions, ann | {"birthdate": "1990-03-01", "name": "Anna"}) == 0, "nothing new"
    assert kept(functions, ann | {"metadata": {"wedding": "2020-05-01", "shoe": 42}}) == 5


def test_a_zone_moves_whatever_is_found_by_it(functions: Functions) -> None:
    ann = somebody(birthdate="1990-02-28", time_zone="Europe/Dublin")
    assert kept(functions, ann) == 10, "8, and the place is noted 2: nobody has lived there"
    # the customer 2; from place to place 2; the day they came 2 and the birthday 2 + 2 under another zone; noted 2; and
    # that they have moved 3, for a run may be over there that was still to come here
    assert kept(functions, ann | {"time_zone": "Asia/Tokyo"}) == 15


def test_a_checkout_pays_for_what_is_new_of_its_customer(functions: Functions) -> None:
    ann = somebody(birthdate="1990-02-28", address={"country": "AD"})
    functions.call("POST", "/v1/redemptions", checkout(voucher(functions), customer=ann))
    # 17 as for anybody new, the birthday 3, the place 2
    assert (functions.bill.calls, functions.bill.write_units) == (KEPT, 22)
    functions.call("POST", "/v1/redemptions", checkout(voucher(functions), customer=ann))
    assert (functions.bill.calls, functions.bill.write_units) == (KEPT, 12), "known: as before there were calendars"


def test_a_change_that_clears_a_birthday_takes_it_off_the_index(functions: Functions) -> None:
    ann = somebody(birthdate="1990-02-28")
    kept(functions, ann)
    assert functions.call("PUT", f"/v1/customers/{ann['source_id']}", {"birthdate": None})[0] == 200
    # the customer 2, the birthday 2, its entry 1
    assert (functions.bill.calls, functions.bill.write_units) == (KEPT, 5)
