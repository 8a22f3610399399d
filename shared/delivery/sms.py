"""Text messages, by SNS."""

from typing import Any, Protocol

from shared.delivery.channels import one_attempt
from shared.domain.post.deliveries import Message, Purpose

KINDS: dict[Purpose, str] = {"marketing": "Promotional", "transactional": "Transactional"}
"""What SNS sends as cheaply as it can, and what it sends as surely."""


class Sns(Protocol):
    def publish(self, **said: Any) -> dict[str, Any]: ...


class Sms:
    """Sends to phone numbers, as the account is set up to."""

    def __init__(self, client: Sns) -> None:
        self._client = client

    def send(self, message: Message) -> str:
        """Hand a message over, in one attempt; what SNS calls it.

        Raises:
            NotTaken, NeverTaken, PerhapsTaken: see ``channels``.
        """
        with one_attempt():
            sent = self._client.publish(
                PhoneNumber=message.to, Message=message.text, MessageAttributes=_attributes(message)
            )
            told: str = sent["MessageId"]
        return told


def _attributes(message: Message) -> dict[str, Any]:
    """Of which kind a text is; and who it is from, where the shop has a name of its own for that."""
    said = {"SenderID": message.sender, "SMSType": KINDS[message.purpose]}
    return {
        f"AWS.SNS.SMS.{name}": {"DataType": "String", "StringValue": value} for name, value in said.items() if value
    }
