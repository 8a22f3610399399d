"""What SES and SNS were asked to send, as the engine kept it."""

from datetime import UTC, datetime
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from threading import Lock
from typing import Any

import httpx

from infra.local.clock import Clock, moment
from shared.domain.model import iso, utc

Json = dict[str, Any]
NO_CERTIFICATES = SSLContext(PROTOCOL_TLS_CLIENT)
"""The engine speaks plain HTTP: to read the world's authorities first would take longer than to ask it."""


class Outbox:
    """The messages since the outbox was last cleared, oldest first.

    Each is dated by what the local clock showed when it was sent. Of a mail the engine tells that moment; of a text it
    does not, so that is when somebody first looks: whoever moves the clock does.
    """

    def __init__(self, engine: str, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._lock = Lock()
        self._texts: dict[str, datetime] = {}
        self._cleared = datetime.min.replace(tzinfo=UTC)

    def messages(self) -> list[Json]:
        """Each as ``{channel, to, subject, body, at}``."""
        kept = sorted([*self._mails(), *self.texts()], key=lambda it: it[0])
        return [{**said, "at": iso(utc(self._clock.showed(at)))} for at, said in kept if at > self._cleared]

    def clear(self) -> None:
        self.texts()
        self._cleared = moment()

    def texts(self) -> list[tuple[datetime, Json]]:
        """The texts, each with the moment at which it was first seen here."""
        numbers = self._ask("sns/sms-messages")["sms_messages"]
        texts = [(number, text) for number, kept in numbers.items() for text in kept]
        with self._lock:
            seen = moment()
            return [
                (self._texts.setdefault(text["MessageId"], seen), _message("sms", number, "", text["Message"]))
                for number, text in texts
            ]

    def _mails(self) -> list[tuple[datetime, Json]]:
        accounts = self._ask("ses/messages")["messages"]
        return [
            (
                datetime.fromtimestamp(mail["Timestamp"], UTC),
                _message("email", ", ".join(mail["To"]), mail["Subject"], mail["BodyHtml"] or mail["BodyText"]),
            )
            for account in accounts.values()
            for mail in account
        ]

    def _ask(self, what: str) -> Json:
        said: Json = httpx.get(f"{self._engine}/_ministack/{what}", verify=NO_CERTIFICATES).raise_for_status().json()
        return said


def _message(channel: str, to: str, subject: str, body: str) -> Json:
    return {"channel": channel, "to": to, "subject": subject, "body": body}
