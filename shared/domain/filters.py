"""Which things are wanted: conditions on their attributes, judged the same for every kind of thing.

    wanted = Filter((Condition("metadata.club", "is", ("VIP",)), Condition("created_at", "more_than_ago", (30,))))
    wanted.keeps(customer, CUSTOMERS, at=at)

An attribute that has several values (a publication's codes) meets a condition if one of them does; a condition that
names several values is met by any of them; ``is_not``, ``not_in`` and ``not_contain`` are the opposites of ``is``,
``in`` and ``contains``, so they also hold of what has no value at all.
"""

import operator
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, NamedTuple

from shared.domain.model import utc

Value = str | bool | int | Decimal | datetime
"""What a condition compares with; an ``int`` is a number of days."""

_PRESENCE = frozenset({"has_value", "is_unknown"})
_EQUALITY = frozenset({"is", "is_not", "in", "not_in"})
_PARTS = frozenset({"starts_with", "ends_with", "contains", "not_contain"})
_SIZES = frozenset({"more_than", "less_than", "more_than_or_equal", "less_than_or_equal"})
_TIMES = frozenset({"after", "before", "more_than_ago", "less_than_ago"})


class Sort(Enum):
    """What sort of value an attribute has, and so what may be asked about it."""

    TEXT = _PRESENCE | _EQUALITY | _PARTS
    NUMBER = _PRESENCE | _EQUALITY | _SIZES
    DATE = _PRESENCE | _TIMES
    TRUTH = _PRESENCE | {"is", "is_not"}
    STATE = frozenset[str]()
    """What is asked is the state itself: ``$expired``."""
    MEMBERSHIP = _EQUALITY
    """One of many that it is in: whether it is in this one."""
    ANY = _PRESENCE | _EQUALITY | _PARTS | _SIZES | _TIMES
    """The shop's own: metadata."""


class Attribute(NamedTuple):
    """One thing that can be asked about: how it is read off, and which texts mean the same (``form``)."""

    sort: Sort
    of: Callable[[Any], Any]
    form: Callable[[str], str] = str
    states: tuple[str, ...] = ()
    """Of a ``STATE``, whose ``of`` gives a function of the instant: which states there are."""
    inner: Callable[[str], "Attribute | None"] | None = None
    """Of a family, about which itself nothing may be asked: the attribute of a name below it."""


Attributes = Mapping[str, Attribute]
"""By path. One of the sort ``ANY`` is a tree: ``metadata`` answers for ``metadata.club``."""


class Condition(NamedTuple):
    """One condition on the attribute at a path."""

    path: str
    verb: str
    values: tuple[Value, ...] = ()

    def holds(self, attribute: Attribute, thing: Any, *, at: datetime) -> bool:
        """Whether a thing meets the condition at an instant."""
        if attribute.sort is Sort.STATE:
            return self.verb in attribute.of(thing)(at)
        found = [*_found(attribute, thing, self.path)]
        if self.verb in _PRESENCE:
            return bool(found) is (self.verb == "has_value")
        positive = OPPOSITES.get(self.verb, self.verb)
        met = any(_meets(one, positive, value, at) for one in found for value in self._formed(attribute))
        return met is (self.verb not in OPPOSITES)

    def _formed(self, attribute: Attribute) -> Iterator[Value]:
        for value in self.values:
            yield attribute.form(value) if isinstance(value, str) else value


class Filter(NamedTuple):
    """What a thing must be to be kept: all of its conditions, or ``any_of`` them; without conditions everything is."""

    conditions: tuple[Condition, ...] = ()
    any_of: bool = False

    def keeps(self, thing: Any, attributes: Attributes, *, at: datetime) -> bool:
        """Whether a thing is wanted at an instant."""
        judged = (it.holds(attribute_at(it.path, attributes), thing, at=at) for it in self.conditions)
        return any(judged) if self.any_of and self.conditions else all(judged)


OPPOSITES = {"is_not": "is", "not_in": "is", "not_contain": "contains"}

