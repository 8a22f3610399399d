"""What stands between a message and its leaving: one batch, for what rarely changes is trusted for a moment."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from shared.domain.calendar.schedules import Schedule
from shared.domain.campaigns import Campaign
from shared.domain.errors import Moved
from shared.domain.ids import derived
from shared.domain.post.contact_policy import Contacts
from shared.domain.post.deliveries import Channel, Delivery, Due, delivery_id
from shared.domain.post.judging import Overtaken, Standing
from shared.domain.post.templates import MessageTemplate
from shared.domain.publications import Known, Publication, Published
from shared.domain.summaries import Person
from shared.domain.vouchers import Voucher
from shared.storage.batch import Batch
from shared.storage.campaigns import CampaignStore
from shared.storage.consents import consents_of
from shared.storage.contact_policy import PolicyStore
from shared.storage.customers import CustomerStore
from shared.storage.deliveries import DeliveryStore, delivery_of, entered, entering
from shared.storage.documents import item_of, value_of
from shared.storage.keys import Key
from shared.storage.projects import ProjectStore
from shared.storage.publications import PublicationStore
from shared.storage.schedules import schedule_of
from shared.storage.segments import SegmentStore
from shared.storage.table import Item, Table, Write, check, create, replace
from shared.storage.templates import TemplateStore
from shared.storage.warm import Warm

ATTRIBUTES = ("version",)
"""Of contacts: what conditions touch."""


class PostStore:
    """The post of one project."""

    _seen = Warm[Schedule]()
    """Tells what else a batch must read. Judged is by the schedule as it is now, so that "off" bites at once."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project
        self._ledger = DeliveryStore(table, project)
        self._customers = CustomerStore(table, project)

    def find(self, id_: str) -> Delivery | None:
        """The ledger's entry of an id."""
        return self._ledger.find(id_)

    def standing(self, due: Due, *, at: datetime) -> Standing:
        """All that is known of a message that is due; one round trip where its schedule was seen a moment ago."""
        customer_id, batch = due.customer_id, Batch(self._table)
        settings, segments = ProjectStore(self._table, self.project), SegmentStore(self._table, self.project)
        schedule_key, person = Key.schedule(self.project, due.schedule_id), self._customers.keys(customer_id)
        entry = Key.delivery(self.project, delivery_id(self.project, due))
        consents, contacts = Key.consents(self.project, customer_id), Key.contacts(self.project, customer_id)
        publication = Key.publication(self.project, derived("pub", self.project, due.source_id))

        def asked(schedule: Schedule | None) -> Iterator[Key]:
            if schedule:
                yield Key.joined(self.project, customer_id, schedule.campaign_id)
                yield from segments.keys(_audience(schedule), customer_id)

        named = (schedule_key, *person, entry, consents, contacts, publication, *settings.to_read)
        batch.read([*named, *asked(self._seen.of(self._table, schedule_key))])
        schedule = schedule_of(batch[schedule_key]) if schedule_key in batch else None
        if schedule:
            self._seen.keep(self._table, schedule_key, schedule)
        batch.read(asked(schedule))
        customer, summary = self._customers.person_in(batch, person)
        audience = _audience(schedule)
        inside = not audience or (
            customer is not None
            and bool(segments.entered(audience, Person(customer, summary), at=at, items=batch, read=batch.asked))
        )
        joined = batch.get(Key.joined(self.project, customer_id, schedule.campaign_id)) if schedule else None
        published = batch.get(publication)
        return Standing(
            delivery=delivery_of(batch.get(entry)),
            schedule=schedule,
            campaign=self._campaign(schedule),
            templates=self._templates(schedule),
            customer=customer,
            inside=inside,
            consents=consents_of(batch.get(consents), customer_id),
            contacts=_contacts_of(batch.get(contacts)),
            policy=PolicyStore(self._table, self.project).now(),
            published=Known(
                customer,
                value_of(Publication, published, ()) if published else None,
                joined["publication_id"] if joined else None,
                settings.settled(batch),
            ),
        )

    def save(self, after: Delivery, *, before: Delivery) -> Delivery:
        """Bring a delivery from one state to the next.

        Raises:
            Moved: if it is no longer as it was read.
        """
        self._table.commit(*entering(self.project, after, before=before, otherwise=Moved()))
        return entered(after)

    def reserve(self, after: Delivery, *, before: Delivery, standing: Standing, contacts: Contacts) -> Delivery:
        """The same, together with the messages that its customer gets: of two that would pass a cap together, one.

        Raises:
            Moved: if it or they are no longer as they were read.
        """
        self._table.commit(*self._reserving(after, before, standing, contacts, otherwise=Moved()))
        return entered(after)

    def giving(
        self, entry: Callable[[Published], Delivery], *, before: Delivery, standing: Standing, contacts: Contacts
    ) -> "Giving":
        """What publishes the code, and in the same transaction reserves the message that tells it.

        Raises:
            Overtaken: by ``publish``, if the delivery or the contacts are no longer as they were read.
        """

        def along(published: Published) -> list[Write]:
            return self._reserving(entry(published), before, standing, contacts, otherwise=Overtaken())

        return Giving(self._table, self.project, standing, along, lambda it: entered(entry(it)))

    def _reserving(
        self, after: Delivery, before: Delivery, standing: Standing, contacts: Contacts, *, otherwise: Exception
    ) -> list[Write]:
        writes = entering(self.project, after, before=before, otherwise=otherwise)
        if contacts != standing.contacts:
            writes.append(self._counting(after.customer_id, contacts, standing.contacts.version, otherwise=otherwise))
        if standing.customer:
            # Nobody is written to who was forgotten meanwhile, nor at an address that is theirs no more.
            their = Key.customer(self.project, standing.customer.id)
            values = {"was": standing.customer.version}
            writes.append(check(their, "#version = :was", values, otherwise=otherwise))
        return writes

    def _counting(self, customer_id: str, contacts: Contacts, was: int, *, otherwise: Exception) -> Write:
        key, item = Key.contacts(self.project, customer_id), item_of(contacts, ATTRIBUTES)
        if was:
            return replace(key, item, version=was, otherwise=otherwise)
        return create(key, {**item, "version": 1}, otherwise=otherwise)

    def _campaign(self, schedule: Schedule | None) -> Campaign | None:
        named = (schedule.campaign_id,) if schedule else ()
        return next(iter(CampaignStore(self._table, self.project).get_many(named, warm=True).values()), None)

    def _templates(self, schedule: Schedule | None) -> dict[Channel, MessageTemplate]:
        templates = TemplateStore(self._table, self.project)
        named = schedule.templates.items() if schedule else ()
        found = ((channel, templates.warm(id_)) for channel, id_ in named)
        return {channel: template for channel, template in found if template}


