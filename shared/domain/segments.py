"""Segments: which customers belong together, because they were named one by one or because they meet a filter.

Whether somebody is in is judged when it is asked, over what is known of them at that moment; nothing is kept that could
be out of date. A filter may name other segments; one that is not there, or no more, has nobody in it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from shared.domain.attributes.people import CUSTOMERS, NAMING
from shared.domain.criteria import filter_of
from shared.domain.errors import InvalidPayload
from shared.domain.filters import Filter
from shared.domain.model import Frozen, Instant
from shared.domain.summaries import Person

SegmentType = Literal["static", "auto-update", "passive"]

REMEMBERED = 2
"""Editions of a list that are known besides the one that counts."""
DEEPEST = 8
"""How far segments may lead from one to the next."""


class Segment(Frozen):
    """A segment: static ones have a list of customers, the others a filter.

    ``auto-update`` and ``passive`` mean the same customers; of the first it is also told who enters and who leaves.
    """

    id: str
    name: str
    type: SegmentType
    filter: dict[str, Any] | None = None
    """As it was written down; None of a static one."""
    editions: tuple[str, ...] = ()
    """Of a static one: the edition of its list that counts, then those before, which warm Lambdas may still trust."""
    deleted: bool = False
    created_at: Instant
    updated_at: Instant | None = None
    version: int = 1

    @property
    def static(self) -> bool:
        return self.type == "static"

    @cached_property
    def wanted(self) -> Filter:
        """Its filter, to judge by.

        Raises:
            InvalidPayload: naming the path of what is wrong in it.
        """
        return filter_of(self.filter, CUSTOMERS)

    @cached_property
    def names(self) -> frozenset[str]:
        """The segments that its filter names."""
        return frozenset() if self.static else frozenset(id_ for id_, _ in _named(self))

    def relisted(self, edition: str) -> "Segment":
        """The segment with another edition of its list."""
        return self.model_copy(update={"editions": (edition, *self.editions[:REMEMBERED])})

    def changed(self, *, at: datetime, **fields: Any) -> "Segment":
        """The segment with these fields, judged anew."""
        return Segment.model_validate({**self.model_dump(), **fields, "updated_at": at})


def entered(segments: Mapping[str, Segment], listed: Collection[str], person: Person, at: datetime) -> frozenset[str]:
    """The segments that somebody is in at an instant, of those given by id; ``listed`` are the static ones whose lists
    name them.
    """
    inside: dict[str, bool] = {}

    def is_in(id_: str) -> bool:
        if id_ not in inside:
            inside[id_] = False  # whatever leads back to itself has nobody in it
            inside[id_] = id_ in segments and _has(segments[id_], listed, person, is_in, at=at)
        return inside[id_]

    return frozenset(filter(is_in, segments))


def _has(
    segment: Segment, listed: Collection[str], person: Person, is_in: Callable[[str], bool], *, at: datetime
) -> bool:
    if segment.static:
        return segment.id in listed
    there = person._replace(segments=frozenset(filter(is_in, segment.names)))
    return segment.wanted.keeps(there, CUSTOMERS, at=at)


def refuse_tangled(segment: Segment, known: Mapping[str, Segment]) -> None:
    """Raise if a segment, among those that are ``known``, names one that is not there, or itself in the end.

    Raises:
        InvalidPayload: naming the path.
    """
    if segment.static:
        return
    for id_, where in _named(segment):
        if id_ != segment.id and id_ not in known:
            raise InvalidPayload(f"{where}: there is no such segment")
    every = {**known, segment.id: segment}
    if segment.id in _led_to(segment.names, every):
        where = next(where for id_, where in _named(segment) if segment.id in {id_, *_led_to({id_}, every)})
        raise InvalidPayload(f"{where}: leads back to this segment")
    depths: dict[str, int] = {}
    leading_here = (id_ for id_ in every if segment.id in _led_to({id_}, every))
    if max(_depth(id_, every, depths) for id_ in leading_here) > DEEPEST:
        where = next(where for _, where in _named(segment))
        raise InvalidPayload(f"{where}: segments would lead on for more than {DEEPEST} steps")


def _led_to(ids: Iterable[str], segments: Mapping[str, Segment]) -> set[str]:
    """All that segments name, and what these name in turn; the first ones too."""
    found: set[str] = set()
    waiting = set(ids)
    while waiting:
        found |= waiting
        waiting = {name for id_ in waiting if id_ in segments for name in segments[id_].names} - found
    return found


def _depth(id_: str, segments: Mapping[str, Segment], depths: dict[str, int]) -> int:
    if id_ not in depths:
        depths[id_] = 0  # a circle that two requests made at once has no depth, and nobody in it
        names = segments[id_].names if id_ in segments else ()
        depths[id_] = 1 + max((_depth(name, segments, depths) for name in names), default=0)
    return depths[id_]


def _named(segment: Segment) -> Iterator[tuple[str, str]]:
    """The segments that a filter names, each with its path."""
    for condition in segment.wanted.conditions:
        if condition.path in NAMING:
            for written, given in segment.filter[condition.path]["conditions"].items() if segment.filter else ():
                where = f"filter.{condition.path}.conditions.{written}"
                several = isinstance(given, list)
                for number, id_ in enumerate(given if several else [given]):
                    yield id_, f"{where}.{number}" if several else where
