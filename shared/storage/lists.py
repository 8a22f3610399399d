"""Lists, one way for every kind of thing: filtered, sorted, in parts, with a total.

A store tells what it has (``ListOf``: the kind's name on the ``lists`` index, its attributes, how items become values)
and where a condition leads (``narrow``): an index that answers it spares the reading. What no index answers is judged
in memory over items as they stream in, at most ``MOST_READ`` of them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Generic, NamedTuple, TypeVar

from shared.domain.errors import InvalidPayload, PromotionError
from shared.domain.filters import Attributes, Condition, Filter, sort_key
from shared.domain.lists import Listed, Ordering, Query
from shared.domain.model import iso
from shared.storage.keys import SHARDS, Key
from shared.storage.table import LAST, Item, Table, chunks

T = TypeVar("T")

MOST_READ = 10_000
"""Items that one filtered list may read."""

MOST_COUNTED = 10_000
"""Where the count of a filtered list ends."""

NEWEST_FIRST = Ordering()

NOT_ON_IT = InvalidPayload("starting_after_id: is not on this list")


class Window(NamedTuple):
    """The part of an index in which a list lies, as ``{instant}#{id}``."""

    since: str = ""
    until: str = LAST
    answers: tuple[Condition, ...] = ()
    """The conditions that made it."""


class Reading(NamedTuple):
    """How a source is read: from which end, after which item, and how many entries at a time."""

    newest_first: bool = True
    after: Item | None = None
    page: int = 1_000

    def beyond(self, mark: str, since: str, until: str) -> tuple[str, str]:
        """The bounds of what is left of ``[since, until]`` after the item, whose ``mark`` attribute tells its place."""
        if self.after is None:
            return since, until
        place = self.after.get(mark)
        if place is None:
            raise NOT_ON_IT
        since, until = (since, min(until, place)) if self.newest_first else (max(since, place), until)
        return since, max(since, until)

    def goes_on(self, mark: str, entries: Iterable[Item]) -> Iterable[Item]:
        """Without the item itself, which bounds include."""
        if self.after is None:
            return entries
        place = self.after.get(mark)
        return (entry for entry in entries if entry[mark] != place)


class Source(NamedTuple):
    """Where the candidates of a list come from; everything wanted is among them, each once."""

    entries: Callable[[Reading], Iterable[Item]]
    """Keys or whole items; the newest or the oldest first if ``in_order``."""
    answers: tuple[Condition, ...] = ()
    """The conditions that every candidate meets."""
    in_order: bool = True
    """By their instants."""
    steady: bool = True
    """Whether the order is always the same, so that a list in it can be read in parts."""
    total: Callable[[], int] = lambda: MOST_COUNTED


Narrow = Callable[[Sequence[Any], Window], Source]
"""What the values of a condition (``is``, ``in``) lead to."""


