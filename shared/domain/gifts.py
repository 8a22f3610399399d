"""Gift cards: what one is loaded with, and how much of it a checkout takes."""

from typing import Annotated, Literal

from pydantic import Field

from shared.domain.model import Frozen, Instant, Name, Sent, Text
from shared.domain.money import LARGEST, Amount


class Gift(Sent):
    """What a new card is loaded with, in minor units, and what it pays for."""

    amount: Annotated[Amount, Field(ge=1)]
    effect: Literal["APPLY_TO_ORDER"] = "APPLY_TO_ORDER"


def credits_for(to_pay: int | None, *, wanted: int | None, available: int) -> int | None:
    """The credits that a checkout takes off a card; None if the card has not what it takes.

    Who names no number pays as much as the card has; who names one never pays more than the order costs, and is
    refused where the card has less.

    >>> credits_for(3_000, wanted=None, available=1_000), credits_for(3_000, wanted=500, available=1_000)
    (1000, 500)
    >>> credits_for(300, wanted=500, available=1_000), credits_for(None, wanted=500, available=1_000)
    (300, 500)
    >>> credits_for(3_000, wanted=1_001, available=1_000), credits_for(3_000, wanted=None, available=0)
    (None, None)
    """
    if not available or (wanted is not None and wanted > available):
        return None
    most = available if wanted is None else wanted
    return most if to_pay is None else min(most, to_pay)


Change = Annotated[int, Field(strict=True, ge=-LARGEST, le=LARGEST)]


class Adjustment(Frozen):
    """A change of a card's balance by hand: its record, and what the card held when it was made."""

    id: str
    date: Instant
    amount: Change
    source_id: Name | None = None
    reason: Text | None = None
    channel_id: str | None = None
