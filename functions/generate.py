"""Carry on async actions: many new codes, imports, the end of a campaign. Only what failed goes back to the queue."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from shared.domain.actions import LANES
from shared.runtime import settings
from shared.runtime.chance import draw_many
from shared.runtime.clock import in_time
from shared.runtime.rows import READS
from shared.storage.work import WorkStore
from shared.usecases.generate import Means, carry_on

logger = Logger()
# What failed goes back to the queue one by one; a batch in which everything failed is no different.
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

PAUSES = (0.0, 0.1, 0.2, 0.4, 0.8)
"""Seconds to wait for an action whose message was faster than its commit."""

TRIES_FOR_AN_UNKNOWN_ACTION = 3
"""A message is sent before its action is committed. One whose action is still not there after so many tries, a
visibility timeout apart, is of a request that was refused at its commit: it is dropped."""


RESERVE_MS = 20_000
"""What is left of a worker's time when it hands over: enough for the piece at hand, were the table slow."""


class UnknownAction(Exception):
    """The action is not there, yet or at all."""


def carry_on_one(record: SQSRecord, lambda_context: Any = None) -> None:
    """Carry on one action as far as time allows; what is left is announced anew."""
    message = record.json_body
    received = record.attributes
    at = datetime.fromtimestamp(int(received.approximate_first_receive_timestamp) / 1000, UTC)
    work = WorkStore(settings.table(), message["project"])
    action = None
    with ThreadPoolExecutor(LANES, thread_name_prefix="lane") as threads:
        means = Means(work, draw_many, READS, in_time(lambda_context, RESERVE_MS), threads.map)
        for pause in PAUSES:
            time.sleep(pause)
            if action := carry_on(message["action_id"], means, at=at):
                break
    if action is None and int(received.approximate_receive_count) < TRIES_FOR_AN_UNKNOWN_ACTION:
        raise UnknownAction
    if action and not action.ended:
        settings.queue().send(message["project"], action.id)
    logger.info("carried on", extra={"status": action.status if action else "dropped", "type": action and action.type})


def handler(event: dict[str, Any], context: Any) -> Any:
    """Work through one batch of messages."""
    return process_partial_response(event, carry_on_one, processor, context)
