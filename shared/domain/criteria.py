"""A filter as a shop writes it down, and the values that conditions compare with, wherever they are written.

    {"junction": "or", "metadata.club": {"conditions": {"$is": "VIP"}},
                       "created_at": {"conditions": {"$more_than": [30]}}}

What is not known in it is refused and not passed over: whom a filter lets in may be given something.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from shared.domain.errors import InvalidPayload
from shared.domain.filters import Attribute, Attributes, Condition, Filter, Sort, Value, attribute_at, verbs_of
from shared.domain.model import utc

MOST_CONDITIONS = 100
"""Values that one filter may compare with."""
LONGEST_TEXT = 200
"""Characters that a condition may compare with, as many as a name has: it may become part of a key."""
MOST_DAYS = 36_500

ALIASES = {
    "more_than_equal": "more_than_or_equal",
    "less_than_equal": "less_than_or_equal",
    "greater_than": "more_than",
    "greater_than_or_equal": "more_than_or_equal",
}
OF_DAYS = {"more_than": "more_than_ago", "less_than": "less_than_ago"}
"""What compares sizes elsewhere counts the days since a date."""
PRESENCE = ("has_value", "is_unknown")


class Senseless(ValueError):
    """What the attribute cannot have, or cannot be asked."""


def filter_of(said: Any, attributes: Attributes, *, where: str = "filter") -> Filter:
    """The filter that an object of JSON means; ``where`` is its path in the request.

    Raises:
        InvalidPayload: naming the path of what is wrong.
    """
    if not isinstance(said, Mapping):
        raise InvalidPayload(f"{where}: must be an object")
    junction = said.get("junction", "and")
    if not isinstance(junction, str) or junction.lower() not in ("and", "or"):
        raise InvalidPayload(f"{where}.junction: must be and, or or")
    conditions = tuple(
        condition
        for path, its in said.items()
        if path != "junction"
        for condition in _conditions(path, its, attributes, where=f"{where}.{path[:LONGEST_TEXT]}")
    )
    if not conditions:
        raise InvalidPayload(f"{where}: must have a condition")
    if sum(max(1, len(condition.values)) for condition in conditions) > MOST_CONDITIONS:
        raise InvalidPayload(f"{where}: compares with more than {MOST_CONDITIONS} values")
    return Filter(conditions, any_of=junction.lower() == "or")


def verb_of(attribute: Attribute, written: str) -> str:
    """What a condition asks of an attribute.

    Raises:
        Senseless: if that cannot be asked.
    """
    verb = written.removeprefix("$")
    verb = ALIASES.get(verb, verb)
    if attribute.sort is Sort.DATE:
        verb = OF_DAYS.get(verb, verb)
    if verb not in verbs_of(attribute):
        known = ", ".join(f"${it}" for it in sorted(verbs_of(attribute)))
        raise Senseless(f"must be one of {known}")
    return verb


def value_of(sort: Sort, verb: str, value: str) -> Value:
    """What a text means as the value of a condition.

    Raises:
        Senseless: if it means nothing.
    """
    if not value or len(value) > LONGEST_TEXT or not value.isprintable():
        raise Senseless(f"must have 1 to {LONGEST_TEXT} printable characters")
    if _of_days(verb):
        if not value.isascii() or not value.isdecimal() or int(value[:9]) > MOST_DAYS or len(value) > len("36500"):
            raise Senseless(f"must be a number of days, 0 to {MOST_DAYS}")
        return int(value)
    if verb in ("after", "before"):
        return _date(value)
    if _of_sizes(sort, verb):
        return _number(value)
    if sort is Sort.TRUTH:
        if value.lower() not in ("true", "false", "1", "0"):
            raise Senseless("must be true or false")
        return value.lower() in ("true", "1")
    return value


def _conditions(path: str, its: Any, attributes: Attributes, *, where: str) -> Iterator[Condition]:
    try:
        attribute = attribute_at(path, attributes)
    except KeyError:
        raise InvalidPayload(f"{where}: is not known") from None
    asked = its.get("conditions") if isinstance(its, Mapping) else None
    if not isinstance(asked, Mapping) or not asked:
        raise InvalidPayload(f"{where}.conditions: must be an object with a condition")
    for written, given in asked.items():
        here = f"{where}.conditions.{written[:LONGEST_TEXT]}"
        try:
            verb = verb_of(attribute, written)
        except Senseless as error:
            raise InvalidPayload(f"{here}: {error}") from None
        yield Condition(path, verb, tuple(_values(attribute, verb, given, where=here)))


def _values(attribute: Attribute, verb: str, given: Any, *, where: str) -> Iterator[Value]:
    if attribute.sort is Sort.STATE or verb in PRESENCE:
        if given not in (True, "", [], {}):
            raise InvalidPayload(f"{where}: must be true")
        return
    if given == []:
        raise InvalidPayload(f"{where}: must name a value")
    several = isinstance(given, list)
    for number, one in enumerate(given if several else [given]):
        try:
            yield _written(attribute.sort, verb, one)
        except Senseless as error:
            raise InvalidPayload(f"{where}.{number}: {error}" if several else f"{where}: {error}") from None


def _written(sort: Sort, verb: str, one: Any) -> Value:
    """What a value of JSON means; one of another type is not guessed at."""
    number = isinstance(one, int | float) and not isinstance(one, bool)
    if sort is Sort.TRUTH or (sort is Sort.ANY and isinstance(one, bool) and verb in ("is", "is_not", "in", "not_in")):
        if not isinstance(one, bool):
            raise Senseless("must be true or false")
        return one
    if _of_days(verb):
        if not number:
            raise Senseless(f"must be a number of days, 0 to {MOST_DAYS}")
        return value_of(sort, verb, str(one))
    if _of_sizes(sort, verb) or (sort is Sort.ANY and number and verb in ("is", "is_not", "in", "not_in")):
        if not number:
            raise Senseless("must be a number")
        return _number(str(one))
    if not isinstance(one, str):
        raise Senseless("must be a date, as text" if verb in ("after", "before") else "must be a text")
    return value_of(sort, verb, one)


def _of_days(verb: str) -> bool:
    return verb in ("more_than_ago", "less_than_ago")


def _of_sizes(sort: Sort, verb: str) -> bool:
    return sort is Sort.NUMBER or verb.startswith(("more_than", "less_than"))


def _date(value: str) -> datetime:
    try:
        return utc(datetime.fromisoformat(value))
    except (ValueError, OverflowError):
        raise Senseless("must be a date, as 2026-03-17 or 2026-03-17T08:00:00Z") from None


def _number(value: str) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > 30:  # noqa: PLR2004 - beyond every amount there is
        raise Senseless("must be a number")
    return number
