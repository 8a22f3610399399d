"""A campaign: what its codes have in common, and the switch over all of them."""

from typing import Annotated, Literal

from pydantic import Field

from shared.domain.assignments import Assignment
from shared.domain.codes import CodeConfig
from shared.domain.discounts import Discount
from shared.domain.gifts import Gift
from shared.domain.model import Instant, Metadata, Name, Text
from shared.domain.windows import Duration, Windows

Uses = Annotated[int, Field(strict=True, ge=1, le=2**53)]
"""How often one code may be used."""


class Campaign(Windows):
    """Codes that share what they are worth, dates and a switch; they look these up here, so a change reaches all at
    once. Only what a gift card is loaded with is each card's own from the start, for it is spent.
    """

    id: str
    name: Name
    description: Text | None = None
    campaign_type: Literal["DISCOUNT_COUPONS", "GIFT_VOUCHERS"] = "DISCOUNT_COUPONS"
    type: Literal["AUTO_UPDATE", "STATIC", "STANDALONE"] = "STATIC"
    discount: Discount | None = None
    gift: Gift | None = None
    code_config: CodeConfig = Field(default_factory=CodeConfig)
    quantity: Uses | None = None
    join_once: bool = False
    start_date: Instant | None = None
    expiration_date: Instant | None = None
    activity_duration_after_publishing: Duration | None = None
    """How long a code lives once it was given to somebody."""
    active: bool = True
    metadata: Metadata = Field(default_factory=dict)
    category: Name | None = None
    assignments: tuple[Assignment, ...] = ()
    """The rules that all of its codes are under."""
    creation_status: Literal["DONE", "IN_PROGRESS", "FAILED"] = "DONE"
    vouchers_count: int = 0
    making: dict[str, int] = Field(default_factory=dict)
    """The async actions that are giving it codes, each with how many it was asked for."""
    created_at: Instant
    updated_at: Instant | None = None
    deleted: bool = False
    version: int = 1
