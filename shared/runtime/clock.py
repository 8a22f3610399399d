"""The time for functions that no gateway tells it: what a queue, a schedule or a stream wakes."""

from collections.abc import Callable
from datetime import UTC, datetime

Now = Callable[[], datetime]


def _real() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the one place where a function asks for the time


class Clock:
    """The real time, unless it follows another clock, as the local run's, which a person can move."""

    def __init__(self) -> None:
        self._now: Now = _real

    def now(self) -> datetime:
        return self._now()

    def follow(self, now: Now | None) -> None:
        """Tell from now on what ``now`` tells; the real time again for None."""
        self._now = now or _real


clock = Clock()
