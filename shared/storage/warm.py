"""What changes rarely, kept by a process for a moment: a checkout may trust it so long and not longer."""

import time
from typing import Generic, TypeVar

from shared.storage.keys import Key
from shared.storage.table import Table

T = TypeVar("T")

SECONDS = 5.0
"""How long a campaign, a rule or a setting is trusted that this process has seen."""

MOST = 10_000
"""Values of a kind; a process that has met more forgets them all, lest those of last week fill the memory."""


class Warm(Generic[T]):
    """Values of one kind, by the table and the key that they come from."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, Key], tuple[float, T]] = {}

    def of(self, table: Table, key: Key) -> T | None:
        """The value, if it was seen a moment ago."""
        seen = self._kept.get((table.name, key))
        return seen[1] if seen and time.monotonic() - seen[0] < SECONDS else None

    def keep(self, table: Table, key: Key, value: T) -> T:
        """Trust a value for a moment."""
        if len(self._kept) >= MOST:
            self._kept.clear()
        self._kept[table.name, key] = (time.monotonic(), value)
        return value

    def forget(self, table: Table, key: Key) -> None:
        """Trust it no more: this process has just changed it."""
        self._kept.pop((table.name, key), None)

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
