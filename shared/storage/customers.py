"""Customers, each found by id, by ``source_id``, or by e-mail where there is neither."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import chain

from shared.domain.attributes.people import CUSTOMERS, NAMING
from shared.domain.customers import Customer, Profile
from shared.domain.errors import Moved, NotFound
from shared.domain.ids import derived
from shared.domain.lists import Listed, Query
from shared.domain.orders import StoredOrder
from shared.domain.projects import Project
from shared.domain.summaries import Person, Summary
from shared.storage.customer_items import customer_id, customer_of, keeping_customer
from shared.storage.keys import Key
from shared.storage.lists import ListOf, Narrow, of_keys
from shared.storage.projects import ProjectStore
from shared.storage.summaries import counters_of, summary_of
from shared.storage.table import MOST_WRITES, Item, Table, chunks, delete

THEIR_OWN = ("joined#", "member#", "enrolled#", "occasion#", "consents", "consent#", "contacts", "moved")
"""What stands beside a customer and goes with them: campaigns joined, segments that list them or told of them, what
they celebrate, what they allow, when they were written to."""


class CustomerStore:
    """The customers of one project."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project
        self._settings = ProjectStore(table, project)

    def get(self, name: str) -> Person:
        """A customer by id or else by ``source_id``, with their summary; one round trip.

        Raises:
            NotFound: if there is none.
        """
        places = [self.keys(id_) for id_ in (name, derived("cust", self.project, name))]
        items = self._settings.read_along(key for keys in places for key in keys)
        for keys in places:
            customer, summary = self.person_in(items, keys)
            if customer:
                return Person(customer, summary)
        raise NotFound("customer", name)

    def find(self, id_: str) -> Person | None:
        """A customer by id, with their summary."""
        keys = self.keys(id_)
        customer, summary = self.person_in(self._settings.read_along(keys), keys)
        return Person(customer, summary) if customer else None

    def settled(self) -> Project:
        """What the project has settled; it came with whom was looked for."""
        return self._settings.now()

    def wanted(self, query: Query) -> Listed[Person]:
        """The customers that are asked for, each with their summary."""
        # Only this list needs them: a checkout, which also comes by here, need not load them.
        from shared.storage.segments import SegmentStore  # noqa: PLC0415

        segments = SegmentStore(self._table, self.project)
        asked = [it for filter_ in query.filters for it in filter_.conditions if it.path in NAMING]
        known = segments.get_many(str(id_) for condition in asked for id_ in condition.values)

        def people(items: Sequence[Item]) -> Sequence[Person]:
            found = self.with_summaries(map(customer_of, items))
            return segments.placed(known, found, at=query.at) if known else found

        def named(source_id: str) -> Key:
            return Key.customer(self.project, derived("cust", self.project, source_id))

        key = partial(Key.customer, self.project)
        narrow: dict[str, Narrow] = {"id": of_keys(key), "source_id": of_keys(named)}
        for path in NAMING:
            ids = {id_ for it in query.sought if it.path == path and it.verb in ("is", "in") for id_ in it.values}
            if all(id_ not in known or known[str(id_)].static for id_ in ids):
                narrow[path] = segments.of_members
        return ListOf(self._table, self.project, "customer", CUSTOMERS, people, key, narrow=narrow).wanted(query)

    def with_summaries(self, customers: Iterable[Customer]) -> list[Person]:
        """Customers with their summaries: one round trip for a hundred."""
        keyed = [(customer, Key.summary(self.project, customer.id)) for customer in customers]
        items = self._table.get_many(key for _, key in keyed)
        return [Person(customer, summary_of(items.get(key), customer.created_at)) for customer, key in keyed]

    def save(self, person: Person, *, known: Customer | None) -> None:
        """Keep what was told about a customer.

        Raises:
            Moved: if the customer is no longer as it was read.
        """
        writes = keeping_customer(self.project, person.customer, known=known, settled=self.settled())
        self._table.commit(*writes, outcome=person)

    def remove(self, customer: Customer, *, outcome: object = None) -> None:
        """Forget a customer, and whatever stands with them; orders and redemptions stay, and where they wanted no more
        marketing an address that nobody can read keeps that.

        Raises:
            Moved: if the customer is no longer as it was read, or has said something since.
        """
        # Only whoever is forgotten needs it: a checkout, which also comes by here, need not load it.
        from shared.storage.consents import ending  # noqa: PLC0415

        key, summary = self.keys(customer.id)
        own = {item["SK"]: item for item in self._table.query(key.PK) if item["SK"].startswith(THEIR_OWN)}
        allowing = own.pop(Key.consents(self.project, customer.id).SK, None)
        events = self._table.index("owners", key.PK, since="event#", until="event$")
        gone = (delete(Key(item["PK"], item["SK"])) for item in chain(own.values(), events))
        for piece in chunks(gone, MOST_WRITES):
            self._table.commit(*piece)
        # The customer goes last: what a crash leaves behind can be asked for again.
        last = delete(key, only_if="#version = :was", values={"was": customer.version}, otherwise=Moved())
        silent = ending(self._table, self.project, customer, allowing)
        self._table.commit(last, delete(summary), *silent, outcome=outcome)

    def keys(self, id_: str) -> tuple[Key, Key]:
        """Where a customer and their summary stand."""
        return Key.customer(self.project, id_), Key.summary(self.project, id_)

    def person_in(self, items: Mapping[Key, Item], keys: tuple[Key, Key]) -> tuple[Customer | None, Summary]:
        """A customer and their summary among items that were read."""
        customer = self.canonical(items.get(keys[0]))
        return customer, self.summary(customer, items.get(keys[1]))

    def history_in(self, items: Mapping[Key, Item], customer: Customer) -> dict[str, int]:
        """The counters behind a customer's summary, among items that were read."""
        return counters_of(items.get(Key.summary(self.project, customer.id)), customer.created_at)

    def summary(self, customer: Customer | None, item: Item | None) -> Summary:
        """The summary of a customer, from the item beside the one that led to them."""
        if customer is None:
            return Summary()
        key = Key.summary(self.project, customer.id)
        if item and item["PK"] != key.PK:
            item = self._table.get(key)
        return summary_of(item, customer.created_at)

    def summary_for(self, order: StoredOrder | None) -> Summary | None:
        """The summary to which an order adds; None for one that is nobody's."""
        if order is None or order.customer_id is None:
            return None
        item = self._table.get(Key.summary(self.project, order.customer_id))
        return summary_of(item, order.customer_since)

    def customer_id(self, profile: Profile) -> str | None:
        return customer_id(self.project, profile)

    def canonical(self, item: Item | None) -> Customer | None:
        """The customer of an item, or the one that it was merged into: every look-up ends here."""
        customer = customer_of(item) if item else None
        while customer and customer.merged_into:
            merged = self._table.get(Key.customer(self.project, customer.merged_into))
            customer = customer_of(merged) if merged else None
        return customer
