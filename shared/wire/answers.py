"""How answers look: what the engine knows, laid out as the contract says. A field without a value is absent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from shared.domain.campaigns import Campaign
from shared.domain.checkout import Applicable, Inapplicable, Skipped, StackingRules, Verdict
from shared.domain.customers import Customer
from shared.domain.discounts import Discount
from shared.domain.errors import NotFound, PromotionError, Reason, Refused
from shared.domain.model import iso
from shared.domain.orders import Order, Price, StoredOrder
from shared.domain.redemptions import History, Offer, Redemption, Told
from shared.domain.vouchers import Made, Voucher

if TYPE_CHECKING:  # a function that tells nothing of these need not load them
    from shared.domain.actions import AsyncAction
    from shared.domain.publications import Published

Json = dict[str, Any]
NO_ASSIGNMENTS: Json = {"object": "list", "data_ref": "data", "data": [], "total": 0}


def present(**fields: Any) -> Json:
    """The fields that have a value.

    >>> present(code="MUG", category=None)
    {'code': 'MUG'}
    """
    return {name: value for name, value in fields.items() if value is not None}


def listed(ref: str, things: list[Json], **more: Any) -> Json:
    return {"object": "list", "data_ref": ref, ref: things, **more}


def discount(of: Discount) -> Json:
    return of.model_dump(mode="json", exclude_none=True)


def campaign(of: Campaign) -> Json:
    return present(
        id=of.id,
        name=of.name,
        description=of.description,
        campaign_type=of.campaign_type,
        type=of.type,
        voucher={
            "type": "DISCOUNT_VOUCHER",
            "discount": discount(of.discount),
            "redemption": {"quantity": of.quantity},
            "code_config": of.code_config.model_dump(exclude_none=True),
        },
        auto_join=False,
        join_once=of.join_once,
        use_voucher_metadata_schema=False,
        vouchers_count=of.vouchers_count,
        start_date=of.start_date and iso(of.start_date),
        expiration_date=of.expiration_date and iso(of.expiration_date),
        active=of.active,
        metadata=of.metadata,
        created_at=iso(of.created_at),
        updated_at=of.updated_at and iso(of.updated_at),
        category=of.category,
        creation_status=of.creation_status,
        vouchers_generation_status=of.creation_status,
        readonly=False,
        protected=False,
        categories=[],
        object="campaign",
        validation_rules_assignments=NO_ASSIGNMENTS,
    )


def voucher(of: Voucher, its: Campaign | None) -> Json:
    """A voucher; what it has from its campaign is shown as its own."""
    prices = of.discount or (its and its.discount)
    starts = of.start_date or (its and its.start_date)
    ends = of.expiration_date or (its and its.expiration_date)
    return present(
        id=of.id,
        code=of.code,
        campaign=of.campaign,
        campaign_id=of.campaign_id,
        category=of.category,
        type=of.type,
        discount=prices and discount(prices),
        start_date=starts and iso(starts),
        expiration_date=ends and iso(ends),
        active=of.active,
        additional_info=of.additional_info,
        metadata=of.metadata,
        is_referral_code=False,
        created_at=iso(of.created_at),
        updated_at=of.updated_at and iso(of.updated_at),
        holder_id=of.holder_id,
        object="voucher",
        publish={
            "object": "list",
            "count": of.published,
            "url": f"/v1/vouchers/{of.code}/publications?page=1&limit=10",
        },
        redemption={
            "quantity": of.quantity,
            "redeemed_quantity": of.redeemed_quantity,
            "object": "list",
            "url": f"/v1/vouchers/{of.code}/redemptions?page=1&limit=10",
        },
        categories=[],
        validation_rules_assignments=NO_ASSIGNMENTS,
    )


class Accepted(dict[str, Any]):
    """An answer that is a promise: HTTP 202."""


def made(of: Made) -> Json:
    """A voucher, with what it has from its campaign."""
    return voucher(of.voucher, of.campaign)


def promised(of: AsyncAction) -> Json:
    """Where to ask how the work goes."""
    return Accepted(async_action_id=of.id)


def voucher_or_promise(of: Made | AsyncAction) -> Json:
    """One new code at once, or where to ask for many."""
    return made(of) if isinstance(of, Made) else promised(of)


def campaigns(of: tuple[list[Campaign], int]) -> Json:
    return listed("campaigns", [campaign(one) for one in of[0]], total=of[1])


def vouchers(of: tuple[list[Made], int]) -> Json:
    return listed("vouchers", [made(one) for one in of[0]], total=of[1])


def customer(of: Customer) -> Json:
    """A customer as other things show one: enough to know who it is."""
    profile = of.profile
    return present(
        id=of.id,
        source_id=profile.source_id,
        name=profile.name,
        email=profile.email,
        metadata=profile.metadata or {},
        object="customer",
    )


def price(of: Price) -> Json:
    """An order discount fills ``discount_amount``; ``applied_*`` is what this one offer took off."""
    return {
        "amount": of.amount,
        "discount_amount": of.discount,
        "total_discount_amount": of.discount,
        "total_amount": of.total,
        "applied_discount_amount": of.applied,
        "total_applied_discount_amount": of.applied,
    }


def order(of: Order, cost: Price) -> Json:
    """An order as a validation shows it: not kept, only priced."""
    return present(
        source_id=of.source_id,
        **price(cost),
        initial_amount=cost.amount,
        items=_items(of),
        metadata=of.metadata or {},
        customer_id=None,
        object="order",
    )


def stored_order(of: StoredOrder, cost: Price | None = None) -> Json:
    cost = cost or Price(of.order.total, of.discount, of.discount)
    return {
        "id": of.id,
        **order(of.order, cost),
        **present(
            status=of.status,
            created_at=iso(of.created_at),
            updated_at=of.updated_at and iso(of.updated_at),
            customer_id=of.customer_id,
            customer=of.customer_id and {"id": of.customer_id, "object": "customer"},
            redemptions=of.redemptions,
        ),
    }


def validation(of: Verdict) -> Json:
    """What a validation says: for each offer what it would do, or why not."""
    checkout = of.checkout
    id_ = f"valid_{checkout.request_id.removeprefix('v-')}"
    skipped = [_skipped(offer) for offer in of.skipped]
    if of.valid:
        applicable = [_applicable(offer, checkout.order) for offer in of.applicable]
        return present(
            id=id_,
            valid=True,
            redeemables=applicable,
            skipped_redeemables=skipped or None,
            order=order(checkout.order, of.price._replace(applied=of.price.discount))
            if checkout.order and of.price
            else None,
            tracking_id=checkout.tracking_id,
            session=_session(of),
            stacking_rules=stacking(of.rules),
        )
    inapplicable = [_inapplicable(offer, checkout.request_id) for offer in of.inapplicable]
    in_order = {entry["id"]: entry for entry in (*inapplicable, *skipped)}
    return present(
        id=id_,
        valid=False,
        redeemables=[in_order[named] for named in checkout.named],
        skipped_redeemables=skipped or None,
        inapplicable_redeemables=inapplicable,
        tracking_id=checkout.tracking_id,
        stacking_rules=stacking(of.rules),
    )


def stacking(rules: StackingRules) -> Json:
    return rules._asdict()


def redemption(of: Redemption, told: Told, *, cost: bool = True) -> Json:
    """One record, with its order, customer and voucher."""
    offer = told.offers.get(of.code or "", Offer(None))
    at_the_time = Price(of.amount, of.discount or 0, of.applied or 0) if cost and of.amount is not None else None
    failed = of.status == "FAILED"
    rollback = of.object == "redemption_rollback"
    status = "FAILED" if failed else "SUCCEEDED" if rollback else of.status
    return present(
        id=of.id,
        object=of.object,
        date=iso(of.date),
        customer_id=of.customer_id,
        tracking_id=of.tracking_id,
        metadata=of.metadata or {},
        redemption=of.undoes or of.parent,
        reason=of.reason,
        result="FAILURE" if failed else "SUCCESS",
        status=status,
        session=of.session and {"key": of.session, "type": "LOCK"},
        related_redemptions=of.undone_by and {"rollbacks": [{"id": of.undone_by}]},
        failure_code=of.failure_code,
        failure_message=of.failure_message,
        order=stored_order(told.order, at_the_time)
        if told.order
        else _as_named(of.order_source_id, "order", of.amount),
        channel=of.channel_id and {"channel_id": of.channel_id, "channel_type": "API"},
        customer=customer(told.customer) if told.customer else _as_named(of.customer_source_id, "customer"),
        related_object_type="voucher" if of.code else "redemption",
        related_object_id=(offer.voucher.id if offer.voucher else of.code) if of.code else of.id,
        voucher=voucher(offer.voucher, offer.campaign) if offer.voucher else None,
    )


def _as_named(source_id: str | None, kind: str, amount: int | None = None) -> Json | None:
    """What a refusal tells of a thing that it did not keep."""
    return present(source_id=source_id, amount=amount, object=kind) if source_id or amount is not None else None


def redeemed(of: Told) -> Json:
    """What a redemption says.

    Raises:
        NotFound, Refused: what the recorded failure says.
    """
    if failure := of.failure:
        raise _refusal(failure)
    return present(
        redemptions=[redemption(record, of) for record in of.records],
        parent_redemption=of.parent and redemption(of.parent, of),
        order=of.order and stored_order(of.order),
        inapplicable_redeemables=[],
        skipped_redeemables=[_skipped(offer) for offer in of.skipped],
    )


def rollback(of: Told) -> Json:
    """What the rollback of one redemption says."""
    return redemption(of.records[0], of, cost=False)


def rollbacks(of: Told) -> Json:
    """What the rollback of a stack says."""
    return present(
        rollbacks=[redemption(record, of, cost=False) for record in of.records],
        parent_rollback=of.parent and redemption(of.parent, of, cost=False),
        order=of.order and stored_order(of.order),
    )


def history(of: History) -> Json:
    """A list of records."""
    return listed("redemptions", _records(of), total=of.total)


def history_of_one(of: History) -> Json:
    return _records(of)[0]


def history_of_voucher(of: tuple[Voucher, History]) -> Json:
    """A voucher's records, under the name that the contract has for them here."""
    its, records = of
    return {
        "quantity": its.quantity,
        "redeemed_quantity": its.redeemed_quantity,
        "object": "list",
        "url": f"/v1/vouchers/{its.code}/redemptions?page=1&limit=10",
        "data_ref": "redemption_entries",
        "total": records.total,
        "redemption_entries": _records(records),
    }


