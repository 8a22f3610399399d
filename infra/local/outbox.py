"""What SES and SNS were asked to send, as the engine kept it."""

from typing import Any

import httpx

Json = dict[str, Any]


class Outbox:
    """The messages since the outbox was last cleared, oldest first."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._seen = 0

    def messages(self) -> list[Json]:
        """Each as ``{channel, to, subject, body, at}``."""
        return self._all()[self._seen :]

    def clear(self) -> None:
        self._seen = len(self._all())

    def _all(self) -> list[Json]:
        mails = httpx.get(f"{self._engine}/_ministack/ses/messages").raise_for_status().json()["messages"]
        texts = httpx.get(f"{self._engine}/_ministack/sns/sms-messages").raise_for_status().json()["sms_messages"]
        sent = [_mail(mail) for account in mails.values() for mail in account]
        sent += [_sms(number, text) for number, kept in texts.items() for text in kept]
        return sorted(sent, key=lambda message: message["at"])


def _mail(mail: Json) -> Json:
    return {
        "channel": "email",
        "to": ", ".join(mail.get("To", [])),
        "subject": mail.get("Subject", ""),
        "body": mail.get("BodyHtml") or mail.get("BodyText") or "",
        "at": str(mail.get("Timestamp", "")),
    }


def _sms(number: str, text: Json) -> Json:
    return {
        "channel": "sms",
        "to": number,
        "subject": "",
        "body": text.get("Message", ""),
        "at": str(text.get("Timestamp", "")),
    }