class Giving(PublicationStore):
    """Publications, each with its entry in the ledger. What was read of them already is not read again."""

    _empty = Warm[bool]()
    """Campaigns of which a moment ago no code was free."""

    def __init__(
        self,
        table: Table,
        project: str,
        standing: Standing,
        along: Callable[[Published], Sequence[Write]],
        entry: Callable[[Published], Delivery],
    ) -> None:
        super().__init__(table.remembering(self._remember), project)
        self._known = [standing.published]
        self._campaign = standing.campaign
        self._along = along
        self._entry = entry
        self._took: Published | None = None
        """What the latest commit took along; it counts only if that came about."""

    def known(self, publication_id: str | None, customer_id_: str, campaign_id: str | None) -> Known:
        """What was read with all the rest; anew, if that has changed."""
        return self._known.pop() if self._known else super().known(publication_id, customer_id_, campaign_id)

    def free(self, campaign_id: str) -> Iterator[Voucher]:
        """Codes that are free. Of a campaign that makes codes by itself, and had none that was free a moment ago, it is
        not looked again: a run of thousands would look into every shard for each of its people.
        """
        key = Key.campaign(self.project, campaign_id)
        if self._campaign and self._campaign.type == "AUTO_UPDATE" and self._empty.of(self._table, key):
            return
        found = False
        for voucher in super().free(campaign_id):
            found = True
            yield voucher
        if not found:
            self._empty.keep(self._table, key, value=True)

    def took(self, published: Published) -> Delivery | None:
        """The entry, if it went into the ledger with the publication; else that had been made before."""
        return self._entry(published) if self._took is published else None

    def _remember(self, published: Published) -> Sequence[Write]:
        self._took = published
        return self._along(published)


def _audience(schedule: Schedule | None) -> tuple[str, ...]:
    return (schedule.audience.segment_id,) if schedule and schedule.audience else ()


def _contacts_of(item: Item | None) -> Contacts:
    return value_of(Contacts, item, ATTRIBUTES) if item else Contacts()
