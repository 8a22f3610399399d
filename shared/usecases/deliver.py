"""Deliver a message that is due: judge whether it may leave now, publish its code, hand it to its channel, once.

The code and the ledger's entry are one transaction; that the message is being handed over is another, right before it
is; what came of it is the third. So a worker that dies before the second leaves a message that may be sent, and one
that dies after it leaves one of which nobody can know whether it left: it is told as such, and never sent again.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from shared.domain.calendar.occasions import expiry
from shared.domain.calendar.schedules import Schedule
from shared.domain.codes import CodeConfig
from shared.domain.customers import Customer, Profile
from shared.domain.errors import Busy, Moved, PromotionError
from shared.domain.post.contact_policy import Contact, Contacts, Defer, Drop, Send
from shared.domain.post.deliveries import (
    Channel,
    Delivery,
    Due,
    Message,
    NeverTaken,
    NotTaken,
    PerhapsTaken,
    delivery_id,
)
from shared.domain.post.judging import Overtaken, Standing, judge
from shared.domain.post.templates import MessageTemplate
from shared.domain.publications import Published
from shared.domain.redemptions import Chance
from shared.domain.vouchers import Voucher
from shared.usecases import judged_anew
from shared.usecases.issue import Giving, Wish, issue

REASONS = {
    "not_found": "campaign_inactive",
    "voucher_cannot_be_published": "campaign_inactive",
    "no_voucher_suitable_for_publication": "no_voucher_left",
}
"""Why a message is dropped for which no code could be published; any other refusal is its own reason."""


class UnderWay(Exception):
    """Somebody else is delivering it: it has to be asked again, for that worker may die."""


class Letter(NamedTuple):
    """A message that is about to leave, with all that it may tell."""

    delivery: Delivery
    template: MessageTemplate
    schedule: Schedule
    customer: Customer
    published: Published
    home: ZoneInfo
    """The project's zone."""

    @property
    def to(self) -> str:
        profile = self.customer.profile
        return (profile.email if self.delivery.channel == "email" else profile.phone) or ""


class GivingAlong(Giving, Protocol):
    """What publishes a code, and the ledger's entry with it."""

    def took(self, published: Published) -> Delivery | None:
        """The entry, if it went into the ledger with the publication; else that had been made before."""
        ...


class Post(Protocol):
    project: str

    def find(self, id_: str) -> Delivery | None: ...
    def standing(self, due: Due, *, at: datetime) -> Standing: ...
    def save(self, after: Delivery, *, before: Delivery) -> Delivery: ...
    def reserve(self, after: Delivery, *, before: Delivery, standing: Standing, contacts: Contacts) -> Delivery: ...
    def giving(
        self, entry: Callable[[Published], Delivery], *, before: Delivery, standing: Standing, contacts: Contacts
    ) -> GivingAlong: ...


class Carrier(Protocol):
    """A channel: it takes a message and tells what it calls it.

    Raises:
        NotTaken, NeverTaken, PerhapsTaken: ``shared.domain.post.deliveries``.
    """

    def send(self, message: Message) -> str: ...


class Means(NamedTuple):
    """What delivering needs besides the facts."""

    post: Post
    carriers: Mapping[Channel, Carrier]
    write: Callable[[Letter], Message]
    chance: Chance
    draw: Callable[[CodeConfig], str]


def deliver_waiting(id_: str, means: Means, *, at: datetime) -> Delivery | None:
    """Deliver what has waited: it is judged anew."""
    known = means.post.find(id_)
    return deliver(known.cause, means, at=at) if known and isinstance(known.cause, Due) else None


def deliver(due: Due, means: Means, *, at: datetime) -> Delivery | None:
    """What came of a message that is due; None where there is nothing to do, because it was never due, has ended, or
    waits. Asked again and again, at most one message leaves.

    Raises:
        NotTaken: if the channel did not take it; UnderWay: if somebody else is at it; Busy: if others kept changing
            what it touches. Each time it has to be asked again.
    """
    prepared = _prepare(due, means, at=at)
    return _send(prepared, means, at=at) if isinstance(prepared, Letter) else prepared


