"""What became of an offer: redeemed, refused, given back. Each is a record of its own, kept for ever."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from shared.domain.campaigns import Campaign
from shared.domain.checkout import Applicable, Checkout, Inapplicable, Skipped, Verdict
from shared.domain.customers import Customer
from shared.domain.ids import code_hash, timed
from shared.domain.model import Frozen, Instant, Metadata, iso
from shared.domain.orders import StoredOrder
from shared.domain.usages import Usage, Used, added
from shared.domain.vouchers import Redeemable, Voucher

Chance = Callable[[], str]
"""Where new ids get their chance from: 8 random hex digits a call."""


class Redemption(Frozen):
    """One record. Of a stack, the parent names no voucher and each child names its parent.

    ``amount``, ``discount`` and ``applied`` are the order's price, all that was taken off it so far, and what this
    offer took off, in minor units; ``credits`` is what a gift card paid of it. The record names its voucher, order and
    customer; what they are is theirs to say.
    """

    id: str
    date: Instant
    object: Literal["redemption", "redemption_rollback"] = "redemption"
    status: Literal["SUCCEEDED", "FAILED", "ROLLED_BACK"] = "SUCCEEDED"
    code: str | None = None
    campaign_id: str | None = None
    campaign: str | None = None
    customer_id: str | None = None
    customer_source_id: str | None = None
    order_id: str | None = None
    order_source_id: str | None = None
    """Of a refusal, which keeps neither customer nor order: how the caller named them."""
    parent: str | None = None
    children: tuple[str, ...] = ()
    session: str | None = None
    amount: int | None = None
    discount: int | None = None
    applied: int | None = None
    credits: int | None = None
    counted: dict[str, Used] | None = None
    """What it used of what was limited then, by the usage's name: a rollback gives it back to where it was taken."""
    failure_code: str | None = None
    failure_message: str | None = None
    tracking_id: str | None = None
    metadata: Metadata | None = None
    channel_id: str | None = None
    reason: str | None = None
    undoes: str | None = None
    """Of a rollback: the redemption that it gives back."""
    undone_by: str | None = None
    """Of a redemption that was given back: its rollback."""

    @property
    def uses(self) -> Mapping[Usage, Used]:
        """What it used of whatever was limited."""
        return {Usage.named(name): used for name, used in (self.counted or {}).items()}


class Offer(NamedTuple):
    """The voucher behind a record, as it is now; None where it was deleted or never was."""

    voucher: Voucher | None
    campaign: Campaign | None = None


class Told(NamedTuple):
    """Records with all that an answer tells about them: the order, the customer, and each record's offer."""

    records: tuple[Redemption, ...]
    parent: Redemption | None = None
    order: StoredOrder | None = None
    customer: Customer | None = None
    offers: Mapping[str, Offer] = {}
    """By code."""
    skipped: tuple[Skipped, ...] = ()
    inapplicable: tuple[Inapplicable, ...] = ()
    """Where a project redeems what it can: what could not be."""

    @property
    def credits(self) -> int:
        """What gift cards pay here, or get back, in minor units."""
        return sum(record.credits or 0 for record in self.records)

    @property
    def uses(self) -> Mapping[Usage, Used]:
        """What all of it used of whatever was limited."""
        return added(record.uses for record in self.records)

    @property
    def failure(self) -> Redemption | None:
        """The record of the refusal, if this is one."""
        first = self.records[0]
        return first if first.status == "FAILED" else None


class History(NamedTuple):
    """A list of records, with the offers (by code), orders and customers (by id) that they name."""

    records: Sequence[Redemption]
    offers: Mapping[str, Offer]
    orders: Mapping[str, StoredOrder]
    customers: Mapping[str, Customer]
    total: int


class Circumstances(NamedTuple):
    """Where, by whom, when, and with what chance records are made."""

    project: str
    channel_id: str
    at: datetime
    chance: Chance


class Buyer(NamedTuple):
    """Who buys, and what: the stored customer and order that a redemption will leave behind."""

    customer: Customer | None = None
    order: StoredOrder | None = None


def redeemed(verdict: Verdict, buyer: Buyer, made: Circumstances) -> Told:
    """The records of a valid verdict: one for each offer and, for more than one, their parent."""
    checkout = verdict.checkout
    parent_id = (
        timed("r", made.at, made.chance(), of=made.chance() + made.chance()) if len(verdict.applicable) > 1 else None
    )
    common = _common(checkout, buyer, made)
    records = tuple(
        _record(offer, common, parent_id, of=code_hash(made.project, offer.redeemable.voucher.code), chance=made.chance)
        for offer in verdict.applicable
    )
    parent = None
    if parent_id:
        price = verdict.price
        parent = Redemption(
            id=parent_id,
            children=tuple(record.id for record in records),
            amount=price and price.amount,
            discount=price and price.discount,
            applied=price and price.discount,
            **common,
        )
    order = buyer.order and _paid(buyer.order, verdict, records, parent, at=made.at)
    offers = {
        offer.redeemable.voucher.code: Offer(
            _used(offer.redeemable.voucher, 1, offer.credits or 0), offer.redeemable.campaign
        )
        for offer in verdict.applicable
    }
    return Told(records, parent, order, buyer.customer, offers, verdict.skipped, verdict.inapplicable)


