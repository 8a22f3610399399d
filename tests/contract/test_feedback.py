"""Feedback over HTTP: after a bounce, a complaint or a stop nothing more leaves to that address, whoever has it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from infra.local.service import Service
from tests.builders import PRODUCTION, SANDBOX, Clock, Shop, fresh, ok, until

NOON = datetime(2027, 8, 11, 12, tzinfo=UTC)
NUMBERS = count(1)
SUPPRESSED = ("DROPPED", "suppressed")
Json = dict[str, Any]


class Mailroom:
    """Sends messages of one campaign, and plays what becomes of them."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        ok(shop.ask("PUT", "contact-policy", {"quiet_hours": None, "frequency_caps": []}))
        self.campaign = shop.campaign(type="AUTO_UPDATE")["id"]
        self.templates = {"email": shop.template(), "sms": shop.template(channel="sms", subject="")}

    def customer(self, email: str | None = None, phone: str | None = None) -> str:
        """The id of somebody who allows everything."""
        its = {"email": email or f"{fresh('mail')}@example.com", "phone": phone or number()}
        id_ = str(self.shop.customer(**its)["id"])
        said = {"granted": True, "source": "a form"}
        words = [
            {"channel": channel, "purpose": purpose, **said}
            for channel in self.templates
            for purpose in ("marketing", "transactional")
        ]
        ok(self.shop.ask("PUT", f"customers/{id_}/consents", {"consents": words}))
        return id_

    def send(self, customer: str, channel: str = "email", **fields: Any) -> Json:
        """A message that is asked for now."""
        said = {"campaign": {"id": self.campaign}, "template": self.templates[channel], **fields}
        return ok(self.shop.ask("POST", "deliveries", {"customer": {"id": customer}, **said}))

    def outcome(self, customer: str, channel: str = "email", **fields: Any) -> tuple[str, str | None]:
        """What becomes of one more message."""
        told = self.send(customer, channel, **fields)
        return told["status"], told.get("reason")

    def plays(self, **said: Any) -> bool:
        return bool(ok(self.shop.http.post("/local/feedback", json=said))["heeded"])

    def answers(self, phone: str, text: str) -> None:
        assert self.plays(sms={"from": phone, "text": text})

    def address(self, customer: str) -> str:
        return str(self.shop.get(f"customers/{customer}")["email"])

    def allows(self, customer: str, channel: str = "email") -> bool:
        said = self.shop.get(f"customers/{customer}/consents")["consents"]
        return next(it["granted"] for it in said if (it["channel"], it["purpose"]) == (channel, "marketing"))


def number() -> str:
    return f"+35387123{next(NUMBERS):04d}"


@pytest.fixture(scope="module")
def mailroom(timed_service: Service, timed_shop: Shop) -> Iterator[Mailroom]:
    with Clock(timed_service.url) as clock:
        clock.set(NOON)
        yield Mailroom(timed_shop)
        ok(timed_shop.ask("PUT", "contact-policy", {}))


@pytest.mark.parametrize(
    ("event", "field", "said"),
    [("bounce", "bounced_at", []), ("complaint", "complained_at", [("complaint", "email")])],
)
def test_whoever_has_an_address_that_came_back_or_complained_is_left_in_peace(
    mailroom: Mailroom, event: str, field: str, said: list[tuple[str, str]]
) -> None:
    first = mailroom.customer()
    address = mailroom.address(first)
    second = mailroom.customer(address.upper())
    sent = mailroom.send(first)
    assert sent["status"] == "SENT"
    for _ in range(2):
        assert mailroom.plays(delivery_id=sent["id"], event=event)
    for customer in (first, second):
        for purpose in ("marketing", "transactional"):
            assert mailroom.outcome(customer, purpose=purpose) == SUPPRESSED
        assert mailroom.outcome(customer, "sms") == ("SENT", None)
    told = mailroom.shop.get(f"deliveries/{sent['id']}")
    assert told == {**sent, field: "2027-08-11T12:00:00.000Z"}
    assert (mailroom.allows(first), mailroom.allows(first, "sms"), mailroom.allows(second)) == (not said, True, True)
    words = mailroom.shop.get(f"customers/{first}/consents")["ledger"]
    assert [(it["source"], it["channel"]) for it in words if not it["granted"]] == said


def test_a_corrected_address_is_written_to_without_another_yes(mailroom: Mailroom) -> None:
    customer = mailroom.customer()
    mailroom.plays(delivery_id=mailroom.send(customer)["id"], event="bounce")
    assert mailroom.outcome(customer) == SUPPRESSED
    ok(mailroom.shop.ask("PUT", f"customers/{customer}", {"email": f"right-{mailroom.address(customer)}"}))
    assert mailroom.outcome(customer) == ("SENT", None)


def test_a_yes_that_is_said_later_does_not_revive_an_address_that_complained(mailroom: Mailroom) -> None:
    customer = mailroom.customer()
    mailroom.plays(delivery_id=mailroom.send(customer)["id"], event="complaint")
    mailroom.shop.consent(customer)
    assert mailroom.allows(customer)
    assert mailroom.outcome(customer) == SUPPRESSED


@pytest.mark.parametrize("event", ["transient_bounce", "not_spam"])
def test_what_is_no_end_ends_nothing(mailroom: Mailroom, event: str) -> None:
    customer = mailroom.customer()
    sent = mailroom.send(customer)
    assert mailroom.plays(delivery_id=sent["id"], event=event)
    assert mailroom.outcome(customer) == ("SENT", None)
    assert mailroom.shop.get(f"deliveries/{sent['id']}") == sent


