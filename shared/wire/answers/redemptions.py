"""How redemptions look: done, refused, given back, and listed."""

from shared.domain.errors import NotFound, PromotionError, Reason, Refused
from shared.domain.model import iso
from shared.domain.orders import Price
from shared.domain.redemptions import History, Offer, Redemption, Told
from shared.domain.vouchers import Voucher
from shared.wire.answers.customers import customer
from shared.wire.answers.orders import stored_order
from shared.wire.answers.parts import Json, listed, present
from shared.wire.answers.validations import inapplicable, skipped
from shared.wire.answers.vouchers import voucher


def redemption(of: Redemption, told: Told, *, cost: bool = True) -> Json:
    """One record, with its order, customer and voucher."""
    offer = told.offers.get(of.code or "", Offer(None))
    at_the_time = Price(of.amount, of.discount or 0, of.applied or 0) if cost and of.amount is not None else None
    failed = of.status == "FAILED"
    rollback = of.object == "redemption_rollback"
    status = "FAILED" if failed else "SUCCEEDED" if rollback else of.status
    paid = None if of.credits is None else -of.credits if rollback else of.credits
    return present(
        id=of.id,
        object=of.object,
        date=iso(of.date),
        customer_id=of.customer_id,
        tracking_id=of.tracking_id,
        metadata=of.metadata or {},
        amount=paid,
        gift=None if paid is None else {"amount": paid},
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
        raise _refusal(failure, next((offer.reasons[0] for offer in of.inapplicable), None))
    return present(
        redemptions=[redemption(record, of) for record in of.records],
        parent_redemption=of.parent and redemption(of.parent, of),
        order=of.order and stored_order(of.order),
        inapplicable_redeemables=[inapplicable(offer, "") for offer in of.inapplicable],
        skipped_redeemables=[skipped(offer) for offer in of.skipped],
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


def _refusal(failure: Redemption, reason: Reason | None) -> PromotionError:
    assert failure.failure_code
    kind = NotFound("voucher", failure.code or "") if failure.failure_code == "not_found" else None
    error = kind or Refused(reason or Reason(failure.failure_code, failure.failure_message or ""))
    error.details = failure.code or ""
    error.resource_id, error.resource_type = failure.id, "redemption"
    return error
