"""A clock that a person can move. Every instant that a function sees comes from here, through its event."""

from datetime import UTC, datetime
from threading import Lock


class Clock:
    """The real time, until it is set; a set clock stands still."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._set: datetime | None = None

    def now(self) -> datetime:
        with self._lock:
            return self._set or datetime.now(UTC)  # noqa: TID251 - the one place where the local run asks for the time

    def set(self, at: datetime | None) -> None:
        with self._lock:
            self._set = at