def test_a_complaint_ends_what_is_waiting_already(mailroom: Mailroom, timed_service: Service) -> None:
    customer, other = mailroom.customer(), mailroom.customer()
    sent = mailroom.send(customer)
    night = {"quiet_hours": {"from": "11:00", "to": "14:00"}, "frequency_caps": []}
    with Clock(timed_service.url) as clock:
        clock.set(NOON)
        ok(mailroom.shop.ask("PUT", "contact-policy", night))
        try:
            waiting, others = mailroom.send(customer), mailroom.send(other)
            assert [it["status"] for it in (waiting, others)] == ["DEFERRED", "DEFERRED"]
            mailroom.plays(delivery_id=sent["id"], event="complaint")
            clock.set(NOON.replace(hour=14, minute=30))
        finally:
            ok(mailroom.shop.ask("PUT", "contact-policy", {"quiet_hours": None, "frequency_caps": []}))
            clock.set(NOON)
        ended = [mailroom.shop.get(f"deliveries/{it['id']}") for it in (waiting, others)]
        assert [(it["status"], it.get("reason")) for it in ended] == [SUPPRESSED, ("SENT", None)]
        mails = [it for it in mailroom.shop.outbox() if it["to"] == mailroom.address(customer)]
        assert len(mails) == 1


@pytest.mark.parametrize("stop", ["Stop. Thank you", "STOPP!", "Bitte stopp", "ARRÊT", "baja", "dur", "unsubscribe me"])
def test_a_stop_by_text_ends_texts_and_nothing_else(mailroom: Mailroom, stop: str) -> None:
    phone = number()
    customer, other = mailroom.customer(phone=phone), mailroom.customer(phone=phone)
    mailroom.answers(phone, "Please don't stop")
    assert mailroom.outcome(customer, "sms") == ("SENT", None)
    mailroom.answers(phone, stop)
    assert mailroom.outcome(customer, "sms") == SUPPRESSED
    assert mailroom.outcome(other, "sms", purpose="transactional") == SUPPRESSED
    assert mailroom.outcome(customer) == ("SENT", None)


def test_a_stop_holds_in_every_project_and_a_start_revives_texts(mailroom: Mailroom, timed_service: Service) -> None:
    phone = number()
    customer = mailroom.customer(phone=phone)
    with Shop(timed_service.url, PRODUCTION) as shop:
        elsewhere = Mailroom(shop)
        there = elsewhere.customer(phone=phone)
        mailroom.answers(phone, "STOP")
        assert (mailroom.outcome(customer, "sms"), elsewhere.outcome(there, "sms")) == (SUPPRESSED, SUPPRESSED)
        mailroom.answers(phone, "START")
        assert (mailroom.outcome(customer, "sms"), elsewhere.outcome(there, "sms")) == (("SENT", None),) * 2
        ok(shop.ask("PUT", "contact-policy", {}))


def test_an_import_revives_no_address_that_complained(mailroom: Mailroom) -> None:
    customer = mailroom.customer()
    address = mailroom.address(customer)
    mailroom.plays(delivery_id=mailroom.send(customer)["id"], event="complaint")
    source = fresh("imported")
    csv = f"Name,Email,Source_id\nAnn,{address},{source}\n".encode()
    headers = {it: value for it, value in mailroom.shop.http.headers.items() if it.startswith("x-app")}
    answer = mailroom.shop.http.post("/v1/customers/importCSV", files={"file": ("people.csv", csv)}, headers=headers)
    mailroom.shop.await_action(ok(answer)["async_action_id"])
    again = until(lambda: mailroom.shop.get(f"customers/{source}"), lambda it: it["email"] == address)["id"]
    mailroom.shop.consent(again)
    assert mailroom.outcome(again) == SUPPRESSED


@pytest.mark.parametrize(
    "forged",
    [
        {"delivery_id": "dlv_none"},
        {"message_id": "message-forged"},
        {"message_id": "message-forged", "to": "ann@example.com"},
    ],
)
def test_what_is_forged_is_passed_over_with_a_record(
    mailroom: Mailroom, timed_service: Service, forged: dict[str, str]
) -> None:
    customer = mailroom.customer()
    sent = mailroom.send(customer)
    before = timed_service.log.read_text().count('"message":"ignored"')
    said = {"delivery_id": sent["id"], "to": mailroom.address(customer), "event": "complaint", **forged}
    assert mailroom.plays(**said)
    record = until(timed_service.log.read_text, lambda log: log.count('"message":"ignored"') == before + 1)
    assert mailroom.address(customer) not in record
    assert mailroom.outcome(customer) == ("SENT", None)
    assert mailroom.shop.get(f"deliveries/{sent['id']}") == sent


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"[]",
        b"{}",
        b'{"delivery_id": "dlv_1"}',
        b'{"delivery_id": "dlv_1", "event": "party"}',
        b'{"sms": {"from": "+353871230000"}}',
        b'{"sms": {"from": 1, "text": "STOP"}}',
    ],
)
def test_what_cannot_be_played_is_refused(service: Service, said: bytes) -> None:
    with Shop(service.url, SANDBOX) as shop:
        refused = shop.http.post("/local/feedback", content=said)
    assert (refused.status_code, refused.json()["key"]) == (400, "invalid_payload")
