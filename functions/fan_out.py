"""Send everybody who is due in a run to the post. Only what failed goes back to the queue."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from shared.domain.calendar.agenda import DueRun
from shared.runtime import errands, settings
from shared.runtime.clock import in_time
from shared.storage.agenda import Agenda
from shared.usecases.fan_out import fan_out

logger = Logger()
# What failed goes back to the queue one by one; a batch in which everything failed is no different.
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

RESERVE_MS = 20_000
"""What is left of a worker's time when it hands over: enough for the page at hand, were table or queue slow."""


def fan_out_one(record: SQSRecord, lambda_context: Any = None) -> None:
    """Fan out one errand as far as time allows; what is left is announced anew."""
    errand = errands.errand_of(record.json_body)
    done = fan_out(
        errand, agenda=Agenda(settings.table()), post=errands.post(), go_on=in_time(lambda_context, RESERVE_MS)
    )
    if done.left:
        errands.calendar().send([done.left])
    of = {"project": errand.project, "schedule_id": errand.run.schedule_id} if isinstance(errand, DueRun) else {}
    logger.info("fanned out", extra={**of, "sent": done.sent, "whole": done.left is None})


def handler(event: dict[str, Any], context: Any) -> Any:
    """Work through one batch of errands."""
    return process_partial_response(event, fan_out_one, processor, context)
