"""Redriving the dead letters: each call is held against SQS's own model, for no engine here knows these calls."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from infra.redrive import Queues, of_stack, redrive

DEAD, ALIVE = "https://sqs/0/bonbon-actions-dead-letters", "https://sqs/0/bonbon-actions"
ARN = "arn:aws:sqs:us-east-1:000000000000:bonbon-actions"
BOTH = Queues(DEAD, ALIVE)


def client(service: str) -> Any:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client(service, region_name="us-east-1", **keys)


@pytest.fixture
def sqs() -> Iterator[Stubber]:
    """Answers in the order in which a test says them; each must have been asked for at its end."""
    with Stubber(client("sqs")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def lie(sqs: Stubber, count: int) -> None:
    said = {"Attributes": {"QueueArn": f"{ARN}-dead-letters", "ApproximateNumberOfMessages": str(count)}}
    asked = {"QueueUrl": DEAD, "AttributeNames": ["QueueArn", "ApproximateNumberOfMessages"]}
    sqs.add_response("get_queue_attributes", said, asked)


def start(sqs: Stubber, **where: str) -> None:
    asked = {"SourceArn": f"{ARN}-dead-letters", **where}
    sqs.add_response("start_message_move_task", {"TaskHandle": "handle"}, asked)


def go(sqs: Stubber, status: str, moved: int, **more: str) -> None:
    said = {"Results": [{"Status": status, "ApproximateNumberOfMessagesMoved": moved, **more}]}
    sqs.add_response("list_message_move_tasks", said, {"SourceArn": f"{ARN}-dead-letters", "MaxResults": 1})


def test_every_dead_letter_goes_back_to_the_queue(sqs: Stubber) -> None:
    told: list[str] = []
    pauses: list[float] = []
    lie(sqs, 3)
    sqs.add_response(
        "get_queue_attributes", {"Attributes": {"QueueArn": ARN}}, {"QueueUrl": ALIVE, "AttributeNames": ["QueueArn"]}
    )
    start(sqs, DestinationArn=ARN)
    go(sqs, "RUNNING", 1)
    go(sqs, "COMPLETED", 3)
    assert redrive(sqs.client, BOTH, tell=told.append, pause=pauses.append) == 3
    assert told == ["1 of about 3 moved …", "3 moved; the worker carries them on."]
    assert pauses == [1.0]


def test_where_no_queue_is_named_they_go_where_they_came_from(sqs: Stubber) -> None:
    lie(sqs, 1)
    start(sqs)
    go(sqs, "COMPLETED", 1)
    assert redrive(sqs.client, Queues(DEAD), tell=lambda _: None) == 1


def test_nothing_is_started_where_nothing_lies(sqs: Stubber) -> None:
    told: list[str] = []
    lie(sqs, 0)
    assert redrive(sqs.client, BOTH, tell=told.append) == 0
    assert told == ["There is nothing to redrive."]


def test_what_sqs_could_not_move_is_told_with_its_reason(sqs: Stubber) -> None:
    lie(sqs, 2)
    start(sqs)
    go(sqs, "FAILED", 1, FailureReason="AccessDenied")
    with pytest.raises(SystemExit, match="FAILED after 1: AccessDenied"):
        redrive(sqs.client, Queues(DEAD), tell=lambda _: None)


@pytest.mark.parametrize("wanted", [("actions", "calendar", "post"), ("post",)])
def test_a_stack_says_where_its_queues_are(wanted: tuple[str, ...]) -> None:
    outputs = [
        ("TableName", "bonbon"),
        *[(f"{which}QueueUrl", f"{ALIVE}{which}") for which in ("", "Calendar", "Post")],
        *[(f"{which}DeadLetterQueueUrl", f"{DEAD}{which}") for which in ("", "Calendar", "Post")],
    ]
    stack = {
        "StackName": "Bonbon",
        "CreationTime": "2026-03-17T08:00:00Z",
        "StackStatus": "CREATE_COMPLETE",
        "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs],
    }
    known = {
        "actions": BOTH,
        "calendar": Queues(f"{DEAD}Calendar", f"{ALIVE}Calendar"),
        "post": Queues(f"{DEAD}Post", f"{ALIVE}Post"),
    }
    with Stubber(client("cloudformation")) as cloudformation:
        cloudformation.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": "Bonbon"})
        assert of_stack(cloudformation.client, "Bonbon", wanted) == {what: known[what] for what in wanted}
