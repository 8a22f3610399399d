"""What a webhook costs, and the turn of a message: exactly, in round trips and write units."""

from datetime import timedelta
from typing import Any

import pytest

from shared.runtime import settings
from shared.runtime.channels import RATES, carriers
from shared.storage.pace import PaceStore
from tests.functions.conftest import Functions
from tests.functions.test_deliver import PostOffice, cost_of, office, post

__all__ = ["office", "post"]
URL = {"url": "https://shop.example/hooks"}


def asked(functions: Functions, method: str, body: Any = None) -> tuple[int, list[str], float]:
    functions.now += timedelta(seconds=10)  # and so nothing of the key pair matters
    status, _ = functions.call(method, "/v1/webhook", body)
    return status, [*functions.bill.calls], functions.bill.write_units


def test_a_webhook_is_a_read_and_a_write(functions: Functions) -> None:
    functions.call("GET", "/v1/contact-policy")  # the key pair is known then
    assert asked(functions, "PUT", URL) == (200, ["GetItem", "TransactWriteItems"], 2.0)
    assert asked(functions, "PUT", {**URL, "rotate": True}) == (200, ["GetItem", "TransactWriteItems"], 2.0)
    assert asked(functions, "GET") == (200, ["GetItem"], 0.0)
    assert asked(functions, "DELETE") == (204, ["GetItem", "TransactWriteItems"], 2.0)
    assert asked(functions, "DELETE") == (404, ["GetItem"], 0.0)


def test_the_turn_of_a_message_is_one_write_unit_and_none_where_nobody_counts(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [office.customer() for _ in range(4)]
    office.work(people[0])
    calls, units = cost_of(office, people[1])
    monkeypatch.setenv(RATES["email"], "500")
    PaceStore._seen.clear()
    for person in people[2:]:
        paced_calls, paced_units = cost_of(office, person)
        # Before the second of three transactions, which notes that it is handed over: until then it can be stopped.
        assert paced_calls == [*calls[:-2], "UpdateItem", *calls[-2:]]
        assert paced_units == units + 1
    monkeypatch.setenv(RATES["email"], "0")
    office.work(person := office.customer())
    assert office.deliveries(person)[0]["status"] == "SENT"


def test_carriers_are_made_without_a_look_at_the_table(office: PostOffice) -> None:
    office.functions.bill.calls.clear()
    assert set(carriers(settings.table(), "proj_sandbox")) == {"email", "sms", "push", "web"}
    assert office.functions.bill.calls == []
