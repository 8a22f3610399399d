"""What a qualification may ask."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from shared.domain.checkout import Checkout, Lock
from shared.domain.criteria import filter_of
from shared.domain.filters import Filter
from shared.domain.model import Metadata, Text
from shared.domain.orders import Order
from shared.domain.qualifications import CANDIDATES, Scenario, SortingRule, Wish
from shared.wire.body import Created
from shared.wire.customers import CustomerBody


def _text(value: object) -> object:
    if not isinstance(value, str | datetime):
        raise ValueError("must be an instant, as text")  # noqa: TRY004 - pydantic tells only ValueError to the caller
    return value


def _in_utc(at: datetime) -> datetime:
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside the calendar") from None


Cursor = Annotated[datetime, BeforeValidator(_text), AfterValidator(_in_utc)]
"""An instant to the microsecond: these tell apart what was made in one millisecond."""


class Options(Created):
    limit: Annotated[int, Field(strict=True, ge=1, le=50)] = 5
    starting_after: Cursor | None = None
    filters: Annotated[dict[str, Any], Field(max_length=20)] | None = None
    expand: tuple[Literal["redeemable", "category", "validation_rules"], ...] = ()
    sorting_rule: SortingRule = "DEFAULT"

    def filter(self) -> Filter:
        """What candidates must be.

        Raises:
            InvalidPayload: naming what is wrong.
        """
        said = _without_nulls(self.filters or {})
        return filter_of(said, CANDIDATES, where="options.filters") if said.keys() - {"junction"} else Filter()


def _without_nulls(said: Any) -> Any:
    """A filter without the conditions that a client names only to say nothing of them."""
    if not isinstance(said, dict):
        return said
    return {name: _without_nulls(its) for name, its in said.items() if its is not None}


class QualificationBody(Created):
    """A qualification."""

    scenario: Scenario = "ALL"
    order: Order | None = None
    customer: CustomerBody | None = None
    session: Lock | None = None
    metadata: Metadata | None = None
    tracking_id: Text | None = None
    options: Options = Field(default_factory=Options)

    def wish(self, *, request_id: str, asked_by: str) -> Wish:
        """What is asked.

        Raises:
            InvalidPayload: naming the filter that is wrong.
        """
        checkout = Checkout(
            (),
            self.order,
            self.customer,
            self.session,
            self.metadata,
            self.tracking_id,
            request_id,
            asked_by=asked_by,
        )
        options = self.options
        return Wish(
            checkout,
            self.scenario,
            options.limit,
            options.starting_after,
            options.filter(),
            frozenset(options.expand),
            options.sorting_rule,
        )
