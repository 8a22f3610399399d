"""Carries the changes of the table to their reader, as Lambda's event source mapping does."""

import logging
import threading
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

Json = dict[str, Any]
logger = logging.getLogger(__name__)
BATCH = 1_000
POLL_SECONDS = 1.0
STOPS_WITHIN = 3.0


class StreamPump:
    """One thread that reads the stream's one shard from its beginning, a second's changes at a time.

    After a restart it begins anew: what was counted already is known by its sequence number.
    """

    def __init__(self, table: str, reader: Callable[[Json, object], Json]) -> None:
        config = Config(retries={"total_max_attempts": 1})
        self._stream: Any = boto3.client("dynamodbstreams", config=config)
        self._arn = boto3.client("dynamodb", config=config).describe_table(TableName=table)["Table"]["LatestStreamArn"]
        self._reader = reader
        self._iterator: str | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stream", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Hand over what is left, and stop: the engine forgets the stream when it does."""
        self._stopping.set()
        self._thread.join(STOPS_WITHIN)

    def _run(self) -> None:
        last = False
        while not last:
            last = self._stopping.wait(POLL_SECONDS)
            try:
                while self._carry():
                    pass
            except (BotoCoreError, ClientError):
                self._iterator = None  # it may have grown too old; what comes again is not counted again
            except Exception:
                # As in the cloud: a reader that broke is told of, and its changes come back.
                logger.exception("the reader broke")
                self._iterator = None

    def _carry(self) -> bool:
        """Hand over one batch; tells whether there may be more."""
        if self._iterator is None:
            [shard] = self._stream.describe_stream(StreamArn=self._arn)["StreamDescription"]["Shards"]
            self._iterator = self._stream.get_shard_iterator(
                StreamArn=self._arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
        found = self._stream.get_records(ShardIterator=self._iterator, Limit=BATCH)
        records = [_event_of(record) for record in found["Records"] if _moves(record)]
        if records and self._reader({"Records": records}, None)["batchItemFailures"]:
            self._iterator = None
            return False
        self._iterator = found["NextShardIterator"]
        return bool(found["Records"])


def _moves(record: Json) -> bool:
    """Whether a change puts an item on a list or takes it off one, which is all that is read of the stream."""
    before, after = (record["dynamodb"].get(image, {}).get("list") for image in ("OldImage", "NewImage"))
    return bool(before != after)


def _event_of(record: Json) -> Json:
    told = record["dynamodb"]
    return {
        **record,
        "dynamodb": {**told, "ApproximateCreationDateTime": told["ApproximateCreationDateTime"].timestamp()},
    }
