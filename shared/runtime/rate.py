"""How often a caller may ask, and the headers that say so on every answer.

On the server's side the instance of a function counts for itself, a minute at a time and in memory: no round trip,
and a limit that is kept. On the client's side the table counts the address, once for all instances.
"""

from datetime import datetime
from threading import Lock
from typing import NamedTuple

from shared.domain.errors import TooManyRequests
from shared.runtime import settings
from shared.storage.visits import MOST, WINDOW

MINUTE = 60
NOBODY = ""
"""In whose name those are counted who have no key, or a wrong one."""


class Rate(NamedTuple):
    """How many requests a window allows, how many of them there were, this one included, and when the next begins."""

    limit: int
    used: int
    next: int
    at: int

    def refuse_excess(self) -> None:
        """Raise TooManyRequests for the request that is one too many."""
        if self.used > self.limit:
            raise TooManyRequests(self.next - self.at)

    def headers(self) -> dict[str, str]:
        """As the contract has them; ``retry`` is the epoch second from which the next request is welcome.

        >>> Rate(limit=5, used=2, next=1_005, at=1_003).headers()["x-rate-limit-remaining"]
        '3'
        >>> Rate(limit=5, used=6, next=1_005, at=1_003).headers()["retry-after"]
        '2'
        """
        left = max(self.limit - self.used, 0)
        headers = {
            "x-rate-limit-limit": str(self.limit),
            "x-rate-limit-remaining": str(left),
            "x-rate-limit-retry": str(self.at if left else self.next),
        }
        return headers if self.used <= self.limit else headers | {"retry-after": str(self.next - self.at)}


class Counter:
    """The requests that this process has answered in the minute at hand, by project."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._minute = -1
        self._used: dict[str, int] = {}

    def count(self, project: str, *, at: datetime) -> Rate:
        second = int(at.timestamp())
        with self._lock:
            if self._minute != second // MINUTE:
                self._minute = second // MINUTE
                self._used.clear()
            used = self._used[project] = self._used.get(project, 0) + 1
        return Rate(settings.requests_a_minute(), used, (second // MINUTE + 1) * MINUTE, second)


here = Counter()


def of_address(used: int, *, at: datetime) -> Rate:
    """What an address has left in its window."""
    second = int(at.timestamp())
    return Rate(MOST, used, (second // WINDOW + 1) * WINDOW, second)
