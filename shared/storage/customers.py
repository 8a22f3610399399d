"""Customers, each found by id, by ``source_id``, or by e-mail where there is neither."""

from shared.domain.customers import Customer, Profile
from shared.domain.errors import Moved
from shared.domain.ids import derived
from shared.storage.documents import item_of, value_of
from shared.storage.keys import Key, listing
from shared.storage.table import Item, Table, Write, create, replace

ATTRIBUTES = ("version",)


class CustomerStore:
    """The customers of one project."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self._project = project

    def canonical(self, item: Item | None) -> Customer | None:
        """The customer of an item, or the one that it was merged into: every look-up ends here."""
        customer = value_of(Customer, item, ATTRIBUTES) if item else None
        while customer and customer.merged_into:
            merged = self._table.get(Key.customer(self._project, customer.merged_into))
            customer = value_of(Customer, merged, ATTRIBUTES) if merged else None
        return customer


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


def keeping_customer(project: str, customer: Customer, *, known: Customer | None) -> tuple[Write, ...]:
    """The write that keeps what was told about a customer; none where nothing is new."""
    if known and known.profile == customer.profile:
        return ()
    key = Key.customer(project, customer.id)
    item = {**item_of(customer, ATTRIBUTES), **listing(project, "customer", customer.id, customer.created_at)}
    if known is None:
        return (create(key, item, otherwise=Moved()),)
    return (replace(key, item, version=known.version, otherwise=Moved()),)
