"""The one gate: whether a message may leave now, must wait, or must not leave at all."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import Field

from shared.domain.consents import Consents
from shared.domain.deliveries import Channel, Purpose
from shared.domain.model import Day, Frozen, Instant, Name, Sent
from shared.domain.windows import Clock


class FrequencyCap(Sent):
    """At most so many marketing messages a calendar day, week (from Monday) or month of the customer."""

    channel: Channel | Literal["any"] = "any"
    max: Annotated[int, Field(strict=True, ge=0, le=100)]
    period: Literal["DAY", "WEEK", "MONTH"]


class QuietHours(Sent):
    """From one wall time of the customer to another, over midnight where it ends before it starts."""

    from_: Annotated[Clock, Field(alias="from")]
    to: Clock


class Blackout(Sent):
    """Days of the customer's calendar, the last one too, on which no marketing leaves."""

    from_: Annotated[Day, Field(alias="from")]
    to: Day
    name: Name | None = None


class ContactPolicy(Frozen):
    """What a shop has settled of when its customers are written to."""

    frequency_caps: tuple[FrequencyCap, ...] = (FrequencyCap(channel="email", max=1, period="DAY"),)
    quiet_hours: QuietHours | None = QuietHours.model_validate({"from": "21:00", "to": "08:00"})
    blackouts: tuple[Blackout, ...] = ()


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
        """With one more, and without those that no cap looks back to."""
        raise NotImplementedError


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
) -> Send | Defer | Drop:
    """What becomes of a message that should go out on the first of these channels that it may take."""
    raise NotImplementedError
