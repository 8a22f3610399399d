"""A clock that a person can move. Every instant that a function sees comes from here, through its event."""

from bisect import bisect_right
from datetime import UTC, datetime
from operator import itemgetter
from threading import Lock


class Clock:
    """The real time, until it is set; a set clock stands still."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._set: datetime | None = None
        self._sets: list[tuple[datetime, datetime | None]] = []

    def now(self) -> datetime:
        with self._lock:
            return self._set or moment()

    @property
    def goes(self) -> bool:
        """Whether it shows the real time."""
        with self._lock:
            return self._set is None

    def set(self, at: datetime | None) -> None:
        with self._lock:
            self._set = at
            self._sets.append((moment(), at))

    def showed(self, moment: datetime) -> datetime:
        """What it has shown at a moment of the real time."""
        with self._lock:
            before = bisect_right(self._sets, moment, key=itemgetter(0))
            return (self._sets[before - 1][1] if before else None) or moment


def moment() -> datetime:
    """The real time."""
    return datetime.now(UTC)  # noqa: TID251 - the one place where the local run asks for the time
