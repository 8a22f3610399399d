"""A delivery: one message to one customer, from the moment at which it is due to its end.

    PREPARED ──→ SENDING ──→ SENT
     ↑ │            ├──────→ FAILED    refused for good
     │ │            ├──────→ PREPARED  not taken, for now: tried again
     │ │            └──────→ UNKNOWN   a crash between sending and its record: nobody can know
     │ ├──────────────────→ FAILED    it cannot be written
     │ ↓
    DEFERRED ──→ DROPPED

Its id derives from what it is for, so that the same occasion never makes two. Whoever works on one holds its lease;
where the lease has lapsed, the worker is dead, and what it was about tells what may be done: PREPARED is judged anew
and sent, SENDING is UNKNOWN and never sent again. A message that was not taken lets its lease go.

What is due lies in a queue until it has come to an end. What was asked for lies in none: until it has come to an end it
stands among those that wait, so that a tick finds it, at most a quarter of an hour after its lease or its wait is over.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple

from shared.domain.ids import derived
from shared.domain.model import Day, Frozen, Instant

Channel = Literal["email", "sms", "push", "web"]
"""E-mails leave by SES and texts by SNS; what is for an app or a page is handed to the shop's own webhook."""
Purpose = Literal["marketing", "transactional"]
Status = Literal["PREPARED", "SENDING", "SENT", "DEFERRED", "DROPPED", "FAILED", "UNKNOWN"]

ENDED: frozenset[Status] = frozenset({"SENT", "DROPPED", "FAILED", "UNKNOWN"})

ARROWS: Mapping[Status, frozenset[Status]] = {
    "PREPARED": frozenset({"PREPARED", "SENDING", "DEFERRED", "DROPPED", "FAILED"}),
    "SENDING": frozenset({"SENT", "FAILED", "PREPARED", "DEFERRED", "UNKNOWN"}),
    "DEFERRED": frozenset({"PREPARED", "DEFERRED", "DROPPED"}),
    **dict.fromkeys(ENDED, frozenset()),
}
"""What each may become. One that is judged anew may wait again, or be dropped, though it was prepared before."""

LONGEST_WORK = timedelta(minutes=3)
"""How long a worker may go on with a message of the queue before it is stopped."""
LEASE = LONGEST_WORK + timedelta(seconds=15)
"""How long a delivery is its worker's. Whenever that one began, it is dead when its lease lapses; and the message of
the queue, which comes back a little later, finds that it is.
"""
PATIENCE, LONGEST_PATIENCE = timedelta(minutes=1), timedelta(hours=6)
"""How long a message that was asked for waits at least, and at most, before a channel that is busy is asked again."""


class Due(NamedTuple):
    """Somebody's occasion: what is to be delivered."""

    schedule_id: str
    customer_id: str
    day: date
    """Of the occasion."""
    at: datetime
    """When its run was scheduled."""

    @property
    def source_id(self) -> str:
        """The name of the publication: one a customer, schedule and year.

        >>> Due("sch_1", "cust_1", date(2026, 3, 17), datetime(2026, 3, 17, 9)).source_id
        'sch_1:cust_1:2026'
        """
        return f"{self.schedule_id}:{self.customer_id}:{self.day.year}"


class Asked(Frozen):
    """What a shop has asked to send now: a code of a campaign, or what a publication has given already."""

    channels: tuple[Channel, ...]
    """In order of preference."""
    templates: dict[Channel, str]
    """The message template of each channel."""
    campaign_id: str | None = None
    publication_id: str | None = None
    purpose: Purpose = "marketing"
    topic: str | None = None
    unless_ordered: bool = False
    """Whether it is of no use any more once the customer has ordered."""


class OnDemand(NamedTuple):
    """A message that a shop has asked for: what is to be delivered."""

    id: str
    """Of the delivery: drawn, or derived from the request's ``Idempotency-Key``."""
    customer_id: str
    asked: Asked
    at: datetime
    """When it was asked for."""

    @property
    def source_id(self) -> str:
        """The name of the publication, where one is made for it."""
        return self.id


Cause = Due | OnDemand
"""Why there is a message."""


