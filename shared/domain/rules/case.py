"""What a rule may look at: one offer in one checkout at one instant."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from shared.domain.summaries import Person
from shared.domain.usages import Usage, Used, Who


class Line(NamedTuple):
    """One line of an order. ``names`` is all that it answers to: the ids and source ids of its product and its SKU, and
    the ids of the collections that these are in. ``price`` is of one unit, ``amount`` of the line, in minor units.
    """

    number: int
    names: frozenset[str]
    quantity: int = 1
    price: int | None = None
    amount: int = 0
    metadata: Mapping[str, Any] = {}
    product_metadata: Mapping[str, Any] = {}
    sku_metadata: Mapping[str, Any] = {}
    product: str | None = None
    """The product's id."""
    sku: str | None = None
    """The SKU's id."""


class Case(NamedTuple):
    """All that there is to know. What is None was not said: no rule about it holds."""

    at: datetime
    zone: ZoneInfo
    who: Who
    person: Person | None = None
    """The customer as sent, laid over what is known, and what their history comes to."""
    segments: frozenset[str] = frozenset()
    """Those of the asked ones that the customer is in; nobody is in none."""
    amount: int | None = None
    """What the order costs before any offer, in minor units."""
    left: int | None = None
    """What is left to pay when this offer's turn comes."""
    lines: Sequence[Line] = ()
    order_metadata: Mapping[str, Any] = {}
    metadata: Mapping[str, Any] = {}
    """Of the redemption."""
    credits: int | None = None
    """What a gift card is asked for."""
    holder: bool | None = None
    """Whether the customer is whom the code was given to; None where it was given to nobody."""
    event_metadata: Mapping[str, Any] = {}
    used: Mapping[Usage, Used] = {}
    """What has been used of each usage that a rule names, without this redemption."""
    by: Used = Used()
    """What this redemption would use."""
