"""What a query string may ask of a list: which part, in which order, and filters.

    limit=20 & page=2 & order=-created_at
    [created_at][after]=2026-03-01 & campaign=Spring & result=SUCCESS
    filters[code][conditions][$starts_with]=SPRING & filters[metadata.club][conditions][$in][0]=VIP
    filters[junction]=or

Plain parameters all have to hold; ``junction`` joins what stands under ``filters`` alone. What is not known under
``filters`` is refused and not passed over: a list that is longer than was asked for may be acted upon.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import InvalidOperation
from typing import Annotated, NamedTuple

from pydantic import Field

from shared.domain.attributes import calendar, catalogue, offers, people, post, purchases
from shared.domain.criteria import MOST_CONDITIONS, PRESENCE, Senseless, value_of, verb_of
from shared.domain.errors import InvalidPayload, PromotionError
from shared.domain.filters import Attribute, Attributes, Condition, Filter, Sort, Value, attribute_at
from shared.domain.lists import Ordering, Query
from shared.domain.model import Frozen, Name
from shared.wire.body import read

MOST_PAGES = 1_000

NULL = "None"
"""The official Python SDK writes so for every condition that it was not given. As one of an array it is a text."""


class Asked(NamedTuple):
    """What may be asked of one list: its attributes, and the older parameters, each of an attribute."""

    attributes: Attributes
    plain: Mapping[str, str]


VOUCHERS = Asked(
    offers.VOUCHERS,
    {
        "code": "code",
        "ids": "id",
        "campaign": "campaign",
        "campaign_id": "campaign",
        "category": "category",
        "customer": "holder_id",
    },
)
CAMPAIGNS = Asked(
    offers.CAMPAIGNS,
    {
        "campaign_type": "campaign_type",
        "campaign_status": "campaign_status",
        "is_referral_code": "is_referral_code",
    },
)
REDEMPTIONS = Asked(purchases.REDEMPTIONS, {"result": "result", "campaign": "campaign", "customer": "customer_id"})
PUBLICATIONS = Asked(
    offers.PUBLICATIONS,
    {
        "campaign": "campaign",
        "customer": "customer_id",
        "voucher": "voucher_code",
        "result": "result",
        "voucher_type": "voucher_type",
        "is_referral_code": "is_referral_code",
        "source_id": "source_id",
    },
)
ASYNC_ACTIONS = Asked(offers.ASYNC_ACTIONS, {})
CUSTOMERS = Asked(people.CUSTOMERS, {"email": "email", "city": "city", "name": "name", "segment_id": "segment_id"})
SEGMENTS = Asked(people.SEGMENTS, {})
ORDERS = Asked(purchases.ORDERS, {})
PRODUCTS = Asked(catalogue.PRODUCTS, {})
SKUS = Asked(catalogue.SKUS, {})
COLLECTIONS = Asked(catalogue.COLLECTIONS, {})
COLLECTED = Asked(catalogue.COLLECTED, {})
RULES = Asked(offers.RULES, {})
MESSAGE_TEMPLATES = Asked(post.MESSAGE_TEMPLATES, {"channel": "channel"})
ASSIGNMENTS = Asked(offers.ASSIGNMENTS, {"rule": "rule_id", "related_object_id": "related_object_id"})
SCHEDULES = Asked(
    calendar.SCHEDULES,
    {"name": "name", "active": "active", "campaign_id": "campaign_id", "occasion": "occasion.type"},
)
DELIVERIES = Asked(
    post.DELIVERIES,
    {
        **{name: name for name in ("status", "channel", "purpose", "occasion", "day", "schedule_id", "campaign_id")},
        "customer": "customer_id",
    },
)

PERIODS = {"created_at": ("after", "before"), "updated_at": ("after", "before")}
SPAN = {"start_date": "after", "end_date": "before"}
OF_A_CUSTOMER = "customer"
"""The parameter that names a customer, by id or by ``source_id``."""


class Part(Frozen):
    """Which part of a list is asked for."""

    limit: Annotated[int, Field(ge=1, le=100)] = 10
    page: Annotated[int, Field(ge=1)] = 1
    starting_after_id: Name | None = None


UNSORTED = (Sort.ANY, Sort.STATE, Sort.MEMBERSHIP)
"""Sorts of attributes by which no list is ordered."""

Path = tuple[str, ...]
Said = dict[Path, list[str]]
NAME = re.compile(r"\[?([^\[\]]+)\]?((?:\[[^\[\]]*\])*)")
ARRAY = re.compile(r"""\[\s*(?:(?:'[^']*'|"[^"]*")\s*(?:,\s*|(?=\])))*\]""")
"""An array as the official Python SDK writes one, which is how Python shows a list of texts."""


def query_of(
    pairs: Iterable[tuple[str, str]], asked: Asked, *, at: datetime, customer_id: Callable[[str], str] = str
) -> Query:
    """The query that decoded pairs of a query string mean; ``customer_id`` is the id of whom a caller names.

    Raises:
        InvalidPayload: naming the parameter that is wrong; PromotionError: ``page_over_limit``.
    """
    said = _said(pairs)
    part = read(Part, {name: ",".join(said[name,]) for name in Part.model_fields if (name,) in said})
    if part.page > MOST_PAGES:
        raise PromotionError("page_over_limit", "Page over limit", details=f"page: at most {MOST_PAGES}")
    order = _order(said.get(("order",)), asked.attributes)
    plain = [*_plain(said, asked, customer_id), *_periods(said, asked, order)]
    junction = _junction(said)
    conditions = [*_conditions(said, asked.attributes)]
    if sum(len(condition.values) for condition in (*plain, *conditions)) > MOST_CONDITIONS:
        raise InvalidPayload(f"filters: compare with more than {MOST_CONDITIONS} values")
    filters = (Filter(tuple(plain)), Filter(tuple(conditions), any_of=junction == "or"))
    return Query(
        at,
        tuple(filter_ for filter_ in filters if filter_.conditions),
        order,
        part.limit,
        (part.page - 1) * part.limit,
        part.starting_after_id,
    )


def _said(pairs: Iterable[tuple[str, str]]) -> Said:
    """What is said, by path: ``filters[code][conditions][$in][0]`` is five steps, ``[created_at][after]`` two."""
    said: Said = {}
    for name, value in pairs:
        if found := NAME.fullmatch(name):
            path = (found[1], *re.findall(r"\[([^\[\]]*)\]", found[2]))
            said.setdefault(path, []).append(value)
    return said


def _order(said: Sequence[str] | None, attributes: Attributes) -> Ordering | None:
    if said is None:
        return None
    by = said[0].removeprefix("-")
    attribute = attributes.get(by)
    if len(said) > 1 or attribute is None or attribute.sort in UNSORTED:
        raise InvalidPayload(f"order: must be one of {', '.join(_sortable(attributes))}, with or without a leading -")
    return Ordering(by, falling=said[0].startswith("-"))


def _sortable(attributes: Attributes) -> list[str]:
    return sorted(name for name, attribute in attributes.items() if attribute.sort not in UNSORTED)


def _plain(said: Said, asked: Asked, customer_id: Callable[[str], str]) -> Iterator[Condition]:
    """The older parameters, each of one attribute; one that is repeated is met by any of its values."""
    for name, path in asked.plain.items():
        given = [value for written in ((name,), (name, "")) for value in said.get(written, ())]
        if not given or given == [NULL]:
            continue
        values = _values(asked.attributes[path], "in", _texts(given), where=name)
        if name == OF_A_CUSTOMER:
            values = tuple(customer_id(str(value)) for value in values)
        yield Condition(path, "in", values)


def _periods(said: Said, asked: Asked, order: Ordering | None) -> Iterator[Condition]:
    for name, verbs in PERIODS.items():
        for verb in verbs:
            given = said.get((name, verb))
            if given is None or given == [NULL]:
                continue
            if name not in asked.attributes:
                raise InvalidPayload(f"{name}.{verb}: this list does not know {name}")
            yield Condition(name, verb, _values(asked.attributes[name], verb, given, where=f"{name}.{verb}"))
    for name, verb in SPAN.items():
        if (given := said.get((name,))) and given != [NULL]:
            yield Condition("created_at", verb, _values(asked.attributes["created_at"], verb, given, where=name))
    if after := said.get(("starting_after",)):
        if order and order.by != "created_at":
            raise InvalidPayload("starting_after: goes with an order by created_at")
        verb = "after" if order and not order.falling else "before"
        values = _values(asked.attributes["created_at"], verb, after, where="starting_after")
        yield Condition("created_at", verb, values)


def _junction(said: Said) -> str:
    junction = ",".join(said.get(("filters", "junction"), ["and"])).lower()
    if junction not in ("and", "or", NULL.lower()):
        raise InvalidPayload("filters.junction: must be and, or or")
    return junction


def _conditions(said: Said, attributes: Attributes) -> Iterator[Condition]:
    """The conditions under ``filters``, those with an index put together."""
    gathered: dict[tuple[str, str], list[str]] = {}
    for path, values in said.items():
        if path[0] != "filters" or path == ("filters", "junction"):
            continue
        name, verb, indexes = _parts(path[1:])
        if values == [NULL] and not indexes:
            continue
        if not name or not verb or len(indexes) > 1 or any(index and not index.isdecimal() for index in indexes):
            raise InvalidPayload(f"{'.'.join(path)}: must be filters[attribute][conditions][$condition]")
        gathered.setdefault((name, verb), []).extend(values if indexes else _texts(values))
    for (name, written), values in gathered.items():
        where = f"filters.{name}.conditions.{written}"
        try:
            attribute = attribute_at(name, attributes)
        except KeyError:
            raise InvalidPayload(f"filters.{name}: this list does not know {name}") from None
        verb = _verb(attribute, written, where=where)
        yield Condition(name, verb, _values(attribute, verb, values, where=where))


def _parts(path: Path) -> tuple[str, str, Path]:
    """Attribute, condition and index; the SDK leaves ``conditions`` out where a condition is a state."""
    at = path.index("conditions") if "conditions" in path else None
    if at is None:
        at = next((index for index, step in enumerate(path) if step.startswith("$")), None)
        return (".".join(path[:at]), path[at], path[at + 1 :]) if at else (".".join(path), "", ())
    verb = path[at + 1] if len(path) > at + 1 else ""
    return ".".join(path[:at]), verb, path[at + 2 :]


def _verb(attribute: Attribute, written: str, *, where: str) -> str:
    try:
        return verb_of(attribute, written)
    except Senseless as error:
        raise InvalidPayload(f"{where}: {error}") from None


def _texts(given: Sequence[str]) -> list[str]:
    """The texts that a parameter names, several where it holds an array."""
    return [
        text
        for value in given
        for text in (
            [single or double for single, double in re.findall(r"""'([^']*)'|"([^"]*)\"""", value)]
            if ARRAY.fullmatch(value)
            else [value]
        )
    ]


def _values(attribute: Attribute, verb: str, given: Sequence[str], *, where: str) -> tuple[Value, ...]:
    if attribute.sort is Sort.STATE or verb in PRESENCE:
        if any(value.lower() not in ("", "true", "1", "{}") for value in given):
            raise InvalidPayload(f"{where}: must be empty or true")
        return ()
    try:
        return tuple(value_of(attribute.sort, verb, value) for value in given)
    except (ValueError, InvalidOperation, OverflowError) as error:
        raise InvalidPayload(f"{where}: {error if type(error) is Senseless else 'makes no sense'}") from None
