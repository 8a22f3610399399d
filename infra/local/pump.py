"""Carries messages from a queue to its worker, as Lambda's event source mapping does."""

import logging
import threading
import time
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
RESTS_WITHIN = 5.0
LOOKS_EVERY = 0.02


class Line:
    """A queue and its worker, which is handed messages in batches; those that it does not return are deleted."""

    def __init__(
        self, queue_url: str, worker: Callable[[Json, object], Json], clock: Clock, *, dead_letters: str | None = None
    ) -> None:
        self._url = queue_url
        self._dead_letters = dead_letters
        self._worker = worker
        self._clock = clock
        self._sqs: Any = boto3.client("sqs", config=Config(retries={"total_max_attempts": 1}))

    def take(self, wait: int) -> None:
        """Hand over one batch, if there is any within so many seconds. What fails comes back in its time."""
        if messages := self._receive(wait):
            self._hand_over(messages)

    def drain(self) -> None:
        """Hand over all that there is. What fails comes back at once, until it has failed so often that the queue puts
        it among its dead letters.
        """
        whole = False
        while not whole:
            messages = self._receive(0)
            returned = self._hand_over(messages) if messages else []
            for handle in returned:
                self._sqs.change_message_visibility(QueueUrl=self._url, ReceiptHandle=handle, VisibilityTimeout=0)
            whole = len(messages) < BATCH and not returned

    @property
    def waiting(self) -> int:
        """How many messages there are, with those that are being worked on."""
        return self._size(self._url)

    @property
    def dead(self) -> int:
        """How many messages have failed for good."""
        return self._size(self._dead_letters) if self._dead_letters else 0

    def _size(self, url: str) -> int:
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        found = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    def _receive(self, wait: int) -> list[Json]:
        found = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=BATCH,
            WaitTimeSeconds=wait,
            AttributeNames=["ApproximateReceiveCount"],
        )
        messages: list[Json] = found.get("Messages", [])
        return messages

    def _hand_over(self, messages: list[Json]) -> list[str]:
        """The receipts of those that were returned."""
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
        try:
            answer = self._worker({"Records": records}, None)
        except Exception:
            # As in the cloud: a worker that broke is told of, and its messages come back.
            logger.exception("the worker broke")
            return [message["ReceiptHandle"] for message in messages]
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        done = [message["ReceiptHandle"] for message in messages if message["MessageId"] not in failed]
        if done:
            entries = [{"Id": str(number), "ReceiptHandle": handle} for number, handle in enumerate(done)]
            self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)
        return [message["ReceiptHandle"] for message in messages if message["MessageId"] in failed]


class Pump:
    """One thread that waits for a line's messages."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pump", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch at hand and stop; what was not deleted stays in the queue."""
        self._stopping.set()

    def rest(self) -> None:
        """Wait until nothing is left to do, but not for what keeps failing."""
        deadline = time.monotonic() + RESTS_WITHIN
        while self._line.waiting and time.monotonic() < deadline:
            time.sleep(LOOKS_EVERY)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._line.take(POLL_SECONDS)
            except (BotoCoreError, ClientError):
                # The engine is going down; the loop's condition tells soon whether that is on purpose. What was not
                # deleted is delivered again.
                self._stopping.wait(0.2)
