"""The worker of what comes back, over a real engine: what it keeps, what goes back to the queue, and what is logged."""

import json
import logging
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import boto3
import pytest

from functions import feedback as worker
from shared.domain.post.deliveries import Delivery
from shared.runtime import feedback, settings
from shared.runtime.clock import clock
from shared.storage.deliveries import DeliveryStore
from shared.storage.suppressions import ACCOUNT, SuppressionStore
from tests.functions.conftest import NOW, Functions
from tests.returns import bounce, complaint, record, text

PROJECT = "proj_sandbox"
NUMBERS = count(1)
LATER = NOW + timedelta(hours=1)
Json = dict[str, Any]


class Returns:
    """Mails that have left, and the worker of what comes back."""

    def __init__(self, functions: Functions) -> None:
        self.functions = functions

    def ask(self, method: str, path: str, body: Any = None) -> Json:
        status, answer = self.functions.call(method, f"/v1/{path}", body)
        assert status < 300, answer
        return dict(answer)

    def sent(self, **fields: Any) -> Delivery:
        """A mail to a new customer, who has allowed it."""
        name = f"returns-{next(NUMBERS)}"
        said = {"source_id": name, "email": f"{name}@example.com", "phone": "+353871234567"}
        customer = str(self.ask("POST", "customers", said)["id"])
        words = [{"channel": channel, "granted": True, "source": "a form"} for channel in ("email", "sms")]
        self.ask("PUT", f"customers/{customer}/consents", {"consents": words})
        its = {"schedule_id": "sch_1", "occasion": "BIRTHDAY", "day": "2026-03-17", "due_at": NOW, "created_at": NOW}
        left = {"status": "SENT", "channel": "email", "message_id": f"message-{name}", "sent_at": NOW}
        made = Delivery(**{"id": f"dlv_{name}", "customer_id": customer, **its, **left, **fields})
        return DeliveryStore(settings.table(), PROJECT).save(made, before=made)

    def tell(self, *said: Json | str, at: datetime = LATER) -> list[str]:
        """Have messages of the queue worked through; those that go back to it."""
        records = [record(it, at, number) for number, it in enumerate(said)]
        failed = worker.handler({"Records": records}, None)["batchItemFailures"]
        return [it["itemIdentifier"] for it in failed]

    def address(self, delivery: Delivery) -> str:
        return str(self.ask("GET", f"customers/{delivery.customer_id}")["email"])

    def suppressed(self, address: str) -> str | None:
        found = SuppressionStore(settings.table(), PROJECT).of({"email": address}).get("email")
        return found and found.reason

    def allows(self, delivery: Delivery) -> dict[str, bool]:
        said = self.ask("GET", f"customers/{delivery.customer_id}/consents")
        return {it["channel"]: it["granted"] for it in said["consents"]}

    def entry(self, delivery: Delivery) -> Json:
        return self.ask("GET", f"deliveries/{delivery.id}")


def barred(number: str, project: str = PROJECT) -> bool:
    found = SuppressionStore(settings.table(), project).of({"sms": number}).get("sms")
    return found is not None and found.reason == "stop"


@pytest.fixture
def returns(functions: Functions) -> Iterator[Returns]:
    clock.follow(lambda: LATER)
    yield Returns(functions)
    clock.follow(None)


def told_of(delivery: Delivery, to: str, make: Any = bounce, **fields: Any) -> Json:
    said: Json = make(delivery.id, delivery.message_id or "message-none", to, NOW + timedelta(minutes=1), **fields)
    return said


