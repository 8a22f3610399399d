"""What a function is told by its environment; read once, at the first use.

The clients come from botocore, the part of boto3 that makes them: ``import boto3`` also loads its S3 transfer
machinery, which no function uses and every cold start would pay for.
"""

from functools import cache
from os import environ
from typing import TYPE_CHECKING, cast

from botocore.config import Config
from botocore.session import Session

from shared.runtime.queue import ActionQueue
from shared.storage.table import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_sqs.client import SQSClient

PATIENCE = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=64,
    # Names the caller in the table's trails; the default would be built anew, from forty parts, for every call.
    user_agent="bonbon",
    # Requests are built here and nowhere else, and tests run them against an engine that checks each one.
    parameter_validation=False,
)


@cache
def requests_a_minute() -> int:
    """How often one instance of a function answers a project in a minute; ``REQUESTS_A_MINUTE`` sets another number.

    In front of it stands the throttle of the API's stage, which is what bounds a month's bill.
    """
    return int(environ.get("REQUESTS_A_MINUTE", "120000"))


@cache
def dynamodb() -> "DynamoDBClient":
    return cast("DynamoDBClient", Session().create_client("dynamodb", config=PATIENCE))


@cache
def table() -> Table:
    return Table(dynamodb(), environ["TABLE_NAME"])


@cache
def queue() -> ActionQueue:
    return ActionQueue(sqs(), environ["QUEUE_URL"])


@cache
def sqs() -> "SQSClient":
    return cast("SQSClient", Session().create_client("sqs", config=PATIENCE))
