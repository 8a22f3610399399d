"""The decision at the checkout: what each offer would do to an order, or every reason why not.

    gather (use case) → decide (here, pure) → commit (storage)

Offers are applied in the order in which they were named, each to what the ones before it left to pay.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from shared.domain.codes import Code
from shared.domain.customers import Customer, Profile
from shared.domain.errors import PromotionError, Reason
from shared.domain.gifts import credits_for
from shared.domain.ids import code_hash
from shared.domain.model import Metadata, Name, Sent
from shared.domain.orders import Order, Price, StoredOrder
from shared.domain.projects import Project
from shared.domain.stacking import NO_EFFECT, PRECEDING_FAILED, Stack
from shared.domain.summaries import Summary
from shared.domain.vouchers import NOT_ENOUGH_CREDITS, Place, Redeemable

NOT_FOUND = Reason("not_found", "Resource not found")
ALREADY_PAID = Reason("order_already_paid", "order is already paid")


SECONDS = {
    "NANOSECONDS": 1e-9,
    "MICROSECONDS": 1e-6,
    "MILLISECONDS": 1e-3,
    "SECONDS": 1.0,
    "MINUTES": 60.0,
    "HOURS": 3_600.0,
    "DAYS": 86_400.0,
}
LONGEST_HOLD = 366 * SECONDS["DAYS"]


class Lock(Sent):
    """A session that holds one use of every offer until it is redeemed, released or over."""

    type: Literal["LOCK"] = "LOCK"
    key: Name | None = None
    ttl: Annotated[float, Field(strict=True, gt=0, le=10**12)] = 7
    ttl_unit: Literal["NANOSECONDS", "MICROSECONDS", "MILLISECONDS", "SECONDS", "MINUTES", "HOURS", "DAYS"] = "DAYS"

    def until(self, at: datetime) -> datetime:
        """When the hold lapses, at most a year ahead."""
        return at + timedelta(seconds=min(self.ttl * SECONDS[self.ttl_unit], LONGEST_HOLD))


class Checkout(NamedTuple):
    """What a checkout asks: may these offers, named by code or id, be used on this order by this customer?"""

    named: tuple[Code, ...]
    order: Order | None = None
    customer: Profile | None = None
    session: Lock | None = None
    metadata: Metadata | None = None
    tracking_id: str | None = None
    request_id: str = ""
    credits: Mapping[str, int] = {}
    """How much to take off a gift card, by the name it has in ``named``; where nothing is said, what is needed."""


class Facts(NamedTuple):
    """All that the decision may look at. Whatever is not here was fetched too late."""

    redeemables: Mapping[str, Redeemable]
    customer: Customer | None = None
    order: StoredOrder | None = None
    summary: Summary | None = None
    """Of whoever the order is or will be of."""
    project: Project = Project()


class Applicable(NamedTuple):
    """An offer that may be used, the price that it makes and, of a gift card, the credits that it takes."""

    named: str
    redeemable: Redeemable
    price: Price | None
    credits: int | None = None

    @property
    def place(self) -> Place:
        """Where the use, and the credits, come from."""
        place = self.redeemable.place(self.credits or 0)
        assert place, f"{self.redeemable.voucher.id} was judged applicable with nowhere to take it from"
        return place


class Inapplicable(NamedTuple):
    """An offer that may not be used, and every reason; ``redeemable`` is None where there is no such offer."""

    named: str
    redeemable: Redeemable | None
    reasons: tuple[Reason, ...]


class Skipped(NamedTuple):
    """An offer that was passed over for a reason that is not its own."""

    named: str
    redeemable: Redeemable
    reason: Reason


class Verdict(NamedTuple):
    """What a checkout may do; valid if every offer is applicable or was passed over by the stacking rules, and under
    ``PARTIAL`` if any is.
    """

    checkout: Checkout
    facts: Facts
    applicable: tuple[Applicable, ...]
    inapplicable: tuple[Inapplicable, ...]
    skipped: tuple[Skipped, ...]
    price: Price | None

    @property
    def valid(self) -> bool:
        return bool(self.applicable)

    @property
    def refusal(self) -> Reason | None:
        """The first reason why this may not be; None where it may."""
        return None if self.valid else self.inapplicable[0].reasons[0]


MOST_NAMED = 30
"""Offers in one checkout, whatever a project's rules; more would not fit one transaction."""