def _records(of: History) -> list[Json]:
    return [
        redemption(
            record,
            Told(
                (record,),
                order=of.orders.get(record.order_id or ""),
                customer=of.customers.get(record.customer_id or ""),
                offers=of.offers,
            ),
        )
        for record in of.records
    ]


def publication(of: Published) -> Json:
    its = of.publication
    return present(
        id=its.id,
        object="publication",
        created_at=iso(its.created_at),
        customer_id=its.customer_id,
        metadata=its.metadata or {},
        channel="API",
        source_id=its.source_id,
        result="SUCCESS",
        customer=of.customer and customer(of.customer),
        vouchers_id=[voucher.id for voucher in of.vouchers],
        voucher=voucher(of.vouchers[0], of.campaign) if len(of.vouchers) == 1 else None,
        vouchers=[voucher.code for voucher in of.vouchers] if len(of.vouchers) > 1 else None,
    )


def publication_entry(of: Published) -> Json:
    """A publication in a list: the voucher in short; none where it was deleted since."""
    full = publication(of)
    if "voucher" in full:
        brief = ("code", "object", "campaign", "discount", "is_referral_code")
        full["voucher"] = {name: full["voucher"][name] for name in brief if name in full["voucher"]}
    return full


def action(of: AsyncAction) -> Json:
    return present(
        id=of.id,
        type=of.type,
        status=of.status,
        operation_status={"DONE": "SUCCESS", "FAILED": "FAILED"}.get(of.status, "UNKNOWN"),
        created_at=iso(of.created_at),
        updated_at=of.updated_at and iso(of.updated_at),
        request_id=of.request_id,
        progress=of.progress,
        result=of.result,
        object="async_action",
    )


