"""How many things are on each list, as the table's stream tells it; a projection, made by ``functions/facts.py``.

Every change is counted once, however often it is delivered: a piece of the stream is added in one transaction with a
checkpoint of its shard, and a piece that begins before the checkpoint was counted already.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from shared.domain.errors import Moved
from shared.storage.keys import Key
from shared.storage.table import MOST_WRITES, Item, Table, add, update

LONGEST_SEQUENCE = 40
"""Digits that a sequence number of a stream may have."""
KEPT_SECONDS = 2 * 86_400
"""How long a checkpoint may be of use: twice as long as the stream keeps a change."""


class Change(NamedTuple):
    """One change of one item: which list it left, which it entered."""

    sequence: str
    """Filled up with zeros, so that they compare as numbers do, of which DynamoDB's have too few digits."""
    left: str | None
    entered: str | None
    at: int

    @property
    def counts(self) -> bool:
        return self.left != self.entered

    @property
    def kinds(self) -> set[str]:
        return {kind for kind in (self.left, self.entered) if kind}


def change_of(record: Mapping[str, Any]) -> Change:
    """A record of the table's stream."""
    told = record["dynamodb"]
    return Change(
        told["SequenceNumber"].zfill(LONGEST_SEQUENCE),
        _kind(told.get("OldImage")),
        _kind(told.get("NewImage")),
        int(told["ApproximateCreationDateTime"]),
    )


def pieces(changes: Iterable[Change]) -> Iterator[list[Change]]:
    """Changes that count, in pieces whose counters fit one transaction with the checkpoint."""
    piece: list[Change] = []
    kinds: set[str] = set()
    for change in changes:
        if change.counts:
            if len(kinds | change.kinds) > MOST_WRITES - 1:
                yield piece
                piece, kinds = [], set()
            piece.append(change)
            kinds |= change.kinds
    if piece:
        yield piece


class CounterStore:
    """The counters of every list of every project."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, shard: str, piece: list[Change]) -> None:
        """Count a piece of a shard, but for what of it was counted before."""
        try:
            self._commit(shard, piece)
        except Moved:
            checkpoint = self._table.get(Key.checkpoint(shard))
            reached = checkpoint["sequence"] if checkpoint else ""
            if left := [change for change in piece if change.sequence > reached]:
                self._commit(shard, left)

    def _commit(self, shard: str, piece: list[Change]) -> None:
        counts: Counter[str] = Counter()
        for change in piece:
            counts.update({change.entered: 1} if change.entered else {})
            counts.subtract({change.left: 1} if change.left else {})
        bounds: Item = {
            "first": piece[0].sequence,
            "last": piece[-1].sequence,
            "until": piece[-1].at + KEPT_SECONDS,
        }
        self._table.commit(
            update(
                Key.checkpoint(shard),
                "SET #sequence = :last, #expires_at = :until",
                bounds,
                only_if="attribute_not_exists(PK) OR #sequence < :first",
                otherwise=Moved(),
            ),
            *(add(Key.counter(kind), {"entries": more}) for kind, more in sorted(counts.items()) if more),
        )


def _kind(image: Mapping[str, Any] | None) -> str | None:
    """The list that an item is on, ``{project}#{kind}``; None if on none."""
    place = (image or {}).get("list")
    return str(place["S"]).rpartition("#")[0] if place else None
