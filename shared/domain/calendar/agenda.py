"""What ticks work through: the schedules that are on, how far ticks have come, and what one of them hands on."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from shared.domain.calendar.schedules import Run, Schedule

LATEST = timedelta(days=7)
"""A run that no tick has come to for so long is not made up for: a greeting a week late is none."""

TOGETHER = 10
"""Ids that one message of the post carries."""


class Standing(NamedTuple):
    """The agenda as it stands."""

    active: Sequence[tuple[str, Schedule]]
    """Each schedule that is on, with its project."""
    ticked: datetime | None
    """The last instant that ticks have dealt with; None before the first."""


class DueRun(NamedTuple):
    """A run whose time has come: who is due in it is to be found, from the beginning or after somebody."""

    project: str
    run: Run
    after: str | None = None
    """A ``Found.place``."""


class Waiting(NamedTuple):
    """The deliveries, of all projects, that were to wait until an instant at most."""

    until: datetime
    after: str | None = None


Errand = DueRun | Waiting
"""What a tick hands on, to be fanned out."""


class Found(NamedTuple):
    """An entry of an index: somebody who is due, a delivery that waits, or somebody who has moved."""

    project: str
    id: str
    place: str
    """Whoever reads on after it says this."""

    @property
    def waits(self) -> bool:
        """Whether it is a delivery."""
        return self.id.startswith("dlv_")


class Parcel(NamedTuple):
    """What one message of the post is about: at most ``TOGETHER`` customers of a run, or, without one, deliveries."""

    project: str
    run: Run | None
    ids: tuple[str, ...]
