"""What each kind of thing may be asked about, by the names that the contract has for it in filters and in ``order``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.domain.campaigns import Campaign
from shared.domain.codes import normal_form
from shared.domain.filters import Attribute, Attributes, Sort
from shared.domain.summaries import Person
from shared.domain.vouchers import Made

if TYPE_CHECKING:  # a redemption is of a checkout, which has rules, which ask for these attributes of customers
    from shared.domain.redemptions import Redemption


def text(of: Callable[[Any], Any]) -> Attribute:
    return Attribute(Sort.TEXT, of)


def word(of: Callable[[Any], Any]) -> Attribute:
    """One of the contract's own words, which it writes in capital letters."""
    return Attribute(Sort.TEXT, of, form=str.upper)


def number(of: Callable[[Any], Any]) -> Attribute:
    return Attribute(Sort.NUMBER, of)


def date(of: Callable[[Any], Any]) -> Attribute:
    return Attribute(Sort.DATE, of)


def truth(of: Callable[[Any], Any]) -> Attribute:
    return Attribute(Sort.TRUTH, of)


def tree(of: Callable[[Any], Any]) -> Attribute:
    """Whatever is below it, ``metadata.club``, is one as well."""
    return Attribute(Sort.ANY, of)


def code(of: Callable[[Any], Any]) -> Attribute:
    """A code is the same in any spelling."""
    return Attribute(Sort.TEXT, of, form=normal_form)


def email(of: Callable[[Any], Any]) -> Attribute:
    return Attribute(Sort.TEXT, of, form=lambda address: address.strip().lower())


def state(of: Callable[[Any], Callable[[datetime], Any]], *states: str) -> Attribute:
    return Attribute(Sort.STATE, of, states=states)


def membership(of: Callable[[Any], Any]) -> Attribute:
    return Attribute(Sort.MEMBERSHIP, of)


def family(inner: Callable[[str], Attribute | None]) -> Attribute:
    """Attributes by the names that things have: ``events.signed_up.count``."""
    return Attribute(Sort.STATE, lambda _: None, inner=inner)


COMMON: Attributes = {
    "created_at": date(lambda thing: thing.created_at),
    "updated_at": date(lambda thing: thing.updated_at),
    "id": text(lambda thing: thing.id),
}


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


def _related(record: Redemption) -> str:
    """The voucher of a record, whose id is in the record's own; of a stack, the stack itself."""
    return f"v_{record.id.partition('_')[2][:16]}" if record.code else record.id


