"""Count what enters and leaves the lists, as the table's stream tells it."""

from typing import Any

from aws_lambda_powertools import Logger

from shared.runtime import settings
from shared.runtime.log import what_broke
from shared.storage.counters import CounterStore, change_of, pieces

logger = Logger()

ONE_SHARD = "one"
"""The name of a stream's shard where the event names none, as on a machine of one's own, whose streams have just one.

Lambda names it in the events of a tumbling window. The window serves for nothing else: its state stays empty.
"""


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Count one batch of changes; the first that could not be counted is delivered again, with all after it."""
    counters = CounterStore(settings.table())
    records = event.get("Records") or []
    written = {change_of(record).sequence: record["dynamodb"]["SequenceNumber"] for record in records}
    failed = []
    for piece in pieces(map(change_of, records)):
        try:
            counters.add(event.get("shardId", ONE_SHARD), piece)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is delivered again
            logger.error("not counted", extra={"changes": len(piece), **what_broke(error)})  # noqa: TRY400
            failed = [{"itemIdentifier": written[piece[0].sequence]}]
            break
    return {"state": {}, "batchItemFailures": failed}
