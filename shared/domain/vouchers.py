"""A voucher, the holds on it, and whether it may be used now."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import Field

from shared.domain.assignments import Assignment
from shared.domain.campaigns import Campaign, Uses
from shared.domain.codes import Code
from shared.domain.discounts import Discount
from shared.domain.errors import Reason
from shared.domain.escrow import Shard, is_hot
from shared.domain.gifts import Gift
from shared.domain.model import Instant, Metadata, Name, Text
from shared.domain.usages import Usage, Used
from shared.domain.windows import Windows

DISABLED = Reason("voucher_disabled", "voucher is disabled")
CAMPAIGN_DISABLED = Reason("voucher_disabled", "campaign is disabled")
NOT_ACTIVE_YET = Reason("voucher_not_active", "voucher is not active yet")
EXPIRED = Reason("voucher_expired", "voucher expired")
CLOSED = Reason("voucher_not_active_now", "voucher is not active at this hour or on this day")
USED_UP = Reason("quantity_exceeded", "quantity exceeded")
MOST_LAPSED = 20
"""Lapsed holds that one look takes in; where they are as many there may be more, and these are cleared away first."""

NOT_ENOUGH_CREDITS = Reason("gift_amount_exceeded", "gift amount exceeded")


class Voucher(Windows):
    """The grant that a code names.

    ``taken`` counts the uses that are spent or held; ``quantity`` bounds it (none: unlimited). A voucher of a
    campaign has no discount of its own: it is the campaign's.

    A gift card has credits, in minor units: ``income`` was ever put on it, ``subtracted`` was taken off by hand, what
    else is missing was redeemed; of the ``balance`` sessions hold all but what is ``free``.
    """

    id: str
    code: Code
    type: Literal["DISCOUNT_VOUCHER", "GIFT_VOUCHER"] = "DISCOUNT_VOUCHER"
    campaign: Name | None = None
    campaign_id: str | None = None
    category: Name | None = None
    discount: Discount | None = None
    gift: Gift | None = None
    start_date: Instant | None = None
    expiration_date: Instant | None = None
    active: bool = True
    additional_info: Text | None = None
    metadata: Metadata = Field(default_factory=dict)
    assignments: tuple[Assignment, ...] = ()
    """The rules that it is under, beside those of its campaign."""
    created_at: Instant
    updated_at: Instant | None = None
    holder_id: str | None = None
    quantity: Uses | None = None
    redeemed_quantity: int = 0
    taken: int = 0
    published: int = 0
    income: int = 0
    subtracted: int = 0
    balance: int = 0
    free: int = 0
    deleted: bool = False
    version: int = 1
    shards: int | None = None
    """Of a hot code: over how many shards its uses are spread; then these count what is taken and redeemed."""
    spread: tuple[Shard, ...] = Field(default=(), exclude=True)
    """Those shards as they were read: what was taken."""
    redeemed_on: tuple[int, ...] = Field(default=(), exclude=True)
    """And what of it is redeemed."""

    @property
    def is_hot(self) -> bool:
        """Whether it is a code for everybody that so many use that one item should not count them all."""
        if self.campaign_id or self.type == "GIFT_VOUCHER" or self.shards:
            return False
        return is_hot(self.taken, room=None if self.quantity is None else self.quantity - self.taken, by=1)

    @property
    def is_spent(self) -> bool:
        """Whether every use is redeemed; then no hold, own or lapsed, is worth anything."""
        return self.quantity is not None and self.redeemed_quantity >= self.quantity

    @property
    def is_unique(self) -> bool:
        """Whether the code is one customer's own: it belongs to a campaign, or can be used once."""
        return self.campaign_id is not None or self.quantity == 1


def loaded(gift: Gift) -> dict[str, Any]:
    """What makes a new voucher a gift card with credits on it."""
    return {
        "type": "GIFT_VOUCHER",
        "gift": gift,
        "income": gift.amount,
        "balance": gift.amount,
        "free": gift.amount,
    }


