"""What is asked of a list, and what it answers: the same words for every kind of thing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from shared.domain.filters import Condition, Filter

T = TypeVar("T")


class Ordering(NamedTuple):
    """By which attribute a list is sorted; things alike in it stand newest first."""

    by: str = "created_at"
    falling: bool = True


class Query(NamedTuple):
    """What is asked of a list: ``limit`` things after the first ``skip`` that every filter keeps.

    Without an ``order`` the newest comes first; only a campaign's codes stand in an order of their own, so that a
    million of them can be paged through.
    """

    at: datetime
    filters: tuple[Filter, ...] = ()
    order: Ordering | None = None
    limit: int = 10
    skip: int = 0
    after: str | None = None
    """A cursor: the id of the thing after which the list goes on."""

    @property
    def sought(self) -> tuple[Condition, ...]:
        """The conditions that whatever is wanted must meet, each by itself; an index may answer one of them."""
        return tuple(condition for filter_ in self.filters if _each_counts(filter_) for condition in filter_.conditions)

    def without(self, *answered: Condition) -> tuple[Filter, ...]:
        """What is left to judge when some of the conditions sought are answered."""

        def left(filter_: Filter) -> Filter:
            if not _each_counts(filter_):
                return filter_
            return Filter(tuple(condition for condition in filter_.conditions if condition not in answered))

        return tuple(filter_ for filter_ in map(left, self.filters) if filter_.conditions)


def _each_counts(filter_: Filter) -> bool:
    return not filter_.any_of or len(filter_.conditions) == 1


class Listed(NamedTuple, Generic[T]):
    """A part of a list, how many things are on it in all, and whether more follow this part."""

    things: Sequence[T]
    total: int
    more: bool
