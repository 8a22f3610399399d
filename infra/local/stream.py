"""Carries the changes of the table to their readers, as Lambda's event source mappings do."""

import logging
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import httpx

from infra.local.clock import Clock

Json = dict[str, Any]
logger = logging.getLogger(__name__)
BATCH = 1_000
POLL_SECONDS = 1.0
STOPS_WITHIN = 3.0


class Reader(NamedTuple):
    """Which changes a function is given, as its mapping's filters say in the cloud."""

    wanted: Callable[[Json], bool]
    read: Callable[[Json, object], Json]


class StreamPump:
    """One thread that reads the stream's one shard from its beginning, a second's changes at a time.

    Each reader gets the changes that it wants, dated by the local clock. After a restart it begins anew: what was
    counted already is known by its sequence number, and what was told by the turn that is kept. It asks the engine
    without a client library, which would look at every value of every image for as long as a redemption takes.
    """

    def __init__(self, engine: str, table: str, clock: Clock, *readers: Reader) -> None:
        self._http = httpx.Client(base_url=engine)
        self._table = table
        self._clock = clock
        self._readers = readers
        self._iterator: str | None = None
        self._carrying = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stream", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Hand over what is left, and stop: the engine forgets the stream when it does."""
        self._stopping.set()
        self._thread.join(STOPS_WITHIN)

    def drain(self) -> None:
        """Hand over all that there is by now, so that it is dated by what the clock shows now."""
        with self._carrying:
            try:
                while self._carry():
                    pass
            except httpx.HTTPError:
                self._iterator = None  # it may have grown too old; what comes again is not counted again
            except Exception:
                # As in the cloud: a reader that broke is told of, and its changes come back.
                logger.exception("the reader broke")
                self._iterator = None

    def _run(self) -> None:
        last = False
        while not last:
            last = self._stopping.wait(POLL_SECONDS)
            self.drain()

    def _carry(self) -> bool:
        """Hand over one batch; tells whether there may be more."""
        iterator = self._iterator or self._beginning()
        found = self._ask("DynamoDBStreams_20120810.GetRecords", ShardIterator=iterator, Limit=BATCH)
        now = self._clock.now().timestamp()
        for record in found["Records"]:
            record["dynamodb"]["ApproximateCreationDateTime"] = now
        for wanted, read in self._readers:
            records = [record for record in found["Records"] if wanted(record)]
            if records and read({"Records": records}, None)["batchItemFailures"]:
                self._iterator = None
                return False
        self._iterator = found["NextShardIterator"]
        return bool(found["Records"])

    def _beginning(self) -> str:
        arn = self._ask("DynamoDB_20120810.DescribeTable", TableName=self._table)["Table"]["LatestStreamArn"]
        described = self._ask("DynamoDBStreams_20120810.DescribeStream", StreamArn=arn)
        [shard] = described["StreamDescription"]["Shards"]
        return str(
            self._ask(
                "DynamoDBStreams_20120810.GetShardIterator",
                StreamArn=arn,
                ShardId=shard["ShardId"],
                ShardIteratorType="TRIM_HORIZON",
            )["ShardIterator"]
        )

    def _ask(self, target: str, **what: object) -> Json:
        answer = self._http.post("/", json=what, headers={"X-Amz-Target": target}).raise_for_status()
        said: Json = answer.json()
        return said


def moves(record: Json) -> bool:
    """Whether a change puts an item on a list or takes it off one, which is what is counted."""
    before, after = (record["dynamodb"].get(image, {}).get("list") for image in ("OldImage", "NewImage"))
    return bool(before != after)


def touches_a_customer(record: Json) -> bool:
    """Whether a change is of a customer, their summary, or a list that they are on."""
    kind: str = record["dynamodb"]["Keys"]["SK"]["S"]
    return kind in ("customer", "summary") or kind.startswith("member#")