def refuse_malformed(named: Iterable[str], *, project: str) -> None:
    """Raise what makes a list of offers senseless before any is looked up."""
    hashes = [code_hash(project, name) for name in named]
    _refuse_too_many(len(hashes), MOST_NAMED)
    if len(set(hashes)) < len(hashes):
        raise PromotionError(
            "duplicated_redeemables",
            "Duplicated redeemables",
            details="redeemables: each may be named once, by its code or by its id",
        )


def _refuse_too_many(count: int, limit: int) -> None:
    if count > limit:
        raise PromotionError(
            "invalid_redeemables",
            "Invalid redeemables",
            details=f"redeemables: {count} were sent, at most {limit} are allowed",
        )


def decide(checkout: Checkout, facts: Facts, *, at: datetime) -> Verdict:
    """Judge every offer of a checkout at an instant. Nothing is spent, so it is safe to ask any number of times.

    Raises:
        PromotionError: if the project's rules do not allow so many offers at once.
    """
    rules = facts.project.stacking
    _refuse_too_many(len(checkout.named), rules.redeemables_limit)
    reasons = {named: tuple(_unmet(named, facts, at=at)) for named in checkout.named}
    usable = {named: facts.redeemables[named] for named, why in reasons.items() if not why}
    stack = Stack(rules, [redeemable.voucher.category for redeemable in usable.values()])
    price = Price(checkout.order.total) if checkout.order else None
    applicable: list[Applicable] = []
    skipped: list[Skipped] = []
    for named, redeemable in usable.items():
        category = redeemable.voucher.category
        if passed_over := stack.against(category):
            skipped.append(Skipped(named, redeemable, passed_over))
            continue
        offer = _applied(named, redeemable, price, wanted=checkout.credits.get(named))
        if offer is None:
            reasons[named] = (NOT_ENOUGH_CREDITS,)
        elif offer.price and not offer.price.applied and rules.skips_without_effect(category):
            skipped.append(Skipped(named, redeemable, NO_EFFECT))
        else:
            stack.let_in(category)
            applicable.append(offer)
            price = offer.price
    if not applicable:  # nothing could be used: then what passed an offer over is why it cannot be
        reasons |= {offer.named: (offer.reason,) for offer in skipped}
        skipped = []
    inapplicable = [Inapplicable(named, facts.redeemables.get(named), why) for named, why in reasons.items() if why]
    if inapplicable and not rules.is_partial:
        skipped = [Skipped(offer.named, offer.redeemable, PRECEDING_FAILED) for offer in applicable] + skipped
        applicable = []
    return Verdict(checkout, facts, tuple(applicable), tuple(inapplicable), tuple(skipped), price)


def _unmet(named: str, facts: Facts, *, at: datetime) -> Iterator[Reason]:
    if redeemable := facts.redeemables.get(named):
        yield from redeemable.unmet(at=at, zone=facts.project.zone)
    else:
        yield NOT_FOUND
    if facts.order and facts.order.is_paid:
        yield ALREADY_PAID


def _applied(named: str, redeemable: Redeemable, price: Price | None, *, wanted: int | None) -> Applicable | None:
    """An offer applied to what is left to pay; None if it is a gift card with too little on it."""
    if not redeemable.is_gift:
        return Applicable(named, redeemable, price and price.less(redeemable.discount.of(price.total)))
    if price is None and wanted is None:
        return Applicable(named, redeemable, None)  # no more is asked than whether the card may be used
    taken = credits_for(price and price.total, wanted=wanted, available=redeemable.available)
    if taken is None or redeemable.place(taken) is None:
        return None
    return Applicable(named, redeemable, price and price.less(taken), taken)
