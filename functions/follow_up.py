"""What follows from a change of a customer, as the table's stream shows it: messages of no use any more are taken back,
and it is told who enters and who leaves segments that update themselves.

Whoever redeems or orders changes their summary in the same commit, and that is what is heard here, so no checkout waits
for it. What is redeemed without its customer, or by somebody else, changes nothing of theirs: of that the sender learns
when it looks at the code, right before the message leaves.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from aws_lambda_powertools import Logger

from shared.domain.model import utc
from shared.runtime import settings
from shared.runtime.bus import bus
from shared.runtime.clock import clock
from shared.runtime.log import what_broke
from shared.runtime.withdrawals import withdraw_from
from shared.storage.enrolments import EnrolmentStore
from shared.usecases.enrol import enrol

logger = Logger()


class Change(NamedTuple):
    """What a batch tells of a customer: the first of their changes, the instant of the last, and whether they may have
    redeemed or ordered.
    """

    sequence: str
    at: datetime
    active: bool


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Look at each customer of a batch of changes; the first that failed is delivered again, with all after them."""
    failed = []
    stores: dict[str, EnrolmentStore] = {}
    for (project, customer_id), change in _changed(event.get("Records") or ()).items():
        table = settings.table()
        store = stores.setdefault(project, EnrolmentStore(table, project))
        try:
            if change.active:
                withdraw_from(customer_id, table=table, project=project, at=utc(clock.now()))
            enrol(customer_id, at=change.at, enrolments=store, bus=bus(project), chance=_chance)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is delivered again
            logger.error("not followed up", extra={"project": project, **what_broke(error)})  # noqa: TRY400
            failed = [{"itemIdentifier": change.sequence}]
            break
    return {"batchItemFailures": failed}


def _changed(records: Iterable[Mapping[str, Any]]) -> Mapping[tuple[str, str], Change]:
    """Whose items changed: each customer of a project, in the order of their first changes."""
    changed: dict[tuple[str, str], Change] = {}
    for whom, change in _told(records):
        first = changed.get(whom, change)
        changed[whom] = Change(first.sequence, change.at, first.active or change.active)
    return changed


def _told(records: Iterable[Mapping[str, Any]]) -> Iterator[tuple[tuple[str, str], Change]]:
    for record in records:
        told = record["dynamodb"]
        project, kind, customer_id = told["Keys"]["PK"]["S"].split("#", 2)
        if kind == "customer":
            at = datetime.fromtimestamp(float(told["ApproximateCreationDateTime"]), UTC)
            active = told["Keys"]["SK"]["S"] == "summary"
            yield (project, customer_id), Change(told["SequenceNumber"], at, active)


def _chance() -> str:
    return secrets.token_hex(4)
