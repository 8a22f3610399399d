"""Events: each an item among its customer's things, counted in the transaction that keeps it."""

from shared.domain.customers import Profile
from shared.domain.errors import Moved
from shared.domain.events import Tracked
from shared.domain.projects import Project
from shared.domain.summaries import Person, Tally
from shared.storage.customer_items import customer_id, keeping_customer
from shared.storage.customers import CustomerStore
from shared.storage.documents import item_of
from shared.storage.keys import Key, owning
from shared.storage.summaries import counting
from shared.storage.table import Table, create


class EventStore:
    """The events of one project."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project
        self._customers = CustomerStore(table, project)

    def find(self, id_: str) -> Person | None:
        """The customer of an id, with their summary."""
        return self._customers.find(id_)

    def settled(self) -> Project:
        """What the project has settled; it came with whom was looked for."""
        return self._customers.settled()

    def track(self, tracked: Tracked, *, known: Person | None) -> None:
        """Keep an event and its customer, and count it: all or nothing.

        Raises:
            Moved: if the customer is no longer as they were read.
        """
        event, customer = tracked
        item = {
            **item_of(event, ()),
            **owning(self.project, "event", event.id, event.customer_id, event.created_at),
        }
        self._table.commit(
            create(Key.event(self.project, event.id), item, otherwise=Moved()),
            *keeping_customer(self.project, customer, known=known and known.customer, settled=self.settled()),
            counting(self.project, Tally(customer.id, customer.created_at, happened={event.name: event.created_at})),
            outcome=tracked,
        )

    def customer_id(self, profile: Profile) -> str | None:
        return customer_id(self.project, profile)
