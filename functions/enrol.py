"""Tell who enters and who leaves segments that update themselves, as the table's stream shows them changing."""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger

from shared.runtime import settings
from shared.runtime.bus import bus
from shared.storage.enrolments import EnrolmentStore
from shared.usecases.enrol import enrol

logger = Logger()


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Look at each customer of a batch of changes; the first that failed is delivered again, with all after them."""
    failed = []
    stores: dict[str, EnrolmentStore] = {}
    for (project, customer_id), (sequence, at) in _changed(event.get("Records") or ()).items():
        store = stores.setdefault(project, EnrolmentStore(settings.table(), project))
        try:
            enrol(customer_id, at=at, enrolments=store, bus=bus(project), chance=_chance)
        except Exception:
            logger.exception("not told", extra={"project": project})
            failed = [{"itemIdentifier": sequence}]
            break
    return {"batchItemFailures": failed}


def _changed(records: Iterable[Mapping[str, Any]]) -> Mapping[tuple[str, str], tuple[str, datetime]]:
    """Whose items changed: each customer of a project, with the first of their changes and the instant of the last."""
    changed: dict[tuple[str, str], tuple[str, datetime]] = {}
    for whom, sequence, at in _told(records):
        first, _ = changed.get(whom, (sequence, at))
        changed[whom] = (first, at)
    return changed


def _told(records: Iterable[Mapping[str, Any]]) -> Iterator[tuple[tuple[str, str], str, datetime]]:
    for record in records:
        told = record["dynamodb"]
        project, kind, customer_id = told["Keys"]["PK"]["S"].split("#", 2)
        if kind == "customer":
            at = datetime.fromtimestamp(float(told["ApproximateCreationDateTime"]), UTC)
            yield (project, customer_id), told["SequenceNumber"], at


def _chance() -> str:
    return secrets.token_hex(4)