def refused(verdict: Verdict, made: Circumstances) -> Told:
    """The record of a refusal: of the first offer, in the order of the request, that may not be used."""
    first = verdict.inapplicable[0]
    voucher = first.redeemable and first.redeemable.voucher
    code = voucher.code if voucher else first.named
    reason = first.reasons[0]
    checkout = verdict.checkout
    common = _common(checkout, Buyer(verdict.facts.customer), made)
    record = Redemption(
        id=timed("rf", made.at, made.chance(), of=code_hash(made.project, code)),
        status="FAILED",
        code=code,
        campaign_id=voucher and voucher.campaign_id,
        campaign=voucher and voucher.campaign,
        failure_code=reason.key,
        failure_message=reason.message,
        amount=checkout.order and checkout.order.total,
        customer_source_id=_unknown(verdict),
        order_id=verdict.facts.order and verdict.facts.order.id,
        order_source_id=order.source_id or order.id if (order := checkout.order) else None,
        **common,
    )
    redeemable: Redeemable | None = first.redeemable
    offers = {code: Offer(redeemable.voucher, redeemable.campaign)} if redeemable else {}
    facts = verdict.facts
    return Told((record,), order=facts.order, customer=facts.customer, offers=offers, inapplicable=verdict.inapplicable)


def rolled_back(
    records: tuple[Redemption, ...],
    parent: Redemption | None,
    order: StoredOrder | None,
    *,
    project: str,
    reason: str | None,
    tracking_id: str | None,
    at: datetime,
    chance: Chance,
) -> Told:
    """The records that give redemptions back: one for each, and a parent for a stack."""

    def undo(record: Redemption, of: str, parent_id: str | None) -> Redemption:
        return record.model_copy(
            update={
                "id": timed("rr", at, chance(), of=of),
                "object": "redemption_rollback",
                "date": at,
                "parent": parent_id,
                "children": (),
                "session": None,
                "reason": reason,
                "tracking_id": tracking_id or record.tracking_id,
                "undoes": record.id,
            }
        )

    undone_parent = undo(parent, chance() + chance(), None) if parent else None
    parent_id = undone_parent.id if undone_parent else None
    rollbacks = tuple(undo(record, code_hash(project, record.code or ""), parent_id) for record in records)
    if undone_parent:
        undone_parent = undone_parent.model_copy(update={"children": tuple(rollback.id for rollback in rollbacks)})
    if order:
        order = order.model_copy(update={"status": "CANCELED", "discount": 0, "offers": (), "updated_at": at})
    return Told(rollbacks, undone_parent, order)


def given_back(offers: Mapping[str, Offer], records: tuple[Redemption, ...]) -> dict[str, Offer]:
    """The offers of some records once each has its use back; a code that was deleted and made again was not used."""
    by_code = {record.code: record for record in records}

    def after(code: str, offer: Offer) -> Offer:
        record = by_code.get(code)
        if offer.voucher is None or record is None:
            return offer
        if record.date < offer.voucher.created_at:
            return Offer(None, offer.campaign)
        return Offer(_used(offer.voucher, -1, -(record.credits or 0)), offer.campaign)

    return {code: after(code, offer) for code, offer in offers.items()}


def _unknown(verdict: Verdict) -> str | None:
    """How a customer is named whom nobody knows; of one who is known, a record keeps the id and nothing else."""
    customer = verdict.checkout.customer
    return customer.source_id or customer.id if customer and not verdict.facts.customer else None


def _common(checkout: Checkout, buyer: Buyer, made: Circumstances) -> dict[str, Any]:
    common = {
        "date": made.at,
        "customer_id": buyer.customer and buyer.customer.id,
        "order_id": buyer.order and buyer.order.id,
        "session": checkout.session and checkout.session.key,
        "tracking_id": checkout.tracking_id,
        "metadata": checkout.metadata,
        "channel_id": made.channel_id,
    }
    return {name: value for name, value in common.items() if value is not None}


def _record(offer: Applicable, common: dict[str, Any], parent: str | None, *, of: str, chance: Chance) -> Redemption:
    price = offer.price
    return Redemption(
        id=timed("r", common["date"], chance(), of=of),
        code=offer.redeemable.voucher.code,
        campaign_id=offer.redeemable.voucher.campaign_id,
        campaign=offer.redeemable.voucher.campaign,
        parent=parent,
        amount=price and price.amount,
        discount=price and price.discount,
        applied=price and price.applied,
        credits=offer.credits,
        counted={usage.name: used for usage, used in offer.counts.items()} or None,
        **common,
    )


def _used(voucher: Voucher, more: int, credits_: int) -> Voucher:
    counters = {"redeemed_quantity": voucher.redeemed_quantity + more, "balance": voucher.balance - credits_}
    return voucher.model_copy(update=counters)


def _paid(
    order: StoredOrder, verdict: Verdict, records: tuple[Redemption, ...], parent: Redemption | None, *, at: datetime
) -> StoredOrder:
    named = [
        {
            "date": iso(at),
            "related_object_type": "voucher",
            "related_object_id": offer.redeemable.voucher.id,
        }
        for offer in verdict.applicable
    ]
    redemptions: dict[str, dict[str, Any]] = {record.id: entry for record, entry in zip(records, named, strict=True)}
    if parent:
        stacked = [record.id for record in records]
        redemptions = {parent.id: {"date": iso(at), "related_object_type": "redemption", "stacked": stacked}}
    update = {
        "status": "PAID",
        "discount": verdict.price.discount if verdict.price else 0,
        "redemptions": redemptions,
        "offers": tuple(redeemable.voucher.id for redeemable in verdict.facts.redeemables.values()),
        "updated_at": at,
    }
    return order.model_copy(update=update)
