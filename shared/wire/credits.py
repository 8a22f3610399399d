"""What may be said of a gift card's credits."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.domain.gifts import Change
from shared.domain.model import Frozen, Name, Text
from shared.wire.body import Created


class BalanceBody(Created):
    """Credits to put on a card (above zero) or to take off it (below), in minor units."""

    amount: Change
    source_id: Name | None = None
    reason: Text | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.amount:
            raise ValueError("amount: must not be 0")
        return self


class TransactionsQuery(Frozen):
    """Which movements are asked for."""

    limit: Annotated[int, Field(ge=1, le=100)] = 10
    starting_after_id: Name | None = None
