"""The decision at the checkout: what each offer would do to an order, or every reason why not.

Offers are applied in the order in which they were named, each to what the ones before it left to pay.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from shared.domain.checkout import Applicable, Checkout, Facts, Inapplicable, Skipped, Verdict, refuse_too_many
from shared.domain.eligibility import Eligibility
from shared.domain.errors import Reason
from shared.domain.gifts import credits_for
from shared.domain.orders import Price
from shared.domain.stacking import NO_EFFECT, PRECEDING_FAILED, Stack
from shared.domain.vouchers import NOT_ENOUGH_CREDITS, USED_UP, Redeemable

if TYPE_CHECKING:  # most codes are under no rule, and need not load what rules are made of
    from shared.domain.rules.sets import Explained

NOT_FOUND = Reason("not_found", "Resource not found")
ALREADY_PAID = Reason("order_already_paid", "order is already paid")


def decide(checkout: Checkout, facts: Facts, *, at: datetime) -> Verdict:
    """Judge every offer of a checkout at an instant. Nothing is spent, so it is safe to ask any number of times.

    Raises:
        PromotionError: if the project's rules do not allow so many offers at once.
    """
    rules = facts.project.stacking
    refuse_too_many(len(checkout.named), rules.redeemables_limit)
    eligibility = Eligibility(checkout, facts, at=at)
    price = Price(checkout.order.total) if checkout.order else None
    alone = {named: applied(named, it, price, checkout) for named, it in facts.redeemables.items()}
    offers = {named: alone[named] or Applicable(named, it, price) for named, it in facts.redeemables.items()}
    short = {named for named in alone if alone[named] is None}
    reasons = {named: tuple(_unmet(offers.get(named), facts, eligibility, short, at=at)) for named in checkout.named}
    usable = {named: facts.redeemables[named] for named, why in reasons.items() if not why}
    stack = Stack(rules, [redeemable.voucher.category for redeemable in usable.values()])
    applicable: list[Applicable] = []
    skipped: list[Skipped] = []
    for named, redeemable in usable.items():
        category = redeemable.voucher.category
        if passed_over := stack.against(category):
            skipped.append(Skipped(named, redeemable, passed_over))
            continue
        offer = applied(named, redeemable, price, checkout)
        if offer is None:
            reasons[named] = (NOT_ENOUGH_CREDITS,)
        elif why := eligibility.unmet_in_turn(offer):
            reasons[named] = why
        elif offer.price and not offer.price.applied and rules.skips_without_effect(category):
            skipped.append(Skipped(named, redeemable, NO_EFFECT))
        else:
            stack.let_in(category)
            applicable.append(eligibility.let_in(offer))
            price = offer.price
    if not applicable:  # nothing could be used: then what passed an offer over is why it cannot be
        reasons |= {offer.named: (offer.reason,) for offer in skipped}
        skipped = []
    inapplicable = [Inapplicable(named, facts.redeemables.get(named), why) for named, why in reasons.items() if why]
    if inapplicable and not rules.is_partial:
        skipped = [Skipped(offer.named, offer.redeemable, PRECEDING_FAILED) for offer in applicable] + skipped
        applicable = []
    explanations = _explained(checkout, facts, offers, at=at) if checkout.explain else {}
    return Verdict(checkout, facts, tuple(applicable), tuple(inapplicable), tuple(skipped), price, explanations)


def _unmet(
    offer: Applicable | None, facts: Facts, eligibility: Eligibility, short: Collection[str], *, at: datetime
) -> Iterator[Reason]:
    """Every reason why an offer may not be used, if there is one that no offer before it could turn."""
    own = [*offer.redeemable.unmet(at=at, zone=facts.project.zone)] if offer else [NOT_FOUND]
    if offer and offer.named in short and USED_UP not in own:
        own.append(NOT_ENOUGH_CREDITS)
    if facts.order and facts.order.is_paid:
        own.append(ALREADY_PAID)
    yield from own
    if offer and (own or eligibility.unmet_whatever_precedes(offer)):
        yield from eligibility.unmet(offer)


def _explained(
    checkout: Checkout, facts: Facts, offers: Mapping[str, Applicable], *, at: datetime
) -> dict[str, dict[str, Explained]]:
    """What the rules of each offer saw, as if it were the only one."""
    eligibility = Eligibility(checkout, facts, at=at)
    return {named: eligibility.explained(offer) for named, offer in offers.items()}


def applied(named: str, redeemable: Redeemable, price: Price | None, checkout: Checkout) -> Applicable | None:
    """An offer applied to what is left to pay; None if it is a gift card with too little on it."""
    wanted = checkout.credits.get(named)
    if not redeemable.is_gift:
        return Applicable(named, redeemable, price and price.less(redeemable.discount.of(price.total)))
    if price is None and wanted is None:
        return Applicable(named, redeemable, None)  # no more is asked than whether the card may be used
    taken = credits_for(price and price.total, wanted=wanted, available=redeemable.available)
    if taken is None or redeemable.place(taken) is None:
        return None
    return Applicable(named, redeemable, price and price.less(taken), taken)
