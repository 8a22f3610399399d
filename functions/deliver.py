"""Deliver what is due: each message of the queue names ten customers at most. Only what failed goes back to it."""

import secrets
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from shared.domain.model import utc
from shared.domain.post.deliveries import Delivery, Due, NotTaken
from shared.runtime import settings
from shared.runtime.chance import draw
from shared.runtime.channels import carriers, turns
from shared.runtime.clock import clock, in_time
from shared.runtime.letters import line_of, write
from shared.runtime.log import what_broke
from shared.storage.post import PostStore
from shared.usecases.deliver import Means, UnderWay, deliver, deliver_waiting

logger = Logger()
# What failed goes back to the queue one by one; a batch in which everything failed is no different.
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

RESERVE_MS = 60_000
"""What is left of a worker's time when it begins with nobody any more: enough for one message, were all slow. The last
attempt of a channel's patience may knock at six addresses, two seconds each."""


class NotDelivered(Exception):
    """Some of a message's deliveries have to be tried again."""


def deliver_all(record: SQSRecord, lambda_context: Any = None) -> None:
    """Deliver what one message of the queue names; one that fails keeps none of the others back.

    Raises:
        NotDelivered: if not all came to an end. Whatever did is not done again.
    """
    go_on, said = in_time(lambda_context, RESERVE_MS), record.json_body
    done = [go_on() and _delivered(one, said["project"]) for one in _named(said)]
    if not all(done):
        raise NotDelivered


def handler(event: dict[str, Any], context: Any) -> Any:
    """Work through one batch of messages."""
    return process_partial_response(event, deliver_all, processor, context)


Deliver = Callable[..., Delivery | None]


def _named(said: dict[str, Any]) -> Iterator[Deliver]:
    """What a message of the queue names: deliveries that have waited, or customers who are due in a run."""
    for id_ in said.get("deliveries", ()):
        yield partial(deliver_waiting, id_)
    for customer_id in said.get("customers", ()):
        day, at = date.fromisoformat(said["day"]), datetime.fromisoformat(said["at"])
        yield partial(deliver, Due(said["schedule_id"], customer_id, day, at))


def _delivered(one: Deliver, project: str) -> bool:
    """Deliver one and tell what came of it; whether it need not be tried again."""
    table = settings.table()
    means = Means(
        PostStore(table, project),
        carriers(table, project),
        turns(table),
        partial(write, table, project),
        partial(secrets.token_hex, 4),
        draw,
    )
    try:
        delivery = one(means, at=utc(clock.now()))
    except (NotTaken, UnderWay) as error:
        logger.warning("put back", extra={"project": project, "why": type(error).__name__})
        return False
    except Exception as error:  # noqa: BLE001 - whatever it was, the others are not kept back, and the log says where
        logger.error("failed", extra={"project": project, **what_broke(error)})  # noqa: TRY400
        return False
    if delivery:
        logger.info(delivery.status.lower(), extra={"project": project, **line_of(delivery)})
    return True
