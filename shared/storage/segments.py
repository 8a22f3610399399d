"""Segments: definitions, kept warm for a moment; and who is listed in the static ones: an item in the customer's
partition each, so that a checkout reads one key a segment and never a list.

A list is replaced as a whole: whoever is on it is marked with an edition of its own, and it is the commit of the
segment that makes the edition count. Nobody ever sees half a list, however long; a crash leaves marks without meaning.
"""

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from types import MappingProxyType

from shared.domain.attributes import SEGMENTS
from shared.domain.errors import Moved, NotFound
from shared.domain.lists import Listed, Query
from shared.domain.segments import DEEPEST, Segment, entered
from shared.domain.summaries import Person
from shared.storage.documents import item_of, value_of
from shared.storage.keys import SHARDS, Key, listing, members, membership
from shared.storage.lists import ListOf, Reading, Source, Window, of_keys
from shared.storage.table import MOST_WRITES, Item, Table, Write, add, chunks, create, delete, replace

ATTRIBUTES = ("deleted", "version")
WARM_SECONDS = 5.0
"""How long a checkout may trust a segment that it has seen, or the absence of one."""
TOGETHER = 90
"""Customers of a list that are written with their segment; those before go ahead, where they mean nothing yet."""
NOTHING: Mapping[Key, Item] = MappingProxyType({})


