"""Messages that are taken back, each told by a line of the log."""

from datetime import datetime

from aws_lambda_powertools import Logger

from shared.storage.table import Table
from shared.storage.withdrawals import WithdrawalStore
from shared.usecases.withdraw import withdraw

logger = Logger()


def withdraw_from(customer_id: str, *, table: Table, project: str, at: datetime) -> None:
    """Take back what waits for a customer and is of no use any more."""
    for dropped in withdraw(customer_id, at=at, withdrawals=WithdrawalStore(table, project)):
        logger.info("withdrawn", extra={"project": project, "channel": dropped.channel, "reason": dropped.reason})
