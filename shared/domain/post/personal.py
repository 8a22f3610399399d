"""Personal data: the fields of a customer that messages may use, and what they are called to whom they belong to."""

from shared.domain.customers import Customer

WORDS = {
    "customer.id": "your customer id",
    "customer.source_id": "the name by which our shop knows you",
    "customer.name": "your name",
    "customer.first_name": "your first name",
    "customer.description": "what we have noted about you",
    "customer.email": "your e-mail address",
    "customer.phone": "your phone number",
    "customer.birthdate": "your birthday",
    "customer.locale": "your language",
    "customer.time_zone": "your time zone",
    "customer.created_at": "the day on which you became our customer",
    "customer.updated_at": "when your details last changed",
    "customer.address": "your address",
    "customer.address.city": "your city",
    "customer.address.state": "your state",
    "customer.address.line_1": "your street",
    "customer.address.line_2": "your street",
    "customer.address.country": "your country",
    "customer.address.postal_code": "your postal code",
    "customer.metadata": "what we have noted about you",
    "customer.summary.orders": "your orders",
    "customer.summary.redemptions": "the offers that you have used",
    "customer.contacts": "when we last wrote to you",
}
ALSO = {
    "customer.birthday": "customer.birthdate",
    "customer.city": "customer.address.city",
    "customer.country": "customer.address.country",
}
"""Other names of the same field."""
DEEP = ("address", "metadata", "summary", "events")
"""Where a field is what stands below."""


def field_of(path: str) -> str:
    """The field that a path leads into, as templates, filters and occasions write them below ``customer``.

    >>> field_of("first_name"), field_of("metadata.club.level"), field_of("summary.orders.total_count")
    ('customer.first_name', 'customer.metadata.club', 'customer.summary.orders')
    >>> field_of("birthday"), field_of("address.city"), field_of("events.shop.visited.count"), field_of("name.size")
    ('customer.birthdate', 'customer.address.city', 'customer.events.shop.visited', 'customer.name')
    """
    first, _, rest = path.partition(".")
    below = rest.partition(".")[0]
    if first == "events":
        below = rest.rpartition(".")[0]  # an event's name may have dots; the last word is what is asked of it
    field = f"customer.{first}.{below}" if first in DEEP and below else f"customer.{first}"
    return ALSO.get(field, field)


def called(field: str) -> str:
    """What a field is called to its owner.

    >>> called("customer.first_name"), called("customer.metadata.club"), called("customer.events.visited")
    ('your first name', 'your “club”', 'how often, or when, there was “visited”')
    """
    if field in WORDS:
        return WORDS[field]
    _, _, below = field.partition(".")
    kind, _, name = below.partition(".")
    return f"how often, or when, there was “{name}”" if kind == "events" else f"your “{name or kind}”"


def has(customer: Customer, field: str) -> bool:
    """Whether a field of somebody is known, so that it can have been used; of what is only counted, it always is."""
    _, first, *below = field.split(".", 2)
    profile = customer.profile
    match first:
        case "first_name":
            return bool((profile.name or "").strip())
        case "birthdate":
            return customer.born is not None
        case "address":
            told = profile.address.model_dump(exclude_none=True) if profile.address else {}
            return bool(told) if not below else below[0] in told
        case "metadata":
            noted = profile.metadata or {}
            return bool(noted) if not below else below[0] in noted
        case "source_id" | "name" | "description" | "email" | "phone" | "locale" | "time_zone":
            return bool(getattr(profile, first))
    return True
