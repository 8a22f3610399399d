"""The pace at which messages leave, shared by all workers: a mark in time for each channel."""

import time
from collections.abc import Callable

from shared.domain.post.deliveries import Channel, NotTaken
from shared.domain.post.pace import SECOND, Bucket
from shared.storage.keys import Key
from shared.storage.table import Table
from shared.storage.warm import Warm

ATTEMPTS = 3
"""Others only move the mark on, so the second attempt knows where it is at least; one more for a mark that was gone."""


class PaceStore:
    """The pace of one channel; ``patience`` is how many seconds anybody waits for a turn. It goes by real time, on
    whatever day a local run's clock stands.
    """

    _seen = Warm[int]()
    """Tells whether the bucket is full by now, so that the first attempt is mostly the only one; which one checks."""

    def __init__(
        self,
        table: Table,
        channel: Channel,
        bucket: Bucket,
        *,
        patience: float,
        seconds: Callable[[], float] = time.time,
    ) -> None:
        self._table = table
        self._key = Key.pace(channel)
        self._bucket = bucket
        self._patience = int(patience * SECOND)
        self._seconds = seconds

    def turn(self, recipients: int = 1) -> float:
        """Take a turn: in how many seconds it comes. One write unit, two where another process was faster after a rest.

        Raises:
            NotTaken: if it came later than anybody waits for; nothing was taken.
        """
        at = int(self._seconds() * SECOND)
        latest = self._bucket.latest(recipients, at=at, patience=self._patience)
        mark = self._seen.of(self._table, self._key) or 0
        for _ in range(ATTEMPTS):
            if mark > latest:
                break
            moved, mark = self._move(mark, recipients, at=at, latest=latest)
            self._seen.keep(self._table, self._key, mark)
            if moved:
                return self._bucket.wait(mark, recipients, at=at) / SECOND
        raise NotTaken

    def _move(self, mark: int, recipients: int, *, at: int, latest: int) -> tuple[bool, int]:
        """Whether the mark was where it seemed to be, and where it is now. None stands in the way of who adds to it."""
        if mark < at:
            rested = "attribute_not_exists(#mark) OR #mark < :at"
            values = {"next": self._bucket.moved(mark, recipients, at=at), "at": at}
            moved, item = self._table.change(self._key, "SET #mark = :next", values, only_if=rested)
        else:
            values = {"span": self._bucket.span(recipients), "at": at, "latest": latest}
            under_way = "#mark BETWEEN :at AND :latest"
            moved, item = self._table.change(self._key, "SET #mark = #mark + :span", values, only_if=under_way)
        return moved, int(item.get("mark", 0))
