"""Get to know a customer, learn more, forget."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from shared.domain.customers import Customer, Deletion, Profile, refuse_birth
from shared.domain.ids import timed
from shared.domain.redemptions import Chance
from shared.domain.summaries import Person, Summary
from shared.usecases import judged_anew
from shared.usecases.checkout import customer_of
from shared.usecases.schemas import Settled, refuse_customer


class Customers(Settled, Protocol):
    def get(self, name: str) -> Person: ...
    def find(self, id_: str) -> Person | None: ...
    def save(self, person: Person, *, known: Customer | None) -> None: ...
    def remove(self, customer: Customer, *, outcome: object = None) -> None: ...
    def customer_id(self, profile: Profile) -> str | None: ...


@judged_anew
def upsert_customer(profile: Profile, *, at: datetime, customers: Customers, chance: Chance) -> Person:
    """Keep a customer: the one of this id or ``source_id``, of this e-mail where there is neither, or a new one.

    Raises:
        InvalidPayload: if they are not born yet, or their metadata is not what the project's schema wants.
    """
    id_ = customers.customer_id(profile)
    known = customers.find(id_) if id_ else None
    customer = customer_of(profile, known and known.customer, at=at, ledger=customers, chance=chance, path="")
    assert customer
    refuse_customer(customers.settled().schemas, customer.profile, known and known.customer.profile)
    person = Person(customer, known.summary if known else Summary())
    customers.save(person, known=known and known.customer)
    return person


@judged_anew
def change_customer(name: str, change: Callable[[Customer], Customer], *, at: datetime, customers: Customers) -> Person:
    """Change what is known of a customer.

    Raises:
        NotFound: no such customer; InvalidPayload: if they are not born yet, or their metadata is not what the
            project's schema wants.
    """
    known = customers.get(name)
    changed = change(known.customer)
    refuse_birth(changed.profile, at=at)
    refuse_customer(customers.settled().schemas, changed.profile, known.customer.profile)
    new = changed.profile != known.customer.profile
    person = known._replace(customer=changed.model_copy(update={"updated_at": at}) if new else known.customer)
    customers.save(person, known=known.customer)
    return person


@judged_anew
def delete_customer(name: str, *, customers: Customers) -> None:
    """Forget a customer. Orders and redemptions stay and show the id; who comes again starts anew.

    Raises:
        NotFound: no such customer.
    """
    customers.remove(customers.get(name).customer)


@judged_anew
def delete_for_good(name: str, *, at: datetime, customers: Customers, chance: Chance) -> Deletion:
    """Forget a customer, and keep a receipt that says so.

    Whatever a person can be known by stands with the customer alone: orders, redemptions, publications and vouchers
    name the id, so nothing of them need be deleted.

    Raises:
        NotFound: no such customer.
    """
    customer = customers.get(name).customer
    deletion = Deletion(id=timed("pd", at, chance()), customer_id=customer.id, created_at=at)
    customers.remove(customer, outcome=deletion)
    return deletion
