"""A voucher, the holds on it, and whether it may be used now."""

from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from typing import Literal, NamedTuple

from pydantic import Field

from shared.domain.campaigns import Campaign, Uses
from shared.domain.codes import Code
from shared.domain.discounts import Discount
from shared.domain.errors import Reason
from shared.domain.model import Frozen, Instant, Metadata, Name, Text

DISABLED = Reason("voucher_disabled", "voucher is disabled")
CAMPAIGN_DISABLED = Reason("voucher_disabled", "campaign is disabled")
NOT_ACTIVE_YET = Reason("voucher_not_active", "voucher is not active yet")
EXPIRED = Reason("voucher_expired", "voucher expired")
USED_UP = Reason("quantity_exceeded", "quantity exceeded")


class Voucher(Frozen):
    """The grant that a code names.

    ``taken`` counts the uses that are spent or held; ``quantity`` bounds it (none: unlimited). A voucher of a
    campaign has no discount of its own: it is the campaign's.
    """

    id: str
    code: Code
    type: Literal["DISCOUNT_VOUCHER"] = "DISCOUNT_VOUCHER"
    campaign: Name | None = None
    campaign_id: str | None = None
    category: Name | None = None
    discount: Discount | None = None
    start_date: Instant | None = None
    expiration_date: Instant | None = None
    active: bool = True
    additional_info: Text | None = None
    metadata: Metadata = Field(default_factory=dict)
    created_at: Instant
    updated_at: Instant | None = None
    holder_id: str | None = None
    quantity: Uses | None = None
    redeemed_quantity: int = 0
    taken: int = 0
    published: int = 0
    deleted: bool = False
    version: int = 1

    @property
    def is_spent(self) -> bool:
        """Whether every use is redeemed; then no hold, own or lapsed, is worth anything."""
        return self.quantity is not None and self.redeemed_quantity >= self.quantity

    @property
    def is_unique(self) -> bool:
        """Whether the code is one customer's own: it belongs to a campaign, or can be used once."""
        return self.campaign_id is not None or self.quantity == 1


class Made(NamedTuple):
    """A voucher with the campaign that it has the rest from, if it is of one."""

    voucher: Voucher
    campaign: Campaign | None = None


class Hold(NamedTuple):
    """One use set aside for a session until an instant; whoever holds it need not hurry."""

    session: str
    until: datetime

    def lapsed(self, at: datetime) -> bool:
        return self.until <= at


class Place(Enum):
    """Where a use comes from."""

    NEW = "a use that nobody holds"
    OWN = "the use that this session holds"
    LAPSED = "a use whose hold has lapsed"


class Redeemable(NamedTuple):
    """A voucher as a checkout finds it: with its campaign, its own session's hold, and a lapsed one of others."""

    voucher: Voucher
    campaign: Campaign | None = None
    own: Hold | None = None
    lapsed: Hold | None = None

    @property
    def discount(self) -> Discount:
        discount = self.voucher.discount or (self.campaign and self.campaign.discount)
        assert discount, f"{self.voucher.id} has neither a discount nor a campaign"
        return discount

    def place(self) -> Place | None:
        """Where one more use would come from; None when all are spent or held.

        A lapsed hold is nobody's any more, though its item may still be there: it gives its place to the first
        who comes, so that no broom has to sweep in time.
        """
        voucher = self.voucher
        if voucher.is_spent:
            return None
        if self.own:
            return Place.OWN
        if voucher.quantity is None or voucher.taken < voucher.quantity:
            return Place.NEW
        return Place.LAPSED if self.lapsed else None

    def unmet(self, *, at: datetime) -> Iterator[Reason]:
        """Every reason why the voucher may not be used at an instant, in the contract's order of checks."""
        voucher, campaign = self.voucher, self.campaign
        if campaign and not campaign.active:
            yield CAMPAIGN_DISABLED
        if not voucher.active:
            yield DISABLED
        starts = [thing.start_date for thing in (voucher, campaign) if thing and thing.start_date]
        if any(at < start for start in starts):
            yield NOT_ACTIVE_YET
        ends = [thing.expiration_date for thing in (voucher, campaign) if thing and thing.expiration_date]
        if any(end <= at for end in ends):
            yield EXPIRED
        if self.place() is None:
            yield USED_UP
