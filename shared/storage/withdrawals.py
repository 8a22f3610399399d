"""The messages that wait for a customer, with what is known of what they offer."""

from datetime import datetime
from itertools import islice

from shared.domain.errors import Moved
from shared.domain.ids import code_hash, derived
from shared.domain.post.contact_policy import Contacts
from shared.domain.post.deliveries import Delivery
from shared.domain.post.withdrawals import Waiting, given_back
from shared.domain.publications import Publication
from shared.domain.summaries import Summary
from shared.storage.batch import Batch
from shared.storage.customers import CustomerStore
from shared.storage.deliveries import delivery_of, entering
from shared.storage.documents import item_of, value_of
from shared.storage.keys import Key
from shared.storage.publications import response_of
from shared.storage.table import Table, Write, replace
from shared.storage.voucher_items import voucher_of

NEWEST = 100
"""Deliveries of a customer that are looked at: whatever waits is young, and a long history costs no more."""
ATTRIBUTES = ("version",)
"""Of contacts: what conditions touch."""


class WithdrawalStore:
    """What waits for the customers of one project."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project
        self._customers = CustomerStore(table, project)

    def waiting(self, customer_id: str, *, at: datetime) -> list[Waiting]:
        """What waits for a customer and nobody works on. One query where nothing was ever sent to them, a batch more
        where nothing waits, two more where something does.
        """
        deliveries = [it for it in self._newest(customer_id) if it.waits(at)]
        if not deliveries:
            return []
        batch, person = Batch(self._table), self._customers.keys(customer_id)
        batch.read([*person, *(key for it in deliveries for key in (self._publication(it), self._joined(it)) if key)])
        batch.read(key for it in deliveries for key in self._vouchers(it, batch))
        _, summary = self._customers.person_in(batch, person)
        return [self._found(it, batch, summary) for it in deliveries]

    def drop(self, dropped: Delivery, *, before: Delivery) -> None:
        """Take a message back, and with it the place that it had among its customer's messages.

        Raises:
            Moved: if it is no longer as it was read.
        """
        self._table.commit(
            *entering(self.project, dropped, before=before, otherwise=Moved()),
            *(self._giving_back(before) if before.contact_at else ()),
        )

    def _newest(self, customer_id: str) -> list[Delivery]:
        partition = Key.customer(self.project, customer_id).PK
        bounds = {"since": "delivery#", "until": "delivery$"}
        entries = self._table.index("owners", partition, **bounds, newest_first=True, page=NEWEST)
        found = map(delivery_of, self._table.items(islice(entries, NEWEST)))
        return [delivery for delivery in found if delivery]

    def _found(self, delivery: Delivery, batch: Batch, summary: Summary) -> Waiting:
        joined = self._joined(delivery)
        return Waiting(
            delivery,
            self._published(delivery, batch),
            tuple(voucher_of(batch[key]) for key in self._vouchers(delivery, batch) if key in batch),
            response_of(batch.get(joined)) if joined else None,
            summary,
        )

    def _joined(self, delivery: Delivery) -> Key | None:
        if delivery.campaign_id is None:
            return None
        return Key.joined(self.project, delivery.customer_id, delivery.campaign_id)

    def _publication(self, delivery: Delivery) -> Key:
        named = delivery.publication_id or (delivery.asked and delivery.asked.publication_id)
        return Key.publication(self.project, named or derived("pub", self.project, delivery.cause.source_id))

    def _published(self, delivery: Delivery, batch: Batch) -> Publication | None:
        item = batch.get(self._publication(delivery))
        return value_of(Publication, item, ()) if item else None

    def _vouchers(self, delivery: Delivery, batch: Batch) -> list[Key]:
        published = self._published(delivery, batch)
        codes = published.codes if published else ()
        return [Key.voucher(self.project, code_hash(self.project, code)) for code in codes]

    def _giving_back(self, delivery: Delivery) -> list[Write]:
        key = Key.contacts(self.project, delivery.customer_id)
        item = self._table.get(key)
        if item is None:
            return []
        contacts = value_of(Contacts, item, ATTRIBUTES)
        left = item_of(given_back(contacts, delivery), ATTRIBUTES)
        return [replace(key, left, version=contacts.version, otherwise=Moved())]
