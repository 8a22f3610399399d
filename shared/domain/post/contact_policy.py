"""The one gate: whether a message may leave now, must wait, or must not leave at all.

Whoever has not consented is not written to, whatever it is about. Caps, quiet hours and blackouts hold marketing alone:
a receipt that somebody waits for is welcome at any hour. How often somebody wants to hear from the shop is one more
cap, their own. All of them are read on the customer's own calendar; like everywhere, a wall time that a day skips means
the first instant after the gap, one that it has twice the first of the two.

A cap puts a message off to its next period, and not beyond: one that finds that full as well is dropped. Otherwise
whoever may get one a day would get each of them later than the last.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Annotated, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationInfo, field_validator

from shared.domain.errors import InvalidPayload
from shared.domain.model import Day, Frozen, Instant, Name, Sent
from shared.domain.post.consents import Consents, Frequency
from shared.domain.post.deliveries import Channel, Purpose
from shared.domain.post.suppressions import Suppression
from shared.domain.windows import Clock, instant

MOST_TIMES = 100
"""The largest cap, and so as many messages of a channel as anybody has to remember."""
LONGEST_PERIOD = timedelta(days=33)
"""A month, and what customers gain who move to another zone in it."""
LONGEST_WAIT = timedelta(days=60)
"""What could not leave for so long is of no use any more."""
DAY = timedelta(days=1)
NEARNESS = ("no_address", "suppressed", "no_consent", "topic_declined", "frequency_cap", "quiet_hours", "blackout")
"""Why a message is dropped; the later, the nearer it was to leave."""

Period = Literal["DAY", "WEEK", "MONTH"]


class FrequencyCap(Sent):
    """At most so many marketing messages a calendar day, week (from Monday) or month of the customer."""

    channel: Channel | Literal["any"] = "any"
    max: Annotated[int, Field(strict=True, ge=0, le=MOST_TIMES)]
    period: Period

    def full(self, contacts: "Contacts", since: datetime, until: datetime) -> bool:
        """Whether as many as it allows lie in ``[since, until)``."""
        its = (it for it in contacts.sent if self.channel in ("any", it.channel) and it.purpose == "marketing")
        return sum(since <= it.at < until for it in its) >= self.max


OWN: Mapping[Frequency, tuple[FrequencyCap, ...]] = {
    "ALL": (),
    "DAILY": (FrequencyCap(max=1, period="DAY"),),
    "WEEKLY": (FrequencyCap(max=1, period="WEEK"),),
    "MONTHLY": (FrequencyCap(max=1, period="MONTH"),),
}
"""What a customer's own wish comes to, whatever the shop's policy allows besides."""


def _since_midnight(clock: str) -> timedelta:
    hours, minutes = clock.split(":")
    return timedelta(hours=int(hours) % 24, minutes=int(minutes))


class QuietHours(Sent):
    """From one wall time of the customer to another, over midnight where it ends before it starts."""

    from_: Annotated[Clock, Field(alias="from")]
    to: Clock

    @field_validator("to")
    @classmethod
    def _must_end(cls, to: str, said: ValidationInfo) -> str:
        if "from_" in said.data and _since_midnight(to) == _since_midnight(said.data["from_"]):
            raise ValueError("must leave some of the day; send quiet_hours null for none at all")
        return to

    def of(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Those that begin on a day: their first instant and the first one after them."""
        midnight = datetime.combine(day, time())
        start, end = _since_midnight(self.from_), _since_midnight(self.to)
        return instant(midnight + start, zone), instant(midnight + (end if start < end else end + DAY), zone)


class Blackout(Sent):
    """Days of the customer's calendar, the last one too, on which no marketing leaves."""

    from_: Annotated[Day, Field(alias="from")]
    to: Day
    name: Name | None = None

    @field_validator("to")
    @classmethod
    def _must_not_end_before_it_begins(cls, to: date, said: ValidationInfo) -> date:
        if "from_" in said.data and to < said.data["from_"]:
            raise ValueError("must not lie before from")
        return to


class Topic(Sent):
    """Something that a shop writes about, and that a customer may decline."""

    id: Name
    name: Name


class ContactPolicy(Frozen):
    """What a shop has settled of when, and of what, its customers are written to."""

    frequency_caps: tuple[FrequencyCap, ...] = (FrequencyCap(channel="email", max=1, period="DAY"),)
    quiet_hours: QuietHours | None = QuietHours.model_validate({"from": "21:00", "to": "08:00"})
    blackouts: tuple[Blackout, ...] = ()
    topics: tuple[Topic, ...] = ()


def refuse_unknown_topic(topic: str, policy: ContactPolicy) -> None:
    """Raise for a topic that nobody is asked about, and so nobody could decline.

    Raises:
        InvalidPayload: naming the field.
    """
    if topic not in {it.id for it in policy.topics}:
        raise InvalidPayload("topic: is none of the contact policy's")


class Contact(Frozen):
    """A message that has left, or was about to."""

    at: Instant
    channel: Channel
    purpose: Purpose


