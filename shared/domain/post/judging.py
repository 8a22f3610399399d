"""What becomes of a message, from all that is known at the moment of sending.

    the schedule is off, or was switched on after the run      schedule_inactive   ┐
    the customer is forgotten, even if they came back since    customer_gone       │ of one that is due and not in the
    their occasion is another day, or its run still to come    not_due             │ ledger nothing is written
    the audience is a segment that they are not in             not_in_audience     ┘
    its run was more than a week ago                           too_late
    the publication is gone, or another customer's             publication_gone    ┐
    the campaign is off, over or gone                          campaign_inactive   │
    they have said yes or no to the offer                      accepted, declined  │ it is of no use any more
    they have ordered, and it was to go out unless they do     already_bought      │
    the code is used, over or gone                redeemed, voucher_used_up,       │
                                                  voucher_expired, voucher_gone    ┘
    the templates of all channels are gone                     template_gone
    the gate (``contact_policy``)                              Send, Defer, Drop
    it would come more than a week late                        what kept it
    it would come when its code is over                        voucher_expired

Whatever is in the ledger ends there with the reason. A run once made is made: a birthday that is edited afterwards
brings nothing more this year, because the ledger has one entry a year. What a shop has asked for has no run that it
could miss: it is too late when it has waited for as long as anything may.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from shared.domain.calendar.agenda import LATEST
from shared.domain.calendar.occasions import is_of, still_due
from shared.domain.calendar.schedules import Schedule
from shared.domain.campaigns import Campaign
from shared.domain.customers import Customer
from shared.domain.errors import InvalidPayload, NotFound
from shared.domain.post import contact_policy
from shared.domain.post.addresses import addresses_of
from shared.domain.post.consents import Consents
from shared.domain.post.contact_policy import LONGEST_WAIT, ContactPolicy, Contacts, Defer, Drop, Send
from shared.domain.post.deliveries import Asked, Cause, Channel, Delivery, Due, OnDemand
from shared.domain.post.suppressions import Suppression
from shared.domain.post.templates import MessageTemplate
from shared.domain.projects import Project
from shared.domain.publications import Known, Publication, Response
from shared.domain.summaries import Summary
from shared.domain.vouchers import Voucher


class Overtaken(Exception):
    """Somebody else works on the delivery, or has written to its customer, since they were read; or the customer has
    answered the offer, used it, or said something else of consent: look again.
    """


Plan = Schedule | Asked
"""What is to be sent: as a schedule has it, or as it was asked for."""


class Standing(NamedTuple):
    """What is known of a message."""

    delivery: Delivery | None
    """Its entry in the ledger."""
    plan: Plan | None
    """None where there is no such schedule."""
    campaign: Campaign | None
    templates: Mapping[Channel, MessageTemplate]
    customer: Customer | None
    summary: Summary
    inside: bool
    """Whether the audience is everybody, or a segment that the customer is in."""
    consents: Consents
    contacts: Contacts
    policy: ContactPolicy
    published: Known
    """What is known of the publication that tells the code."""
    given: Sequence[Voucher] = ()
    """The vouchers of that publication, where there is one."""
    answered: Response | None = None
    """What they have said to the offer, where that stands in the way."""
    suppressed: Mapping[Channel, Suppression] = {}
    webhook: bool = False
    """Whether the shop takes what is for its app and its pages."""

    @property
    def project(self) -> Project:
        return self.published.project

    @property
    def others(self) -> Contacts:
        """The messages to this customer but for this one, which may have been about to leave before."""
        entry = self.delivery
        if entry is None or entry.contact_at is None:
            return self.contacts
        sent = self.contacts.sent
        own = next((it for it in sent if (it.at, it.channel) == (entry.contact_at, entry.channel)), None)
        return self.contacts.model_copy(update={"sent": tuple(it for it in sent if it is not own)})


def judge(standing: Standing, cause: Cause, *, at: datetime) -> Send | Defer | Drop | None:
    """What becomes of a message; None: nothing, and nothing is written of it."""
    if isinstance(cause, Due) and (reason := void(standing, cause)):
        return Drop(reason) if standing.delivery else None
    if reason := useless(standing, cause, at=at):
        return Drop(reason)
    plan, customer = standing.plan, standing.customer
    assert plan
    assert customer
    verdict = contact_policy.judge(
        [channel for channel in plan.channels if channel in standing.templates],
        plan.purpose,
        addresses=addresses_of(customer, webhook=standing.webhook),
        consents=standing.consents,
        contacts=standing.others,
        policy=standing.policy,
        zone=customer.residence.zone(standing.project.zone),
        at=at,
        suppressed=standing.suppressed,
        topic=plan.topic,
        capped=standing.delivery is not None and standing.delivery.held_by == "frequency_cap",
    )
    if isinstance(verdict, Defer):
        if verdict.until > latest(cause):
            return Drop(verdict.reason)
        if _is_over_by(standing, verdict.until):
            return Drop("voucher_expired")
    return verdict


def refuse_unfounded(standing: Standing, cause: OnDemand) -> None:
    """Raise for what is asked for and never could be sent.

    Raises:
        NotFound: no such customer or publication; InvalidPayload: if the publication is another customer's.
    """
    publication, named = standing.published.publication, cause.asked.publication_id
    if standing.customer is None:
        raise NotFound("customer", cause.customer_id)
    if named and publication is None:
        raise NotFound("publication", named)
    if named and not _is_theirs(publication, cause):
        raise InvalidPayload("publication: is another customer's")


def latest(cause: Cause) -> datetime:
    """The last instant at which a message may leave."""
    return cause.at + (LATEST if isinstance(cause, Due) else LONGEST_WAIT)


def void(standing: Standing, due: Due) -> str | None:
    """Why a message is not due, or no more; None where it is."""
    schedule, customer = standing.plan, standing.customer
    if not isinstance(schedule, Schedule) or not schedule.active:
        return "schedule_inactive"
    # Told to run at other times, a schedule begins anew; but what waits already has no other run to come.
    since = (schedule.on_since or schedule.active_since) if standing.delivery else schedule.active_since
    if since and due.at < since:
        return "schedule_inactive"
    if customer is None or _is_another(standing):
        return "customer_gone"
    home = standing.project.zone
    # What stands in the ledger has had its run: where they live now there will be no other for it.
    theirs = (
        is_of(schedule, customer, due.day, home=home)
        if standing.delivery
        else still_due(schedule, customer, due, home=home)
    )
    if not theirs:
        return "not_due"
    return None if standing.inside else "not_in_audience"


def useless(standing: Standing, cause: Cause, *, at: datetime) -> str | None:
    """Why a message is of no use any more, or cannot be written; None where it is and can."""
    if standing.customer is None or _is_another(standing):
        return "customer_gone"
    if at > latest(cause):
        return "too_late"
    if reason := _without_offer(standing, cause, at) or _without_use(standing, cause, at):
        return reason
    assert standing.plan
    return None if any(it in standing.templates for it in standing.plan.channels) else "template_gone"


def _is_another(standing: Standing) -> bool:
    """Whether the message is older than its customer: it was for one who is forgotten, and came back under their id."""
    entry, customer = standing.delivery, standing.customer
    return entry is not None and customer is not None and customer.created_at > entry.created_at


def _without_offer(standing: Standing, cause: Cause, at: datetime) -> str | None:
    """Why there is nothing that could be offered."""
    publication, campaign = standing.published.publication, standing.campaign
    named = isinstance(cause, OnDemand) and cause.asked.publication_id is not None
    if named and not _is_theirs(publication, cause):
        return "publication_gone"
    if named and publication and publication.campaign_id is None:
        return None
    on = campaign is not None and campaign.active and not campaign.deleted and not _ended(campaign, at)
    return None if on else "campaign_inactive"


def _without_use(standing: Standing, cause: Cause, at: datetime) -> str | None:
    """Why they need not be told of the offer."""
    if standing.answered:
        return standing.answered.response.lower()
    if isinstance(cause, OnDemand) and cause.asked.unless_ordered and _has_ordered(standing, since=cause.at):
        return "already_bought"
    theirs = _is_theirs(standing.published.publication, cause)
    return spoilt(standing.given, at=at) if theirs else None


def _is_theirs(publication: Publication | None, cause: Cause) -> bool:
    return publication is not None and publication.customer_id == cause.customer_id


def spoilt(vouchers: Sequence[Voucher], *, at: datetime) -> str | None:
    """Why none of the vouchers is worth telling of; None where one is."""
    reasons = [_spoilt(voucher, at) for voucher in vouchers]
    return next(iter(reasons), "voucher_gone") if all(reasons) else None


def best(vouchers: Sequence[Voucher], *, at: datetime) -> Voucher:
    """The first voucher that is worth telling of, else the first."""
    return next((voucher for voucher in vouchers if _spoilt(voucher, at) is None), vouchers[0])


def _has_ordered(standing: Standing, *, since: datetime) -> bool:
    """Whether they have ordered since; also by an order that was open then and is paid now."""
    entry, summary = standing.delivery, standing.summary
    more = entry is not None and entry.orders is not None and summary.orders > entry.orders
    return more or (summary.last is not None and summary.last.at >= since)


def _is_over_by(standing: Standing, at: datetime) -> bool:
    """Whether a code that is good now is worth nothing at an instant."""
    ended = standing.campaign is not None and _ended(standing.campaign, at)
    return ended or (bool(standing.given) and spoilt(standing.given, at=at) is not None)


def _spoilt(voucher: Voucher, at: datetime) -> str | None:
    if voucher.deleted or not voucher.active:
        return "voucher_gone"
    if voucher.is_unique and voucher.redeemed_quantity and not (voucher.gift and voucher.balance):
        return "redeemed"
    if voucher.is_spent:
        return "voucher_used_up"
    return "voucher_expired" if _ended(voucher, at) else None


def _ended(thing: Voucher | Campaign, at: datetime) -> bool:
    return thing.expiration_date is not None and thing.expiration_date <= at