def actions(of: tuple[list[AsyncAction], bool]) -> Json:
    return listed("async_actions", [action(one) for one in of[0]], has_more=of[1])


def publications(of: tuple[list[Published], int]) -> Json:
    return listed("publications", [publication_entry(one) for one in of[0]], total=of[1])


def error(of: PromotionError, *, status: int, request_id: str) -> Json:
    """An error, as every refusal of this API looks."""
    reasons: Iterable[Reason] = of.reasons if isinstance(of, Refused) else ()
    details = next((reason.message for reason in reasons), "") if isinstance(of, Refused) and not of.details else ""
    return present(
        code=status,
        key=of.key,
        message=of.message,
        details=of.details or details,
        request_id=request_id,
        resource_id=of.resource_id,
        resource_type=of.resource_type,
    )


def _items(of: Order) -> list[Json]:
    return [
        present(
            **line.model_dump(mode="json", exclude_none=True, exclude={"amount"}),
            amount=line.total,
            subtotal_amount=line.total,
            object="order_item",
        )
        for line in of.items
    ]


def _applicable(offer: Applicable, whole: Order | None) -> Json:
    return present(
        status="APPLICABLE",
        id=offer.named,
        object="voucher",
        order=order(whole, offer.price) if whole and offer.price else None,
        applicable_to={"object": "list", "data_ref": "data", "data": [], "total": 0},
        inapplicable_to={"object": "list", "data_ref": "data", "data": [], "total": 0},
        result={"discount": {**discount(offer.discount), "is_dynamic": False}},
        metadata=offer.redeemable.voucher.metadata,
        **_of_campaign(offer.redeemable.voucher),
    )


