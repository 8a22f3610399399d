"""What a function is told by its environment; read once, at the first use."""

from functools import cache
from os import environ
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from shared.domain.checkout import StackingRules
from shared.runtime.queue import ActionQueue
from shared.storage.table import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

RULES = StackingRules()
"""How offers stack in every project, until projects have settings of their own."""

PATIENCE = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=64,
    # Requests are built here and nowhere else, and tests run them against an engine that checks each one.
    parameter_validation=False,
)


@cache
def dynamodb() -> "DynamoDBClient":
    return boto3.client("dynamodb", config=PATIENCE)


@cache
def table() -> Table:
    return Table(dynamodb(), environ["TABLE_NAME"])


@cache
def queue() -> ActionQueue:
    return ActionQueue(boto3.client("sqs", config=PATIENCE), environ["QUEUE_URL"])
