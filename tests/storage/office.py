"""The post office of the unit tests, over the table."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from shared.domain.lists import Query
from shared.domain.post.contact_policy import ContactPolicy, Contacts
from shared.domain.post.deliveries import Delivery
from shared.domain.publications import Publication
from shared.storage.contact_policy import PolicyStore
from shared.storage.deliveries import DeliveryStore
from shared.storage.documents import item_of, value_of
from shared.storage.keys import WAITING, Key
from shared.storage.post import PostStore
from shared.storage.schedules import ScheduleStore
from shared.storage.table import Table, delete, put
from tests.storage.conftest import stores_over
from tests.unit.sorting import Office
from tests.unit.till import Till
from tests.unit.values import AT

KEYS: dict[str, tuple[Callable[..., Key], Sequence[str]]] = {
    "schedule": (Key.schedule, ("active", "version")),
    "message_template": (Key.message_template, ("version",)),
    "customer": (Key.customer, ("version",)),
    "consents": (Key.consents, ("version",)),
    "contacts": (Key.contacts, ("version",)),
}


class OnTable(Office):
    """The same office, over the table."""

    def __init__(self, table: Table, project: str) -> None:
        self.table = table
        super().__init__(project)

    def open(self) -> None:
        self.till = Till(stores_over(self.table, self.project, list))
        self.post = PostStore(self.table, self.project)

    def keep(self, *spot: str, thing: Any) -> None:
        if isinstance(thing, ContactPolicy):
            PolicyStore(self.table, self.project).save(thing)
            return
        kind, name = spot
        key, attributes = KEYS[kind]
        at = key(self.project, name)
        self.table.commit(put(at, item_of(thing, attributes)) if thing else delete(at))

    @property
    def contacts(self) -> Contacts:
        item = self.table.get(Key.contacts(self.project, self.due().customer_id))
        return value_of(Contacts, item, ("version",)) if item else Contacts()

    @property
    def publications(self) -> list[Any]:
        entries = [*self.table.listed(f"{self.project}#publication")]
        return [value_of(Publication, item, ()) for item in self.table.items(entries)]

    @property
    def ledger(self) -> list[Delivery]:
        return [*DeliveryStore(self.table, self.project).wanted(Query(AT, limit=100)).things]

    @property
    def waiting(self) -> list[str]:
        """Until when what waits does."""
        entries = self.table.index("pools", WAITING)
        return [it["pooled"] for it in entries if it["PK"].startswith(f"{self.project}#")]

    @property
    def counters(self) -> dict[str, int]:
        schedules = {entry.schedule_id for entry in self.ledger}
        runs = (tally for id_ in schedules for tally in ScheduleStore(self.table, self.project).runs(id_))
        total = sum((Counter(tally.counts) for tally in runs), Counter[str]())
        return dict(+total)
