"""Who is in a collection: the members of a static one, an item each, under a generation that one commit shows.

A generation is begun (a marker beside the collection), its members are written, and then the collection is pointed at
it: who reads meanwhile sees the one before, whole. Definitions are trusted for a moment, so what is overtaken stays for
as long as anybody may still look at it and goes with a later change; and so does what a crash has left behind.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from heapq import merge
from itertools import dropwhile, islice
from operator import itemgetter
from typing import TypeVar

from shared.domain.attributes.catalogue import COLLECTED
from shared.domain.filters import Condition, Filter
from shared.domain.lists import Listed, Query
from shared.domain.model import iso
from shared.domain.products import Collection, Member, Product, Shown, Sku
from shared.storage.catalogue_items import product_of, sku_of
from shared.storage.keys import SHARDS, Key, collected_in
from shared.storage.lists import ITSELF, ListOf, Reading, Source, Window
from shared.storage.table import MOST_AT_ONCE, Item, Table, chunks, put

LANES = 8
"""Round trips in flight while members are written: as many as there are shards to take them."""
QUIET = timedelta(minutes=1)
"""After this nobody still writes or reads a generation that does not count: a request takes 20 seconds at most, and a
definition is trusted for 5.
"""
T = TypeVar("T")

IN = "collection"
"""The condition that leads to the members of one collection."""


class MemberStore:
    """Who is in the collections of one project."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project

    def write(self, collection_id: str, generation: str, members: Mapping[str, Member], *, at: datetime) -> None:
        """Write the members of a new generation, by id; nobody sees them before the collection is pointed at it."""
        self._table.commit(put(self._marker(collection_id, generation), {"begun": iso(at)}))
        written = (
            (self._key(collection_id, generation, id_), {"document": member.model_dump_json(exclude_none=True)})
            for id_, member in members.items()
        )
        self._in_lanes(written, self._table.put_many)

    def sweep(self, collection_id: str, generation: str | None = None) -> None:
        """Remove a generation, or all of them."""
        for marker in self._markers(collection_id):
            begun = marker["SK"].partition("#")[2]
            if generation in (None, begun):
                gone = (Key(item["PK"], item["SK"]) for shard in self._shards(collection_id, begun) for item in shard)
                self._in_lanes(gone, self._table.remove_many)
                # The marker goes last: what a crash leaves behind can be found again.
                self._table.remove_many([Key(marker["PK"], marker["SK"])])

    def tidy(self, before: Collection, after: Collection, *, at: datetime) -> None:
        """Remove the generations that nobody can be writing or reading any more.

        What ``before`` shows may still be read; so may the one before that, if ``before`` is so new.
        """
        shown = before.updated_at or before.created_at
        for marker in self._markers(after.id):
            generation = marker["SK"].partition("#")[2]
            since = max(datetime.fromisoformat(marker["begun"]), shown)
            if generation not in (before.generation, after.generation) and at - since >= QUIET:
                self.sweep(after.id, generation)

    def wanted(self, collection: Collection, query: Query) -> Listed[Shown]:
        """The members of a collection that are asked for: of a static one in an order that means nothing and stays the
        same, of an auto-update one the newest first.
        """
        lead, filters = (self._named, ()) if collection.generation else (self._kept, (collection.wanted,))
        asked = Filter((Condition(IN, "is", (collection.id,)),))
        query = query._replace(filters=(asked, *filter(None, filters), *query.filters))

        def of(_ids: Sequence[str], _window: Window) -> Source:
            return lead(collection)

        def key(id_: str) -> Key:
            return self._key(collection.id, collection.generation or "", id_)

        return ListOf(self._table, self.project, "member", COLLECTED, self._shown, key, narrow={IN: of}).wanted(query)

    def _named(self, collection: Collection) -> Source:
        """The members of a static collection, shard by shard."""

        def entries(how: Reading) -> Iterator[Item]:
            passed = how.after is None
            for partition in self._partitions(collection.id, collection.generation or ""):
                if passed:
                    yield from self._table.query(partition)
                elif how.after and how.after["PK"] == partition:
                    passed, last = True, how.after["SK"]
                    rest = dropwhile(lambda item: item["SK"] != last, self._table.query(partition))  # noqa: B023
                    yield from islice(rest, 1, None)

        return Source(entries, (ITSELF,), in_order=False, total=lambda: collection.members)

    def _kept(self, _collection: Collection) -> Source:
        """Every product and every SKU: what an auto-update collection has is judged."""

        def entries(how: Reading) -> Iterable[Item]:
            kinds = (
                self._table.listed(f"{self.project}#{kind}", newest_first=how.newest_first)
                for kind in ("product", "sku")
            )
            return merge(*kinds, key=itemgetter("listed"), reverse=how.newest_first)

        return Source(entries, (ITSELF,))

    def _shown(self, items: Sequence[Item]) -> list[Shown]:
        """Members with what the catalogue knows of them: one batch, or none where it was read."""
        if items and items[0]["SK"] in ("product", "sku"):
            return [_found(thing) for thing in map(_thing_of, items)]
        members = {item["SK"]: Member.model_validate(json.loads(item["document"])) for item in items}
        keys = {id_: _place(self.project, member, id_) for id_, member in members.items()}
        found = self._table.get_many(keys.values())
        known = {id_: _thing_of(found[key]) for id_, key in keys.items() if key in found}
        return [Shown(member, id_, known.get(id_)) for id_, member in members.items()]

    def _in_lanes(self, things: Iterable[T], write: Callable[[Iterable[T]], None]) -> None:
        pieces = chunks(things, MOST_AT_ONCE)
        with ThreadPoolExecutor(LANES, thread_name_prefix="members") as threads:
            for _ in threads.map(write, pieces):
                pass  # what went wrong in a lane goes wrong here

    def _markers(self, collection_id: str) -> list[Item]:
        return [*self._table.query(Key.collection(self.project, collection_id).PK, starting="generation#")]

    def _shards(self, collection_id: str, generation: str) -> Iterator[Iterator[Item]]:
        return (self._table.query(partition) for partition in self._partitions(collection_id, generation))

    def _partitions(self, collection_id: str, generation: str) -> list[str]:
        return [collected_in(self.project, collection_id, generation, shard) for shard in range(SHARDS)]

    def _marker(self, collection_id: str, generation: str) -> Key:
        return Key.generation(self.project, collection_id, generation)

    def _key(self, collection_id: str, generation: str, member_id: str) -> Key:
        return Key.collected(self.project, collection_id, generation, member_id)


def _place(project: str, member: Member, id_: str) -> Key:
    return Key.product(project, id_) if member.object == "product" else Key.sku(project, id_)


def _thing_of(item: Item) -> Product | Sku:
    return product_of(item) if item["SK"] == "product" else sku_of(item)


def _found(thing: Product | Sku) -> Shown:
    return Shown(Member(id=thing.id, object=thing.object), thing.id, thing)
