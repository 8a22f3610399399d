"""Every movement of a gift card's credits, and what was on the card after each."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple

from shared.domain.gifts import Adjustment
from shared.domain.redemptions import Redemption
from shared.domain.vouchers import Voucher

Kind = Literal["CREDITS_REDEMPTION", "CREDITS_REFUND", "CREDITS_ADDITION", "CREDITS_REMOVAL"]


class Movement(NamedTuple):
    """Credits put on a card (``amount`` above zero) or taken off it, in minor units."""

    id: str
    date: datetime
    kind: Kind
    amount: int
    total: int
    """What was ever put on the card, up to and with this."""
    balance: int
    """What was on it afterwards."""
    adjustment: Adjustment | None = None
    record: Redemption | None = None


def movements(voucher: Voucher, records: Iterable[Redemption], adjustments: Iterable[Adjustment]) -> list[Movement]:
    """The movements of a card, newest first.

    Neither a redemption nor an adjustment waits for the others to be counted, so none can know the balance that it
    leaves; told in the order of their instants they add up to what is on the card now.
    """
    made = [_of_adjustment(adjustment) for adjustment in adjustments]
    made += [_of_record(record) for record in records if record.credits and record.status != "FAILED"]
    made.sort(key=lambda movement: (movement.date, movement.id))
    total = voucher.income - sum(movement.amount for movement in made if movement.kind == "CREDITS_ADDITION")
    balance = total
    told = []
    for movement in made:
        balance += movement.amount
        total += movement.amount if movement.kind == "CREDITS_ADDITION" else 0
        told.append(movement._replace(total=total, balance=balance))
    return told[::-1]


def _of_adjustment(adjustment: Adjustment) -> Movement:
    kind: Kind = "CREDITS_ADDITION" if adjustment.amount > 0 else "CREDITS_REMOVAL"
    return Movement(adjustment.id, adjustment.date, kind, adjustment.amount, 0, 0, adjustment)


def _of_record(record: Redemption) -> Movement:
    credits_ = record.credits or 0
    back = record.object == "redemption_rollback"
    id_ = f"vtx_{record.id.partition('_')[2]}"
    if back:
        return Movement(id_, record.date, "CREDITS_REFUND", credits_, 0, 0, record=record)
    return Movement(id_, record.date, "CREDITS_REDEMPTION", -credits_, 0, 0, record=record)
