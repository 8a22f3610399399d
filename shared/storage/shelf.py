"""Things that change rarely as one request finds them: in what it has read, or in what was seen a moment ago."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, Protocol, TypeVar

from shared.storage.batch import Batch
from shared.storage.keys import Key
from shared.storage.table import Item

T = TypeVar("T")


class Kept(Protocol[T]):
    """Where things of one kind are kept that change rarely."""

    def key(self, id_: str) -> Key: ...
    def seen(self, ids: Iterable[str]) -> dict[str, T]: ...
    def among(self, items: Mapping[Key, Item], ids: Iterable[str]) -> dict[str, T]: ...


class Shelf(Generic[T]):
    """Things of one kind as this checkout finds them. What is warm is asked once, for it may lapse meanwhile."""

    def __init__(self, kept: Kept[T], batch: Batch) -> None:
        self._kept = kept
        self._batch = batch
        self._seen: dict[str, T | None] = {}

    def known(self, ids: Iterable[str]) -> dict[str, T]:
        """Those that are known already, from a moment ago or from the batch."""
        ids = tuple(ids)
        new = [id_ for id_ in ids if id_ not in self._seen]
        self._seen |= {**dict.fromkeys(new), **self._kept.seen(new)}
        warm = {id_: thing for id_ in ids if (thing := self._seen[id_]) is not None}
        return {**warm, **self.read(ids)}

    def read(self, ids: Iterable[str]) -> dict[str, T]:
        """Those that the batch has brought."""
        return self._kept.among(self._batch, ids)

    def missing(self, ids: Iterable[str], *, anew: bool = False) -> Iterator[Key]:
        """Where those are that are not known yet, or not read yet, if all are to be read ``anew``."""
        known = self.read(ids) if anew else self.known(ids)
        return (self._kept.key(id_) for id_ in ids if id_ not in known)
