"""Carries messages from the queue to their worker, as Lambda's event source mapping does."""

import logging
import threading
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.local.clock import Clock

Json = dict[str, Any]
logger = logging.getLogger(__name__)
BATCH = 10
POLL_SECONDS = 1


class Pump:
    """One thread that waits for messages, hands them over in batches, and deletes those that were not returned."""

    def __init__(self, queue_url: str, worker: Callable[[Json, object], Json], clock: Clock) -> None:
        self._url = queue_url
        self._worker = worker
        self._clock = clock
        self._sqs: Any = boto3.client("sqs", config=Config(retries={"total_max_attempts": 1}))
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pump", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch at hand and stop; what was not deleted stays in the queue."""
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                found = self._sqs.receive_message(
                    QueueUrl=self._url,
                    MaxNumberOfMessages=BATCH,
                    WaitTimeSeconds=POLL_SECONDS,
                    AttributeNames=["ApproximateReceiveCount"],
                )
                if messages := found.get("Messages", []):
                    self._hand_over(messages)
            except (BotoCoreError, ClientError):
                # The engine is going down; the loop's condition tells soon whether that is on purpose. What was not
                # deleted is delivered again.
                self._stopping.wait(0.2)
            except Exception:
                # As in the cloud: a worker that broke is told of, and its messages come back.
                logger.exception("the worker broke")

    def _hand_over(self, messages: list[Json]) -> None:
        sent = str(int(self._clock.now().timestamp() * 1000))
        records = [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": {
                    "SentTimestamp": sent,
                    "ApproximateFirstReceiveTimestamp": sent,
                    "ApproximateReceiveCount": message["Attributes"]["ApproximateReceiveCount"],
                },
                "messageAttributes": {},
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": self._url,
                "awsRegion": "us-east-1",
            }
            for message in messages
        ]
        answer = self._worker({"Records": records}, None)
        returned = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        for message in messages:
            if message["MessageId"] not in returned:
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
