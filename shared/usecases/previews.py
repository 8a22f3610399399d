"""Show what a message would say to somebody. It is written as if it left, and nothing is done: no code is drawn."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, Protocol

from shared.domain.campaigns import Campaign
from shared.domain.customers import Customer
from shared.domain.discounts import AmountOff
from shared.domain.errors import InvalidPayload
from shared.domain.post.deliveries import Message, Purpose
from shared.domain.post.previews import Preview, Texted
from shared.domain.post.templates import MessageTemplate
from shared.domain.projects import Project
from shared.domain.summaries import Person
from shared.domain.vouchers import Made, Voucher
from shared.usecases.campaigns import voucher_of

SAMPLE = "X"
"""Stands in a sample code for what would be drawn, if the campaign's codes can hold it."""
SAMPLE_CODE = "SAMPLE-CODE"


class Wish(NamedTuple):
    """Which template, for whom, with which offer: this voucher, some code of this campaign, or any."""

    template_id: str
    customer: str
    campaign: str | None = None
    voucher: str | None = None
    locale: str | None = None
    """Asked for; else the customer's own."""
    purpose: Purpose = "marketing"


class Letter(NamedTuple):
    """What is to be written."""

    template: MessageTemplate
    customer: Customer
    voucher: Voucher
    campaign: Campaign | None
    locale: str | None
    purpose: Purpose
    project: Project
    at: datetime


class Templates(Protocol):
    def get(self, id_: str) -> MessageTemplate: ...


class Customers(Protocol):
    def get(self, name: str) -> Person: ...
    def settled(self) -> Project: ...


class Campaigns(Protocol):
    def get(self, id_or_name: str) -> Campaign: ...


class Vouchers(Protocol):
    def get(self, code: str) -> Made: ...


def preview(
    wish: Wish,
    *,
    at: datetime,
    project: str,
    templates: Templates,
    customers: Customers,
    campaigns: Campaigns,
    vouchers: Vouchers,
    write: Callable[[Letter], tuple[Message, Texted | None]],
) -> Preview:
    """What a template would say.

    Raises:
        NotFound: no such template, customer, campaign or voucher; InvalidPayload: if both of the last are named;
        PromotionError: ``template_failed``, if no message can be made of what is known of them.
    """
    if wish.campaign and wish.voucher:
        raise InvalidPayload("voucher: either a voucher or a campaign is named, not both")
    template = templates.get(wish.template_id)
    customer = customers.get(wish.customer).customer
    if wish.voucher:
        voucher, campaign = vouchers.get(wish.voucher)
    else:
        campaign = campaigns.get(wish.campaign) if wish.campaign else None
        voucher = _sample(campaign, project, at)
    locale = wish.locale or customer.profile.locale
    settled = customers.settled()
    message, texted = write(Letter(template, customer, voucher, campaign, locale, wish.purpose, settled, at))
    return Preview(message, locale, template.chosen(locale).tag, texted)


def _sample(campaign: Campaign | None, project: str, at: datetime) -> Voucher:
    if campaign is None:
        return Voucher(id="", code=SAMPLE_CODE, discount=AmountOff(amount_off=2_000), created_at=at)
    code = campaign.code_config.draw(lambda letters: SAMPLE if SAMPLE in letters else letters[-1])
    return voucher_of(campaign, code, project=project, at=at)
