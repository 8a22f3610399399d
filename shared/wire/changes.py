"""What a change of a thing has in common with every other."""

from datetime import datetime
from typing import Any

from shared.domain.discounts import Discount
from shared.domain.errors import InvalidPayload
from shared.domain.gifts import Gift
from shared.domain.model import Metadata
from shared.domain.windows import Windows
from shared.wire.body import Body


class Change(Body):
    """What changes of a thing: a field that is sent as null is cleared, one that is not sent stays."""

    metadata: Metadata | None = None

    def said(self) -> dict[str, Any]:
        """The fields that were sent; metadata is told apart, for it is merged."""
        return {name: getattr(self, name) for name in self.model_fields_set if name != "metadata"}


def refuse_disorder(start: datetime | None, end: datetime | None) -> None:
    if start and end and end <= start:
        raise ValueError("expiration_date must lie after start_date")


def refuse_two_worths(type_: str | None, discount: Discount | None, gift: Gift | None) -> None:
    """A voucher is worth a discount or credits, and says which."""
    if discount and (gift or type_ == "GIFT_VOUCHER"):
        raise ValueError("a gift card has no discount: send either discount or gift")
    if gift and type_ == "DISCOUNT_VOUCHER":
        raise ValueError("type: a voucher with credits is a GIFT_VOUCHER")


def refuse_worthless(type_: str | None, discount: Discount | None, gift: Gift | None, path: str = "") -> None:
    """What a new voucher must be worth.

    Raises:
        InvalidPayload: naming the field that is missing.
    """
    if not (discount or gift):
        raise InvalidPayload(f"{path}{'gift' if type_ == 'GIFT_VOUCHER' else 'discount'}: Field required")


def refuse_backwards(windows: Windows, start: datetime | None, end: datetime | None) -> None:
    """What a thing's dates must be once all of them are known.

    Raises:
        InvalidPayload: naming the field.
    """
    try:
        refuse_disorder(start, end)
    except ValueError as error:
        raise InvalidPayload(f"expiration_date: {error}") from None
    if windows.validity_timeframe and start is None:
        raise InvalidPayload("validity_timeframe: needs a start_date to count from")
