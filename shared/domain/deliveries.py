"""A delivery: one message to one customer, from the moment at which it is due to its end.

    PREPARED ──→ SENDING ──→ SENT
       ↑            ├──────→ FAILED    refused for good
       │            ├──────→ PREPARED  not taken, for now: tried again
       │            └──────→ UNKNOWN   a crash between sending and its record: nobody can know
    DEFERRED ──→ DROPPED

Its id derives from what it is for, so that the same occasion never makes two. Whoever works on one holds its lease;
where the lease has lapsed, the worker is dead, and what it was about tells what may be done: PREPARED is sent,
SENDING is UNKNOWN and never sent again.
"""

from datetime import date, datetime
from typing import Literal, NamedTuple

from shared.domain.ids import derived
from shared.domain.model import Day, Frozen, Instant

Channel = Literal["email", "sms", "push", "web"]
Carried = Literal["email", "sms"]
"""The channels on which messages leave; consent may be given for all."""
Purpose = Literal["marketing", "transactional"]
Status = Literal["PREPARED", "SENDING", "SENT", "DEFERRED", "DROPPED", "FAILED", "UNKNOWN"]

ENDED: frozenset[Status] = frozenset({"SENT", "DROPPED", "FAILED", "UNKNOWN"})


class Due(NamedTuple):
    """Somebody's occasion: what is to be delivered."""

    schedule_id: str
    customer_id: str
    day: date
    """Of the occasion."""
    at: datetime
    """When its run was scheduled."""


class Delivery(Frozen):
    """The ledger's entry of one message."""

    id: str
    status: Status
    customer_id: str
    schedule_id: str
    campaign_id: str
    purpose: Purpose = "marketing"
    occasion: str
    """Its type, ``BIRTHDAY``."""
    day: Day
    due_at: Instant
    channel: Channel | None = None
    template_id: str | None = None
    publication_id: str | None = None
    code: str | None = None
    reason: str | None = None
    """Why it was dropped, failed or waits."""
    until: Instant | None = None
    """Of a deferred one."""
    lease: Instant | None = None
    """Until when somebody works on it."""
    message_id: str | None = None
    """What the channel calls the message."""
    sent_at: Instant | None = None
    created_at: Instant
    updated_at: Instant | None = None
    version: int = 1

    @property
    def ended(self) -> bool:
        return self.status in ENDED


def delivery_id(project: str, due: Due) -> str:
    """One a customer, schedule and year of the occasion.

    >>> delivery_id("p", Due("sch_1", "cust_1", date(2026, 3, 17), datetime(2026, 3, 17, 9)))
    'dlv_2d0bce54d0c5b126'
    """
    return derived("dlv", project, due.schedule_id, due.customer_id, str(due.day.year))


class Message(NamedTuple):
    """A message as its channel takes it."""

    channel: Channel
    to: str
    subject: str
    text: str
    html: str | None = None
    unsubscribe_url: str | None = None
    """Where an e-mail is unsubscribed from; mail programs show a button for it."""


class NotTaken(Exception):
    """The channel has not taken a message, for now: it has surely not left and may be tried again."""


class NeverTaken(Exception):
    """The channel refuses a message for good. ``args`` is a reason as a word, and names nobody."""


class PerhapsTaken(Exception):
    """Nobody knows whether the channel has taken a message: the connection broke when it had been handed over."""