class Contacts(Frozen):
    """The messages to somebody that caps may still have to count, oldest first."""

    sent: tuple[Contact, ...] = ()
    version: int = 0

    def after(self, contact: Contact) -> "Contacts":
        """With one more, if caps count it, and without those that no cap looks back to."""
        if contact.purpose != "marketing":
            return self
        every = sorted((*self.sent, contact), key=lambda it: it.at)
        left = Counter(it.channel for it in every)
        kept: list[Contact] = []
        for it in every:
            if left[it.channel] <= MOST_TIMES and it.at > every[-1].at - LONGEST_PERIOD:
                kept.append(it)
            left[it.channel] -= 1
        return self.model_copy(update={"sent": tuple(kept)})


class Send(NamedTuple):
    channel: Channel


class Defer(NamedTuple):
    until: datetime
    reason: str
    """``quiet_hours``, ``blackout``, ``frequency_cap``."""


class Drop(NamedTuple):
    reason: str
    """``no_address``, ``no_consent``, …: the one that is nearest to a message, of all channels."""


def judge(
    channels: Sequence[Channel],
    purpose: Purpose,
    *,
    addresses: Mapping[Channel, str],
    consents: Consents,
    contacts: Contacts,
    policy: ContactPolicy,
    zone: ZoneInfo,
    at: datetime,
    suppressed: Mapping[Channel, Suppression] = MappingProxyType({}),
    topic: str | None = None,
    capped: bool = False,
) -> Send | Defer | Drop:
    """What becomes of a message that should go out on the first of these channels that it may take; ``capped`` says
    that a cap has put it off before.

    A channel that has no address or no consent, or that a cap of 0 has closed, gives way to the next one. One that is
    open, but not now, does not: what should be an e-mail is one tomorrow rather than a text message today.
    """
    caps = (*policy.frequency_caps, *OWN[consents.frequency])
    dropped = [NEARNESS[0]]
    for channel in channels:
        if not addresses.get(channel):
            continue
        if (at_rest := suppressed.get(channel)) and at_rest.stops(purpose, consents.word(channel, purpose)):
            dropped.append("suppressed")
            continue
        if not consents.allow(channel, purpose):
            dropped.append("no_consent")
            continue
        if purpose != "marketing":
            return Send(channel)
        if not consents.likes(topic):
            dropped.append("topic_declined")
            continue
        if any(it.max == 0 and it.channel in ("any", channel) for it in caps):
            dropped.append("frequency_cap")
            continue
        return _when(Hold(channel, caps, contacts, policy, zone), at, capped=capped)
    return Drop(max(dropped, key=NEARNESS.index))


class Hold(NamedTuple):
    """What may hold marketing to somebody on a channel."""

    channel: Channel
    caps: Sequence[FrequencyCap]
    contacts: Contacts
    policy: ContactPolicy
    zone: ZoneInfo

    def of(self, at: datetime) -> Iterator[tuple[datetime, str]]:
        """What holds it at an instant, each with its end."""
        zone, today = self.zone, _day(at, self.zone)
        for cap in self.caps:
            if cap.channel in ("any", self.channel):
                since, until = (_midnight(day, zone) for day in _period(cap.period, today))
                if cap.full(self.contacts, since, until):
                    yield until, "frequency_cap"
        if self.policy.quiet_hours:
            for day in (today - DAY, today):
                since, until = self.policy.quiet_hours.of(day, zone)
                if since <= at < until:
                    yield until, "quiet_hours"
        for blackout in self.policy.blackouts:
            if blackout.from_ <= today <= blackout.to:
                # The last day of a very long one lies beyond the calendar; nobody waits for it anyway.
                last = min(blackout.to, today + LONGEST_WAIT)
                yield _midnight(last + DAY, zone), "blackout"


def _when(hold: Hold, at: datetime, *, capped: bool) -> Send | Defer | Drop:
    """Whether marketing may leave now, or else when; the reason is what holds it now, and longest."""
    until, reason = at, ""
    # What ends may end within another: quiet hours in a blackout, a day whose cap was full in the next quiet hours.
    while holds := [*hold.of(until)]:
        full = "frequency_cap" in (why for _, why in holds)
        if full and capped:
            return Drop("frequency_cap")
        longest = max(holds)
        until, reason, capped = longest[0], reason or longest[1], capped or full
        if until - at > LONGEST_WAIT:
            return Drop(reason)
    return Defer(until, reason) if reason else Send(hold.channel)


def _day(at: datetime, zone: ZoneInfo) -> date:
    """The calendar's day; once it has begun, clocks that are put back over midnight do not bring back the last one."""
    day = at.astimezone(zone).date()
    return day + DAY if _midnight(day + DAY, zone) <= at else day


def _period(period: Period, day: date) -> tuple[date, date]:
    """The first day of the period that a day lies in, and of the next one.

    >>> _period("WEEK", date(2026, 3, 15)), _period("MONTH", date(2026, 12, 31))  # a Sunday; the last of its year
    ((datetime.date(2026, 3, 9), datetime.date(2026, 3, 16)), (datetime.date(2026, 12, 1), datetime.date(2027, 1, 1)))
    """
    match period:
        case "DAY":
            return day, day + DAY
        case "WEEK":
            monday = day - day.weekday() * DAY
            return monday, monday + 7 * DAY
        case "MONTH":
            first = day.replace(day=1)
            return first, (first + 31 * DAY).replace(day=1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return instant(datetime.combine(day, time()), zone)