REDEMPTIONS: Attributes = {
    "id": text(lambda record: record.id),
    "object": text(lambda record: record.object),
    "date": date(lambda record: record.date),
    "created_at": date(lambda record: record.date),
    "result": word(lambda record: "FAILURE" if record.status == "FAILED" else "SUCCESS"),
    "status": word(lambda record: record.status),
    "failure_code": text(lambda record: record.failure_code),
    "voucher_code": code(lambda record: record.code),
    "campaign": text(lambda record: (record.campaign, record.campaign_id)),
    "campaign_name": text(lambda record: record.campaign),
    "customer_id": text(lambda record: record.customer_id),
    "order_id": text(lambda record: record.order_id),
    "tracking_id": text(lambda record: record.tracking_id),
    "related_object_id": text(_related),
    "related_object_parent_id": text(lambda record: record.campaign_id),
    "parent_redemption_id": text(lambda record: record.parent),
    "user_login": text(lambda _: None),
    "amount": number(lambda record: record.amount),
    "metadata": tree(lambda record: record.metadata),
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


def _said(field: str) -> Callable[[Any], Any]:
    """What a customer's profile says."""
    return lambda person: getattr(person.customer.profile, field)


def _address(person: Person) -> dict[str, Any] | None:
    address = person.customer.profile.address
    return address.model_dump() if address else None


def _of_event(path: str) -> Attribute | None:
    """What is known of an event of a name, which may itself have dots: how often it happened, and when last."""
    name, _, what = path.rpartition(".")
    if name and what == "count":
        return number(lambda person: person.summary.events[name].times if name in person.summary.events else 0)
    if name and what == "last":
        return date(lambda person: person.summary.events[name].last if name in person.summary.events else None)
    return None


CUSTOMERS: Attributes = {
    "id": text(lambda person: person.customer.id),
    "created_at": date(lambda person: person.customer.created_at),
    "updated_at": date(lambda person: person.customer.updated_at),
    "source_id": text(_said("source_id")),
    "name": text(_said("name")),
    "email": email(_said("email")),
    "phone": text(_said("phone")),
    "description": text(_said("description")),
    "city": text(lambda person: (_address(person) or {}).get("city")),
    "birthday": date(_said("birthday")),
    "birthdate": date(_said("birthdate")),
    "address": tree(_address),
    "metadata": tree(_said("metadata")),
    "summary.orders.total_count": number(lambda person: person.summary.orders),
    "summary.orders.total_amount": number(lambda person: person.summary.amount),
    "summary.orders.average_amount": number(lambda person: person.summary.average),
    "summary.orders.last_order_amount": number(lambda person: person.summary.last and person.summary.last.amount),
    "summary.orders.last_order_date": date(lambda person: person.summary.last and person.summary.last.at),
    "summary.redemptions.total_redeemed": number(lambda person: person.summary.succeeded + person.summary.failed),
    "summary.redemptions.total_succeeded": number(lambda person: person.summary.succeeded),
    "summary.redemptions.total_failed": number(lambda person: person.summary.failed),
    "summary.redemptions.total_rolled_back": number(lambda person: person.summary.rolled_back),
    "events": family(_of_event),
    "segment": membership(lambda person: person.segments),
    "segment_id": membership(lambda person: person.segments),
}
"""Of a customer with what their history comes to."""

SEGMENTS: Attributes = {
    **COMMON,
    "name": text(lambda segment: segment.name),
    "type": text(lambda segment: segment.type),
}

ORDERS: Attributes = {
    **COMMON,
    "source_id": text(lambda order: order.order.source_id),
    "status": word(lambda order: order.status),
    "customer_id": text(lambda order: order.customer_id),
    "amount": number(lambda order: order.order.total),
    "discount_amount": number(lambda order: order.discount),
    "total_amount": number(lambda order: order.order.total - order.discount),
    "metadata": tree(lambda order: order.order.metadata),
}

_CATALOGUE: Attributes = {
    **COMMON,
    "source_id": text(lambda thing: thing.source_id),
    "price": number(lambda thing: thing.price),
    "image_url": text(lambda thing: thing.image_url),
    "metadata": tree(lambda thing: thing.metadata),
    "object": text(lambda thing: thing.object),
}

PRODUCTS: Attributes = {
    **_CATALOGUE,
    "name": text(lambda product: product.name),
    "attributes": text(lambda product: product.attributes),
}

SKUS: Attributes = {
    **_CATALOGUE,
    "sku": text(lambda sku: sku.sku),
    "product_id": text(lambda sku: sku.product_id),
    "currency": word(lambda sku: sku.currency),
    "attributes": tree(lambda sku: sku.attributes),
}

CATALOGUE: Attributes = {
    **_CATALOGUE,
    "name": text(lambda thing: thing.name),
    "product_id": text(lambda thing: thing.product_id if thing.object == "sku" else thing.id),
    "attributes": tree(lambda thing: thing.attributes),
}
"""Of a product or a SKU alike, as an auto-update collection asks."""


def _of_known(of: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda shown: shown.known and of(shown.known)


COLLECTED: Attributes = {
    **{path: attribute._replace(of=_of_known(attribute.of)) for path, attribute in CATALOGUE.items()},
    "id": text(lambda shown: shown.id),
    "object": text(lambda shown: shown.member.object),
}
"""Of a member of a collection, as far as the catalogue knows it."""

COLLECTIONS: Attributes = {
    **COMMON,
    "name": text(lambda collection: collection.name),
    "type": word(lambda collection: collection.type),
}
