"""Send a message that a shop asks for, now and through the same gate as all others; or tell what would become of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, Protocol

from shared.domain.campaigns import Campaign
from shared.domain.errors import Busy, Conflict, InvalidPayload
from shared.domain.post.contact_policy import ContactPolicy, Defer, Drop, Send, refuse_unknown_topic
from shared.domain.post.deliveries import Asked, Channel, Delivery, OnDemand, Purpose
from shared.domain.post.judging import Standing, best, judge, refuse_unfounded
from shared.domain.post.templates import MessageTemplate
from shared.usecases.deliver import Means, Post, UnderWay, begun, deliver


class Demand(NamedTuple):
    """What a shop asks to send, by the names that it knows."""

    customer_id: str
    publication_id: str | None = None
    campaign: str | None = None
    """Its id or its name."""
    template: str | None = None
    templates: Mapping[Channel, str] = {}
    """In order of preference, where it is not the one."""
    channel: Channel | None = None
    """The only one, where it is said."""
    purpose: Purpose = "marketing"
    topic: str | None = None
    unless_ordered: bool = False


class Campaigns(Protocol):
    def get(self, id_or_name: str) -> Campaign: ...


class Templates(Protocol):
    def get(self, id_: str) -> MessageTemplate: ...


class Policies(Protocol):
    def get(self) -> ContactPolicy: ...


class Foreseeing(Post, Protocol):
    def has_code(self, campaign: Campaign) -> bool: ...


def asked(demand: Demand, *, campaigns: Campaigns, templates: Templates, policies: Policies) -> Asked:
    """What is asked for, by its ids.

    Raises:
        NotFound: no such campaign or template; InvalidPayload: naming what is missing, or does not go together.
    """
    if (demand.publication_id is None) == (demand.campaign is None):
        raise InvalidPayload("publication: either a publication or a campaign must be named")
    if (demand.template is None) == (not demand.templates):
        raise InvalidPayload("template: either a template or templates must be named")
    if demand.topic:
        refuse_unknown_topic(demand.topic, policies.get())
    named = _one(demand, templates) if demand.template else _each(demand, templates)
    return Asked(
        channels=tuple(named),
        templates=named,
        campaign_id=campaigns.get(demand.campaign).id if demand.campaign else None,
        publication_id=demand.publication_id,
        purpose=demand.purpose,
        topic=demand.topic,
        unless_ordered=demand.unless_ordered,
    )


def _one(demand: Demand, templates: Templates) -> dict[Channel, str]:
    """The only template, whose channel is the only one."""
    template = templates.get(demand.template or "")
    if demand.channel not in (None, template.channel):
        raise InvalidPayload(f"template: is a template for {template.channel}")
    return {template.channel: template.id}


def _each(demand: Demand, templates: Templates) -> dict[Channel, str]:
    """The template of each channel; of the only one, where it is said."""
    for channel, id_ in demand.templates.items():
        template = templates.get(id_)
        if template.channel != channel:
            raise InvalidPayload(f"templates.{channel}: is a template for {template.channel}")
    if demand.channel is None:
        return dict(demand.templates)
    if demand.channel not in demand.templates:
        raise InvalidPayload("channel: none of the templates is for it")
    return {demand.channel: demand.templates[demand.channel]}


def send(cause: OnDemand, means: Means, *, at: datetime, again: bool = False) -> Delivery:
    """What came of a message that was asked for. ``again`` says that it may have been asked for before under its id:
    then it goes on with what has come of it, and at most one message leaves.

    Raises:
        NotFound: no such customer or publication; InvalidPayload: if that is another's; Conflict: if something else was
            asked for under its id; Busy: if somebody else is at it, or others kept changing what it touches.
    """
    known = means.post.find(cause.id) if again else None
    if known and (known.customer_id, known.asked) != (cause.customer_id, cause.asked):
        raise Conflict(
            "idempotency_key_conflict",
            "Idempotency key conflict",
            details="Idempotency-Key: was used with another request",
        )
    try:
        done = deliver(known.cause if known else cause, means, at=at)
    except UnderWay:
        raise Busy from None
    done = done or means.post.find(cause.id)
    assert done, "whatever was asked for stands in the ledger"
    return done


def foresee(cause: OnDemand, post: Foreseeing, *, at: datetime) -> Delivery:
    """What would come of a message now: the same judgement, and nothing is written, drawn or sent. What only the
    sending itself finds out, it cannot know: that a channel refuses an address, or that the template cannot be filled
    in.

    Raises:
        NotFound, InvalidPayload: as ``send``.
    """
    standing = post.standing(cause, at=at)
    refuse_unfounded(standing, cause)
    entry = begun(cause, standing, project=post.project, at=at)
    match judge(standing, cause, at=at):
        case Send(channel):
            return _leaving(entry, channel, standing, post, at)
        case Defer(until, reason):
            return entry.deferred(until, reason, at)
        case Drop(reason):
            return entry.dropped(reason, at)
        case None:
            raise AssertionError("what is asked for is always judged")


def _leaving(entry: Delivery, channel: Channel, standing: Standing, post: Foreseeing, at: datetime) -> Delivery:
    told, campaign = standing.given, standing.campaign
    first = campaign and campaign.join_once and standing.published.joined  # whoever joins once is told the first code
    if campaign and not told and not first and not post.has_code(campaign):
        return entry.dropped("no_voucher_left", at)
    its = {"channel": channel, "template_id": standing.templates[channel].id}
    its |= {"code": best(told, at=at).code} if told else {}
    return entry.model_copy(update={**its, "status": "SENT", "updated_at": at})
