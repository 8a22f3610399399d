"""What vouchers, campaigns, publications and rules may be asked about, and the actions that make them."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from shared.domain.attributes.kinds import COMMON, code, date, number, state, text, tree, truth, word
from shared.domain.campaigns import Campaign
from shared.domain.filters import Attributes
from shared.domain.vouchers import Made


def _its(campaign: Campaign | None, field: str) -> Any:
    return getattr(campaign, field) if campaign else None


def _discount(made: Made) -> Any:
    return made.voucher.discount or _its(made.campaign, "discount")


VOUCHERS: Attributes = {
    "id": text(lambda made: made.voucher.id),
    "code": code(lambda made: made.voucher.code),
    "type": word(lambda made: made.voucher.type),
    "campaign": text(lambda made: (made.voucher.campaign, made.voucher.campaign_id)),
    "campaign_id": text(lambda made: made.voucher.campaign_id),
    "category": text(lambda made: made.voucher.category),
    "holder_id": text(lambda made: made.voucher.holder_id),
    "active": truth(lambda made: made.voucher.active),
    "is_referral_code": truth(lambda _: False),
    "start_date": date(lambda made: made.voucher.start_date or _its(made.campaign, "start_date")),
    "expiration_date": date(lambda made: made.voucher.expiration_date or _its(made.campaign, "expiration_date")),
    "created_at": date(lambda made: made.voucher.created_at),
    "updated_at": date(lambda made: made.voucher.updated_at),
    "additional_info": text(lambda made: made.voucher.additional_info),
    "redemption.quantity": number(lambda made: made.voucher.quantity),
    "redemption.redeemed_quantity": number(lambda made: made.voucher.redeemed_quantity),
    "publish.count": number(lambda made: made.voucher.published),
    "discount.type": word(lambda made: getattr(_discount(made), "type", None)),
    "discount.amount_off": number(lambda made: getattr(_discount(made), "amount_off", None)),
    "discount.percent_off": number(lambda made: getattr(_discount(made), "percent_off", None)),
    "discount.fixed_amount": number(lambda made: getattr(_discount(made), "fixed_amount", None)),
    "gift.amount": number(lambda made: made.voucher.income if made.voucher.gift else None),
    "gift.balance": number(lambda made: made.voucher.balance if made.voucher.gift else None),
    "metadata": tree(lambda made: made.voucher.metadata),
}
"""Of a voucher with its campaign, as an answer shows it."""


def _switches(campaign: Campaign) -> Callable[[datetime], frozenset[str]]:
    def told(at: datetime) -> frozenset[str]:
        return frozenset(_switched(campaign, at))

    return told


def _switched(campaign: Campaign, at: datetime) -> Iterator[str]:
    yield "enabled" if campaign.active else "disabled"
    expired = campaign.expiration_date is not None and campaign.expiration_date <= at
    started = campaign.start_date is None or campaign.start_date <= at
    if expired:
        yield "expired"
    if campaign.active and started and not expired:
        yield "active"


def _statuses(campaign: Campaign) -> Callable[[datetime], frozenset[str]]:
    def told(at: datetime) -> frozenset[str]:
        return frozenset(_status(campaign, at))

    return told


def _status(campaign: Campaign, at: datetime) -> Iterator[str]:
    if campaign.creation_status != "DONE":
        yield campaign.creation_status.lower()
        return
    yield "active"
    if campaign.expiration_date and campaign.expiration_date <= at:
        yield "expired"
    if campaign.start_date and at < campaign.start_date:
        yield "before_start"


CAMPAIGNS: Attributes = {
    **COMMON,
    "name": text(lambda campaign: campaign.name),
    "campaigns": text(lambda campaign: campaign.name),
    "campaigns_id": text(lambda campaign: campaign.id),
    "campaign_type": word(lambda campaign: campaign.campaign_type),
    "campaign_status": word(lambda campaign: campaign.creation_status),
    "type": word(lambda campaign: campaign.type),
    "voucher_type": word(lambda campaign: "GIFT_VOUCHER" if campaign.gift else "DISCOUNT_VOUCHER"),
    "is_referral_code": truth(lambda _: False),
    "category": text(lambda campaign: campaign.category),
    "categories": text(lambda campaign: campaign.category),
    "description": text(lambda campaign: campaign.description),
    "created_date": date(lambda campaign: campaign.created_at),
    "start_date": date(lambda campaign: campaign.start_date),
    "expiration_date": date(lambda campaign: campaign.expiration_date),
    "vouchers_count": number(lambda campaign: campaign.vouchers_count),
    "active": state(_switches, "enabled", "disabled", "expired", "active"),
    "status": state(_statuses, "active", "failed", "in_progress", "expired", "before_start"),
    "metadata": tree(lambda campaign: campaign.metadata),
}


PUBLICATIONS: Attributes = {
    "id": text(lambda published: published.publication.id),
    "created_at": date(lambda published: published.publication.created_at),
    "result": word(lambda _: "SUCCESS"),
    "failure_code": text(lambda _: None),
    "customer_id": text(lambda published: published.publication.customer_id),
    "voucher_code": code(lambda published: published.publication.codes),
    "voucher_type": word(lambda published: tuple(voucher.type for voucher in published.vouchers)),
    "related_object_id": text(lambda published: tuple(voucher.id for voucher in published.vouchers)),
    "campaign": text(lambda published: (_its(published.campaign, "name"), published.publication.campaign_id)),
    "campaign_name": text(lambda published: _its(published.campaign, "name")),
    "parent_object_id": text(lambda published: published.publication.campaign_id),
    "source_id": text(lambda published: published.publication.source_id),
    "tracking_id": text(lambda published: published.customer and published.customer.profile.source_id),
    "channel": word(lambda _: "API"),
    "is_referral_code": truth(lambda _: False),
    "metadata": tree(lambda published: published.publication.metadata),
}


ASYNC_ACTIONS: Attributes = {
    **COMMON,
    "type": word(lambda action: action.type),
    "status": word(lambda action: action.status),
    "request_id": text(lambda action: action.request_id),
}


RULES: Attributes = {
    **COMMON,
    "name": text(lambda rule: rule.name),
    "type": text(lambda rule: rule.type),
    "context_type": text(lambda rule: rule.context_type),
    "assignments_count": number(lambda rule: rule.assignments_count),
}

ASSIGNMENTS: Attributes = {
    "id": text(lambda assignment: assignment.id),
    "created_at": date(lambda assignment: assignment.created_at),
    "rule_id": text(lambda assignment: assignment.rule_id),
    "related_object_id": text(lambda assignment: assignment.related_object_id),
    "related_object_type": text(lambda assignment: assignment.related_object_type),
}
