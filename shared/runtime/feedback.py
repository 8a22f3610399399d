"""What ``feedback`` works with: its own queue, and the list of those who have stopped text messages.

{opted_out}    that list is to be read: from the page of this name on, from the first one where it is empty
anything else  what SES and phones tell: ``shared.wire.feedback``
"""

import json
from functools import cache
from os import environ
from typing import TYPE_CHECKING, Any, Protocol, cast

from botocore.session import Session

from shared.runtime import settings
from shared.runtime.settings import PATIENCE

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient


class FeedbackQueue:
    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def go_on(self, page: str) -> None:
        """Have the list read from a page on."""
        self._client.send_message(QueueUrl=self._url, MessageBody=json.dumps({"opted_out": page}))


class Sns(Protocol):
    def list_phone_numbers_opted_out(self, **said: Any) -> dict[str, Any]: ...


class Carrier:
    """The account at SNS, which keeps the list."""

    def __init__(self, client: Sns) -> None:
        self._client = client

    def opted_out(self, page: str | None) -> tuple[list[str], str | None]:
        """A page of the list, a hundred numbers at most, and what the next one is called."""
        told = self._client.list_phone_numbers_opted_out(**({"nextToken": page} if page else {}))
        return told.get("phoneNumbers") or [], told.get("nextToken") or None


@cache
def queue() -> FeedbackQueue:
    """The queue that the environment names."""
    return FeedbackQueue(settings.sqs(), environ["FEEDBACK_QUEUE_URL"])


@cache
def carrier() -> Carrier:
    return Carrier(cast("Sns", Session().create_client("sns", config=PATIENCE)))
