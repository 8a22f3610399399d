"""What each ``$condition`` means: which values it takes, and a closure over them.

A condition with several values is met by any of them, so that of ``$more_than`` the least counts. ``$is_not``,
``$not_in``, ``$not_contain`` and ``$is_unknown`` are the opposites of ``$is``, ``$in``, ``$contains`` and
``$has_value``: they hold of what has no value, but not of a case in which there is nobody, or no order, to ask about.
No other condition is met by what has no value.

Days ago and in the future are told as a number of days or as an ISO 8601 duration, ``P3M``, which is counted by the
calendar in the project's zone. ``$is_days_ago`` and ``$is_days_in_future`` compare days as the zone has them, ``$dow``
the day of the week (0 is Sunday).
"""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from shared.domain.filters import moment_of
from shared.domain.model import utc
from shared.domain.money import LARGEST
from shared.domain.rules.case import Case
from shared.domain.windows import Span, span_of

MOST_DAYS = 36_500
LONGEST_TEXT = 1_000

ALIASES = {
    "greater_than": "more_than",
    "greater_than_or_equal": "more_than_or_equal",
    "more_than_equal": "more_than_or_equal",
    "less_than_equal": "less_than_or_equal",
}
OPPOSITES = {"is_not": "is", "not_in": "in", "not_contain": "contains", "is_unknown": "has_value"}

_PRESENCE = frozenset({"has_value", "is_unknown"})
_EQUALITY = frozenset({"is", "is_not", "in", "not_in"})
_PARTS = frozenset({"starts_with", "ends_with", "contains", "not_contain"})
_SIZES = frozenset({"more_than", "more_than_or_equal", "less_than", "less_than_or_equal"})
_INSTANTS = frozenset({"after", "before"})
_SPANS = frozenset({"more_than_ago", "less_than_ago", "more_than_future", "less_than_future"})
_DAYS = frozenset({"is_days_ago", "is_days_in_future"})
_TIMES = _INSTANTS | _SPANS | _DAYS | {"dow"}
COUNTS = frozenset({"count", "count_more", "count_less"})
"""How many values there are; of lines, how many meet the rest."""


class Sort(Enum):
    """What sort of value a name reads, and so what may be asked about it."""

    TEXT = _PRESENCE | _EQUALITY | _PARTS
    NUMBER = _PRESENCE | _EQUALITY | _SIZES
    COUNTER = _EQUALITY | _SIZES
    """What a limit counts: there is always a number."""
    DATE = _PRESENCE | _TIMES
    TRUTH = _PRESENCE | {"is", "is_not"}
    IDS = _EQUALITY
    """A set of ids: the segments that somebody is in, the names that a line answers to."""
    ANY = _PRESENCE | _EQUALITY | _PARTS | _SIZES | _TIMES | COUNTS
    """The shop's own: metadata. A number and its text are the same, and of a list any element may meet a condition."""


def value_of(sort: Sort, verb: str, value: Any) -> Any:  # noqa: PLR0911 - a line a sort
    """What a condition compares with.

    >>> value_of(Sort.DATE, "more_than_ago", "P3M").months, value_of(Sort.IDS, "is", {"id": "prod_1"})
    (3, 'prod_1')

    Raises:
        ValueError: saying what it must be.
    """
    if verb in _SPANS:
        return span_of(value) if isinstance(value, str) else Span(0, _whole(value, MOST_DAYS), timedelta())
    if verb in _DAYS:
        return _whole(value, MOST_DAYS)
    if verb in COUNTS:
        return _whole(value, LARGEST)
    if verb == "dow":
        return _whole(value, 6)
    if verb in _INSTANTS:
        return _instant(value)
    if verb in _PRESENCE or sort is Sort.TRUTH:
        return _truth(value)
    if sort is Sort.IDS:
        return _id(value)
    if sort in (Sort.NUMBER, Sort.COUNTER) or verb in _SIZES:
        return _number(value)
    if sort is Sort.TEXT or verb in _PARTS:
        return _text(value)
    return _scalar(value)


