"""Tell who enters an auto-update segment, and who leaves it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from shared.domain.enrolments import Enrolment, Standing, turns
from shared.domain.redemptions import Chance
from shared.usecases import judged_anew


class Enrolments(Protocol):
    @property
    def watched(self) -> Collection[str]: ...
    def standing(self, customer_id: str, *, at: datetime) -> Standing: ...
    def keep(self, changed: Sequence[Enrolment], told: Sequence[Enrolment], *, standing: Standing) -> None: ...
    def forget(self, standing: Standing) -> None: ...


class Bus(Protocol):
    def tell(self, facts: Sequence[Enrolment]) -> None: ...


@judged_anew
def enrol(customer_id: str, *, at: datetime, enrolments: Enrolments, bus: Bus, chance: Chance) -> int:
    """Tell what has changed of a customer and the segments that are watched, each change at least once; how many
    facts were told. Asked again, nothing has changed.
    """
    if not enrolments.watched:
        return 0
    standing = enrolments.standing(customer_id, at=at)
    if standing.person is None:
        enrolments.forget(standing)
        return 0
    untold = [turn for turn in standing.kept.values() if not turn.told]
    changed = list(turns(customer_id, enrolments.watched, standing, at=at, chance=chance()))
    if untold:
        bus.tell(untold)  # first, so that nobody leaves who has not entered
    if untold or changed:
        enrolments.keep(changed, untold, standing=standing)
    if changed:
        bus.tell(changed)
        kept = {**standing.kept, **{turn.segment_id: turn for turn in changed}}
        enrolments.keep((), changed, standing=standing._replace(kept=kept))
    return len(untold) + len(changed)
