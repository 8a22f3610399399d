"""The AWS APIs as a child process on this machine: MiniStack, bound to 127.0.0.1, its state kept over a clean stop."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from shared.storage.keys import TABLE_INDEXES

TABLE = "bonbon"
QUEUE = "bonbon-actions"
CALENDAR, POST, FEEDBACK = "bonbon-calendar", "bonbon-post", "bonbon-feedback"
DEAD_LETTERS = "-dead-letters"
ATTEMPTS = 3
"""Deliveries of a message of the calendar or the post before it is among the dead letters."""
SENDER = "offers@bonbon.example"
"""Whom mails of a local run are from, unless a brand says otherwise."""
BUS = "bonbon"
OVERHEARD = "bonbon-overheard"
"""The queue into which a rule of this machine's own puts whatever is told on the bus."""
STARTS_WITHIN = 30.0
STOPS_WITHIN = 8.0
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",  # not a secret: the engine asks for none
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@contextlib.contextmanager
def running(port: int, data: Path | None = None, **environment: str) -> Iterator[str]:
    """An engine on a port, as long as the block runs; yields its endpoint.

    With ``data`` its state is read from there and written back on leaving. A killed engine writes nothing.
    """
    kept = {}
    if data:
        for folder in ("state", "s3"):
            (data / folder).mkdir(parents=True, exist_ok=True)
        kept = {
            "PERSIST_STATE": "1",
            "STATE_DIR": str(data / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(data / "s3"),
        }
    child = subprocess.Popen(
        [sys.executable, "-m", "infra.local.relay"],
        env={
            **os.environ,
            **CREDENTIALS,
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "LOG_LEVEL": "WARNING",
            **kept,
            **environment,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for whoever runs the engine; the engine is stopped when its work is done
    )
    try:
        _await(child, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def connect(endpoint: str) -> None:
    """Point this process's AWS clients at the engine and name what the functions use there."""
    os.environ.update(CREDENTIALS, AWS_ENDPOINT_URL=endpoint, TABLE_NAME=TABLE)
    sqs = boto3.client("sqs")
    os.environ["QUEUE_URL"] = sqs.create_queue(QueueName=QUEUE, Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
    os.environ["CALENDAR_QUEUE_URL"], os.environ["POST_QUEUE_URL"] = (_enduring(sqs, it) for it in (CALENDAR, POST))
    os.environ["FEEDBACK_QUEUE_URL"] = _enduring(sqs, FEEDBACK)
    os.environ["BUS_NAME"] = BUS
    os.environ["SENDER"] = SENDER
    mail: Any = boto3.client("sesv2")
    with contextlib.suppress(mail.exceptions.AlreadyExistsException):
        mail.create_email_identity(EmailIdentity=SENDER.partition("@")[2])


def dead_letters(url: str) -> str:
    """Where the messages of a queue end that keep failing."""
    return f"{url}{DEAD_LETTERS}"


def _enduring(sqs: Any, name: str) -> str:
    """A queue that puts what keeps failing among its dead letters."""
    dead = sqs.create_queue(QueueName=f"{name}{DEAD_LETTERS}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": ATTEMPTS})
    attributes = {"VisibilityTimeout": "60", "RedrivePolicy": policy}
    return str(sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])


def overhear() -> str:
    """The bus, if it is not there yet, and the queue that hears all that is told on it."""
    sqs, events = boto3.client("sqs"), boto3.client("events")
    url = str(sqs.create_queue(QueueName=OVERHEARD)["QueueUrl"])
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    with contextlib.suppress(events.exceptions.ResourceAlreadyExistsException):
        events.create_event_bus(Name=BUS)
    events.put_rule(Name=OVERHEARD, EventBusName=BUS, EventPattern='{"source": ["bonbon"]}')
    events.put_targets(Rule=OVERHEARD, EventBusName=BUS, Targets=[{"Id": OVERHEARD, "Arn": arn}])
    return url


def create_table(endpoint: str, name: str = TABLE) -> None:
    """The table as ``infra/table.py`` declares it, if it is not there yet.

    Raises:
        SystemExit: if there is one that an earlier version made; only ``cdk deploy`` changes a table in place.
    """
    client: Any = boto3.client("dynamodb", endpoint_url=endpoint, config=Config(retries={"total_max_attempts": 2}))
    if name in client.list_tables()["TableNames"]:
        known = client.describe_table(TableName=name)["Table"]
        indexes = {index["IndexName"] for index in known.get("GlobalSecondaryIndexes", ())}
        if indexes != {*TABLE_INDEXES} or not known.get("StreamSpecification"):
            raise SystemExit("these data were kept by an earlier version: serve from another --data, or remove them")
        return
    attributes = ["PK", "SK", *(attribute for pair in TABLE_INDEXES.values() for attribute in pair)]
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=_keys("PK", "SK"),
        AttributeDefinitions=[{"AttributeName": attribute, "AttributeType": "S"} for attribute in attributes],
        GlobalSecondaryIndexes=[
            {"IndexName": index, "KeySchema": _keys(*pair), "Projection": {"ProjectionType": "KEYS_ONLY"}}
            for index, pair in TABLE_INDEXES.items()
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )


def _keys(partition: str, sort: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]


def _await(child: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise RuntimeError(f"the engine stopped with exit code {child.returncode}")
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"the engine did not listen on port {port} within {STARTS_WITHIN:.0f} s")
