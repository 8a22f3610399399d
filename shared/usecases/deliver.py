"""Deliver a message: judge whether it may leave now, publish its code, hand it to its channel, once.

The code and the ledger's entry are one transaction; that the message is being handed over is another, right before it
is; what came of it is the third. So a worker that dies before the second leaves a message that may be sent, and one
that dies after it leaves one of which nobody can know whether it left: it is told as such, and never sent again.

The second rests on what the verdict rested on: if the offer was answered or used since, or consent withdrawn, nothing
is handed over and it is judged anew. So the turn of a message is waited for before it: nobody waits with a message that
can no longer be stopped.
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
from shared.domain.post.addresses import addresses_of
from shared.domain.post.contact_policy import Contact, Contacts, Defer, Drop, Send
from shared.domain.post.deliveries import (
    Cause,
    Channel,
    Delivery,
    Due,
    Message,
    NeverTaken,
    NotTaken,
    OnDemand,
    PerhapsTaken,
    delivery_id,
)
from shared.domain.post.judging import Overtaken, Standing, best, judge, refuse_unfounded, spoilt
from shared.domain.post.suppressions import Suppression
from shared.domain.post.templates import MessageTemplate
from shared.domain.publications import Published
from shared.domain.redemptions import Chance
from shared.domain.vouchers import Voucher
from shared.usecases import ROUNDS, judged_anew
from shared.usecases.issue import Giving, Wish, issue

REASONS = {
    "not_found": "campaign_inactive",
    "voucher_cannot_be_published": "campaign_inactive",
    "no_voucher_suitable_for_publication": "no_voucher_left",
}
"""Why a message is dropped for which no code could be published; any other refusal is its own reason."""
OPTED_OUT = "opted_out"
"""What a channel says of an address whose owner has told the carrier to stop."""


class UnderWay(Exception):
    """Somebody else is delivering it: it has to be asked again, for that worker may die."""


class Letter(NamedTuple):
    """A message that is about to leave, with all that it may tell."""

    delivery: Delivery
    template: MessageTemplate
    schedule: Schedule | None
    """Of one that the calendar has made."""
    customer: Customer
    published: Published
    home: ZoneInfo
    """The project's zone."""
    to: str
    voucher: Voucher
    """The one that it tells, of those that were published."""
    standing: Standing
    """What it rests on."""


class GivingAlong(Giving, Protocol):
    """What publishes a code, and the ledger's entry with it."""

    def took(self, published: Published) -> Delivery | None:
        """The entry, if it went into the ledger with the publication; else that had been made before."""
        ...


class Post(Protocol):
    project: str

    def find(self, id_: str) -> Delivery | None: ...
    def standing(self, cause: Cause, *, at: datetime) -> Standing: ...
    def save(self, after: Delivery, *, before: Delivery) -> Delivery: ...
    def reserve(self, after: Delivery, *, before: Delivery, standing: Standing, contacts: Contacts) -> Delivery: ...
    def hand_over(self, after: Delivery, *, before: Delivery, standing: Standing, voucher: Voucher) -> Delivery: ...
    def suppress(self, address: str, suppression: Suppression) -> None: ...
    def giving(
        self, entry: Callable[[Published], Delivery], *, before: Delivery, standing: Standing, contacts: Contacts
    ) -> GivingAlong: ...


class Carrier(Protocol):
    """A channel: it takes a message and tells what it calls it.

    Raises:
        NotTaken, NeverTaken, PerhapsTaken: ``shared.domain.post.deliveries``.
    """

    def send(self, message: Message) -> str: ...


class Pace(Protocol):
    """Comes back when the turn of a message has come.

    Raises:
        NotTaken: if that is too far away.
    """

    def wait(self, channel: Channel) -> None: ...


class Means(NamedTuple):
    """What delivering needs besides the facts."""

    post: Post
    carriers: Mapping[Channel, Carrier]
    pace: Pace
    write: Callable[[Letter], Message]
    chance: Chance
    draw: Callable[[CodeConfig], str]


def deliver_waiting(id_: str, means: Means, *, at: datetime) -> Delivery | None:
    """Deliver what has waited, or was left by a worker that died: it is judged anew."""
    known = means.post.find(id_)
    return deliver(known.cause, means, at=at) if known else None


def deliver(cause: Cause, means: Means, *, at: datetime) -> Delivery | None:
    """What came of a message; None where there is nothing to do, because it was never due, has ended, or waits. Asked
    again and again, at most one message leaves.

    Raises:
        NotTaken: if the channel did not take what is due; UnderWay: if somebody else is at it; Busy: if others kept
            changing what it touches. Each time it has to be asked again. NotFound, InvalidPayload: of what is asked
            for the first time, if it never could be sent.
    """
    own = 0
    for _ in range(ROUNDS):
        prepared = _prepare(cause, own, means, at=at)
        if not isinstance(prepared, Letter):
            return prepared
        try:
            return _send(prepared, means, at=at)
        except Overtaken:
            own = prepared.delivery.version
    raise Busy


