"""How often an address has asked, counted once for all Lambdas. The address itself is kept nowhere."""

import hashlib
import hmac
from datetime import datetime

from shared.storage.keys import Key
from shared.storage.table import Table

WINDOW = 5
"""Seconds of a window; windows lie side by side, and each address has as many requests in each."""
MOST = 5
KEPT = 300
"""Seconds after its window until a count may be swept."""


class VisitStore:
    """The visitors of one project."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self._project = project

    def count(self, address: str, *, salt: str, at: datetime) -> int:
        """How many requests an address has made in an instant's window, with this one; at most one too many."""
        since = int(at.timestamp()) // WINDOW * WINDOW
        key = Key.visits(self._project, visitor_of(address, salt=salt), since)
        return self._table.count_up(key, below=MOST, expires_at=since + WINDOW + KEPT) or MOST + 1


def visitor_of(address: str, *, salt: str) -> str:
    """A name for an address that only the project's salt could tell, and that no other project shares.

    >>> visitor_of("192.0.2.7", salt="a") == visitor_of("192.0.2.7", salt="b")
    False
    """
    return hmac.new(salt.encode(), address.encode(), hashlib.sha256).hexdigest()[:32]
