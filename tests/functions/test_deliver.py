"""The post's worker over a real engine: what leaves, what goes back to the queue, what is logged, and what it costs."""

import json
import logging
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import count
from typing import Any

import httpx
import pytest

from functions import deliver as worker
from shared.delivery import pacing
from shared.domain.post.deliveries import NotTaken
from shared.runtime import channels
from shared.runtime.clock import clock
from shared.storage import warm
from tests.functions.conftest import NOW, Functions

NUMBERS = count(1)
AT = "2026-03-17T08:00:00.000Z"
Json = dict[str, Any]


class Busy:
    """A channel that takes nothing, so many times; then it is the one behind it."""

    def __init__(self, channel: Any, times: int) -> None:
        self._channel, self.times = channel, times

    def send(self, message: Any) -> Any:
        self.times -= 1
        if self.times >= 0:
            raise NotTaken
        return self._channel.send(message)


class PostOffice:
    """A schedule of birthdays, and customers who have theirs on 17 March."""

    def __init__(self, functions: Functions, instant: dict[str, datetime]) -> None:
        self.functions, self.instant = functions, instant
        policy = {"quiet_hours": None, "frequency_caps": []}
        self.ask("PUT", "contact-policy", policy)
        said = {"channel": "email", "name": "Wishes", "subject": "For you", "body": "{{ voucher.code }}"}
        template = self.ask("POST", "message-templates", said)["id"]
        voucher = {"discount": {"type": "AMOUNT", "amount_off": 2_000}, "redemption": {"quantity": 1}}
        name = f"Birthdays {next(NUMBERS)}"
        campaign = self.ask("POST", "campaigns", {"name": name, "type": "AUTO_UPDATE", "voucher": voucher})["id"]
        said = {
            "name": name,
            "campaign": {"id": campaign},
            "occasion": {"type": "BIRTHDAY"},
            "send_at": "08:15",
            "channels": ["email"],
            "templates": {"email": template},
            "active": True,
        }
        self.schedule = self.ask("POST", "schedules", said)["id"]

    def ask(self, method: str, path: str, body: Any = None) -> Json:
        status, answer = self.functions.call(method, f"/v1/{path}", body)
        assert status < 300, answer
        return dict(answer or {})

    def customer(self, **said: Any) -> str:
        """The id of somebody who may be written to."""
        name = f"deliver-{next(NUMBERS)}"
        body = {"source_id": name, "email": f"{name}@example.com", "birthdate": "1990-03-17", **said}
        id_ = str(self.ask("POST", "customers", body)["id"])
        word = {"channel": "email", "granted": True, "source": "a form"}
        self.ask("PUT", f"customers/{id_}/consents", {"consents": [word]})
        return id_

    def work(self, *customers: str, **of: Any) -> list[str]:
        """Have a message of the queue worked through; the messages that go back to it."""
        said = {"schedule_id": self.schedule, "day": "2026-03-17", "at": "2026-03-17T08:15:00.000Z"}
        return handed(said | {"customers": customers} | of)

    def deliveries(self, customer: str) -> list[Json]:
        return list(self.ask("GET", f"deliveries?customer={customer}")["deliveries"])

    def mails(self) -> list[str]:
        """To whom mails have left, of those whom this test knows."""
        kept = httpx.get(f"{os.environ['AWS_ENDPOINT_URL']}/_ministack/ses/messages").json()["messages"]
        return [mail["To"][0] for account in kept.values() for mail in account]


def handed(*bodies: Json) -> list[str]:
    records = [
        {"messageId": str(number), "body": json.dumps({"project": "proj_sandbox", **body}), "attributes": {}}
        for number, body in enumerate(bodies)
    ]
    answer = worker.handler({"Records": records}, None)
    return [failed["itemIdentifier"] for failed in answer["batchItemFailures"]]


@pytest.fixture(scope="module")
def post(functions: Functions) -> Iterator[Functions]:
    """Channels that lead to this engine."""
    channels.channels.cache_clear()
    yield functions
    channels.channels.cache_clear()


