"""Qualifications: which offers this customer may use on this order, each judged alone, just as a validation would.

A scenario says which offers are looked at, and which of their rules count.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

from shared.domain.attributes.kinds import code, text, word
from shared.domain.campaigns import Campaign
from shared.domain.checkout import Applicable, Checkout, Facts
from shared.domain.decision import applied, decide
from shared.domain.eligibility import Eligibility
from shared.domain.filters import Attributes, Filter
from shared.domain.orders import Price
from shared.domain.vouchers import Hold, Redeemable, Voucher

Scenario = Literal[
    "ALL",
    "CUSTOMER_WALLET",
    "AUDIENCE_ONLY",
    "PRODUCTS",
    "PRODUCTS_DISCOUNT",
    "PROMOTION_STACKS",
    "PRODUCTS_BY_CUSTOMER",
    "PRODUCTS_DISCOUNT_BY_CUSTOMER",
]
SortingRule = Literal["DEFAULT", "BEST_DEAL", "LEAST_DEAL"]

MOST_JUDGED = 1_000
"""Candidates that one request judges; the next page goes on from there."""
SLICES = 1_000
"""Microseconds of a millisecond: so many places a cursor can tell apart in it."""

COUNTED: Mapping[Scenario, tuple[str, ...]] = {
    "AUDIENCE_ONLY": ("customer",),
    "PRODUCTS": ("order",),
    "PRODUCTS_DISCOUNT": ("order",),
}
"""Whose rules count in a scenario: the others are taken to be met. Elsewhere all do."""
OF_PRODUCTS: Collection[Scenario] = ("PRODUCTS", "PRODUCTS_BY_CUSTOMER")
OF_DISCOUNTED: Collection[Scenario] = ("PRODUCTS_DISCOUNT", "PRODUCTS_DISCOUNT_BY_CUSTOMER")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Position(NamedTuple):
    """Where a candidate stands among all, the newest first: by its millisecond, and a slice of it.

    A cursor is an instant, and many things can be made in one millisecond: the microseconds tell the slice.

    >>> made = datetime(2026, 3, 17, 8, tzinfo=UTC)
    >>> Position.of("v_80000000ffffffff", made).cursor.isoformat()
    '2026-03-17T08:00:00.000500+00:00'
    """

    at: datetime
    slice: int

    @classmethod
    def of(cls, id_: str, at: datetime) -> "Position":
        """Of a thing: ids made in one millisecond differ in chance, or in the hash of a code."""
        body = id_.partition("_")[2]
        drawn = body[:8] if id_.startswith("v_") else body[12:20]
        try:
            return cls(at, int(drawn, 16) * SLICES >> 32)
        except ValueError:
            return cls(at, 0)

    @classmethod
    def named(cls, cursor: datetime) -> "Position":
        """The reverse of ``cursor``."""
        slice_ = cursor.microsecond % SLICES
        return cls(cursor - timedelta(microseconds=slice_), slice_)

    @property
    def cursor(self) -> datetime:
        return self.at + timedelta(microseconds=self.slice)


class Candidate(NamedTuple):
    """What may be qualified: a voucher, or a campaign, of which one code stands for all that it would give."""

    object: Literal["campaign", "voucher"]
    name: str
    """What redeems it: a voucher's code; of a campaign its id."""
    redeemable: Redeemable
    position: Position
    own: bool = False
    """Whether it was given to this customer."""

    @property
    def id(self) -> str:
        thing: Voucher | Campaign | None = self.redeemable.campaign if self.object == "campaign" else None
        return (thing or self.redeemable.voucher).id

    @property
    def created_at(self) -> datetime:
        return self.position.at


class Found(NamedTuple):
    """A thing that may be a candidate, as the shop has it."""

    thing: Voucher | Campaign
    position: Position
    campaign: Campaign | None = None
    """Of a voucher."""
    hold: Hold | None = None
    """Of the session that asks."""
    own: bool = False


CANDIDATES: Attributes = {
    "category": text(lambda it: it.redeemable.voucher.category),
    "campaign_id": text(lambda it: it.redeemable.voucher.campaign_id),
    "campaign_type": word(lambda it: it.redeemable.campaign and it.redeemable.campaign.campaign_type),
    "resource_id": text(lambda it: it.id),
    "resource_type": text(lambda it: it.object),
    "voucher_type": word(lambda it: it.redeemable.voucher.type),
    "code": code(lambda it: it.name if it.object == "voucher" else None),
    "holder_role": word(lambda it: "OWNER" if it.own else None),
}
"""What filters may ask about."""


class Wish(NamedTuple):
    """What is asked: which offers, for whom, on which order; and which part of the answer."""

    checkout: Checkout
    scenario: Scenario = "ALL"
    limit: int = 5
    after: datetime | None = None
    """A cursor."""
    filter: Filter = Filter()
    expand: Collection[str] = ()
    sorting: SortingRule = "DEFAULT"


class Qualified(NamedTuple):
    """A candidate that may be used, and what it would do."""

    candidate: Candidate
    offer: Applicable
    facts: Facts
    """What it was judged by."""

    @property
    def worth(self) -> int:
        """What it takes off, in minor units."""
        return self.offer.price.applied if self.offer.price else self.offer.credits or 0


class Qualification(NamedTuple):
    """What was found, and the cursor that goes on from there."""

    wish: Wish
    facts: Facts
    found: tuple[Qualified, ...] = ()
    more: datetime | None = None


def qualified(candidate: Candidate, wish: Wish, facts: Facts, *, at: datetime) -> Qualified | None:
    """A candidate, judged alone, if it may be used."""
    alone = _alone(facts, candidate.id)
    checkout = wish.checkout._replace(named=(candidate.id,))
    offer = _usable(checkout, alone, wish.scenario, at=at)
    if offer is None or not _is_of_products(offer, checkout, alone, wish.scenario, at=at):
        return None
    return Qualified(candidate, offer, alone)


def _alone(facts: Facts, id_: str) -> Facts:
    """The facts of this candidate by itself."""
    return facts._replace(redeemables={id_: facts.redeemables[id_]})


def _usable(checkout: Checkout, facts: Facts, scenario: Scenario, *, at: datetime) -> Applicable | None:
    if scenario not in COUNTED:
        return next(iter(decide(checkout, facts, at=at).applicable), None)
    [(named, redeemable)] = facts.redeemables.items()
    price = Price(checkout.order.total) if checkout.order else None
    offer = applied(named, redeemable, price, checkout)
    if offer is None or any(redeemable.unmet(at=at, zone=facts.project.zone)):
        return None
    eligibility = Eligibility(checkout, facts, at=at)
    return eligibility.with_lines(offer) if eligibility.meets(offer, COUNTED[scenario]) else None


def _is_of_products(offer: Applicable, checkout: Checkout, facts: Facts, scenario: Scenario, *, at: datetime) -> bool:
    """Whether an offer names products of the order, where the scenario is about these."""
    if scenario not in (*OF_PRODUCTS, *OF_DISCOUNTED):
        return True
    return Eligibility(checkout, facts, at=at).names_products(offer, discounted=scenario in OF_DISCOUNTED)
