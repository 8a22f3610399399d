"""What was told on the bus, as a rule of this machine's own overheard it."""

import json
from typing import Any

import boto3
from botocore.config import Config

Json = dict[str, Any]
TOGETHER = 10


class Facts:
    """The facts since they were last cleared, in the order of their arrival; what was told twice stands there once."""

    def __init__(self, queue_url: str) -> None:
        self._url = queue_url
        self._sqs: Any = boto3.client("sqs", config=Config(retries={"total_max_attempts": 2}))
        self._heard: dict[str, Json] = {}
        self._cleared = 0

    def told(self) -> list[Json]:
        """Each as ``{fact, id, project, customer_id, segment_id, at}``."""
        self._listen()
        return list(self._heard.values())[self._cleared :]

    def clear(self) -> None:
        self._listen()
        self._cleared = len(self._heard)

    def _listen(self) -> None:
        while messages := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=TOGETHER).get("Messages"):
            for message in messages:
                said = json.loads(message["Body"])
                self._heard.setdefault(said["detail"]["id"], {"fact": said["detail-type"], **said["detail"]})
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
