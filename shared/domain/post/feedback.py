"""What is heard of messages that have left: one came back, one was called a nuisance, somebody answered a text.

a permanent bounce    the address is written to no more; its owner said nothing, and is allowed for at their next one
a transient bounce    nothing: a mailbox that is full today is not tomorrow, and SES has tried again by itself
a complaint           the address is written to no more, and its owner has said no, in the clearest words there are
a stop by text        the number is written to no more, whoever it belongs to; e-mails go on
a start by text       the number is written to again, as far as consent goes
"""

from datetime import datetime
from typing import Literal, NamedTuple

from shared.domain.model import Frozen, Instant
from shared.domain.post.consents import Consent
from shared.domain.post.deliveries import Channel, Delivery
from shared.domain.post.suppressions import Suppression, print_of

What = Literal["bounce", "complaint"]


class Report(Frozen):
    """What the provider tells of one mail to one address."""

    project: str
    delivery_id: str
    message_id: str
    """What the provider calls the mail."""
    what: What
    address: str
    at: Instant

    def is_about(self, address: str | None) -> bool:
        """Whether it tells of this address."""
        return address is not None and _same("email", address, self.address)

    def told(self, delivery: Delivery) -> Delivery | None:
        """The delivery as it knows of this; None where it did already."""
        field = "bounced_at" if self.what == "bounce" else "complained_at"
        return None if getattr(delivery, field) else delivery.model_copy(update={field: self.at})

    @property
    def suppression(self) -> Suppression:
        return Suppression(channel="email", reason=self.what, at=self.at)

    @property
    def word(self) -> Consent:
        """What a complaint comes to in its customer's own words."""
        return Consent(channel="email", purpose="marketing", granted=False, source=self.what, at=self.at)


class Answered(NamedTuple):
    """A text message that came from a phone."""

    number: str
    said: str
    at: datetime


class Mirroring(NamedTuple):
    """The carrier's list of who has stopped its messages is to be read."""

    page: str | None
    """From which it goes on; None for the first."""


class Doubtful(Exception):
    """Something that was told is not believed; ``args`` is why, as a word, and names nobody."""


def refuse_doubtful(report: Report, delivery: Delivery | None, *, own: str | None) -> None:
    """Raise for a report that is not about this delivery, whose customer's address is ``own`` by now.

    Whoever knows what the provider calls a mail has it from the provider. So the address it tells is the one that the
    mail went to, though its owner may have moved to another since. Where a worker died before it could note that name,
    the address has to be theirs.

    Raises:
        Doubtful: with the reason.
    """
    if delivery is None:
        raise Doubtful("no_delivery")
    if delivery.channel != "email":
        raise Doubtful("no_mail")
    if delivery.message_id:
        if delivery.message_id != report.message_id:
            raise Doubtful("other_message")
    elif delivery.status != "UNKNOWN":
        raise Doubtful("not_sent")
    elif not report.is_about(own):
        raise Doubtful("other_address")


def _same(channel: Channel, one: str, other: str) -> bool:
    return print_of(b"", channel, one) == print_of(b"", channel, other)
