"""Which channel takes a message: the first that has an address and consent; and what a shop's webhook is handed."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from infra.local.service import Service
from tests.builders import PRODUCTION, Shop, fresh, ok
from tests.storage.test_channels import Answering, Channel

IN_ORDER = ("push", "web", "sms", "email")
PHONE = "+353871234567"


class Office:
    """A project whose campaign is told of on every channel, and the shop's own server beside the service."""

    def __init__(self, shop: Shop, server: Channel) -> None:
        self.shop, self.server = shop, server
        said = {"email": {"subject": "For you"}, "sms": {"subject": ""}, "push": {"subject": "Hi {{ customer.name }}"}}
        self.templates = {
            channel: shop.template("{{ voucher.code }}", channel=channel, **said.get(channel, {}))
            for channel in IN_ORDER
        }
        self.campaign = shop.campaign(type="AUTO_UPDATE")["id"]

    def webhook(self) -> str:
        """Its secret."""
        url = f"http://127.0.0.1:{self.server.server_port}/hooks"
        return str(ok(self.shop.ask("PUT", "webhook", {"url": url, "rotate": True}))["secret"])

    def customer(self, *channels: str, **fields: Any) -> str:
        """The ``source_id`` of somebody who may be written to so."""
        name = fresh("somebody")
        self.shop.customer(name, **{"name": "Ann", "email": f"{name}@example.com", "phone": PHONE, **fields})
        for channel in channels:
            self.shop.consent(name, channel=channel)
        return name

    def send(self, customer: str, **said: Any) -> dict[str, Any]:
        body = {"customer": {"source_id": customer}, "campaign": {"id": self.campaign}, "templates": self.templates}
        return ok(self.shop.ask("POST", "deliveries", {**body, **said}))

    def handed(self) -> list[tuple[dict[str, str], bytes]]:
        return self.server.asked


@pytest.fixture(scope="module")
def server() -> Iterator[Channel]:
    with Channel() as server:
        yield server


@pytest.fixture(scope="module")
def its(service: Service, server: Channel) -> Iterator[Office]:
    with Shop(service.url, PRODUCTION) as shop:
        ok(shop.ask("PUT", "contact-policy", {"quiet_hours": None, "frequency_caps": []}))
        yield Office(shop, server)
        ok(shop.ask("PUT", "contact-policy", {}))


@pytest.fixture
def office(its: Office) -> Iterator[Office]:
    """With no webhook yet; and one that takes what it is handed."""
    its.server.asked.clear()
    its.server.does = lambda it: it.say(204, b"")
    yield its
    its.shop.ask("DELETE", "webhook")


@pytest.mark.parametrize(
    ("case", "webhook", "allowed", "missing", "taken"),
    [
        ("all of them", True, IN_ORDER, (), "push"),
        ("no word of push", True, ("web", "sms", "email"), (), "web"),
        ("no webhook", False, IN_ORDER, (), "sms"),
        ("no webhook and no phone", False, IN_ORDER, ("phone",), "email"),
        ("the last one alone", True, ("email",), (), "email"),
        ("the last one alone, and no address", True, ("email",), ("email",), None),
        ("nothing is allowed", True, (), (), None),
    ],
)
def test_where_a_channel_has_no_address_or_consent_the_next_one_takes_it(
    office: Office, *, case: str, webhook: bool, allowed: tuple[str, ...], missing: tuple[str, ...], taken: str | None
) -> None:
    if webhook:
        office.webhook()
    answer = office.send(office.customer(*allowed, **dict.fromkeys(missing)))
    assert (answer["status"], answer.get("channel")) == ("SENT" if taken else "DROPPED", taken)
    assert [json.loads(body)["channel"] for _, body in office.handed()] == [taken] * (taken in {"push", "web"})


def test_what_is_handed_over_names_the_delivery_and_is_signed(office: Office) -> None:
    secret, customer = office.webhook(), office.customer("push")
    answer = office.send(customer, channel="push", purpose="marketing")
    [(headers, body)] = office.handed()
    told = Verifier(secret).verify(body, headers)
    link = told.pop("unsubscribe_url")
    assert told == {
        "type": "message",
        "channel": "push",
        "purpose": "marketing",
        "delivery_id": answer["id"],
        "customer_id": office.shop.get(f"customers/{customer}")["id"],
        "title": "Hi Ann",
        "text": answer["voucher"]["code"],
    }
    assert link.startswith(f"{str(office.shop.http.base_url).rstrip('/')}/u/")
    assert headers["webhook-id"] == answer["id"]


@pytest.mark.parametrize(
    ("status", "becomes", "reason"), [(410, "FAILED", "message_refused"), (500, "UNKNOWN", None), (200, "SENT", None)]
)
def test_what_the_shop_answers_is_what_became_of_it(
    office: Office, status: int, becomes: str, reason: str | None
) -> None:
    office.webhook()
    office.server.does = lambda it: it.say(status, b"")
    answer = office.send(office.customer("push"), channel="push")
    assert (answer["status"], answer.get("reason")) == (becomes, reason)
    assert len(office.handed()) == 1
    found = office.shop.deliveries(status=becomes)
    assert answer["id"] in {it["id"] for it in found}


def test_a_secret_that_the_shop_does_not_know_yet_loses_nothing(office: Office) -> None:
    """It answers 401 until it knows it: the message waits, and is not handed to the next channel either."""
    office.webhook()
    office.server.does = lambda it: it.say(401, b"")
    answer = office.send(office.customer("push", "email"))
    assert (answer["status"], answer["channel"]) == ("DEFERRED", "push")
    assert answer["until"]


def test_of_what_was_handed_over_without_an_answer_nobody_can_know(office: Office) -> None:
    office.webhook()
    office.server.does = Answering.close
    assert office.send(office.customer("push"), channel="push")["status"] == "UNKNOWN"
