"""The post in memory, and channels that take messages or do not; ``tests/storage`` holds it to the table's promises."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from shared.domain.attributes.post import DELIVERIES
from shared.domain.campaigns import Campaign
from shared.domain.errors import Moved
from shared.domain.ids import derived
from shared.domain.lists import Listed, Query
from shared.domain.post.consents import Consents
from shared.domain.post.contact_policy import ContactPolicy, Contacts
from shared.domain.post.deliveries import Cause, Delivery, Message, OnDemand, delivery_id
from shared.domain.post.judging import Overtaken, Standing
from shared.domain.post.suppressions import Suppression
from shared.domain.publications import Known, Published
from shared.domain.segments import entered
from shared.domain.summaries import Person
from shared.domain.vouchers import Voucher
from shared.storage.keys import shard_of
from tests.fakes import Draft, FakePublications, Memory, Store, wanted


class FakePost(Store):
    """What stands between a message and its leaving."""

    def find(self, id_: str) -> Delivery | None:
        found: Delivery | None = self._memory.get(*self._spot("delivery", id_))
        return found

    def wanted(self, query: Query) -> Listed[Delivery]:
        return wanted(self._memory.all(*self._spot("delivery")), DELIVERIES, query)

    def standing(self, cause: Cause, *, at: datetime) -> Standing:
        get, their = self._memory.get, cause.customer_id
        customer = get(*self._spot("customer", their))
        asked = cause.asked if isinstance(cause, OnDemand) else None
        plan = asked or get(*self._spot("schedule", getattr(cause, "schedule_id", "")))
        named = plan.templates.items() if plan else ()
        templates = {channel: get(*self._spot("message_template", id_)) for channel, id_ in named}
        publication_id = (asked and asked.publication_id) or derived("pub", self.project, cause.source_id)
        publication = get(*self._spot("publication", publication_id))
        theirs = publication if publication and publication.customer_id == their else None
        campaign_id = (plan.campaign_id if plan else None) or (theirs.campaign_id if theirs else None) or ""
        vouchers = (get(*self._voucher_spot(code)) for code in (theirs.codes if theirs else ()))
        entry = self.find(delivery_id(self.project, cause))
        since = entry.created_at if entry else cause.at if asked else at
        said = get(*self._spot("response", their, campaign_id))
        return Standing(
            delivery=entry,
            plan=plan,
            campaign=get(*self._spot("campaign", campaign_id)),
            templates={channel: template for channel, template in templates.items() if template},
            customer=customer,
            summary=self._summary(customer),
            inside=asked is not None or self._inside(plan, customer, at),
            consents=get(*self._spot("consents", their)) or Consents(customer_id=their),
            contacts=get(*self._spot("contacts", their)) or Contacts(),
            policy=get(*self._spot("contact_policy")) or ContactPolicy(),
            published=Known(
                customer,
                publication,
                get(*self._spot("joined", their, campaign_id)),
                self.settled(),
            ),
            given=[voucher for voucher in vouchers if voucher],
            answered=(theirs and theirs.response) or (said if said and said.at >= since else None),
            suppressed={it.channel: it for it in self._memory.all(*self._spot("suppression"))},
        )

    def has_code(self, campaign: Campaign) -> bool:
        free = FakePublications(self._memory, self.project).free
        return campaign.type == "AUTO_UPDATE" or next(iter(free(campaign.id)), None) is not None

    def suppress(self, address: str, suppression: Suppression) -> None:
        with self._memory.commit() as draft:
            draft.things[self._spot("suppression", address)] = suppression

    def _inside(self, schedule: Any, customer: Any, at: datetime) -> bool:
        if schedule is None or schedule.audience is None:
            return True
        segments = {segment.id: segment for segment in self._memory.all(*self._spot("segment"))}
        person = Person(customer, self._summary(customer))
        return customer is not None and schedule.audience.segment_id in entered(segments, (), person, at)

    def save(self, after: Delivery, *, before: Delivery) -> Delivery:
        with self._memory.commit() as draft:
            return self._enter(draft, after, before, otherwise=Moved())

    def reserve(self, after: Delivery, *, before: Delivery, standing: Standing, contacts: Contacts) -> Delivery:
        with self._memory.commit() as draft:
            return self._reserve(draft, after, before, standing, contacts, otherwise=Moved())

    def hand_over(self, after: Delivery, *, before: Delivery, standing: Standing, voucher: Voucher) -> Delivery:
        with self._memory.commit() as draft:
            done = self._enter(draft, after, before, otherwise=Moved())
            get = draft.things.get
            publication = get(self._spot("publication", after.publication_id))
            now = get(self._voucher_spot(voucher.code))
            if (
                publication is None
                or publication.response
                or (voucher.is_unique and (now is None or now.redeemed_quantity != voucher.redeemed_quantity))
                or get(self._spot("consents", after.customer_id)) != standing.consents
            ):
                raise Overtaken
            return done

    def giving(
        self, entry: Callable[[Published], Delivery], *, before: Delivery, standing: Standing, contacts: Contacts
    ) -> "FakeGiving":
        def along(draft: Draft, published: Published) -> None:
            self._reserve(draft, entry(published), before, standing, contacts, otherwise=Overtaken())

        return FakeGiving(self._memory, self.project, along, entry)

    def _enter(self, draft: Draft, after: Delivery, before: Delivery, *, otherwise: Exception) -> Delivery:
        spot, entered_ = self._spot("delivery", after.id), after.model_copy(update={"version": after.version + 1})
        if before.known:
            draft.replace(spot, after, version=before.version, otherwise=otherwise)
        else:
            draft.create(spot, entered_, otherwise=otherwise)
        if after.day is None:
            return entered_
        run = self._spot("run", after.schedule_id, after.day.isoformat(), str(shard_of(after.customer_id)))
        counters = Counter(draft.things.get(run) or {})
        counters[_word(after)] += 1
        counters["due" if not before.known else _word(before)] += -1 if before.known else 1
        draft.things[run] = counters
        return entered_

    def _reserve(
        self,
        draft: Draft,
        after: Delivery,
        before: Delivery,
        standing: Standing,
        contacts: Contacts,
        *,
        otherwise: Exception,
    ) -> Delivery:
        spot = self._spot("contacts", after.customer_id)
        if contacts != standing.contacts:
            if (draft.things.get(spot) or Contacts()).version != standing.contacts.version:
                raise otherwise
            draft.things[spot] = contacts.model_copy(update={"version": standing.contacts.version + 1})
        if standing.customer and draft.things.get(self._spot("customer", after.customer_id)) != standing.customer:
            raise otherwise
        return self._enter(draft, after, before, otherwise=otherwise)


class FakeGiving(FakePublications):
    """Publications, each with its entry in the ledger."""

    def __init__(
        self,
        memory: Memory,
        project: str,
        along: Callable[[Draft, Published], None],
        entry: Callable[[Published], Delivery],
    ) -> None:
        super().__init__(memory, project)
        self._along, self._entry = along, entry
        self._took: Published | None = None

    def publish(self, published: Published, **known: Any) -> None:
        both = _Both(self._memory, lambda draft: self._along(draft, published))
        FakePublications(both, self.project).publish(published, **known)  # type: ignore[arg-type]
        self._took = published

    def took(self, published: Published) -> Delivery | None:
        if self._took is not published:
            return None
        entry = self._entry(published)
        return entry.model_copy(update={"version": entry.version + 1})


class _Both:
    """A memory of which each commit takes something along."""

    def __init__(self, memory: Memory, along: Callable[[Draft], None]) -> None:
        self._memory, self._along = memory, along

    def __getattr__(self, name: str) -> Any:
        return getattr(self._memory, name)

    @contextmanager
    def commit(self) -> Iterator[Draft]:
        with self._memory.commit() as draft:
            self._along(draft)
            yield draft


def _word(delivery: Delivery) -> str:
    return f"dropped#{delivery.reason}" if delivery.status == "DROPPED" else delivery.status


@dataclass
class FakeChannel:
    """A channel that takes what it is given, or answers as it was told to."""

    answers: list[Exception] = field(default_factory=list)
    taken: list[Message] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def send(self, message: Message) -> str:
        if self.answers:
            raise self.answers.pop(0)
        self.taken.append(message)
        return f"message-{next(self.numbers)}"
