"""Segments: definitions, kept warm for a moment; and who is listed in the static ones: an item in the customer's
partition each, so that a checkout reads one key a segment and never a list.

A list is replaced as a whole: whoever is on it is marked with an edition of its own, and it is the commit of the
segment that makes the edition count. Nobody ever sees half a list, however long; a crash leaves marks without meaning.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from types import MappingProxyType

from shared.domain.attributes.people import SEGMENTS
from shared.domain.errors import Moved, NotFound
from shared.domain.lists import Listed, Query
from shared.domain.segments import DEEPEST, Segment, entered
from shared.domain.summaries import Person
from shared.storage.documents import item_of, value_of
from shared.storage.keys import SHARDS, Key, listing, members, membership
from shared.storage.lists import ListOf, Reading, Source, Window, of_keys
from shared.storage.table import MOST_WRITES, Item, Table, Write, add, chunks, create, delete, put, replace
from shared.storage.warm import Warm

ATTRIBUTES = ("deleted", "version")
TOGETHER = 90
"""Customers of a list that are written with their segment; those before go ahead, where they mean nothing yet."""
NOTHING: Mapping[Key, Item] = MappingProxyType({})


class SegmentStore:
    """The segments of one project."""

    _warm = Warm[tuple[Segment, ...]]()
    """A segment; or none, which is trusted for a moment, too."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project
        # Asked once: what was warm when a batch was put together may have lapsed by the time it has come back.
        self._seen: dict[str, tuple[Segment, ...]] = {}

    def get(self, id_: str) -> Segment:
        """A segment as it is now.

        Raises:
            NotFound: if there is none.
        """
        segment = _segment_of(self._table.get(Key.segment(self.project, id_)))
        if segment is None or segment.deleted:
            raise NotFound("segment", id_)
        return segment

    def deleted(self, id_: str) -> Segment | None:
        """A segment whose list is still being removed."""
        segment = _segment_of(self._table.get(Key.segment(self.project, id_)))
        return segment if segment and segment.deleted else None

    def get_many(
        self,
        ids: Iterable[str],
        *,
        warm: bool = False,
        items: Mapping[Key, Item] = NOTHING,
        read: Collection[Key] = (),
    ) -> dict[str, Segment]:
        """Segments by id, with all that they name, each a moment old at most if ``warm``, else as they are now. What a
        batch has ``read`` is not read again.
        """
        segments, _ = self._read(ids, None, items, read, warm=warm)
        return segments

    def every(self) -> dict[str, Segment]:
        """All segments of the project, as they are now; one batch a hundred."""
        entries = self._table.listed(f"{self.project}#segment")
        found = (_segment_of(item) for piece in chunks(entries, 100) for item in self._table.items(piece))
        return {segment.id: segment for segment in found if segment and not segment.deleted}

    def watched(self) -> list[str]:
        """The segments of which it is told who enters and leaves."""
        partition = Key.watched(self.project, "").PK
        return [item["SK"] for item in self._table.query(partition)]

    def keys(self, ids: Iterable[str], customer_id: str | None, *, warm: bool = True) -> list[Key]:
        """What a batch must read to know whether a customer is in segments; often nothing at all."""
        return list(self._keys(ids, customer_id, warm=warm))

    def _keys(self, ids: Iterable[str], customer_id: str | None, *, warm: bool) -> Iterator[Key]:
        for id_ in dict.fromkeys(ids):
            key = Key.segment(self.project, id_)
            if warm and id_ not in self._seen and (kept := self._warm.of(self._table, key)) is not None:
                self._seen[id_] = kept
            found = self._seen.get(id_) if warm else None
            if found is None:
                yield key
            if customer_id and (found is None or any(segment.static for segment in found)):
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
            self._seen[id_] = self._warm.keep(self._table, key, () if segment is None else (segment,))
        return next((segment for segment in self._seen[id_] if not segment.deleted), None)

    def of(self, person: Person, *, at: datetime) -> list[Segment]:
        """The segments that somebody is in at an instant, the newest first."""
        segments = self.every()
        own = Key.member(self.project, person.customer.id, "")
        items = {Key(item["PK"], item["SK"]): item for item in self._table.query(own.PK, starting=own.SK)}
        inside = entered(segments, self.listed(segments, person.customer.id, items), person, at)
        return sorted((segments[id_] for id_ in inside), key=lambda it: (it.created_at, it.id), reverse=True)

    def placed(self, segments: Mapping[str, Segment], people: Sequence[Person], *, at: datetime) -> list[Person]:
        """People, each with those of the segments that they are in; one round trip a hundred lists."""
        static = [id_ for id_, segment in segments.items() if segment.static]
        keys = (Key.member(self.project, person.customer.id, id_) for person in people for id_ in static)
        items = self._table.get_many(keys) if static else {}
        listed = (self.listed(segments, person.customer.id, items) for person in people)
        return [
            person._replace(segments=entered(segments, its, person, at))
            for person, its in zip(people, listed, strict=True)
        ]

    def wanted(self, query: Query) -> Listed[Segment]:
        """The segments that are asked for."""
        key = partial(Key.segment, self.project)
        narrow = {"id": of_keys(key)}
        return ListOf(self._table, self.project, "segment", SEGMENTS, _segments_of, key, narrow=narrow).wanted(query)

    def of_members(self, ids: Sequence[str], _window: Window) -> Source:
        """The customers on the lists of static segments, and some who were before: each is still to be judged."""
        partitions = [members(self.project, id_, shard) for id_ in dict.fromkeys(ids) for shard in range(SHARDS)]

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
        if segment.type == "auto-update":
            last.append(put(Key.watched(self.project, segment.id), {}))
        self._table.commit(create(self._key(segment), self._item(segment), otherwise=Moved()), *last, outcome=outcome)

    def save(self, segment: Segment, *, customers: Sequence[str] | None = None, outcome: object = None) -> None:
        """Change a segment from the version that was read, and its list where there is a new one.

        Raises:
            Moved: if somebody else has changed it since.
        """
        last = self._listing(segment, customers or ())
        changing = replace(self._key(segment), self._item(segment), version=segment.version, otherwise=Moved())
        self._table.commit(changing, *last, outcome=outcome)
        self._forget(segment)
        if customers is not None:
            for piece in chunks(self._leftovers(segment, but=frozenset(customers)), MOST_WRITES):
                self._sweep(segment, piece)

    def remove(self, segment: Segment) -> None:
        """Forget a segment: from the first write on nobody is in it. What a crash leaves can be asked for again.

        Raises:
            Moved: if somebody else has changed it since.
        """
        key = self._key(segment)
        if not segment.deleted:
            gone = item_of(segment.model_copy(update={"deleted": True}), ATTRIBUTES)
            unwatched = delete(Key.watched(self.project, segment.id))
            self._table.commit(replace(key, gone, version=segment.version, otherwise=Moved()), unwatched)
            self._forget(segment)
        if segment.static:
            self._table.remove_many(self._leftovers(segment))
        self._table.commit(delete(key))

    def _listing(self, segment: Segment, customers: Sequence[str]) -> list[Write]:
        """Mark customers with the edition of a list: most of them now, the last ones by the writes that are left."""
        ids = list(dict.fromkeys(customers))
        ahead, last = ids[: max(0, len(ids) - TOGETHER)], ids[max(0, len(ids) - TOGETHER) :]
        if len(segment.editions) == 1:  # nobody is marked yet: a write alone is half the price of one in a transaction
            self._table.put_many((self._member(segment, id_), self._marked(segment, id_)) for id_ in ahead)
        else:
            for piece in chunks((self._marking(segment, id_) for id_ in ahead), MOST_WRITES):
                self._table.commit(*piece)
        return [self._marking(segment, id_) for id_ in last]

    def _marking(self, segment: Segment, customer_id: str) -> Write:
        # A warm Lambda may still look for the edition before this one; what is older goes.
        old = map(_mark, segment.editions[2:])
        return add(self._member(segment, customer_id), {}, sets=self._marked(segment, customer_id), removes=old)

    def _marked(self, segment: Segment, customer_id: str) -> Item:
        edition = segment.editions[0]
        return {_mark(edition): True, "edition": edition, **membership(self.project, segment.id, customer_id)}

    def _member(self, segment: Segment, customer_id: str) -> Key:
        return Key.member(self.project, customer_id, segment.id)

    def _leftovers(self, segment: Segment, *, but: Collection[str] = ()) -> Iterator[Key]:
        """What says of customers that they are listed, or were."""
        for shard in range(SHARDS):
            for entry in self._table.index("pools", members(self.project, segment.id, shard)):
                if entry["pooled"] not in but:
                    yield Key(entry["PK"], entry["SK"])

    def _sweep(self, segment: Segment, keys: Sequence[Key]) -> None:
        """Remove the marks of customers who are listed no more, but for those whom another list marks meanwhile."""
        former = {f"edition_{number}": edition for number, edition in enumerate(segment.editions[1:])}
        known = " OR ".join(f"#edition = :{name}" for name in former)
        try:
            self._table.commit(*(delete(key, only_if=known, values=former, otherwise=Moved()) for key in keys))
        except Moved:
            half = len(keys) // 2
            for part in (keys[:half], keys[half:]) if half else ():
                self._sweep(segment, part)

    def _forget(self, segment: Segment) -> None:
        self._warm.forget(self._table, self._key(segment))
        self._seen.pop(segment.id, None)

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
