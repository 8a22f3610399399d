"""Heed what is heard of messages that have left. Told twice, or in another order, it comes to the same."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Protocol

from shared.domain.errors import NotFound
from shared.domain.post.deliveries import Channel, Delivery
from shared.domain.post.feedback import Answered, Report, refuse_doubtful
from shared.domain.post.stops import Wish, wish_of
from shared.domain.post.suppressions import Suppression, Why
from shared.domain.summaries import Person
from shared.usecases import judged_anew
from shared.usecases.consents import Customers, Words, hear


class People(Customers, Protocol):
    def find(self, id_: str) -> Person | None: ...


class Ledger(Protocol):
    def find(self, id_: str) -> Delivery | None: ...
    def save(self, after: Delivery, *, before: Delivery) -> Delivery: ...


class Suppressions(Protocol):
    def add(self, address: str, suppression: Suppression) -> None: ...
    def lift(self, channel: Channel, address: str, *, reason: Why, until: datetime) -> None: ...


class Carrier(Protocol):
    """Keeps the list of numbers that have stopped the account's messages."""

    def opted_out(self, page: str | None) -> tuple[list[str], str | None]: ...


class TooEarly(Exception):
    """The message is being handed over at this moment: what it is called is noted in the next."""


@judged_anew
def heed(
    report: Report, *, at: datetime, ledger: Ledger, people: People, consents: Words, suppressions: Suppressions
) -> bool:
    """Leave an address in peace from which a mail came back, or a complaint; whether that was new.

    A complaint is a no as well. What came back says nothing of what its owner wants: written to at a corrected address,
    they need not allow it again.

    First the address, then the customer, then the ledger: so what a crash has left undone is done when it is told
    again, and what the ledger knows is done.

    Raises:
        Doubtful: if it is not believed. Nothing was written.
        TooEarly: it has to be told again.
    """
    delivery = ledger.find(report.delivery_id)
    if delivery and delivery.status == "SENDING":
        raise TooEarly
    person = people.find(delivery.customer_id) if delivery else None
    own = person.customer.profile.email if person else None
    refuse_doubtful(report, delivery, own=own)
    assert delivery
    told = report.told(delivery)
    if told is None:
        return False
    suppressions.add(report.address, report.suppression)
    if person and report.what == "complaint":  # it is about the shop, wherever it reached them
        with suppress(NotFound):  # forgotten this very moment: their address is left in peace all the same
            hear(person.customer.id, [report.word], at=at, people=people, consents=consents)
    ledger.save(told, before=delivery)
    return True


def heed_text(text: Answered, *, suppressions: Suppressions) -> Wish | None:
    """Do as somebody asks who answers a text message; what they ask, or None for anything else.

    It is about the number, whoever has it in whatever project: the text went to the account and not to one of them.
    What consent they gave stays as it was, so a start takes back a stop and nothing else.
    """
    wish = wish_of(text.said)
    if wish == "stop":
        suppressions.add(text.number, Suppression(channel="sms", reason="stop", at=text.at))
    elif wish == "start":
        # One that is told again, or late, takes back no stop that was said since.
        suppressions.lift("sms", text.number, reason="stop", until=text.at)
    return wish


def mirror(
    page: str | None, *, at: datetime, go_on: Callable[[], bool], carrier: Carrier, suppressions: Suppressions
) -> str | None:
    """Leave those in peace who have stopped text messages with their carrier; the page from which it has to go on,
    where there was no time for all.
    """
    while True:
        numbers, page = carrier.opted_out(page)
        for number in numbers:
            suppressions.add(number, Suppression(channel="sms", reason="stop", at=at))
        if page is None or not go_on():
            return page