class Delivery(Frozen):
    """The ledger's entry of one message."""

    id: str
    status: Status
    customer_id: str
    schedule_id: str | None = None
    """Of one that the calendar has made; then there is an occasion and its day, too."""
    asked: Asked | None = None
    """Of one that was asked for."""
    campaign_id: str | None = None
    purpose: Purpose = "marketing"
    occasion: str | None = None
    """Its type, ``BIRTHDAY``."""
    day: Day | None = None
    due_at: Instant
    channel: Channel | None = None
    template_id: str | None = None
    publication_id: str | None = None
    code: str | None = None
    reason: str | None = None
    """Why it was dropped, failed or waits."""
    until: Instant | None = None
    """Of a deferred one."""
    held_by: str | None = None
    """What it last had to wait for; told when it has left, too."""
    lease: Instant | None = None
    """Until when somebody works on it."""
    orders: int | None = None
    """How many orders of the customer's counted when it was asked for, where one more makes it of no use."""
    contact_at: Instant | None = None
    """Under which instant it stands among its customer's contacts."""
    message_id: str | None = None
    """What the channel calls the message."""
    sent_at: Instant | None = None
    bounced_at: Instant | None = None
    """When it came back for good."""
    complained_at: Instant | None = None
    """When whoever got it called it a nuisance."""
    created_at: Instant
    updated_at: Instant | None = None
    version: int = 0
    """0 before it stands in the ledger."""

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def cause(self) -> Cause:
        """What it is for."""
        if self.asked:
            return OnDemand(self.id, self.customer_id, self.asked, self.due_at)
        assert self.schedule_id
        assert self.day
        return Due(self.schedule_id, self.customer_id, self.day, self.due_at)

    @property
    def waits_until(self) -> datetime | None:
        """Until when it stands among those that wait: where it was asked for, also while somebody works on it."""
        return self.until or (self.lease if self.asked else None)

    @property
    def known(self) -> bool:
        """Whether it stands in the ledger."""
        return self.version > 0

    def held(self, at: datetime) -> bool:
        """Whether somebody is working on it."""
        return self.lease is not None and at < self.lease

    def waits(self, at: datetime) -> bool:
        """Whether it may still leave, and nobody is working on it."""
        return self.status in ("PREPARED", "DEFERRED") and not self.held(at)

    def prepared(self, channel: Channel, template_id: str, publication_id: str, code: str, at: datetime) -> "Delivery":
        """There is a code, and a place among the customer's contacts: it is about to leave."""
        its = {"channel": channel, "template_id": template_id, "publication_id": publication_id, "code": code}
        return self._moved("PREPARED", at, **its, contact_at=at, lease=at + LEASE)

    def sending(self, at: datetime) -> "Delivery":
        """It is being handed over: from now on it may have left."""
        return self._moved("SENDING", at, lease=at + LEASE)

    def sent(self, message_id: str, at: datetime) -> "Delivery":
        return self._moved("SENT", at, message_id=message_id, sent_at=at)

    def let_go(self, at: datetime) -> "Delivery":
        """It was not taken: whoever comes next may try again."""
        return self._moved("PREPARED", at)

    def put_off(self, at: datetime) -> "Delivery":
        """It was not taken, and is in no queue that would bring it back. It keeps its place among the contacts; the
        longer it has waited, the longer it waits again: an account may be suspended for days.
        """
        wait = min(max(PATIENCE, (at - self.due_at) / 2), LONGEST_PATIENCE)
        return self._moved("DEFERRED", at, until=at + wait, reason="channel_busy")

    def failed(self, reason: str, at: datetime) -> "Delivery":
        return self._moved("FAILED", at, reason=reason)

    def lost_sight_of(self, at: datetime) -> "Delivery":
        """Nobody can know whether it has left."""
        return self._moved("UNKNOWN", at)

    def deferred(self, until: datetime, reason: str, at: datetime) -> "Delivery":
        return self._moved("DEFERRED", at, until=until, reason=reason, held_by=reason, contact_at=None)

    def dropped(self, reason: str, at: datetime) -> "Delivery":
        return self._moved("DROPPED", at, reason=reason, contact_at=None)

    def _moved(self, status: Status, at: datetime, **fields: Any) -> "Delivery":
        if status not in ARROWS[self.status]:
            raise ValueError(f"{self.status} never becomes {status}")
        left = {"reason": None, "until": None, "lease": None}
        return self.model_copy(update={**left, **fields, "status": status, "updated_at": at})


def delivery_id(project: str, cause: Cause) -> str:
    """One a customer, schedule and year of the occasion; what was asked for has its own.

    >>> delivery_id("p", Due("sch_1", "cust_1", date(2026, 3, 17), datetime(2026, 3, 17, 9)))
    'dlv_2d0bce54d0c5b126'
    """
    if isinstance(cause, OnDemand):
        return cause.id
    return derived("dlv", project, cause.schedule_id, cause.customer_id, str(cause.day.year))


class Message(NamedTuple):
    """A message as its channel takes it."""

    channel: Channel
    to: str
    subject: str
    text: str
    html: str | None = None
    unsubscribe_url: str | None = None
    """Where an e-mail is unsubscribed from; mail programs show a button for it."""
    delivery_id: str = ""
    """By which what becomes of the message is told of."""
    project: str = ""
    sender: str | None = None
    """Who an e-mail is from, ``Shop <offers@example.com>``, or what a text message shows instead of a number; else
    the deployment's own."""
    reply_to: str | None = None
    purpose: Purpose = "marketing"


class NotTaken(Exception):
    """The channel has not taken a message, for now: it has surely not left and may be tried again."""


class NeverTaken(Exception):
    """The channel refuses a message for good. ``args`` is a reason as a word, and names nobody."""


class PerhapsTaken(Exception):
    """Nobody knows whether the channel has taken a message: the connection broke when it had been handed over."""
