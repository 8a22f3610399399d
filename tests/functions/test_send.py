"""What is asked for over a real engine: what one request costs, what it leaves, and what a retry of it finds."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from functions import send as sender
from shared.delivery import pacing
from shared.delivery.pacing import Paced
from shared.domain.post.deliveries import LEASE
from shared.runtime import channels, settings
from shared.runtime.clock import clock
from shared.storage import warm
from shared.storage.keys import WAITING
from tests.functions.conftest import NOW, Functions
from tests.functions.test_deliver import Busy, handed

NUMBERS = count(1)
MINUTE = timedelta(minutes=1)
Json = dict[str, Any]


class Desk:
    """A shop that asks for messages, by e-mail, with codes of a campaign that makes them as they are needed."""

    def __init__(self, functions: Functions) -> None:
        self.functions = functions
        functions.now = NOW
        self.ask("PUT", "contact-policy", {"quiet_hours": None, "frequency_caps": []})
        said = {"channel": "email", "name": "Wishes", "subject": "For you", "body": "{{ voucher.code }}"}
        self.template = self.ask("POST", "message-templates", said)["id"]
        voucher = {"discount": {"type": "AMOUNT", "amount_off": 2_000}, "redemption": {"quantity": 1}}
        name = f"Sorry {next(NUMBERS)}"
        self.campaign = self.ask("POST", "campaigns", {"name": name, "type": "AUTO_UPDATE", "voucher": voucher})["id"]

    def ask(self, method: str, path: str, body: Any = None) -> Json:
        status, answer = self.functions.call(method, f"/v1/{path}", body)
        assert status < 300, answer
        return dict(answer or {})

    def customer(self) -> str:
        name = f"send-{next(NUMBERS)}"
        id_ = str(self.ask("POST", "customers", {"source_id": name, "email": f"{name}@example.com"})["id"])
        word = {"channel": "email", "granted": True, "source": "a form"}
        self.ask("PUT", f"customers/{id_}/consents", {"consents": [word]})
        return id_

    def body(self, customer: str, **said: Any) -> Json:
        known = {"customer": {"id": customer}, "campaign": {"id": self.campaign}, "template": self.template}
        return {name: value for name, value in {**known, **said}.items() if value is not None}

    def send(self, customer: str, *, key: str | None = None, **said: Any) -> Json:
        headers = {"idempotency_key": key} if key else {}
        status, answer = self.functions.call("POST", "/v1/deliveries", self.body(customer, **said), **headers)
        assert status == 200, answer
        return dict(answer)

    def waiting(self) -> list[str]:
        return [it["pooled"] for it in settings.table().index("pools", WAITING)]


@pytest.fixture(scope="module")
def post(functions: Functions) -> Iterator[Functions]:
    """Channels that lead to this engine."""
    channels.channels.cache_clear()
    yield functions
    channels.channels.cache_clear()


@pytest.fixture
def desk(post: Functions, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("PUBLIC_URL", "https://shop.example")
    monkeypatch.setattr(pacing, "PAUSES", (0.0, 0.0))
    yield Desk(post)
    post.now = NOW
    clock.follow(None)
    post.call("PUT", "/v1/contact-policy", {})


def test_what_it_costs(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "SECONDS", 60.0)  # a moment, however slow this machine is
    people, bill = [desk.customer() for _ in range(3)], desk.functions.bill
    desk.send(people[0])  # the warmth of a moment ago
    sent = desk.send(people[1])
    # The template and the campaign as they are now; all that is known; what is suppressed; the campaign once more, by
    # whoever publishes. It counts in no run, and stands for two units among those that wait.
    reads = ["GetItem", *["BatchGetItem"] * 4]
    writes = ["TransactWriteItems"] * 3
    assert (sent["status"], bill.calls, bill.write_units) == ("SENT", [*reads, *writes], 34.0)
    # A key is looked up first, and so is what may have come of it before; its memory is 2 units.
    desk.send(people[2], key="cost-1")
    assert bill.calls == ["GetItem", "GetItem", "BatchGetItem", "GetItem", *reads[2:], *writes]
    assert bill.write_units == 36.0
    desk.send(people[2], key="cost-1")
    assert (bill.calls, bill.write_units) == (["GetItem", "GetItem"], 0.0)


def test_a_dry_run_tells_the_same_and_leaves_nothing(desk: Desk) -> None:
    person, bill = desk.customer(), desk.functions.bill
    foreseen = desk.send(person, dry_run=True)
    assert (bill.write_units, [it for it in bill.calls if "Write" in it or "Put" in it]) == (0.0, [])
    assert (foreseen["id"], foreseen["dry_run"], foreseen["status"], foreseen["channel"]) == (
        None,
        True,
        "SENT",
        "email",
    )
    assert [foreseen[name] for name in ("publication", "voucher", "sent_at")] == [None] * 3
    assert desk.ask("GET", f"deliveries?customer={person}")["deliveries"] == []
    assert desk.ask("GET", f"publications?customer={person}")["publications"] == []
    sent = desk.send(person)
    same = ("status", "channel", "purpose", "trigger", "customer", "campaign", "template")
    assert {name: foreseen[name] for name in same} == {name: sent[name] for name in same}


def test_a_busy_channel_has_it_wait_for_a_tick_with_its_code_and_its_place(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = desk.customer()
    busy = Busy(channels.channels()["email"], times=3)
    monkeypatch.setattr(sender, "carriers", lambda *_, **__: {"email": Paced(busy)})
    waits = desk.send(person)
    later = NOW + MINUTE
    assert (waits["status"], waits["reason"], waits["until"]) == (
        "DEFERRED",
        "channel_busy",
        "2026-03-17T08:01:00.000Z",
    )
    assert f"2026-03-17T08:01:00.000Z#{waits['id']}" in desk.waiting()
    clock.follow(lambda: later)
    assert handed({"deliveries": [waits["id"]]}) == []
    sent = desk.ask("GET", f"deliveries/{waits['id']}")
    assert (sent["status"], sent["voucher"]) == ("SENT", waits["voucher"])
    assert not [it for it in desk.waiting() if it.endswith(waits["id"])]


class Killed(BaseException):
    """The end of a worker."""


def test_killed_before_it_was_handed_over_a_retry_goes_on_and_so_would_a_tick(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> None:
        raise Killed

    monkeypatch.setattr(sender, "write", die)
    left = []
    for number in range(2):
        person = desk.customer()
        with pytest.raises(Killed):
            desk.send(person, key=f"killed-{person}")
        [entry] = desk.ask("GET", f"deliveries?customer={person}")["deliveries"]
        assert entry["status"] == "PREPARED"
        left.append((person, entry))
        assert f"2026-03-17T08:03:15.000Z#{entry['id']}" in desk.waiting(), number
    monkeypatch.undo()
    monkeypatch.setenv("PUBLIC_URL", "https://shop.example")
    (first, of_first), (_, of_second) = left
    status, told = desk.functions.call("POST", "/v1/deliveries", desk.body(first), idempotency_key=f"killed-{first}")
    assert (status, told["key"]) == (409, "multiple_requests"), "nobody knows yet that its worker is dead"
    desk.functions.now = NOW + LEASE
    sent = desk.send(first, key=f"killed-{first}")
    assert (sent["id"], sent["status"], sent["voucher"]) == (of_first["id"], "SENT", of_first["voucher"])
    assert desk.send(first, key=f"killed-{first}") == sent
    clock.follow(lambda: NOW + LEASE)
    assert handed({"deliveries": [of_second["id"]]}) == []
    assert desk.ask("GET", f"deliveries/{of_second['id']}")["status"] == "SENT"


def test_a_key_that_was_used_for_something_else_sends_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: Any) -> None:
        raise Killed

    first, second = desk.customer(), desk.customer()
    with monkeypatch.context() as patch:
        patch.setattr(sender, "write", die)
        with pytest.raises(Killed):
            desk.send(first, key="shared")
    desk.functions.now = NOW + LEASE
    status, told = desk.functions.call("POST", "/v1/deliveries", desk.body(second), idempotency_key="shared")
    assert (status, told["key"]) == (409, "idempotency_key_conflict")
    assert desk.ask("GET", f"deliveries?customer={second}")["deliveries"] == []


def test_a_refusal_is_remembered_and_stops_what_would_leave_under_its_key(desk: Desk) -> None:
    body = {**desk.body("cust_none"), "customer": {"source_id": f"later-{next(NUMBERS)}"}}
    first = desk.functions.call("POST", "/v1/deliveries", body, idempotency_key="refused")
    assert (first[0], first[1]["key"]) == (404, "not_found")
    desk.ask("POST", "customers", {**body["customer"], "email": "later@example.com"})
    assert desk.functions.call("POST", "/v1/deliveries", body, idempotency_key="refused") == first