@pytest.fixture
def office(post: Functions, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    monkeypatch.setenv("PUBLIC_URL", "https://shop.example")
    monkeypatch.setattr(pacing, "PAUSES", (0.0, 0.0))
    instant = {"now": NOW.replace(minute=15)}
    clock.follow(lambda: instant["now"])
    yield PostOffice(post, instant)
    clock.follow(None)
    post.call("PUT", "/v1/contact-policy", {})


def test_everybody_in_a_message_gets_one_mail_however_often_it_comes(office: PostOffice) -> None:
    people = [office.customer() for _ in range(3)]
    for _ in range(3):
        assert office.work(*people) == []
    mails = office.mails()
    for person in people:
        [entry] = office.deliveries(person)
        assert entry["status"] == "SENT"
        assert mails.count(office.ask("GET", f"customers/{person}")["email"]) == 1


def test_one_that_fails_keeps_none_of_the_others_back_and_brings_its_message_back(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = office.customer(), office.customer()
    busy = Busy(channels.channels()["email"], times=3)
    monkeypatch.setattr(channels, "channels", lambda: {"email": busy})
    assert office.work(first, second) == ["0"]
    assert [office.deliveries(it)[0]["status"] for it in (first, second)] == ["PREPARED", "SENT"]
    assert office.work(first, second) == []
    assert [office.deliveries(it)[0]["status"] for it in (first, second)] == ["SENT", "SENT"]
    assert len({*office.mails()}) == len(office.mails())


def test_a_worker_whose_time_is_short_begins_with_nobody(office: PostOffice) -> None:
    class Context:
        def get_remaining_time_in_millis(self) -> int:
            return worker.RESERVE_MS

    person = office.customer()
    body = {"project": "proj_sandbox", "schedule_id": office.schedule, "day": "2026-03-17", "at": AT}
    record = {"messageId": "0", "body": json.dumps({**body, "customers": [person]}), "attributes": {}}
    assert worker.handler({"Records": [record]}, Context())["batchItemFailures"] == [{"itemIdentifier": "0"}]
    assert office.deliveries(person) == []


def test_a_message_that_makes_no_sense_goes_back_and_the_next_one_does_not(office: PostOffice) -> None:
    person = office.customer()
    sense = {"schedule_id": office.schedule, "day": "2026-03-17", "at": "2026-03-17T08:15:00Z", "customers": [person]}
    assert handed({"customers": ["cust_1"]}, sense, {"deliveries": ["dlv_none"]}) == ["0"]
    assert office.deliveries(person)[0]["status"] == "SENT"


def test_what_has_waited_is_delivered_by_its_id(office: PostOffice) -> None:
    person = office.customer()
    office.ask("PUT", "contact-policy", {"quiet_hours": {"from": "21:00", "to": "10:00"}, "frequency_caps": []})
    assert office.work(person) == []
    [waits] = office.deliveries(person)
    assert (waits["status"], waits["reason"], waits["until"]) == ("DEFERRED", "quiet_hours", "2026-03-17T10:00:00.000Z")
    assert handed({"deliveries": [waits["id"]]}) == []
    assert office.deliveries(person)[0]["status"] == "DEFERRED"
    office.instant["now"] = NOW.replace(hour=10)
    assert handed({"deliveries": [waits["id"]]}) == []
    assert office.deliveries(person)[0]["status"] == "SENT"


def test_a_message_costs_a_few_batches_and_three_transactions_and_one_that_has_left_a_batch(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm, "SECONDS", 60.0)  # a moment, however slow this machine is
    people = [office.customer() for _ in range(3)]
    office.work(people[0])
    costs = [cost_of(office, person) for person in people[1:]]
    read = ["BatchGetItem"] * 3  # all that is known, what is suppressed, the campaign as it is now
    # 6 units look whether the offer was answered or used, or consent withdrawn, in the moment before it leaves.
    assert costs == [([*read, *["TransactWriteItems"] * 3], 38.0)] * 2
    assert cost_of(office, people[1]) == (["BatchGetItem"], 0.0)


def cost_of(office: PostOffice, person: str) -> tuple[Sequence[str], float]:
    bill = office.functions.bill
    bill.calls.clear()
    bill.write_units = 0.0
    assert office.work(person) == []
    return [*bill.calls], bill.write_units


def test_what_is_logged_names_nobody_and_no_code(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # Made beforehand: what an API's function logs goes to the same logger where all are of one service.
    person, poor, patient, unlucky = (
        office.customer(),
        office.customer(email=None),
        office.customer(),
        office.customer(),
    )
    busy = Busy(channels.channels()["email"], times=3)
    caplog.clear()
    with caplog.at_level("INFO", worker.logger.name):
        office.work(person, poor)
        monkeypatch.setattr(channels, "channels", lambda: {"email": busy})
        office.work(patient)
        monkeypatch.setattr(channels, "channels", dict)
        office.work(unlucky)
    common = vars(logging.makeLogRecord({})).keys() | {"message", "asctime"}
    lines = [{name: value for name, value in vars(it).items() if name not in common} for it in caplog.records]
    words = [it.getMessage() for it in caplog.records]
    birthday = {"project": "proj_sandbox", "occasion": "BIRTHDAY"}
    assert words == ["sent", "dropped", "put back", "failed"]
    assert lines[:3] == [
        {**birthday, "channel": "email", "reason": None},
        {**birthday, "channel": None, "reason": "no_address"},
        {"project": "proj_sandbox", "why": "NotTaken"},
    ]
    assert lines[3].keys() == {"project", "error", "trace"}
