"""The table's stream, and who reads it."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.function import Function
from infra.table import Table
from infra.work import dead_letters

BATCH = 1_000
WAIT = Duration.minutes(1)
"""How long changes are gathered: a shop where little goes on pays for one batch a minute and shard."""

ATTEMPTS = 10
"""After so many failures a change is told to the dead letters and passed over; a counter is then off by it."""

LONGEST_COUNT = Duration.minutes(1)

ON = lambda_.FilterRule.exists()
OFF = lambda_.FilterRule.not_exists()


class Facts(Construct):
    """Delivers each change that puts an item on a list or takes it off one; no other change costs an invocation."""

    def __init__(self, scope: Construct, id_: str, *, table: Table, reader: Function) -> None:
        super().__init__(scope, id_)
        self.dead_letters = dead_letters(self, "facts")
        read(
            self,
            table,
            reader,
            failed=self.dead_letters,
            batch=BATCH,
            wait=WAIT,
            # Only a window's events name their shard, by which a change that comes again is known.
            window=Duration.minutes(15),
            filters=[
                _changes("INSERT", NewImage=ON),
                _changes("REMOVE", OldImage=ON),
                _changes("MODIFY", OldImage=ON, NewImage=OFF),
                _changes("MODIFY", OldImage=OFF, NewImage=ON),
            ],
        )


def read(
    scope: Construct,
    table: Table,
    reader: Function,
    *,
    failed: sqs.Queue,
    batch: int,
    wait: Duration,
    filters: Sequence[Mapping[str, object]],
    window: Duration | None = None,
) -> None:
    """Have a function read the table's stream, changes in their order; one that keeps failing is passed over."""
    stream = table.table_stream_arn
    assert stream
    iam.Grant.add_to_principal(
        grantee=reader,
        actions=[
            f"dynamodb:{action}" for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
        ],
        resource_arns=[stream],
    )
    lambda_.EventSourceMapping(
        scope,
        "Changes",
        target=reader,
        event_source_arn=stream,
        starting_position=lambda_.StartingPosition.TRIM_HORIZON,
        batch_size=batch,
        max_batching_window=wait,
        tumbling_window=window,
        report_batch_item_failures=True,
        bisect_batch_on_error=True,
        retry_attempts=ATTEMPTS,
        on_failure=event_sources.SqsDlq(failed),
        filters=list(filters),
    )


def _changes(event: str, **images: object) -> Mapping[str, object]:
    """The changes of a sort by which an item is on a list before (``OldImage``) or after (``NewImage``)."""
    return lambda_.FilterCriteria.filter(
        {
            "eventName": lambda_.FilterRule.is_equal(event),
            "dynamodb": {image: {"list": {"S": rule}} for image, rule in images.items()},
        }
    )
