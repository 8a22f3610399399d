"""Text messages, by SNS."""

from typing import Any, Protocol

from shared.delivery.channels import one_attempt
from shared.domain.post.deliveries import Message


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
            sent = self._client.publish(PhoneNumber=message.to, Message=message.text)
            told: str = sent["MessageId"]
        return told
