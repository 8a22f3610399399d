"""What SES, and whoever carries text messages, tell of messages: events of a configuration set, and texts from phones.

Only what is needed is looked at, for their makers may add fields to them.
Source: Amazon SES Developer Guide, "Contents of event data that Amazon SES publishes to Amazon SNS"; AWS End User
Messaging SMS User Guide, "Example of a two-way SMS message payload".
"""

from datetime import datetime
from email.utils import parseaddr
from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel
from pydantic_core import from_json

from shared.domain.errors import InvalidPayload
from shared.domain.model import Frozen, Instant
from shared.domain.post.feedback import Answered, Doubtful, Mirroring, Report
from shared.wire.body import read

Told = Report | Answered | Mirroring
Tag = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,256}$")]
Number = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{3,15}$")]

GREETING = "Successfully validated SNS topic"
"""What SES says when it is told of a topic."""
FOR_GOOD = {"Suppressed", "OnAccountSuppressionList"}
"""SES itself has not even tried: mails to this address came back before."""
LONGEST_SAID = 2_000
"""Characters of a text that are looked at; the longest that phones send have 1,600."""


class Heard(Frozen):
    model_config = ConfigDict(alias_generator=to_camel)


class Recipient(Heard):
    email_address: Annotated[str, Field(max_length=1_000)]


class Bounce(Heard):
    bounce_type: str
    bounce_sub_type: str | None = None
    bounced_recipients: Annotated[tuple[Recipient, ...], Field(min_length=1, max_length=1)]
    timestamp: Instant

    @property
    def is_for_good(self) -> bool:
        return self.bounce_type == "Permanent" or self.bounce_sub_type in FOR_GOOD


class Complaint(Heard):
    complaint_feedback_type: str | None = None
    complained_recipients: Annotated[tuple[Recipient, ...], Field(min_length=1, max_length=1)]
    timestamp: Instant

    @property
    def is_one(self) -> bool:
        """Who says that a mail is no spam does not complain of it."""
        return self.complaint_feedback_type != "not-spam"


class Tags(Heard):
    delivery: Annotated[tuple[Tag, ...], Field(min_length=1, max_length=1)]
    project: Annotated[tuple[Tag, ...], Field(min_length=1, max_length=1)]


class Mail(Heard):
    message_id: Annotated[str, Field(min_length=1, max_length=1_000)]
    tags: Tags


class BounceEvent(Heard):
    mail: Mail
    bounce: Bounce


class ComplaintEvent(Heard):
    mail: Mail
    complaint: Complaint


class TextMessage(Heard):
    origination_number: Number
    message_body: str


class Errand(Frozen):
    """What the schedule says, and a worker that could not read the whole list."""

    opted_out: Annotated[str, Field(max_length=10_000)]


def heard(said: str, *, at: datetime) -> Told | None:
    """What was told; None for what changes nothing. ``at`` is when, where it does not say so itself.

    Raises:
        Doubtful: for what nobody of them would say.
    """
    if said.startswith(GREETING):
        return None
    try:
        event = from_json(said)
    except ValueError:
        raise Doubtful("no_json") from None
    if not isinstance(event, dict):
        raise Doubtful("no_event")
    try:
        return _meaning(event, at)
    except InvalidPayload:
        raise Doubtful("malformed") from None


def _meaning(event: dict[str, Any], at: datetime) -> Told | None:
    if "originationNumber" in event:
        text = read(TextMessage, event)
        return Answered(text.origination_number, text.message_body[:LONGEST_SAID], at)
    if "opted_out" in event:
        return Mirroring(read(Errand, event).opted_out or None)
    match event.get("eventType"):
        case "Bounce":
            came_back = read(BounceEvent, event)
            bounce, [to] = came_back.bounce, came_back.bounce.bounced_recipients
            return _report("bounce", came_back.mail, to, bounce.timestamp, at) if bounce.is_for_good else None
        case "Complaint":
            spoke = read(ComplaintEvent, event)
            complaint, [to] = spoke.complaint, spoke.complaint.complained_recipients
            return _report("complaint", spoke.mail, to, complaint.timestamp, at) if complaint.is_one else None
        case str():
            return None  # delivered, delayed, opened, …: nothing that anybody has to heed
        case _:
            raise Doubtful("no_event")


def _report(what: Any, mail: Mail, to: Recipient, then: datetime, at: datetime) -> Report:
    """No event is of tomorrow: what it led to would outlast whatever its customer says next."""
    _, address = parseaddr(to.email_address)
    if "@" not in address:
        raise Doubtful("no_address")
    [delivery], [project] = mail.tags.delivery, mail.tags.project
    return Report(
        project=project,
        delivery_id=delivery,
        message_id=mail.message_id,
        what=what,
        address=address,
        at=min(then, at),
    )
