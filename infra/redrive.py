"""``bonbon redrive``: give what failed for good another turn, once its cause is mended.

SQS moves the messages itself, so nothing is lost if this command is stopped. An action carries on where it was; one
that had been done after all is seen to be done and dropped, and so are a run and a message that left.
"""

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

SECONDS_BETWEEN_LOOKS = 1.0


OUTPUTS = {
    "actions": ("QueueUrl", "DeadLetterQueueUrl"),
    "calendar": ("CalendarQueueUrl", "CalendarDeadLetterQueueUrl"),
    "post": ("PostQueueUrl", "PostDeadLetterQueueUrl"),
    "feedback": ("FeedbackQueueUrl", "FeedbackDeadLetterQueueUrl"),
}
"""How a stack's outputs call each queue and its dead letters."""


class Queues(NamedTuple):
    """Where the dead letters lie, and where they go; to the queue that they came from, if none is named."""

    dead_letters: str
    queue: str | None = None


def of_stack(cloudformation: Any, stack: str, what: Iterable[str] = OUTPUTS) -> dict[str, Queues]:
    """The queues of a deployed stack, by its outputs."""
    [found] = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    urls = {it["OutputKey"]: it["OutputValue"] for it in found["Outputs"]}
    return {one: Queues(urls[dead], urls[alive]) for one in what for alive, dead in (OUTPUTS[one],)}


def redrive(
    sqs: "SQSClient",
    queues: Queues,
    *,
    tell: Callable[[str], object] = print,
    pause: Callable[[float], None] = time.sleep,
) -> int:
    """Move every dead letter back, tell how it goes, and how many it were.

    Raises:
        SystemExit: with SQS's reason, if it could not move them all.
    """
    wanted: Any = ["QueueArn", "ApproximateNumberOfMessages"]
    dead = sqs.get_queue_attributes(QueueUrl=queues.dead_letters, AttributeNames=wanted)["Attributes"]
    if dead["ApproximateNumberOfMessages"] == "0":
        tell("There is nothing to redrive.")
        return 0
    where: Any = {}
    if queues.queue:
        alive = sqs.get_queue_attributes(QueueUrl=queues.queue, AttributeNames=["QueueArn"])["Attributes"]
        where = {"DestinationArn": alive["QueueArn"]}
    sqs.start_message_move_task(SourceArn=dead["QueueArn"], **where)
    while True:
        [task] = sqs.list_message_move_tasks(SourceArn=dead["QueueArn"], MaxResults=1)["Results"]
        moved = task.get("ApproximateNumberOfMessagesMoved", 0)
        match task["Status"]:
            case "COMPLETED":
                tell(f"{moved} moved; the worker carries them on.")
                return moved
            case "FAILED" | "CANCELLED":
                raise SystemExit(f"bonbon redrive: {task['Status']} after {moved}: {task.get('FailureReason', '')}")
        tell(f"{moved} of about {dead['ApproximateNumberOfMessages']} moved …")
        pause(SECONDS_BETWEEN_LOOKS)
