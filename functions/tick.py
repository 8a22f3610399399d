"""Find out what has become due, every quarter of an hour: of such is every zone's distance from UTC made."""

from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger

from shared.domain.model import iso, utc
from shared.runtime import errands, settings
from shared.runtime.clock import clock
from shared.storage.agenda import Agenda
from shared.storage.projects import ProjectStore
from shared.usecases.tick import tick

logger = Logger()

UNTOLD = "<aws.scheduler.scheduled-time>"
"""What a schedule says instead of its instant where it does not know it: on the engine of one machine."""


def handler(event: dict[str, Any], _context: object) -> None:
    """Deal with one tick, as of the instant for which it was scheduled, whenever it comes."""
    at = _instant(event["at"])
    table = settings.table()
    done = tick(
        at=at,
        agenda=Agenda(table),
        settled=lambda project: ProjectStore(table, project).get(),  # nothing warm: where somebody lives since today
        calendar=errands.calendar(),
    )
    for (project, schedule_id), runs in done.too_late.items():
        logger.warning("too late", extra={"project": project, "schedule_id": schedule_id, "runs": runs})
    logger.info("ticked", extra={"at": iso(at), "runs": done.runs, "waiting": done.waiting})


def _instant(said: str) -> datetime:
    return utc(clock.now() if said == UNTOLD else datetime.fromisoformat(said))
