"""Put credits on a gift card or take them off by hand, and tell every movement."""

from collections.abc import Iterable
from typing import Protocol

from shared.domain.errors import InvalidPayload, Refused
from shared.domain.gift_ledger import Movement, movements
from shared.domain.gifts import Adjustment
from shared.domain.redemptions import Redemption
from shared.domain.vouchers import NOT_ENOUGH_CREDITS, Made, Voucher
from shared.usecases import judged_anew


class Cards(Protocol):
    def get(self, code: str) -> Made: ...
    def adjust(self, adjusted: tuple[Voucher, Adjustment]) -> None: ...
    def adjustments(self, code: str) -> Iterable[Adjustment]: ...


class Records(Protocol):
    def of_voucher(self, code: str) -> Iterable[Redemption]: ...


@judged_anew
def adjust_balance(code: str, adjustment: Adjustment, *, cards: Cards) -> tuple[Voucher, Adjustment]:
    """Change a card's balance by hand; what sessions hold cannot be taken off.

    Raises:
        NotFound: no such voucher; InvalidPayload: it is no gift card; Refused: ``gift_amount_exceeded``.
    """
    voucher = _card(code, cards)
    amount = adjustment.amount
    if voucher.free + amount < 0:
        raise Refused(NOT_ENOUGH_CREDITS, resource_id=voucher.id, resource_type="voucher")
    put_on, taken_off = max(amount, 0), max(-amount, 0)
    counters = {
        "income": voucher.income + put_on,
        "subtracted": voucher.subtracted + taken_off,
        "balance": voucher.balance + amount,
        "free": voucher.free + amount,
    }
    adjusted = (voucher.model_copy(update=counters), adjustment)
    cards.adjust(adjusted)
    return adjusted


def transactions(code: str, *, cards: Cards, records: Records) -> tuple[Voucher, list[Movement]]:
    """A card with all its movements, newest first.

    Raises:
        NotFound: no such voucher; InvalidPayload: it is no gift card.
    """
    voucher = _card(code, cards)
    return voucher, movements(voucher, records.of_voucher(voucher.code), cards.adjustments(voucher.code))


def _card(code: str, cards: Cards) -> Voucher:
    voucher = cards.get(code).voucher
    if voucher.gift is None:
        raise InvalidPayload(f"code: {voucher.code} is no gift card")
    return voucher
