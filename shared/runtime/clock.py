"""The time for functions that no gateway tells it: what a queue, a schedule or a stream wakes."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

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


def in_time(context: Any, reserve_ms: int) -> Callable[[], bool]:
    """Tells a worker, whenever it asks, whether it may begin something: whether more time is left than it keeps in
    reserve. Without a context of Lambda's there is always time.
    """
    return lambda: context is None or context.get_remaining_time_in_millis() > reserve_ms
