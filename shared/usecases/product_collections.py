"""Make, change and end a collection of products: nobody ever sees a part of one."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from shared.domain.errors import Busy, PromotionError
from shared.domain.products import Collection, Member
from shared.usecases import judged_anew


class Collections(Protocol):
    def get(self, id_: str) -> Collection: ...
    def known(self, id_: str) -> Collection: ...
    def save(self, collection: Collection, *, known: Collection | None, outcome: object = None) -> None: ...
    def remove(self, collection: Collection) -> None: ...


class Members(Protocol):
    def write(self, collection_id: str, generation: str, members: Mapping[str, Member], *, at: datetime) -> None: ...
    def sweep(self, collection_id: str, generation: str | None = None) -> None: ...
    def tidy(self, before: Collection, after: Collection, *, at: datetime) -> None: ...


def make_collection(
    collection: Collection,
    named: Mapping[str, Member],
    *,
    generation: str,
    collections: Collections,
    members: Members,
    repeated: type[Exception],
) -> Collection:
    """Make a collection; of a static one the members are written first, then it is there at once. ``repeated`` is what
    is raised where the same request was answered before, so that what was written for it goes again.
    """
    if collection.type == "AUTO_UPDATE":
        collections.save(collection, known=None, outcome=collection)
        return collection
    made = collection.holding(named, generation)
    try:
        members.write(made.id, generation, named, at=made.created_at)
        collections.save(made, known=None, outcome=made)
    except Busy:
        raise  # in the end it may have been written after all
    except (PromotionError, repeated):
        members.sweep(made.id)
        raise
    return made


def change_collection(
    id_: str,
    change: Callable[[Collection], Collection],
    named: Mapping[str, Member] | None,
    *,
    generation: str,
    at: datetime,
    collections: Collections,
    members: Members,
) -> Collection:
    """Change a collection; its members, where they are ``named``, are replaced all at once.

    Raises:
        NotFound: no such collection; InvalidPayload: if it would become one of another type.
    """
    change(collections.get(id_))  # before anything is written for one that is not there
    if named is None:
        before, after = _changed(id_, change, at=at, collections=collections)
    else:
        try:
            members.write(id_, generation, named, at=at)
            before, after = _changed(
                id_, lambda it: change(it).holding(named, generation), at=at, collections=collections
            )
        except Busy:
            raise  # in the end it may have been written after all; if not, a later change sweeps it
        except PromotionError:
            members.sweep(id_, generation)
            raise
    members.tidy(before, after, at=at)
    return after


@judged_anew
def _changed(
    id_: str, change: Callable[[Collection], Collection], *, at: datetime, collections: Collections
) -> tuple[Collection, Collection]:
    """A collection before and after it was changed."""
    before = collections.get(id_)
    changed = change(before)
    if changed == before:
        return before, before
    after = changed.changed(updated_at=at)
    collections.save(after, known=before, outcome=after)
    return before, after


def delete_collection(id_: str, *, collections: Collections, members: Members) -> None:
    """End a collection: from its first write on nothing is in it. What a crash leaves can be asked for again.

    Raises:
        NotFound: no such collection.
    """
    members.sweep(_ended(id_, collections=collections).id)
    collections.remove(collections.known(id_))


@judged_anew
def _ended(id_: str, *, collections: Collections) -> Collection:
    collection = collections.known(id_)
    if not collection.deleted:
        collections.save(collection.changed(deleted=True), known=collection)
    return collection
