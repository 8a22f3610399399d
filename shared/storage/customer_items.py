"""Customers as items: how one is kept and read, and by which index entries calendars find them."""

from shared.domain.calendar.celebrations import celebrations
from shared.domain.calendar.residences import NOWHERE
from shared.domain.calendar.ticks import tick_after
from shared.domain.customers import Customer, Profile
from shared.domain.errors import Moved
from shared.domain.ids import derived
from shared.domain.model import iso
from shared.domain.projects import Project
from shared.storage.documents import item_of, value_of
from shared.storage.keys import Key, celebrating, listing, living, waiting
from shared.storage.projects import noting
from shared.storage.table import Item, Write, create, delete, put, replace

ATTRIBUTES = ("version",)


def customer_of(item: Item) -> Customer:
    """The customer of an item; one from before there were calendars stands on no index for them."""
    customer = value_of(Customer, item, ATTRIBUTES)
    return customer if "owner" in item else customer.model_copy(update={"found": False})


def customer_id(project: str, profile: Profile) -> str | None:
    """The id that a profile leads to; None for somebody who cannot be known again.

    >>> customer_id("p", Profile(id="cust_1")), customer_id("p", Profile(name="Ann"))
    ('cust_1', None)
    >>> customer_id("p", Profile(email="Ann@Example.com")) == customer_id("p", Profile(email="ann@example.com"))
    True
    """
    if profile.id and profile.id.startswith("cust_"):
        return profile.id
    if source := profile.source_id or profile.id:
        return derived("cust", project, source)
    if profile.email:
        return derived("cust", project, "email", profile.email.strip().lower())
    return None


def keeping_customer(
    project: str, customer: Customer, *, known: Customer | None, settled: Project
) -> tuple[Write, ...]:
    """The writes that keep what was told about a customer, and by which calendars find them; none where nothing is new.

    The entries that have changed are those that this version of the profile changes: the condition on the version, in
    the same transaction, keeps them together.
    """
    if known and known.profile == customer.profile:
        return ()
    key, place = Key.customer(project, customer.id), settled.place_of(customer.residence)
    now = _entries(project, customer, settled)
    item = {
        **item_of(customer.model_copy(update={"found": True}), ATTRIBUTES),
        **listing(project, "customer", customer.id, customer.created_at),
        **living(project, place.key, customer.id),
        **now.pop(THEMSELVES),
    }
    before = _entries(project, known, settled) if known and known.found else {}
    writes = [
        replace(key, item, version=known.version, otherwise=Moved()) if known else create(key, item, otherwise=Moved())
    ]
    for attribute in sorted({*now, *before} - {THEMSELVES}):
        occasion = Key.occasion(project, customer.id, attribute)
        if attribute not in now:
            writes.append(delete(occasion))
        elif now[attribute] != before.get(attribute):
            writes.append(put(occasion, now[attribute]))
    if settled.is_new(place):
        writes.append(noting(project, place))
    if known and customer.updated_at and known.residence.time_zone != customer.residence.time_zone:
        # A run that was still to come where they lived may have been already where they live now.
        mark = {"left": known.residence.key, "at": iso(customer.updated_at)}
        mark |= waiting(tick_after(customer.updated_at), customer.id)
        writes.append(put(Key.moved(project, customer.id), mark))
    return tuple(writes)


THEMSELVES = "created_at"
"""What every customer celebrates, and once for all: it stands on the customer's own item, so it costs no other."""


def _entries(project: str, customer: Customer, settled: Project) -> dict[str, Item]:
    """What a customer celebrates, by attribute, as it stands on the index."""
    zone = customer.residence.time_zone or NOWHERE
    days = celebrations(customer, home=settled.zone)
    entries = {attribute: celebrating(project, attribute, day, zone, customer.id) for attribute, day in days.items()}
    return {
        attribute: entry if attribute == THEMSELVES else {"day": days[attribute].isoformat(), **entry}
        for attribute, entry in entries.items()
    }
