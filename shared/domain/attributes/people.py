"""What customers may be asked about, wherever they are: in lists, segments and rules; and segments."""

from collections.abc import Callable
from typing import Any

from shared.domain.attributes.kinds import COMMON, date, email, family, membership, number, text, tree
from shared.domain.filters import Attribute, Attributes
from shared.domain.summaries import Person


def _said(field: str) -> Callable[[Any], Any]:
    """What a customer's profile says."""
    return lambda person: getattr(person.customer.profile, field)


def _address(person: Person) -> dict[str, Any] | None:
    address = person.customer.profile.address
    return address.model_dump() if address else None


def _of_event(path: str) -> Attribute | None:
    """What is known of an event of a name, which may itself have dots: how often it happened, and when last."""
    name, _, what = path.rpartition(".")
    if name and what == "count":
        return number(lambda person: person.summary.events[name].times if name in person.summary.events else 0)
    if name and what == "last":
        return date(lambda person: person.summary.events[name].last if name in person.summary.events else None)
    return None


NAMING = ("segment", "segment_id")
"""The attributes that ask about segments."""

CUSTOMERS: Attributes = {
    "id": text(lambda person: person.customer.id),
    "created_at": date(lambda person: person.customer.created_at),
    "updated_at": date(lambda person: person.customer.updated_at),
    "source_id": text(_said("source_id")),
    "name": text(_said("name")),
    "email": email(_said("email")),
    "phone": text(_said("phone")),
    "description": text(_said("description")),
    "city": text(lambda person: (_address(person) or {}).get("city")),
    "country": text(lambda person: person.customer.residence.country),
    "time_zone": text(_said("time_zone")),
    "locale": text(_said("locale")),
    "birthday": date(_said("birthday")),
    "birthdate": date(_said("birthdate")),
    "address": tree(_address),
    "metadata": tree(_said("metadata")),
    "summary.orders.total_count": number(lambda person: person.summary.orders),
    "summary.orders.total_amount": number(lambda person: person.summary.amount),
    "summary.orders.average_amount": number(lambda person: person.summary.average),
    "summary.orders.last_order_amount": number(lambda person: person.summary.last and person.summary.last.amount),
    "summary.orders.last_order_date": date(lambda person: person.summary.last and person.summary.last.at),
    "summary.redemptions.total_redeemed": number(lambda person: person.summary.succeeded + person.summary.failed),
    "summary.redemptions.total_succeeded": number(lambda person: person.summary.succeeded),
    "summary.redemptions.total_failed": number(lambda person: person.summary.failed),
    "summary.redemptions.total_rolled_back": number(lambda person: person.summary.rolled_back),
    "events": family(_of_event),
    **dict.fromkeys(NAMING, membership(lambda person: person.segments)),
}
"""Of a customer with what their history comes to."""

SEGMENTS: Attributes = {
    **COMMON,
    "name": text(lambda segment: segment.name),
    "type": text(lambda segment: segment.type),
}
