"""What stands between a message and its leaving: a batch or two, for what rarely changes is trusted for a moment."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial

from shared.domain.calendar.schedules import Schedule
from shared.domain.campaigns import Campaign
from shared.domain.errors import Moved
from shared.domain.ids import code_hash, derived
from shared.domain.model import iso
from shared.domain.post.addresses import addresses_of
from shared.domain.post.contact_policy import Contacts
from shared.domain.post.deliveries import Cause, Channel, Delivery, OnDemand, delivery_id
from shared.domain.post.judging import Overtaken, Plan, Standing
from shared.domain.post.suppressions import Suppression
from shared.domain.post.templates import MessageTemplate
from shared.domain.publications import Known, Publication, Published, Response
from shared.domain.summaries import Person
from shared.domain.vouchers import Voucher
from shared.storage.answers import AlreadyAnswered
from shared.storage.batch import Batch
from shared.storage.campaigns import CampaignStore
from shared.storage.consents import consents_of
from shared.storage.contact_policy import PolicyStore
from shared.storage.customers import CustomerStore
from shared.storage.deliveries import DeliveryStore, delivery_of, entered, entering
from shared.storage.documents import item_of, value_of
from shared.storage.keys import Key
from shared.storage.projects import ProjectStore
from shared.storage.publications import PublicationStore, response_of
from shared.storage.schedules import schedule_of
from shared.storage.segments import SegmentStore
from shared.storage.suppressions import ACCOUNT, SuppressionStore
from shared.storage.table import Item, Table, Write, check, create, replace
from shared.storage.templates import TemplateStore
from shared.storage.voucher_items import voucher_keys, vouchers_of
from shared.storage.warm import Warm
from shared.storage.webhooks import WebhookStore

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

    def standing(self, cause: Cause, *, at: datetime) -> Standing:
        """All that is known of a message: a batch where what it names was seen a moment ago, a second one where there
        is a publication, and one for what is suppressed.
        """
        customer_id, batch = cause.customer_id, Batch(self._table)
        settings, segments = ProjectStore(self._table, self.project), SegmentStore(self._table, self.project)
        person, key = self._customers.keys(customer_id), partial(Key.joined, self.project, customer_id)
        entry = Key.delivery(self.project, delivery_id(self.project, cause))
        consents, contacts = Key.consents(self.project, customer_id), Key.contacts(self.project, customer_id)
        publication = Key.publication(self.project, _publication_id(cause, self.project))

        def asked(plan: Plan | None) -> Iterator[Key]:
            if plan and plan.campaign_id:
                yield key(plan.campaign_id)
            yield from segments.keys(_audience(plan), customer_id)

        named = (*person, entry, consents, contacts, publication, *settings.to_read)
        plan = self._read(batch, cause, named, asked)
        customer, summary = self._customers.person_in(batch, person)
        audience = _audience(plan)
        inside = not audience or (
            customer is not None
            and bool(segments.entered(audience, Person(customer, summary), at=at, items=batch, read=batch.asked))
        )
        delivery = delivery_of(batch.get(entry))
        published = value_of(Publication, batch[publication], ()) if publication in batch else None
        ended = delivery is not None and delivery.ended  # then nobody asks for more
        theirs = published if published and published.customer_id == customer_id and not ended else None
        campaign_id = (plan.campaign_id if plan else None) or (theirs.campaign_id if theirs else None)
        given = self._given(batch, theirs, [key(campaign_id)] if campaign_id and theirs else [])
        joined = batch.get(key(campaign_id)) if campaign_id else None
        since = delivery.created_at if delivery else cause.at if isinstance(cause, OnDemand) else at
        by_webhook = plan is not None and not {"push", "web"}.isdisjoint(plan.channels)
        webhook = by_webhook and WebhookStore(self._table, self.project).now() is not None
        reached = addresses_of(customer, webhook=webhook) if customer and not ended else {}
        return Standing(
            delivery=delivery,
            plan=plan,
            campaign=self._campaign(campaign_id),
            templates=self._templates(plan),
            customer=customer,
            summary=summary,
            inside=inside,
            consents=consents_of(batch.get(consents), customer_id),
            contacts=_contacts_of(batch.get(contacts)),
            policy=PolicyStore(self._table, self.project).now(),
            published=Known(
                customer,
                published,
                joined["publication_id"] if joined else None,
                settings.settled(batch),
            ),
            given=given,
            answered=_answer(theirs, joined, since),
            suppressed=SuppressionStore(self._table, self.project).of(reached) if reached else {},
            webhook=webhook,
        )

    def _read(
        self,
        batch: Batch,
        cause: Cause,
        named: Sequence[Key],
        asked: Callable[[Plan | None], Iterable[Key]],
    ) -> Plan | None:
        """Read what a message rests on, and what is to be sent."""
        if isinstance(cause, OnDemand):
            batch.read([*named, *asked(cause.asked)])
            return cause.asked
        key = Key.schedule(self.project, cause.schedule_id)
        batch.read([key, *named, *asked(self._seen.of(self._table, key))])
        schedule = schedule_of(batch[key]) if key in batch else None
        if schedule:
            self._seen.keep(self._table, key, schedule)
        batch.read(asked(schedule))
        return schedule

    def _given(self, batch: Batch, publication: Publication | None, along: Sequence[Key]) -> Sequence[Voucher]:
        """The vouchers of a publication; ``along`` is read with them."""
        keys = [
            Key.voucher(self.project, code_hash(self.project, it)) for it in (publication.codes if publication else ())
        ]
        if keys:
            batch.read([*voucher_keys(keys), *along])
        return [*vouchers_of(self._table, keys, batch).values()]

    def has_code(self, campaign: Campaign) -> bool:
        """Whether a code of a campaign could be given away now: a free one, or one that is made for it."""
        free = PublicationStore(self._table, self.project).free
        return campaign.type == "AUTO_UPDATE" or next(free(campaign.id), None) is not None

    def suppress(self, address: str, suppression: Suppression) -> None:
        """Leave an address in peace that its carrier has barred: it is barred for all projects of the account."""
        SuppressionStore(self._table, ACCOUNT).add(address, suppression)

    def save(self, after: Delivery, *, before: Delivery) -> Delivery:
        """Bring a delivery from one state to the next.

        Raises:
            Moved: if it is no longer as it was read.
        """
        return self._commit(after, entering(self.project, after, before=before, otherwise=Moved()))

    def reserve(self, after: Delivery, *, before: Delivery, standing: Standing, contacts: Contacts) -> Delivery:
        """The same, together with the messages that its customer gets: of two that would pass a cap together, one.

        Raises:
            Moved: if it or they are no longer as they were read.
        """
        return self._commit(after, self._reserving(after, before, standing, contacts, otherwise=Moved()))

    def hand_over(self, after: Delivery, *, before: Delivery, standing: Standing, voucher: Voucher) -> Delivery:
        """The same, if its offer has neither been answered nor used since, nor anything else been said of consent.

        Raises:
            Moved: if it is no longer as it was read; Overtaken: if the rest is not.
        """
        assert after.publication_id
        writes = entering(self.project, after, before=before, otherwise=Moved())
        publication = Key.publication(self.project, after.publication_id)
        silent = "attribute_exists(PK) AND attribute_not_exists(#answered)"
        writes.append(check(publication, silent, {}, otherwise=Overtaken()))
        if after.campaign_id:  # of another code of its campaign: only what was said since it waits
            joined = Key.joined(self.project, after.customer_id, after.campaign_id)
            silent = "attribute_not_exists(#answered) OR #answered < :since"
            writes.append(check(joined, silent, {"since": iso(after.created_at)}, otherwise=Overtaken()))
        consents = Key.consents(self.project, after.customer_id)
        values = {"was": standing.consents.version}
        writes.append(check(consents, "#version = :was", values, otherwise=Overtaken()))
        if voucher.is_unique and voucher.shards is None:  # what is everybody's is used all the time
            key = Key.voucher(self.project, code_hash(self.project, voucher.code))
            values = {"was": voucher.redeemed_quantity}
            writes.append(check(key, "#redeemed_quantity = :was", values, otherwise=Overtaken()))
        return self._commit(after, writes)

    def _commit(self, after: Delivery, writes: Sequence[Write]) -> Delivery:
        """Where it has come to an end, or waits, that is what its request came to, and is remembered with it."""
        done = entered(after)
        try:
            self._table.commit(*writes, outcome=done if done.ended or done.until else None)
        except AlreadyAnswered:
            # The request was refused in another's hands meanwhile; what became of the message is noted nevertheless.
            self._table.commit(*writes)
            raise
        return done

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

    def _campaign(self, id_: str | None) -> Campaign | None:
        named = (id_,) if id_ else ()
        return next(iter(CampaignStore(self._table, self.project).get_many(named, warm=True).values()), None)

    def _templates(self, plan: Plan | None) -> dict[Channel, MessageTemplate]:
        templates = TemplateStore(self._table, self.project)
        named = plan.templates.items() if plan else ()
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


def _publication_id(cause: Cause, project: str) -> str:
    """The publication that tells the code: the one that was named, or the one that is made for the message."""
    named = cause.asked.publication_id if isinstance(cause, OnDemand) else None
    return named or derived("pub", project, cause.source_id)


def _audience(plan: Plan | None) -> tuple[str, ...]:
    return (plan.audience.segment_id,) if isinstance(plan, Schedule) and plan.audience else ()


def _answer(publication: Publication | None, joined: Item | None, since: datetime) -> Response | None:
    """What somebody has said to the offer: of this code, or since the message waits of another one of its campaign.
    What was said to last year's does not stand in the way of this year's.
    """
    if publication and publication.response:
        return publication.response
    said = response_of(joined)
    return said if said and said.at >= since else None


def _contacts_of(item: Item | None) -> Contacts:
    return value_of(Contacts, item, ATTRIBUTES) if item else Contacts()