def _inapplicable(offer: Inapplicable, request_id: str) -> Json:
    reason = offer.reasons[0]
    status = 404 if reason.key == "not_found" else 400
    missing = offer.redeemable is None
    problem = present(
        code=status,
        key=reason.key,
        message=reason.message,
        details=f"Cannot find voucher with id {offer.named}" if missing else offer.named,
        request_id=request_id,
        resource_id=offer.named,
        resource_type="voucher",
    )
    return present(
        status="INAPPLICABLE",
        id=offer.named,
        object="voucher",
        result={"error": problem, "details": {"key": reason.key, "message": reason.message}},
        metadata=offer.redeemable.voucher.metadata if offer.redeemable else {},
        **(_of_campaign(offer.redeemable.voucher) if offer.redeemable else {}),
    )


def _skipped(offer: Skipped) -> Json:
    return present(
        status="SKIPPED",
        id=offer.named,
        object="voucher",
        result={"details": {"key": offer.reason.key, "message": offer.reason.message}},
        metadata=offer.redeemable.voucher.metadata,
        **_of_campaign(offer.redeemable.voucher),
    )


def _of_campaign(of: Voucher) -> Mapping[str, Any]:
    return present(campaign_name=of.campaign, campaign_id=of.campaign_id, categories=[])


def _session(of: Verdict) -> Json | None:
    session = of.checkout.session
    if session is None:
        return None
    return present(key=session.key, type=session.type, ttl=session.ttl, ttl_unit=session.ttl_unit)


def _refusal(failure: Redemption) -> PromotionError:
    assert failure.failure_code
    kind = NotFound("voucher", failure.code or "") if failure.failure_code == "not_found" else None
    error = kind or Refused(Reason(failure.failure_code, failure.failure_message or ""))
    error.details = failure.code or ""
    error.resource_id, error.resource_type = failure.id, "redemption"
    return error
