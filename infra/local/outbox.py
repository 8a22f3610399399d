"""What SES and SNS were asked to send, as the engine kept it."""

from typing import Any

import httpx

from infra.local.clock import Clock
from shared.domain.model import iso, utc

Json = dict[str, Any]


class Outbox:
    """The messages since the outbox was last cleared, oldest first.

    The engine dates mails by real time and texts not at all; a message's ``at`` is the local clock's time when the
    outbox first saw it, which is when somebody looks.
    """

    def __init__(self, engine: str, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._seen: dict[str, Json] = {}
        self._cleared = 0

    def messages(self) -> list[Json]:
        """Each as ``{channel, to, subject, body, at}``."""
        self._look()
        return list(self._seen.values())[self._cleared :]

    def clear(self) -> None:
        self._look()
        self._cleared = len(self._seen)

    def _look(self) -> None:
        mails = httpx.get(f"{self._engine}/_ministack/ses/messages").raise_for_status().json()["messages"]
        texts = httpx.get(f"{self._engine}/_ministack/sns/sms-messages").raise_for_status().json()["sms_messages"]
        at = iso(utc(self._clock.now()))
        for mail in (mail for account in mails.values() for mail in account):
            body = mail["BodyHtml"] or mail["BodyText"]
            message = _message("email", ", ".join(mail["To"]), mail["Subject"], body, at)
            self._seen.setdefault(mail["MessageId"], message)
        for number, kept in texts.items():
            for text in kept:
                self._seen.setdefault(text["MessageId"], _message("sms", number, "", text["Message"], at))


def _message(channel: str, to: str, subject: str, body: str, at: str) -> Json:
    return {"channel": channel, "to": to, "subject": subject, "body": body, "at": at}
