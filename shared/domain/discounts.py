"""What an offer takes off an order. A variant is a frozen model with one verb; the union is the registry."""

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from shared.domain.model import Sent
from shared.domain.money import Amount, percent_of


def _a_number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError("must be a number")  # noqa: TRY004 - pydantic tells only ValueError to the caller
    return value


Percent = Annotated[
    Decimal,
    BeforeValidator(_a_number),
    Field(ge=0, le=100, max_digits=8, decimal_places=4),
    PlainSerializer(lambda percent: float(percent) if percent % 1 else int(percent), when_used="json"),
]
"""A percentage; decimals are allowed (12.5), and the wire shows them as a number."""


class OrderDiscount(Sent):
    """What discounts of the whole order share."""

    UNSUPPORTED: ClassVar[tuple[str, ...]] = (
        "amount_off_formula",
        "percent_off_formula",
        "fixed_amount_formula",
        "is_dynamic",
    )

    effect: Literal["APPLY_TO_ORDER"] = "APPLY_TO_ORDER"

    @model_validator(mode="before")
    @classmethod
    def _refuse_what_would_be_passed_over(cls, fields: Any) -> Any:
        # An ignored formula or cap would give away money: what is not understood here is refused, not dropped.
        if isinstance(fields, dict):
            for name in cls.UNSUPPORTED:
                if fields.get(name):
                    raise ValueError(f"{name} is not supported yet")
        return fields


class AmountOff(OrderDiscount):
    type: Literal["AMOUNT"] = "AMOUNT"
    amount_off: Amount
    aggregated_amount_limit: Amount | None = None

    def of(self, amount: int) -> int:
        """The discount on an amount.

        >>> AmountOff(amount_off=500).of(300)  # never more than there is
        300
        """
        return min(self.amount_off, amount, _unless_none(self.aggregated_amount_limit, amount))


class PercentOff(OrderDiscount):
    type: Literal["PERCENT"] = "PERCENT"
    percent_off: Percent
    amount_limit: Amount | None = None
    aggregated_amount_limit: Amount | None = None

    def of(self, amount: int) -> int:
        """The discount on an amount, held to ``amount_limit``.

        >>> half = PercentOff(percent_off=50, amount_limit=50_000)
        >>> half.of(120_000), half.of(90_000)  # at most $500
        (50000, 45000)
        """
        discount = percent_of(amount, self.percent_off)
        return min(
            discount, _unless_none(self.amount_limit, amount), _unless_none(self.aggregated_amount_limit, amount)
        )


class FixedPrice(OrderDiscount):
    type: Literal["FIXED"] = "FIXED"
    fixed_amount: Amount

    def of(self, amount: int) -> int:
        """The discount that brings an amount down to the fixed price; a price above it changes nothing.

        >>> FixedPrice(fixed_amount=1_000).of(3_000), FixedPrice(fixed_amount=5_000).of(3_000)
        (2000, 0)
        """
        return max(0, amount - self.fixed_amount)


Discount = Annotated[AmountOff | PercentOff | FixedPrice, Field(discriminator="type")]


def _unless_none(limit: int | None, otherwise: int) -> int:
    return otherwise if limit is None else limit
