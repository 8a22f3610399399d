"""What becomes of a message that is due, from all that is known at the moment of sending.

    the schedule is off, or was switched on after the run      schedule_inactive   ┐
    the customer is forgotten                                  customer_gone       │ of one that is not in the ledger
    their occasion is another day, or its run still to come    not_due             │ nothing is written: never due
    the audience is a segment that they are not in             not_in_audience     ┘
    its run was more than a week ago                           too_late
    the campaign is off, over or gone                          campaign_inactive
    the templates of all channels are gone                     template_gone
    the gate (``contact_policy``)                              Send, Defer, Drop
    it would come more than a week late                        what kept it

Whatever is in the ledger ends there with the reason. A run once made is made: a birthday that is edited afterwards
brings nothing more this year, because the ledger has one entry a year.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from shared.domain.calendar.agenda import LATEST
from shared.domain.calendar.occasions import is_of, still_due
from shared.domain.calendar.schedules import Schedule
from shared.domain.campaigns import Campaign
from shared.domain.customers import Customer
from shared.domain.post import contact_policy
from shared.domain.post.consents import Consents
from shared.domain.post.contact_policy import ContactPolicy, Contacts, Defer, Drop, Send
from shared.domain.post.deliveries import Channel, Delivery, Due
from shared.domain.post.templates import MessageTemplate
from shared.domain.projects import Project
from shared.domain.publications import Known


class Overtaken(Exception):
    """Somebody else works on the delivery, or has written to its customer, since they were read: look again."""


class Standing(NamedTuple):
    """What is known of a message that is due."""

    delivery: Delivery | None
    """Its entry in the ledger."""
    schedule: Schedule | None
    campaign: Campaign | None
    templates: Mapping[Channel, MessageTemplate]
    customer: Customer | None
    inside: bool
    """Whether the audience is everybody, or a segment that the customer is in."""
    consents: Consents
    contacts: Contacts
    policy: ContactPolicy
    published: Known
    """What is known of the publication that tells the code."""

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


def judge(standing: Standing, due: Due, *, at: datetime) -> Send | Defer | Drop | None:
    """What becomes of a message that is due; None: nothing, and nothing is written of it."""
    if reason := void(standing, due):
        return Drop(reason) if standing.delivery else None
    schedule, customer, campaign = standing.schedule, standing.customer, standing.campaign
    assert schedule
    assert customer
    if at - due.at > LATEST:
        return Drop("too_late")
    if campaign is None or _is_over(campaign, at):
        return Drop("campaign_inactive")
    channels: list[Channel] = [channel for channel in schedule.channels if channel in standing.templates]
    if not channels:
        return Drop("template_gone")
    verdict = contact_policy.judge(
        channels,
        schedule.purpose,
        addresses=_addresses(customer),
        consents=standing.consents,
        contacts=standing.others,
        policy=standing.policy,
        zone=customer.residence.zone(standing.project.zone),
        at=at,
    )
    if isinstance(verdict, Defer) and verdict.until - due.at > LATEST:
        return Drop(verdict.reason)
    return verdict


def void(standing: Standing, due: Due) -> str | None:
    """Why a message is not due, or no more; None where it is."""
    schedule, customer = standing.schedule, standing.customer
    if schedule is None or not schedule.active:
        return "schedule_inactive"
    # Told to run at other times, a schedule begins anew; but what waits already has no other run to come.
    since = (schedule.on_since or schedule.active_since) if standing.delivery else schedule.active_since
    if since and due.at < since:
        return "schedule_inactive"
    if customer is None:
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


def _is_over(campaign: Campaign, at: datetime) -> bool:
    over = campaign.expiration_date is not None and campaign.expiration_date <= at
    return campaign.deleted or not campaign.active or over


def _addresses(customer: Customer) -> dict[Channel, str]:
    its = {"email": customer.profile.email, "sms": customer.profile.phone}
    return {channel: address for channel, address in its.items() if address}  # type: ignore[misc]
