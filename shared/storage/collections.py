"""Collections of products: what each is; the members of a static one stand in ``members.py``."""

from collections.abc import Iterable, Sequence
from functools import partial

from shared.domain.attributes.catalogue import COLLECTIONS
from shared.domain.errors import Duplicate, Moved, NotFound
from shared.domain.lists import Listed, Query
from shared.domain.products import Collection
from shared.storage.documents import item_of, value_of
from shared.storage.keys import Key, listing
from shared.storage.lists import ListOf, of_keys
from shared.storage.table import Item, Table, create, delete, replace
from shared.storage.warm import Warm

ATTRIBUTES = ("deleted", "version")


class CollectionStore:
    """The collections of one project."""

    _warm: Warm[Collection] = Warm()  # one per process, on purpose

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project

    def get_many(self, ids: Iterable[str], *, warm: bool = False) -> dict[str, Collection]:
        """Collections by id, each a moment old at most if ``warm``, else as they are now."""
        known: dict[str, Collection] = {}
        missing: dict[Key, str] = {}
        for id_ in dict.fromkeys(ids):
            key = Key.collection(self.project, id_)
            if warm and (collection := self._warm.of(self._table, key)):
                known[id_] = collection
            else:
                missing[key] = id_
        if missing:
            for key, item in self._table.get_many(missing).items():
                known[missing[key]] = self._warm.keep(self._table, key, collection_of(item))
        return {id_: collection for id_, collection in known.items() if not collection.deleted}

    def get(self, id_: str) -> Collection:
        """A collection as it is now.

        Raises:
            NotFound: if there is none, or it was deleted.
        """
        collection = self.known(id_)
        if collection.deleted:
            raise NotFound("products_collection", id_)
        return collection

    def known(self, id_: str) -> Collection:
        """A collection as it is now, or one that is being deleted.

        Raises:
            NotFound: if there is none.
        """
        item = self._table.get(Key.collection(self.project, id_))
        if item is None:
            raise NotFound("products_collection", id_)
        return collection_of(item)

    def wanted(self, query: Query) -> Listed[Collection]:
        """The collections that are asked for."""
        key = partial(Key.collection, self.project)
        narrow = {"id": of_keys(key)}
        kind = "collection"
        return ListOf(self._table, self.project, kind, COLLECTIONS, _collections_of, key, narrow=narrow).wanted(query)

    def save(self, collection: Collection, *, known: Collection | None, outcome: object = None) -> None:
        """Keep a collection; the members of its generation must be written by now.

        Raises:
            Moved: if it is no longer as it was read; Duplicate: if the id of a new one is taken.
        """
        key = Key.collection(self.project, collection.id)
        item = item_of(collection, ATTRIBUTES)
        if not collection.deleted:
            item |= listing(self.project, "collection", collection.id, collection.created_at)
        if known is None:
            write = create(key, item, otherwise=Duplicate("products_collection", collection.id))
        else:
            write = replace(key, item, version=known.version, otherwise=Moved())
        self._table.commit(write, outcome=outcome)
        self._warm.forget(self._table, key)

    def remove(self, collection: Collection) -> None:
        """Forget a collection whose members are gone."""
        self._table.commit(delete(Key.collection(self.project, collection.id)))


def _collections_of(items: Sequence[Item]) -> list[Collection]:
    return [collection_of(item) for item in items]


def collection_of(item: Item) -> Collection:
    return value_of(Collection, item, ATTRIBUTES)