@pytest.mark.parametrize(
    ("make", "reason", "field", "said"),
    [
        (bounce, "bounce", "bounced_at", []),
        (complaint, "complaint", "complained_at", [("complaint", "2026-03-17T08:01:00.000Z")]),
    ],
)
def test_what_came_back_is_kept_once_however_often_it_is_told(
    returns: Returns, make: Any, reason: str, field: str, said: list[tuple[str, str]]
) -> None:
    sent = returns.sent()
    to = returns.address(sent)
    for _ in range(3):
        assert returns.tell(told_of(sent, to, make), told_of(sent, to.upper(), make)) == []
    assert returns.suppressed(to) == reason
    assert returns.allows(sent) == {"email": not said, "sms": True}
    words = returns.ask("GET", f"customers/{sent.customer_id}/consents")["ledger"]
    assert [(it["source"], it["at"]) for it in words if not it["granted"]] == said
    entry = returns.entry(sent)
    assert (entry["status"], entry[field]) == ("SENT", "2026-03-17T08:01:00.000Z")
    found = returns.ask(
        "GET", f"deliveries?filters[{field}][conditions][$has_value]=true&customer_id={sent.customer_id}"
    )
    assert [it["id"] for it in found["deliveries"]] == [sent.id]


@pytest.mark.parametrize(
    "said",
    [
        lambda sent, to: told_of(sent, to, kind="Transient"),
        lambda sent, to: told_of(sent, to, complaint, kind="not-spam"),
        lambda sent, to: {**told_of(sent, to), "eventType": "DeliveryDelay"},
        lambda *_: "Successfully validated SNS topic for Amazon SES event publishing.",
        lambda *_: text("+353871234567", "Don't stop"),
    ],
)
def test_what_is_no_ones_wish_changes_nothing(returns: Returns, said: Any) -> None:
    sent = returns.sent()
    to = returns.address(sent)
    before = returns.entry(sent)
    assert returns.tell(said(sent, to)) == []
    assert (returns.suppressed(to), returns.allows(sent), returns.entry(sent)) == (
        None,
        {"email": True, "sms": True},
        before,
    )


def test_what_is_forged_or_strange_is_passed_over_with_a_line_that_names_nobody(
    returns: Returns, caplog: pytest.LogCaptureFixture
) -> None:
    sent, unsent, lost = (
        returns.sent(),
        returns.sent(status="PREPARED", message_id=None),
        returns.sent(status="UNKNOWN"),
    )
    lost = DeliveryStore(settings.table(), PROJECT).get(lost.id)
    to = returns.address(sent)
    strange = {
        "no_delivery": bounce("dlv_none", "message-1", to, NOW),
        "other_message": bounce(sent.id, "message-forged", to, NOW),
        "not_sent": told_of(unsent, to),
        "malformed": {"eventType": "Complaint"},
        "no_json": "Unsubscribe me",
        "no_event": "[]",
    }
    before = [returns.entry(it) for it in (sent, unsent, lost)]
    caplog.clear()
    with caplog.at_level("INFO", worker.logger.name):
        assert returns.tell(*strange.values()) == []
    common = vars(logging.makeLogRecord({})).keys() | {"message", "asctime"}
    lines = [{name: value for name, value in vars(it).items() if name not in common} for it in caplog.records]
    assert [it.getMessage() for it in caplog.records] == ["ignored"] * len(strange)
    assert lines == [{"why": why} for why in strange]
    assert [returns.entry(it) for it in (sent, unsent, lost)] == before
    assert returns.suppressed(to) is None


def test_another_projects_delivery_is_not_believed(returns: Returns) -> None:
    sent = returns.sent()
    to = returns.address(sent)
    event = told_of(sent, to)
    event["mail"]["tags"]["project"] = ["proj_production"]
    assert returns.tell(event) == []
    assert returns.suppressed(to) is None


def test_what_a_worker_lost_sight_of_is_believed_of_its_customers_address(returns: Returns) -> None:
    lost = returns.sent(status="UNKNOWN", message_id=None)
    to = returns.address(lost)
    assert returns.tell(told_of(lost, "nobody@example.com"), told_of(lost, to)) == []
    assert returns.suppressed("nobody@example.com") is None
    assert (returns.suppressed(to), returns.entry(lost)["status"]) == ("bounce", "UNKNOWN")


