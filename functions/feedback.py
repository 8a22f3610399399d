"""Hear what becomes of messages that have left: bounces and complaints, texts that phones answer, the carrier's list of
who wants none. What is not believed is passed over, and told in the log.
"""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from shared.domain.model import utc
from shared.domain.post.feedback import Answered, Doubtful, Mirroring, Report
from shared.runtime import feedback, settings
from shared.runtime.clock import clock, in_time
from shared.runtime.log import what_broke
from shared.storage.consents import ConsentStore
from shared.storage.customers import CustomerStore
from shared.storage.deliveries import DeliveryStore
from shared.storage.suppressions import ACCOUNT, SuppressionStore
from shared.usecases.heed import TooEarly, heed, heed_text, mirror
from shared.wire.feedback import heard

logger = Logger()
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

RESERVE_MS = 20_000
"""What is left of a worker's time when it begins no further page: enough for one, were the table slow."""
OUTCOMES = {"bounce": "bounced", "complaint": "complained", "stop": "stopped", "start": "started"}


class NotHeeded(Exception):
    """It has to be told again."""


def hear(record: SQSRecord, lambda_context: Any = None) -> None:
    """Heed one message of the queue.

    Raises:
        NotHeeded: if it has to come back. What was done by then is not undone by doing it again.
    """
    then = datetime.fromtimestamp(int(record.attributes.sent_timestamp) / 1000, UTC)
    try:
        outcome, what = _heeded(record.body, min(utc(then), utc(clock.now())), lambda_context)
    except Doubtful as doubt:
        outcome, what = "ignored", {"why": str(doubt)}
    except TooEarly:
        logger.warning("put back", extra={"why": "TooEarly"})
        raise NotHeeded from None
    except Exception as error:  # noqa: BLE001 - whatever it was, its message comes back, and the log says where
        logger.error("failed", extra=what_broke(error))  # noqa: TRY400
        raise NotHeeded from None
    (logger.warning if outcome == "ignored" else logger.info)(outcome, extra=what)


def handler(event: dict[str, Any], context: Any) -> Any:
    """Work through one batch of messages."""
    return process_partial_response(event, hear, processor, context)


def _heeded(said: str, then: datetime, context: Any) -> tuple[str, dict[str, Any]]:
    """What came of a message, as a word of the log, and what may be told of it."""
    table, at = settings.table(), utc(clock.now())
    match heard(said, at=then):
        case Report() as report:
            project = report.project
            new = heed(
                report,
                at=at,
                ledger=DeliveryStore(table, project),
                people=CustomerStore(table, project),
                consents=ConsentStore(table, project),
                suppressions=SuppressionStore(table, project),
            )
            return OUTCOMES[report.what] if new else "told again", {"project": project}
        case Answered() as text:
            wish = heed_text(text, suppressions=SuppressionStore(table, ACCOUNT))
            return OUTCOMES[wish] if wish else "answered", {}
        case Mirroring(page):
            rest = mirror(
                page,
                at=at,
                go_on=in_time(context, RESERVE_MS),
                carrier=feedback.carrier(),
                suppressions=SuppressionStore(table, ACCOUNT),
            )
            if rest:
                feedback.queue().go_on(rest)
            return "goes on" if rest else "mirrored", {}
        case None:
            return "passed over", {}