@dataclass(frozen=True, slots=True)
class ListOf(Generic[T]):
    """The list of one kind of thing in a project."""

    table: Table
    project: str
    kind: str
    attributes: Attributes
    values: Callable[[Sequence[Item]], Sequence[T]]
    """The values of items, in their order; what must not be seen is left out."""
    key: Callable[[str], Key]
    """Where the thing of an id is kept."""
    narrow: Mapping[str, Narrow] = field(default_factory=dict)
    """By the path of an attribute, the narrowest first."""
    counted: bool = True
    """Whether a total is told."""

    def wanted(self, query: Query) -> Listed[T]:
        """The part of the list that is asked for.

        Raises:
            PromotionError: ``query_too_large`` if more would have to be read than may be.
            InvalidPayload: if there is no such thing as the one to go on after.
        """
        source = self._source(query)
        filters = query.without(*source.answers)
        order = query.order or NEWEST_FIRST
        sorted_so = source.in_order and order.by == "created_at"
        if not filters and (sorted_so or (source.steady and query.order is None)):
            return self._part(source, query, newest_first=order.falling)
        return self._sifted(source, filters, query, None if sorted_so else order, newest_first=order.falling)

    def _source(self, query: Query) -> Source:
        """The narrowest place where all that is wanted is to be found."""
        window = _window(query.sought)
        for path, lead in self.narrow.items():
            for condition in query.sought:
                if condition.path == path and condition.verb in ("is", "in"):
                    source = lead(condition.values, window)
                    return source._replace(answers=tuple(condition if it is ITSELF else it for it in source.answers))
        return self._all(window)

    def _all(self, window: Window) -> Source:
        """The whole list, or what its window leaves of it."""
        kind = f"{self.project}#{self.kind}"

        def entries(how: Reading) -> Iterable[Item]:
            since, until = how.beyond("listed", window.since, window.until)
            found = self.table.listed(kind, since=since, until=until, newest_first=how.newest_first, page=how.page)
            return how.goes_on("listed", found)

        def count() -> int:
            if not window.answers:
                return self.table.count(kind)
            left = MOST_COUNTED
            for shard in range(SHARDS):
                bounds = {"since": window.since, "until": window.until}
                left -= self.table.count_index("lists", f"{kind}#{shard}", most=left, **bounds)
            return MOST_COUNTED - left

        return Source(entries, window.answers, total=count)

    def _part(self, source: Source, query: Query, *, newest_first: bool) -> Listed[T]:
        """A part of what an index has in the right order; only its own items are read."""
        after = self.table.get(self.key(query.after)) if query.after else None
        if query.after and after is None:
            raise NOT_ON_IT
        entries = iter(source.entries(Reading(newest_first, after, min(1_000, query.skip + query.limit + 1))))
        skipped = sum(1 for _ in islice(entries, query.skip))
        found = list(islice(entries, query.limit + 1))
        more = len(found) > query.limit
        if not self.counted:
            total = 0
        elif more or after:
            total = source.total()
        else:
            total = skipped + len(found)
        return Listed(self._values(found[: query.limit]), total, more)

    def _sifted(
        self, source: Source, filters: Sequence[Filter], query: Query, order: Ordering | None, *, newest_first: bool
    ) -> Listed[T]:
        """A part of what is left when everything that may be wanted was read."""
        things = list(self._kept(source.entries(Reading(newest_first)), filters, at=query.at))
        if order:
            things = in_order(things, order, self.attributes)
        start = query.skip
        if query.after:
            ids = [self.attributes["id"].of(thing) for thing in things]
            if query.after not in ids:
                raise NOT_ON_IT
            start += ids.index(query.after) + 1
        end = start + query.limit
        return Listed(things[start:end], len(things), more=end < len(things))

    def _kept(self, entries: Iterable[Item], filters: Sequence[Filter], *, at: datetime) -> Iterator[T]:
        read = 0
        for piece in chunks(entries, 100):
            read += len(piece)
            if read > MOST_READ:
                raise PromotionError(
                    "query_too_large",
                    "Query too large",
                    details=f"filters: would read more than {MOST_READ}; narrow it, by [created_at][after] for one",
                )
            for thing in self._values(piece):
                if all(filter_.keeps(thing, self.attributes, at=at) for filter_ in filters):
                    yield thing

    def _values(self, entries: Sequence[Item]) -> Sequence[T]:
        whole = bool(entries) and "document" in entries[0]
        return self.values(entries if whole else self.table.items(entries))


def in_order(things: Iterable[T], order: Ordering, attributes: Attributes) -> list[T]:
    """Things sorted by an attribute; those that are alike in it the newest first."""
    made, named = sort_key("created_at", attributes), sort_key("id", attributes)
    by_instant = order.by == "created_at"
    things = sorted(things, key=lambda thing: (made(thing), named(thing)), reverse=order.falling or not by_instant)
    return things if by_instant else sorted(things, key=sort_key(order.by, attributes), reverse=order.falling)


ITSELF = Condition("", "")
"""Among the answers of a source: the condition that led there."""


def of_customer(table: Table, project: str, kind: str) -> Narrow:
    """What a customer has of a kind."""
    return of_owner(table, project, "customer", kind)


def of_owner(table: Table, project: str, owner: str, kind: str) -> Narrow:
    """What an owner has of a kind: one partition of ``owners``; of several owners, one after the other."""

    def lead(owners: Sequence[Any], window: Window) -> Source:
        first, last = f"{kind}#{window.since}", f"{kind}#{window.until}"
        partitions = [f"{project}#{owner}#{it}" for it in dict.fromkeys(owners)]

        def entries(how: Reading) -> Iterator[Item]:
            since, until = how.beyond("owned", first, last)
            for partition in partitions:
                found = table.index(
                    "owners", partition, since=since, until=until, newest_first=how.newest_first, page=how.page
                )
                yield from how.goes_on("owned", found)

        def count() -> int:
            counts = (
                table.count_index("owners", partition, since=first, until=last, most=MOST_COUNTED)
                for partition in partitions
            )
            return min(MOST_COUNTED, sum(counts))

        alone = len(partitions) == 1
        return Source(entries, (ITSELF, *window.answers), in_order=alone, steady=alone, total=count)

    return lead


def of_keys(key: Callable[[str], Key]) -> Narrow:
    """The things that are named: one batch."""

    def lead(names: Sequence[Any], _window: Window) -> Source:
        keys = dict.fromkeys(key(name) for name in names)
        return Source(lambda _: [key._asdict() for key in keys], in_order=False, steady=False)

    return lead


def _window(conditions: Iterable[Condition]) -> Window:
    """What conditions on the instant of a thing's making leave of an index; of several, the narrowest.

    ``$`` follows the ``#`` of every id and precedes the ``0`` of every later millisecond.
    """
    since, until = "", LAST
    answers: list[Condition] = []
    for condition in conditions:
        if condition.path == "created_at" and condition.verb in ("after", "before"):
            instants = [iso(value) for value in condition.values if isinstance(value, datetime)]
            if condition.verb == "after":
                since = max(since, f"{min(instants)}$")
            else:
                until = min(until, max(instants))
            answers.append(condition)
    return Window(since, max(since, until), tuple(answers))