def test_what_comes_while_the_mail_is_being_handed_over_comes_back(returns: Returns) -> None:
    sending, sent = returns.sent(status="SENDING", message_id=None), returns.sent()
    to = returns.address(sent)
    assert returns.tell(told_of(sending, "ann@example.com"), told_of(sent, to)) == ["0"]
    assert returns.suppressed(to) == "bounce"


def test_an_engine_that_fails_brings_it_back_and_no_address_into_the_log(
    returns: Returns, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sent = returns.sent()
    to = returns.address(sent)
    with monkeypatch.context() as patch:
        patch.setattr(worker.SuppressionStore, "add", lambda *_: 1 / 0)
        caplog.clear()
        assert returns.tell(told_of(sent, to)) == ["0"]
    [line] = caplog.records
    assert (line.getMessage(), vars(line)["error"]) == ("failed", "ZeroDivisionError")
    assert to not in repr(vars(line))
    assert "bounced_at" not in returns.entry(sent)
    assert returns.tell(told_of(sent, to)) == []
    assert (returns.suppressed(to), returns.entry(sent)["bounced_at"]) == ("bounce", "2026-03-17T08:01:00.000Z")


def test_a_number_that_stops_is_barred_in_every_project_until_it_starts(returns: Returns) -> None:
    number = "+353871230001"
    assert returns.tell(text(number, "Stop. Thank you"), text("+353871230002", "please don't stop")) == []
    assert [barred(number, it) for it in (PROJECT, "proj_production")] == [True, True]
    assert not barred("+353871230002")
    assert returns.tell(text(number, "Start"), at=NOW) == []
    assert barred(number), "it was said before"
    assert returns.tell(text(number, "START please")) == []
    assert not barred(number)


def test_a_start_takes_back_no_bounce_and_no_complaint(returns: Returns) -> None:
    sent = returns.sent()
    to = returns.address(sent)
    returns.tell(told_of(sent, to, complaint), text("+353871234567", "START"))
    assert returns.suppressed(to) == "complaint"


class Listed:
    """SNS, with a list of two pages."""

    def list_phone_numbers_opted_out(self, **said: str) -> Json:
        if said == {"nextToken": "two"}:
            return {"phoneNumbers": ["+353871239002"]}
        assert said == {}
        return {"phoneNumbers": ["+353871239001"], "nextToken": "two"}


class Hurried:
    def get_remaining_time_in_millis(self) -> int:
        return worker.RESERVE_MS


def test_the_carriers_list_is_mirrored_for_the_account_and_goes_on_where_time_was_short(
    returns: Returns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback, "carrier", lambda: feedback.Carrier(Listed()))
    nightly = record({"opted_out": ""}, NOW)
    assert worker.handler({"Records": [nightly]}, Hurried()) == {"batchItemFailures": []}
    assert [barred(f"+35387123900{it}", ACCOUNT) for it in (1, 2)] == [True, False]
    sqs = boto3.client("sqs")
    [rest] = sqs.receive_message(QueueUrl=os.environ["FEEDBACK_QUEUE_URL"], WaitTimeSeconds=1)["Messages"]
    assert json.loads(rest["Body"]) == {"opted_out": "two"}
    assert returns.tell(rest["Body"]) == []
    assert barred("+353871239002")


@pytest.mark.parametrize(
    ("make", "more", "units"), [(bounce, [], 4.0), (complaint, ["BatchGetItem", "GetItem", "TransactWriteItems"], 10.0)]
)
def test_it_costs_what_it_keeps_and_told_again_only_a_look(
    returns: Returns, make: Any, more: list[str], units: float
) -> None:
    returns.tell(told_of(sent := returns.sent(), returns.address(sent)))  # the project has its seal
    sent = returns.sent()
    to, bill, costs = returns.address(sent), returns.functions.bill, []
    for _ in range(2):
        bill.calls.clear()
        bill.write_units = 0.0
        assert returns.tell(told_of(sent, to, make)) == []
        costs.append(([*bill.calls], bill.write_units))
    look = ["GetItem", "BatchGetItem"]
    assert costs == [([*look, "TransactWriteItems", *more, "TransactWriteItems"], units), (look, 0.0)]
