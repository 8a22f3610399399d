"""Messages that are taken back, each told by a line of the log."""

from datetime import datetime

from aws_lambda_powertools import Logger

from shared.storage.deliveries import DeliveryStore
from shared.storage.post import PostStore
from shared.storage.table import Table
from shared.usecases.withdraw import withdraw

logger = Logger()


def withdraw_from(customer_id: str, *, table: Table, project: str, at: datetime) -> None:
    """Take back what waits for a customer and is of no use any more."""
    ledger, post = DeliveryStore(table, project), PostStore(table, project)
    for dropped in withdraw(customer_id, at=at, ledger=ledger, post=post):
        logger.info("withdrawn", extra={"project": project, "channel": dropped.channel, "reason": dropped.reason})