class Made(NamedTuple):
    """A voucher with the campaign that it has the rest from, if it is of one."""

    voucher: Voucher
    campaign: Campaign | None = None


class Hold(NamedTuple):
    """One use, and of a gift card some credits, set aside for a session until an instant; it need not hurry."""

    session: str
    until: datetime
    credits: int = 0
    counted: Mapping[str, Used] = {}
    """What it takes of usages, by their names: a hold counts against limits."""

    @property
    def uses(self) -> dict[Usage, Used]:
        """What it takes of usages."""
        return {Usage.named(name): used for name, used in self.counted.items()}

    def lapsed(self, at: datetime) -> bool:
        return self.until <= at


class Place(NamedTuple):
    """Where one use, and some credits, come from: from this session's hold, from what nobody holds, and from lapsed
    holds, which are nobody's any more though their items may still be there. They give their place to the first who
    comes, so that no broom has to sweep in time.
    """

    own: Hold | None = None
    lapsed: tuple[Hold, ...] = ()

    @property
    def holds(self) -> tuple[Hold, ...]:
        """The holds that end when the place is taken."""
        return (*([self.own] if self.own else []), *self.lapsed)

    @property
    def credits(self) -> int:
        """The credits that come with those holds."""
        return sum(hold.credits for hold in self.holds)


class Redeemable(NamedTuple):
    """A voucher as a checkout finds it: with its campaign, its own session's hold, and lapsed ones of others.

    Lapsed holds are looked up only where they matter: where all uses or credits are spoken for.
    """

    voucher: Voucher
    campaign: Campaign | None = None
    own: Hold | None = None
    lapsed: tuple[Hold, ...] = ()

    @property
    def discount(self) -> Discount:
        """What the offer takes off. Not of a gift card: it pays with credits."""
        discount = self.voucher.discount or (self.campaign and self.campaign.discount)
        assert discount, f"{self.voucher.id} has neither a discount nor a campaign"
        return discount

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of the validation rules that it is under: its own, and its campaign's."""
        own = [*self.voucher.assignments, *(self.campaign.assignments if self.campaign else ())]
        return tuple(dict.fromkeys(assignment.rule_id for assignment in own))

    @property
    def is_gift(self) -> bool:
        return self.voucher.type == "GIFT_VOUCHER"

    @property
    def available(self) -> int:
        """The credits that this checkout may take."""
        return self.voucher.free + Place(self.own, self.lapsed).credits

    def place(self, credits_: int = 0) -> Place | None:
        """Where one more use and so many credits would come from; None when there are not so many."""
        voucher = self.voucher
        if voucher.is_spent:
            return None
        for used in range(len(self.lapsed) + 1):
            place = Place(self.own, self.lapsed[:used])
            a_use = (
                self.own is not None or voucher.quantity is None or voucher.taken - len(place.holds) < voucher.quantity
            )
            if a_use and voucher.free + place.credits >= credits_:
                return place
        return None

    def unmet(self, *, at: datetime, zone: ZoneInfo) -> Iterator[Reason]:
        """Every reason why the voucher may not be used at an instant, in the contract's order of checks."""
        voucher, campaign = self.voucher, self.campaign
        both: list[Voucher | Campaign] = [voucher, *([campaign] if campaign else [])]
        if campaign and not campaign.active:
            yield CAMPAIGN_DISABLED
        if not voucher.active:
            yield DISABLED
        starts = [thing.start_date for thing in both if thing.start_date]
        if any(at < start for start in starts):
            yield NOT_ACTIVE_YET
        ends = [thing.expiration_date for thing in both if thing.expiration_date]
        if any(end <= at for end in ends):
            yield EXPIRED
        since = max(starts, default=None)
        if not all(thing.open(at, since=thing.start_date or since, zone=zone) for thing in both):
            yield CLOSED
        if self.place() is None:
            yield USED_UP