class SegmentStore:
    """The segments of one project."""

    _warm: dict[tuple[str, Key], tuple[float, Segment | None]] = {}  # noqa: RUF012 - one per process, on purpose

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project

    def get(self, id_: str) -> Segment:
        """A segment as it is now.

        Raises:
            NotFound: if there is none.
        """
        segment = _segment_of(self._table.get(Key.segment(self.project, id_)))
        if segment is None or segment.deleted:
            raise NotFound("segment", id_)
        return segment

    def get_many(self, ids: Iterable[str], *, warm: bool = False) -> dict[str, Segment]:
        """Segments by id, with all that they name, each at most ``WARM_SECONDS`` old if ``warm``."""
        segments, _ = self._read(ids, None, NOTHING, (), warm=warm)
        return segments

    def every(self) -> dict[str, Segment]:
        """All segments of the project, as they are now; one batch a hundred."""
        entries = self._table.listed(f"{self.project}#segment")
        found = (_segment_of(item) for piece in chunks(entries, 100) for item in self._table.items(piece))
        return {segment.id: segment for segment in found if segment and not segment.deleted}

    def keys(self, ids: Iterable[str], customer_id: str | None, *, warm: bool = True) -> list[Key]:
        """What a batch must read to know whether a customer is in segments; often nothing at all."""
        return list(self._keys(ids, customer_id, warm=warm))

    def _keys(self, ids: Iterable[str], customer_id: str | None, *, warm: bool) -> Iterator[Key]:
        for id_ in dict.fromkeys(ids):
            key = Key.segment(self.project, id_)
            seen, segment = self._warm.get((self._table.name, key), (float("-inf"), None))
            if not warm or time.monotonic() - seen >= WARM_SECONDS:
                yield key
            elif segment is None:
                continue
            if customer_id and (segment is None or segment.static):  # a segment's type never changes
                yield Key.member(self.project, customer_id, id_)

    def entered(
        self,
        ids: Iterable[str],
        person: Person,
        *,
        at: datetime,
        items: Mapping[Key, Item] = NOTHING,
        read: Collection[Key] = (),
        warm: bool = True,
    ) -> frozenset[str]:
        """Those of the segments that somebody is in at an instant.

        What ``keys`` named and a batch has ``read`` is not read again; what the segments name in turn is.
        """
        ids = frozenset(ids)
        segments, known = self._read(ids, person.customer.id, items, read, warm=warm)
        listed = self.listed(segments, person.customer.id, known)
        return entered(segments, listed, person, at) & ids

    def listed(self, segments: Mapping[str, Segment], customer_id: str, items: Mapping[Key, Item]) -> frozenset[str]:
        """Those of the static segments whose lists name a customer, among items that were read."""
        return frozenset(
            id_
            for id_, segment in segments.items()
            if segment.static
            and (item := items.get(Key.member(self.project, customer_id, id_)))
            and segment.editions
            and _mark(segment.editions[0]) in item
        )

    def _read(
        self,
        ids: Iterable[str],
        customer_id: str | None,
        items: Mapping[Key, Item],
        read: Collection[Key],
        *,
        warm: bool,
    ) -> tuple[dict[str, Segment], Mapping[Key, Item]]:
        """Segments with all that they name, and what is known of a customer's being listed; mostly one round trip."""
        known, done = dict(items), set(read)
        segments: dict[str, Segment] = {}
        waiting, seen = set(ids), set[str]()
        for _ in range(DEEPEST + 1):
            if not waiting:
                break
            if missing := [key for key in self._keys(sorted(waiting), customer_id, warm=warm) if key not in done]:
                known |= self._table.get_many(missing)
                done |= set(missing)
            found = {id_: segment for id_ in waiting if (segment := self._one(id_, known, done))}
            segments |= found
            seen |= waiting
            waiting = {name for segment in found.values() for name in segment.names} - seen
        if customer_id:
            left = (Key.member(self.project, customer_id, id_) for id_, it in segments.items() if it.static)
            if missing := [key for key in left if key not in done]:
                known |= self._table.get_many(missing)
        return segments, known

    def _one(self, id_: str, items: Mapping[Key, Item], read: Collection[Key]) -> Segment | None:
        key = Key.segment(self.project, id_)
        if key in read:
            segment = _segment_of(items.get(key))
            self._warm[self._table.name, key] = (time.monotonic(), segment)
        else:
            _, segment = self._warm[self._table.name, key]
        return None if segment is None or segment.deleted else segment

    def wanted(self, query: Query) -> Listed[Segment]:
        """The segments that are asked for."""
        key = partial(Key.segment, self.project)
        narrow = {"id": of_keys(key)}
        return ListOf(self._table, self.project, "segment", SEGMENTS, _segments_of, key, narrow=narrow).wanted(query)

    def of_members(self, segments: Sequence[Segment], _window: Window) -> Source:
        """The customers on the lists of static segments, and some who were before: each is still to be judged."""
        partitions = [members(self.project, segment.id, shard) for segment in segments for shard in range(SHARDS)]

        def entries(how: Reading) -> Iterator[Item]:
            told = set[str]()
            for partition in partitions:
                for entry in self._table.index("pools", partition, page=how.page):
                    if entry["pooled"] not in told:
                        told.add(entry["pooled"])
                        yield dict(Key.customer(self.project, entry["pooled"])._asdict())

        return Source(entries, in_order=False, steady=False)

    def add(self, segment: Segment, customers: Sequence[str], *, outcome: object = None) -> None:
        """Make a segment, with the customers that its list names by id.

        Raises:
            Moved: if its id is taken.
        """
        last = self._listing(segment, customers)
        self._table.commit(create(self._key(segment), self._item(segment), otherwise=Moved()), *last, outcome=outcome)

    def save(self, segment: Segment, *, customers: Sequence[str] | None = None, outcome: object = None) -> None:
        """Change a segment from the version that was read, and its list where there is a new one.

        Raises:
            Moved: if somebody else has changed it since.
        """
        last = self._listing(segment, customers or ())
        changing = replace(self._key(segment), self._item(segment), version=segment.version, otherwise=Moved())
        self._table.commit(changing, *last, outcome=outcome)
        self._warm[self._table.name, self._key(segment)] = (time.monotonic(), segment)
        if customers is not None:
            self._sweep(segment, but=frozenset(customers))

    def remove(self, segment: Segment) -> None:
        """Forget a segment: from the first write on nobody is in it. What a crash leaves can be asked for again.

        Raises:
            Moved: if somebody else has changed it since.
        """
        key = self._key(segment)
        gone = segment.model_copy(update={"deleted": True})
        unlisted = {name: value for name, value in self._item(gone).items() if name not in ("list", "listed")}
        self._table.commit(replace(key, unlisted, version=segment.version, otherwise=Moved()))
        self._warm[self._table.name, key] = (time.monotonic(), None)
        if segment.static:
            self._sweep(segment)
        self._table.commit(delete(key))

    def _listing(self, segment: Segment, customers: Sequence[str]) -> list[Write]:
        """Mark customers with the edition of a list: most of them now, the last ones by the writes that are left."""
        marking = [
            add(
                Key.member(self.project, customer_id, segment.id),
                {},
                sets={_mark(segment.editions[0]): True, **membership(self.project, segment.id, customer_id)},
                removes=map(_mark, segment.editions[2:]),  # a warm Lambda may still look for the one between
            )
            for customer_id in dict.fromkeys(customers)
        ]
        ahead = marking[: max(0, len(marking) - TOGETHER)]
        for piece in chunks(ahead, MOST_WRITES):
            self._table.commit(*piece)
        return marking[len(ahead) :]

    def _sweep(self, segment: Segment, *, but: Collection[str] = ()) -> None:
        """Remove what says of customers that they are listed."""
        for shard in range(SHARDS):
            entries = self._table.index("pools", members(self.project, segment.id, shard))
            gone = (delete(Key(it["PK"], it["SK"])) for it in entries if it["pooled"] not in but)
            for piece in chunks(gone, MOST_WRITES):
                self._table.commit(*piece)

    def _key(self, segment: Segment) -> Key:
        return Key.segment(self.project, segment.id)

    def _item(self, segment: Segment) -> Item:
        return {
            **item_of(segment, ATTRIBUTES),
            **listing(self.project, "segment", segment.id, segment.created_at),
        }


def _mark(edition: str) -> str:
    return f"in {edition}"


def _segments_of(items: Sequence[Item]) -> list[Segment]:
    return [segment for item in items if (segment := _segment_of(item))]


def _segment_of(item: Item | None) -> Segment | None:
    return value_of(Segment, item, ATTRIBUTES) if item else None
