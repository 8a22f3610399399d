"""Money is a whole number of the currency's minor units (cents); nothing here is ever a float."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import Field

LARGEST = 2**53
"""The largest amount that every JSON client can hold exactly."""

Amount = Annotated[int, Field(strict=True, ge=0, le=LARGEST)]
"""An amount in minor units, as it may stand in a request: 0 … 2^53, never a fraction."""


def percent_of(amount: int, percent: Decimal) -> int:
    """The given percent of an amount, rounded half up to a whole minor unit.

    >>> percent_of(1_999, Decimal("15"))
    300
    >>> percent_of(50, Decimal("1"))  # half a cent rounds up
    1
    """
    return int((amount * percent / 100).quantize(Decimal(1), ROUND_HALF_UP))


def allocate(amount: int, weights: Sequence[int]) -> list[int]:
    """Split an amount in proportion to weights, to the last unit: largest remainder, first among equals.

    >>> allocate(200, [500, 500, 500])  # $2 over three lines of $5
    [67, 67, 66]
    >>> allocate(1_000, [2_000, 4_500, 6_000])
    [160, 360, 480]

    Raises:
        ValueError: if the weights sum to zero; there is nothing to split by.
    """
    total = sum(weights)
    if not total:
        raise ValueError("cannot allocate over weights that sum to zero")
    shares, remainders = zip(*(divmod(amount * weight, total) for weight in weights), strict=True)
    split = list(shares)
    by_remainder = sorted(range(len(split)), key=lambda index: -remainders[index])
    for index in by_remainder[: amount - sum(split)]:
        split[index] += 1
    return split
