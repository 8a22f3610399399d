"""What the engine does not have and a person wants to try: a mail that comes back, one that is called a nuisance, and a
text that a phone answers. Each is told to ``feedback`` as AWS would tell it.
"""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from infra.local.clock import Clock
from shared.domain.model import iso, utc
from shared.domain.post.deliveries import Delivery
from shared.runtime import settings
from shared.storage.customers import CustomerStore
from shared.storage.deliveries import DeliveryStore

Json = dict[str, Any]
PROJECTS = ("proj_sandbox", "proj_production")
NOBODY = "nobody@example.com"
EVENTS: Mapping[str, Callable[[str, str], Json]] = MappingProxyType(
    {
        "bounce": lambda to, at: _bounce("Permanent", to, at),
        "transient_bounce": lambda to, at: _bounce("Transient", to, at),
        "complaint": lambda to, at: _complaint("abuse", to, at),
        "not_spam": lambda to, at: _complaint("not-spam", to, at),
    }
)


class Feedback:
    """Plays what may become of messages.

    {"delivery_id": "dlv_…", "event": "bounce"}    or transient_bounce, complaint, not_spam
    {"sms": {"from": "+353871234567", "text": "Stop. Thank you"}}

    To whom a mail went, and what it is called, is looked up, unless ``to`` and ``message_id`` say otherwise, as
    a forger would.
    """

    def __init__(self, clock: Clock, worker: Callable[[Json, object], Json]) -> None:
        self._clock = clock
        self._worker = worker

    def play(self, said: Any) -> bool:
        """Have it heeded; whether it need not be told again.

        Raises:
            ValueError: for what cannot be played.
        """
        match said:
            case {"sms": {"from": str(number), "text": str(text)}}:
                return self._tell(_text(number, text))
            case {"delivery_id": str(id_), "event": str(event)} if event in EVENTS:
                return self._tell(self._mail_event(id_, event, said))
        raise ValueError(f"wanted: delivery_id and event ({', '.join(EVENTS)}), or sms with from and text")

    def _tell(self, event: Json) -> bool:
        sent = str(int(self._clock.now().timestamp() * 1000))
        record = {"messageId": "0", "body": json.dumps(event), "attributes": {"SentTimestamp": sent}}
        return not self._worker({"Records": [record]}, None)["batchItemFailures"]

    def _mail_event(self, id_: str, event: str, said: Json) -> Json:
        at = iso(utc(self._clock.now()))
        found = ((project, DeliveryStore(settings.table(), project).find(id_)) for project in PROJECTS)
        project, delivery = next(((its, one) for its, one in found if one), (PROJECTS[0], None))
        to = str(said.get("to") or (delivery and _address(project, delivery)) or NOBODY)
        message_id = str(said.get("message_id") or (delivery and delivery.message_id) or "none")
        tags = {"delivery": [id_], "project": [project], "ses:configuration-set": ["bonbon"]}
        mail = {"timestamp": at, "messageId": message_id, "destination": [to], "tags": tags}
        return {**EVENTS[event](to, at), "mail": mail}


def _address(project: str, delivery: Delivery) -> str | None:
    person = CustomerStore(settings.table(), project).find(delivery.customer_id)
    return person.customer.profile.email if person else None


def _bounce(kind: str, to: str, at: str) -> Json:
    told = {"bounceType": kind, "bounceSubType": "General", "bouncedRecipients": [{"emailAddress": to}]}
    return {"eventType": "Bounce", "bounce": {**told, "timestamp": at, "feedbackId": "local"}}


def _complaint(kind: str, to: str, at: str) -> Json:
    told = {"complaintFeedbackType": kind, "complaintSubType": None, "complainedRecipients": [{"emailAddress": to}]}
    return {"eventType": "Complaint", "complaint": {**told, "timestamp": at, "feedbackId": "local"}}


def _text(number: str, said: str) -> Json:
    return {
        "originationNumber": number,
        "destinationNumber": "+12125550101",
        "messageKeyword": "KEYWORD",
        "messageBody": said,
        "inboundMessageId": "local",
    }