@judged_anew
def _prepare(cause: Cause, own: int, means: Means, *, at: datetime) -> Letter | Delivery | None:
    """Judge a message; where it may leave there is a code now, and a place among its customer's contacts. ``own`` is
    the version of the entry, if any, that this worker has prepared before and not handed over.
    """
    post = means.post
    standing = post.standing(cause, at=at)
    known = standing.delivery
    if known and (known.ended or (known.until and at < known.until)):
        return None
    if known and known.held(at) and known.version != own:
        raise UnderWay
    if known and known.status == "SENDING":
        return post.save(known.lost_sight_of(at), before=known)
    if known is None and isinstance(cause, OnDemand):
        refuse_unfounded(standing, cause)
    verdict = judge(standing, cause, at=at)
    if verdict is None:
        return None
    entry = known or begun(cause, standing, project=post.project, at=at)
    match verdict:
        case Send():
            return _published(entry, verdict, cause, standing, means, at=at)
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
    entry: Delivery, send: Send, cause: Cause, standing: Standing, means: Means, *, at: datetime
) -> Letter | Delivery:
    plan, customer = standing.plan, standing.customer
    assert plan
    assert customer
    template, schedule = standing.templates[send.channel], plan if isinstance(plan, Schedule) else None
    campaign_id = standing.campaign.id if standing.campaign else None
    entry = entry.model_copy(update={"campaign_id": campaign_id, "purpose": plan.purpose})
    contacts = standing.others.after(Contact(at=at, channel=send.channel, purpose=plan.purpose))

    def prepared(published: Published) -> Delivery:
        code = best(published.vouchers, at=at).code
        return entry.prepared(send.channel, template.id, published.publication.id, code, at)

    def reserved(published: Published) -> Delivery:
        return means.post.reserve(prepared(published), before=entry, standing=standing, contacts=contacts)

    if isinstance(cause, OnDemand) and cause.asked.publication_id:
        publication = standing.published.publication
        assert publication
        published = Published(publication, tuple(standing.given), customer, standing.campaign)
        delivery = reserved(published)
    else:
        giving = means.post.giving(prepared, before=entry, standing=standing, contacts=contacts)
        try:
            published = issue(_wish(cause, standing, at=at), at=at, store=giving, chance=means.chance, draw=means.draw)
        except Overtaken:
            raise Moved from None
        except Busy:
            raise
        except PromotionError as refusal:
            return _kept_back(entry.dropped(REASONS.get(refusal.key, refusal.key), at), entry, standing, means.post)
        if reason := spoilt(published.vouchers, at=at):  # whoever joins once is told the first code again
            reason = reason if reason == "voucher_gone" else "voucher_used_up"
            return _kept_back(entry.dropped(reason, at), entry, standing, means.post)
        delivery = giving.took(published) or reserved(published)
    to = addresses_of(customer, webhook=standing.webhook)[send.channel]
    voucher = best(published.vouchers, at=at)
    return Letter(delivery, template, schedule, customer, published, standing.project.zone, to, voucher, standing)


def _wish(cause: Cause, standing: Standing, *, at: datetime) -> Wish:
    """The code that is published for a message."""
    plan, customer = standing.plan, standing.customer
    assert plan
    assert customer
    zone = customer.residence.zone(standing.project.zone)
    ends = expiry(plan, at, zone) if isinstance(plan, Schedule) else None
    return Wish(Profile(id=customer.id), campaign=plan.campaign_id, source_id=cause.source_id, ends=ends)


def _send(letter: Letter, means: Means, *, at: datetime) -> Delivery:
    """Hand a message over to its channel, and record what came of it.

    Raises:
        Overtaken: if what it rests on has changed meanwhile; it is as it was prepared.
    """
    post, delivery = means.post, letter.delivery
    try:
        message = means.write(letter)
    except NeverTaken as refusal:
        return post.save(delivery.failed(str(refusal), at), before=delivery)
    try:
        means.pace.wait(message.channel)
    except NotTaken:
        return _put_back(delivery, post, at=at)
    sending = post.hand_over(delivery.sending(at), before=delivery, standing=letter.standing, voucher=letter.voucher)
    try:
        message_id = means.carriers[message.channel].send(message)
    except NotTaken:
        return _put_back(sending, post, at=at)
    except NeverTaken as refusal:
        if str(refusal) == OPTED_OUT:
            post.suppress(message.to, Suppression(channel=message.channel, reason="stop", at=at))
        after = sending.failed(str(refusal), at)
    except PerhapsTaken:
        after = sending.lost_sight_of(at)
    else:
        after = sending.sent(message_id, at)
    return post.save(after, before=sending)


def _put_back(delivery: Delivery, post: Post, *, at: datetime) -> Delivery:
    """It was not taken: what was asked for waits for a tick, what is due still lies in its queue.

    Raises:
        NotTaken: of what is due.
    """
    if delivery.asked:
        return post.save(delivery.put_off(at), before=delivery)
    post.save(delivery.let_go(at), before=delivery)
    raise NotTaken


def begun(cause: Cause, standing: Standing, *, project: str, at: datetime) -> Delivery:
    """An entry that is not in the ledger yet."""
    plan = standing.plan
    assert plan
    campaign_id = standing.campaign.id if standing.campaign else plan.campaign_id
    new = Delivery(
        id=delivery_id(project, cause),
        status="PREPARED",
        customer_id=cause.customer_id,
        campaign_id=campaign_id,
        purpose=plan.purpose,
        due_at=cause.at,
        created_at=at,
    )
    if isinstance(cause, Due):
        assert isinstance(plan, Schedule)
        its = {"schedule_id": plan.id, "occasion": plan.occasion.type, "day": cause.day}
        return new.model_copy(update=its)
    orders = standing.summary.orders if cause.asked.unless_ordered else None
    asked = {"asked": cause.asked, "publication_id": cause.asked.publication_id, "orders": orders}
    return new.model_copy(update=asked)