_TEXTS: dict[str, Callable[[str, str], bool]] = {
    "is": operator.eq,
    "in": operator.eq,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
    "contains": operator.contains,
}
_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "is": operator.eq,
    "in": operator.eq,
    "more_than": operator.gt,
    "less_than": operator.lt,
    "more_than_or_equal": operator.ge,
    "less_than_or_equal": operator.le,
    "after": operator.gt,
    "before": operator.lt,
}


def attribute_at(path: str, attributes: Attributes) -> Attribute:
    """The attribute that answers for a path.

    Raises:
        KeyError: if nothing does.
    """
    if path in attributes and not attributes[path].inner:
        return attributes[path]
    first, _, rest = path.partition(".")
    tree = attributes[first]
    found = tree.inner(rest) if tree.inner else tree
    if found is None or (found is tree and tree.sort is not Sort.ANY):
        raise KeyError(path)
    return found


def sort_key(path: str, attributes: Attributes) -> Callable[[Any], tuple[Any, ...]]:
    """How things are sorted by an attribute: what has no value comes before all that have one."""
    attribute = attribute_at(path, attributes)

    def key(thing: Any) -> tuple[Any, ...]:
        first = next(_found(attribute, thing, path), None)
        return () if first is None else (first,)

    return key


def _found(attribute: Attribute, thing: Any, path: str) -> Iterator[Any]:
    """The values of an attribute, none of them None, each in the form in which it is compared."""
    found = attribute.of(thing)
    if attribute.sort is Sort.ANY:
        found = inside(found, path.partition(".")[2])
    several = isinstance(found, Collection) and not isinstance(found, str | Mapping)
    for one in found if several else (found,):
        if one is not None:
            yield attribute.form(one) if isinstance(one, str) else one


def inside(tree: Any, path: str) -> Any:
    """What a tree holds at a path; a name that itself has dots is found, too.

    >>> inside({"club": {"level": 3}, "shoe.size": 42}, "club.level"), inside({"shoe.size": 42}, "shoe.size")
    (3, 42)
    """
    if not path or not isinstance(tree, Mapping) or path in tree:
        return tree.get(path) if path and isinstance(tree, Mapping) else None if path else tree
    first, _, rest = path.partition(".")
    return inside(tree.get(first), rest) if rest else None


def _meets(one: Any, verb: str, value: Value, at: datetime) -> bool:
    """Whether one value of a thing stands so to one value of a condition; values of different sorts never do."""
    if verb in ("more_than_ago", "less_than_ago"):
        since = at - timedelta(days=int(value))  # type: ignore[arg-type]  # a number of days, by the wire
        moment = moment_of(one)
        return moment is not None and (moment < since if verb == "more_than_ago" else since < moment <= at)
    if isinstance(value, datetime):
        moment = moment_of(one)
        return moment is not None and _ORDERED[verb](moment, value)
    number = _number(one)
    if number is not None and verb in _ORDERED:
        other = _number(value) if isinstance(value, Decimal) else _number_of(str(value))
        return other is not None and _ORDERED[verb](number, other)
    if isinstance(value, Decimal):
        return False
    return verb in _TEXTS and _TEXTS[verb](_text(one), _text(value))


def _text(one: Any) -> str:
    return str(one).lower() if isinstance(one, bool) else str(one)


def _number(one: Any) -> Decimal | None:
    if isinstance(one, bool) or not isinstance(one, int | float | Decimal):
        return None
    return _number_of(str(one))


def _number_of(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def moment_of(one: Any) -> datetime | None:
    """The instant that a value tells, if it tells one.

    >>> moment_of("2026-03-17"), moment_of("soon")
    (datetime.datetime(2026, 3, 17, 0, 0, tzinfo=datetime.timezone.utc), None)
    """
    if isinstance(one, datetime):
        return one
    try:
        return utc(datetime.fromisoformat(str(one)))
    except (ValueError, OverflowError):
        return None


def verbs_of(attribute: Attribute) -> frozenset[str]:
    """What may be asked about an attribute."""
    return frozenset(attribute.states) or attribute.sort.value
