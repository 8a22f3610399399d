"""How a gift card's balance and movements look."""

from shared.domain.gift_ledger import Movement
from shared.domain.gifts import Adjustment
from shared.domain.model import iso
from shared.domain.redemptions import Redemption
from shared.domain.vouchers import Voucher
from shared.wire.answers.parts import Json, listed, present


def balance(of: tuple[Voucher, Adjustment]) -> Json:
    """What is on a card once its balance was changed."""
    voucher, adjustment = of
    return _balance(voucher, adjustment.amount, voucher.income, voucher.balance, "MANUAL")


def transactions(of: tuple[Voucher, list[Movement], bool]) -> Json:
    """Some of a card's movements, and where to go on."""
    voucher, movements, more = of
    told = [_transaction(voucher, movement) for movement in movements]
    return listed("data", told, has_more=more, **present(more_starting_after=movements[-1].id if more else None))


def _transaction(voucher: Voucher, of: Movement) -> Json:
    record, adjustment = of.record, of.adjustment
    by = "AUTOMATIC" if record else "MANUAL"
    return present(
        id=of.id,
        source_id=adjustment and adjustment.source_id,
        voucher_id=voucher.id,
        campaign_id=voucher.campaign_id,
        source="API" if adjustment else None,
        reason=adjustment.reason if adjustment else record and record.reason,
        type=of.kind,
        details={
            "balance": _balance(voucher, of.amount, of.total, of.balance, by),
            **(_redemption(record) if record else {}),
        },
        created_at=iso(of.date),
    )


def _redemption(record: Redemption) -> Json:
    order = present(id=record.order_id, source_id=record.order_source_id)
    redeemed = {"redemption": {"id": record.undoes or record.id}}
    if order:
        redeemed["order"] = order
    return {**redeemed, "rollback": {"id": record.id}} if record.undoes else redeemed


def _balance(voucher: Voucher, amount: int, total: int, left: int, by: str) -> Json:
    return {
        "type": "gift_voucher",
        "total": total,
        "amount": amount,
        "balance": left,
        "operation_type": by,
        "object": "balance",
        "related_object": {"type": "voucher", "id": voucher.id},
    }