@judged_anew
def _prepare(due: Due, means: Means, *, at: datetime) -> Letter | Delivery | None:
    """Judge a message; where it may leave there is a code now, and a place among its customer's contacts."""
    post = means.post
    standing = post.standing(due, at=at)
    known = standing.delivery
    if known and (known.ended or (known.until and at < known.until)):
        return None
    if known and known.held(at):
        raise UnderWay
    if known and known.status == "SENDING":
        return post.save(known.lost_sight_of(at), before=known)
    verdict = judge(standing, due, at=at)
    if verdict is None:
        return None
    assert standing.schedule or known
    entry = known or _begun(due, standing.schedule, project=post.project, at=at)
    match verdict:
        case Send():
            return _published(entry, verdict, due, standing, means, at=at)
        case Defer(until, reason):
            after = entry.deferred(until, reason, at)
        case Drop(reason):
            after = entry.dropped(reason, at)
    return _kept_back(after, entry, standing, post)


def _kept_back(after: Delivery, before: Delivery, standing: Standing, post: Post) -> Delivery:
    """It does not leave now; if it was about to before, it gives its place among the contacts back."""
    if before.contact_at is None:
        return post.save(after, before=before)
    return post.reserve(after, before=before, standing=standing, contacts=standing.others)


def _published(
    entry: Delivery, send: Send, due: Due, standing: Standing, means: Means, *, at: datetime
) -> Letter | Delivery:
    schedule, customer = standing.schedule, standing.customer
    assert schedule
    assert customer
    template = standing.templates[send.channel]
    entry = entry.model_copy(update={"campaign_id": schedule.campaign_id, "purpose": schedule.purpose})
    wish = Wish(
        Profile(id=customer.id),
        campaign=schedule.campaign_id,
        source_id=due.source_id,
        ends=expiry(schedule, at, customer.residence.zone(standing.project.zone)),
    )
    contacts = standing.others.after(Contact(at=at, channel=send.channel, purpose=schedule.purpose))

    def prepared(published: Published) -> Delivery:
        its = published.publication
        return entry.prepared(send.channel, template.id, its.id, its.codes[0], at)

    giving = means.post.giving(prepared, before=entry, standing=standing, contacts=contacts)
    try:
        published = issue(wish, at=at, store=giving, chance=means.chance, draw=means.draw)
    except Overtaken:
        raise Moved from None
    except Busy:
        raise
    except PromotionError as refusal:
        return _kept_back(entry.dropped(REASONS.get(refusal.key, refusal.key), at), entry, standing, means.post)
    if not published.vouchers:
        return _kept_back(entry.dropped("voucher_gone", at), entry, standing, means.post)
    if all(_is_over(voucher, at) for voucher in published.vouchers):  # whoever joins once is told the first code again
        return _kept_back(entry.dropped("voucher_used_up", at), entry, standing, means.post)
    delivery = giving.took(published) or means.post.reserve(
        prepared(published), before=entry, standing=standing, contacts=contacts
    )
    return Letter(delivery, template, schedule, customer, published, standing.project.zone)


def _is_over(voucher: Voucher, at: datetime) -> bool:
    return voucher.is_spent or (voucher.expiration_date is not None and voucher.expiration_date <= at)


def _send(letter: Letter, means: Means, *, at: datetime) -> Delivery:
    """Hand a message over to its channel, and record what came of it."""
    post, delivery = means.post, letter.delivery
    try:
        message = means.write(letter)
    except NeverTaken as refusal:
        return post.save(delivery.failed(str(refusal), at), before=delivery)
    sending = post.save(delivery.sending(at), before=delivery)
    try:
        message_id = means.carriers[message.channel].send(message)
    except NotTaken:
        post.save(sending.let_go(at), before=sending)
        raise
    except NeverTaken as refusal:
        after = sending.failed(str(refusal), at)
    except PerhapsTaken:
        after = sending.lost_sight_of(at)
    else:
        after = sending.sent(message_id, at)
    return post.save(after, before=sending)


def _begun(due: Due, schedule: Schedule | None, *, project: str, at: datetime) -> Delivery:
    """An entry that is not in the ledger yet."""
    assert schedule
    return Delivery(
        id=delivery_id(project, due),
        status="PREPARED",
        customer_id=due.customer_id,
        schedule_id=schedule.id,
        campaign_id=schedule.campaign_id,
        purpose=schedule.purpose,
        occasion=schedule.occasion.type,
        day=due.day,
        due_at=due.at,
        created_at=at,
    )
