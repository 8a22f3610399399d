"""What there is to tell of a delivery: its entry, then one batch of what that names, then what this leads to."""

from collections.abc import Callable

from shared.domain.calendar.schedules import Schedule
from shared.domain.post.consents import Consent, Consents
from shared.domain.post.deliveries import Delivery
from shared.domain.post.explanations import Known, channels_of, judged_at, topic_of
from shared.domain.post.templates import MessageTemplate
from shared.storage.batch import Batch
from shared.storage.campaigns import CampaignStore
from shared.storage.consents import ConsentStore, consents_of
from shared.storage.contact_policy import PolicyStore
from shared.storage.customers import CustomerStore
from shared.storage.deliveries import DeliveryStore
from shared.storage.keys import Key
from shared.storage.processors import ProcessorStore
from shared.storage.projects import ProjectStore
from shared.storage.schedules import schedule_of
from shared.storage.segments import SegmentStore
from shared.storage.table import Table
from shared.storage.templates import TemplateStore

SaidBy = Callable[..., frozenset[str]]
"""Which facts templates tell."""


class ExplanationStore:
    """What is known of the deliveries of one project."""

    def __init__(self, table: Table, project: str, *, said_by: SaidBy) -> None:
        self._table = table
        self.project = project
        self._said_by = said_by

    def known(self, delivery_id: str) -> Known:
        """A delivery with all that it names, as this is now.

        Raises:
            NotFound: no such delivery.
        """
        delivery = DeliveryStore(self._table, self.project).get(delivery_id)
        settings, batch = ProjectStore(self._table, self.project), Batch(self._table)
        customers = CustomerStore(self._table, self.project)
        customer_key, _ = customers.keys(delivery.customer_id)
        consents_key = Key.consents(self.project, delivery.customer_id)
        planned = Key.schedule(self.project, delivery.schedule_id) if delivery.schedule_id else None
        campaigns = CampaignStore(self._table, self.project)
        named = [campaigns.key(delivery.campaign_id)] if delivery.campaign_id else []
        batch.read([customer_key, consents_key, *named, *([planned] if planned else []), *settings.to_read])
        schedule = schedule_of(batch[planned]) if planned and planned in batch else None
        customer = customers.canonical(batch.get(customer_key))
        consents = consents_of(batch.get(consents_key), delivery.customer_id)
        audience = (schedule.audience.segment_id,) if schedule and schedule.audience else ()
        template = self._template(delivery)
        return Known(
            delivery=delivery,
            customer=customer,
            schedule=schedule,
            campaign=next(iter(campaigns.among(batch, filter(None, [delivery.campaign_id])).values()), None),
            segments=SegmentStore(self._table, self.project).get_many(audience),
            template=template,
            said=self._said(template, customer.profile.locale if customer else None),
            consent=self._consent(delivery, schedule, consents),
            preferences=consents.preferences,
            processors=ProcessorStore(self._table, self.project).now(),
            home=settings.settled(batch).zone,
            topics=self._topics() if topic_of(delivery, schedule) else {},
        )

    def _topics(self) -> dict[str, str]:
        return {topic.id: topic.name for topic in PolicyStore(self._table, self.project).now().topics}

    def _template(self, delivery: Delivery) -> MessageTemplate | None:
        return TemplateStore(self._table, self.project).find(delivery.template_id) if delivery.template_id else None

    def _said(self, template: MessageTemplate | None, locale: str | None) -> frozenset[str]:
        if template is None:
            return frozenset()
        words = template.chosen(locale)
        return self._said_by(words.subject, words.body)

    def _consent(self, delivery: Delivery, schedule: Schedule | None, consents: Consents) -> Consent | None:
        """The word that was in force when the message was judged, on the first channel of which there is one."""
        at, ledger = judged_at(delivery), ConsentStore(self._table, self.project)
        for channel in channels_of(delivery, schedule):
            word = consents.word(channel, delivery.purpose)
            if word and word.at > at:
                word = ledger.in_force(delivery.customer_id, channel, delivery.purpose, at=at)
            if word:
                return word
        return None