def _whole(value: Any, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError(f"must be a whole number from 0 to {most}")
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not abs(value) <= LARGEST:
        raise ValueError("must be a number")
    return value  # type: ignore[no-any-return]  # an int, or a float: both count exactly far beyond any amount


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value or len(value) > LONGEST_TEXT:
        raise ValueError(f"must be a text of 1 to {LONGEST_TEXT} characters")
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004 - pydantic tells only ValueError to the caller
    return value


def _instant(value: Any) -> datetime:
    try:
        return utc(datetime.fromisoformat(value))
    except (TypeError, ValueError, OverflowError):
        raise ValueError("must be a date like 2026-03-17 or 2026-03-17T08:00:00Z") from None


def _id(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("id") or value.get("source_id")
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT:
        raise ValueError('must be an id, or an object with one like {"id": "prod_…"}')
    return value


def _scalar(value: Any) -> str | float | bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value)
    if type(value) in (int, float):
        return _number(value)
    raise ValueError("must be a text, a number, true or false")


Test = Callable[[Any], bool]
"""Whether one value, which is never None, is as it should be."""


class Check(NamedTuple):
    """One condition over its values."""

    verb: str
    values: Sequence[Any]
    at: Callable[[Case], Test]
    """What it asks of a value at the instant of a case."""
    test: Test | None
    """The same, where it does not depend on the instant."""

    @property
    def negative(self) -> bool:
        """Whether what was asked is the opposite of what is tested."""
        off = self.verb in _PRESENCE and not self.values[0]
        return (self.verb in OPPOSITES) is not off


def check_of(sort: Sort, verb: str, values: Sequence[Any]) -> Check:
    """A condition on values of a sort."""
    positive = OPPOSITES.get(verb, verb)
    if positive in _TIMED:
        return Check(verb, values, partial(_timed, positive, values), None)
    test = _test(sort, positive, values)
    return Check(verb, values, lambda _: test, test)


def _test(sort: Sort, verb: str, values: Sequence[Any]) -> Test:
    if verb in SIZES:
        least, compares = SIZES[verb]
        return _sized(sort, least(values), compares)
    return _TESTS[verb](sort, values)


def _sized(sort: Sort, bound: Any, compares: Callable[[Any, Any], bool]) -> Test:
    if sort is Sort.ANY:
        return lambda found: found.__class__ in _NUMBERS and compares(found, bound)
    return lambda found: compares(found, bound)


def _one_of(sort: Sort, values: Sequence[Any]) -> Test:
    if sort is Sort.IDS:
        wanted = frozenset(values)
        return lambda ids: not wanted.isdisjoint(ids)
    return frozenset(_spellings(values) if sort is Sort.ANY else values).__contains__


def _counted(compares: Callable[[int, int], bool]) -> Callable[[Sort, Sequence[Any]], Test]:
    return lambda _, values: lambda count: any(compares(count, value) for value in values)


def _affixed(affixed: Callable[[str, tuple[str, ...]], bool]) -> Callable[[Sort, Sequence[Any]], Test]:
    def made(_: Sort, values: Sequence[Any]) -> Test:
        affixes = tuple(values)
        return lambda found: affixed(str(found), affixes)

    return made


_NUMBERS = frozenset({int, float, Decimal})
SIZES: Mapping[str, tuple[Callable[[Sequence[Any]], Any], Callable[[Any, Any], bool]]] = {
    "more_than": (min, operator.gt),
    "more_than_or_equal": (min, operator.ge),
    "less_than": (max, operator.lt),
    "less_than_or_equal": (max, operator.le),
}
"""Which of several values counts, and how it is compared."""
_TESTS: Mapping[str, Callable[[Sort, Sequence[Any]], Test]] = {
    "has_value": lambda _sort, _values: lambda _: True,
    "is": _one_of,
    "in": _one_of,
    "contains": lambda _, parts: lambda found: any(part in str(found) for part in parts),
    "starts_with": _affixed(str.startswith),
    "ends_with": _affixed(str.endswith),
    "count": _counted(operator.eq),
    "count_more": _counted(operator.gt),
    "count_less": _counted(operator.lt),
}


def _spellings(values: Sequence[Any]) -> Iterator[Any]:
    """All that a shop's own attribute may hold to be the same as one of the values.

    >>> sorted(map(repr, _spellings(["42", 7, True])))
    ["'42'", "'7'", "'true'", '7', "Decimal('42')"]
    """
    for value in values:
        if isinstance(value, bool):
            yield str(value).lower()
            continue
        yield value
        if isinstance(value, str):
            number = _read_number(value)
            if number is not None:
                yield number
        else:
            yield str(value)


def _read_number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def each(found: Any) -> Iterator[Any]:
    """The values of a shop's own attribute, as they are compared: a tree is an empty text, for nothing is like one.

    >>> [*each(["a", None, 1, True, {"b": 2}])], [*each(None)]
    (['a', 1, 'true', ''], [])
    """
    for one in found if isinstance(found, list | tuple) else (found,):
        if isinstance(one, bool):
            yield str(one).lower()
        elif isinstance(one, str | int | float | Decimal | date):
            yield one
        elif one is not None:
            yield ""


def count_of(found: Any) -> int | None:
    """How many values a shop's own attribute has; None where it is missing."""
    return None if found is None else len(found) if isinstance(found, list | tuple) else 1


def _timed(verb: str, values: Sequence[Any], case: Case) -> Test:
    """The test of a date at the instant of a case."""
    tests = [_TIMED[verb](value, case) for value in values]
    return tests[0] if len(tests) == 1 else lambda found: any(test(found) for test in tests)


def _moments(holds: Callable[[datetime], bool]) -> Test:
    def test(found: Any) -> bool:
        moment = moment_of(found)
        return moment is not None and holds(moment)

    return test


def _days(holds: Callable[[date], bool], zone: ZoneInfo) -> Test:
    def test(found: Any) -> bool:
        day = _day(found, zone)
        return day is not None and holds(day)

    return test


def _day(found: Any, zone: ZoneInfo) -> date | None:
    """The day that a value tells: a day of somebody's life has no zone, an instant has the project's."""
    if isinstance(found, date) and not isinstance(found, datetime):
        return found
    try:
        return date.fromisoformat(found)
    except (TypeError, ValueError):
        moment = moment_of(found)
    try:
        return moment and moment.astimezone(zone).date()
    except OverflowError:  # the first day of the calendar, or its last
        return None


def _more_than_ago(span: Span, case: Case) -> Test:
    since = span.after(case.at, case.zone, times=-1)
    return _moments(lambda moment: moment < since)


def _less_than_ago(span: Span, case: Case) -> Test:
    since, at = span.after(case.at, case.zone, times=-1), case.at
    return _moments(lambda moment: since < moment <= at)


def _more_than_future(span: Span, case: Case) -> Test:
    until = span.after(case.at, case.zone)
    return _moments(lambda moment: until < moment)


def _less_than_future(span: Span, case: Case) -> Test:
    at, until = case.at, span.after(case.at, case.zone)
    return _moments(lambda moment: at <= moment < until)


def _is_days_from_now(days: int, case: Case) -> Test:
    wanted = case.at.astimezone(case.zone).date() + timedelta(days=days)
    return _days(lambda day: day == wanted, case.zone)


_TIMED: Mapping[str, Callable[[Any, Case], Test]] = {
    "after": lambda wanted, _: _moments(lambda moment: moment > wanted),
    "before": lambda wanted, _: _moments(lambda moment: moment < wanted),
    "more_than_ago": _more_than_ago,
    "less_than_ago": _less_than_ago,
    "more_than_future": _more_than_future,
    "less_than_future": _less_than_future,
    "is_days_ago": lambda days, case: _is_days_from_now(-days, case),
    "is_days_in_future": _is_days_from_now,
    "dow": lambda wanted, case: _days(lambda day: day.isoweekday() % 7 == wanted, case.zone),
}
