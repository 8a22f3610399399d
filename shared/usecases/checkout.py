"""What validating and redeeming have in common: the same facts, the same decision."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from shared.domain.checkout import Checkout, Facts, Verdict
from shared.domain.customers import Customer, Profile, refuse_birth
from shared.domain.decision import decide
from shared.domain.eligibility import ORDER_OF_CHECKS
from shared.domain.errors import Moved
from shared.domain.ids import timed
from shared.domain.orders import StoredOrder, as_known
from shared.domain.redemptions import Buyer, Chance
from shared.domain.usages import Counted, LapsedHold
from shared.domain.vouchers import MOST_LAPSED, NOT_ENOUGH_CREDITS, USED_UP, Hold, Redeemable, Voucher
from shared.usecases.schemas import refuse_checkout


class LookingAtHolds(Protocol):
    def lapsed(self, voucher: Voucher, *, but: str | None, at: datetime) -> tuple[Hold, ...]: ...
    def freed(self, facts: Facts, *, at: datetime) -> Counted: ...
    def clear(self, lapsed: Sequence[LapsedHold]) -> None: ...


class Gathering(LookingAtHolds, Protocol):
    project: str

    def gather(self, checkout: Checkout, *, at: datetime, warm: bool) -> Facts: ...


class NamingCustomers(Protocol):
    def customer_id(self, profile: Profile) -> str | None: ...


class Naming(NamingCustomers, Protocol):
    def order_id(self, checkout: Checkout) -> str | None: ...


def judge(checkout: Checkout, *, at: datetime, ledger: Gathering, warm: bool) -> Verdict:
    """Gather the facts of a checkout and decide; holds that have lapsed are looked for only where they matter.

    An order that is known costs what is known of it, but for what this request says anew.

    Raises:
        InvalidPayload: if metadata is not what the project's schemas want; Moved: if more holds have lapsed than can be
            looked at together: some are cleared away, and it is to be judged anew.
    """
    facts = ledger.gather(checkout, at=at, warm=warm)
    checkout = checkout._replace(order=as_known(checkout.order, facts.order))
    refuse_checkout(checkout, facts, keeps=not warm)
    facts = with_lapsed(facts, checkout, at=at, ledger=ledger)
    verdict = decide(checkout, facts, at=at)
    if _limited_by_holds(verdict):
        counted = ledger.freed(facts, at=at)
        if counted.lapsed:
            verdict = decide(checkout, facts._replace(counted=counted), at=at)
    if in_the_way := _still_in_the_way(verdict):
        ledger.clear(in_the_way)
        raise Moved
    return verdict


def with_lapsed(facts: Facts, checkout: Checkout, *, at: datetime, ledger: LookingAtHolds) -> Facts:
    """The facts, with the lapsed holds of offers that others' holds stand in the way of."""
    full = {named: redeemable for named, redeemable in facts.redeemables.items() if _held_up(redeemable)}
    if not full:
        return facts
    session = checkout.session.key if checkout.session else None
    looked_up = {
        named: redeemable._replace(lapsed=ledger.lapsed(redeemable.voucher, but=session, at=at))
        for named, redeemable in full.items()
    }
    return facts._replace(redeemables={**facts.redeemables, **looked_up})


def buyer_of(checkout: Checkout, facts: Facts, *, at: datetime, ledger: Naming, chance: Chance) -> Buyer:
    """The customer and order as this checkout leaves them: upserted, the order not yet paid."""
    customer = customer_of(checkout.customer, facts.customer, at=at, ledger=ledger, chance=chance)
    if checkout.order is None:
        return Buyer(customer)
    known = facts.order
    order = StoredOrder(
        id=known.id if known else ledger.order_id(checkout) or timed("ord", at, chance()),
        order=checkout.order.named(),
        status="CREATED",
        customer_id=known and known.customer_id,
        customer_since=known and known.customer_since,
        created_at=known.created_at if known else at,
        updated_at=at if known else None,
        version=known.version if known else 1,
    )
    return Buyer(customer, order.bought_by(customer))


def customer_of(
    profile: Profile | None,
    known: Customer | None,
    *,
    at: datetime,
    ledger: NamingCustomers,
    chance: Chance,
    path: str = "customer.",
) -> Customer | None:
    """The customer as a request leaves them: upserted, or new.

    Raises:
        InvalidPayload: if they are not born yet; ``path`` is where the request tells it.
    """
    if profile is None:
        return None
    refuse_birth(profile, at=at, path=path)
    if known:
        return known.upserted(profile, at=at)
    id_ = ledger.customer_id(profile) or timed("cust", at, chance())
    return Customer.new(id_, profile, at=at)


def _limited_by_holds(verdict: Verdict) -> bool:
    """Whether what others hold may be why rules refuse an offer."""
    refused = any(reason.key in ORDER_OF_CHECKS for offer in verdict.inapplicable for reason in offer.reasons)
    return refused and any(kept.holds for kept in verdict.facts.counted.kept.values())


def _still_in_the_way(verdict: Verdict) -> list[LapsedHold]:
    """Lapsed holds, if an offer is refused though those that were looked at do not count: there may be more."""
    refused = {offer.named: {reason.key for reason in offer.reasons} for offer in verdict.inapplicable}
    lapsed = list(verdict.facts.counted.lapsed) if any(keys & {*ORDER_OF_CHECKS} for keys in refused.values()) else []
    for named, redeemable in verdict.facts.redeemables.items():
        if refused.get(named, set()) & {USED_UP.key, NOT_ENOUGH_CREDITS.key}:
            lapsed += [LapsedHold(redeemable.voucher.id[2:], it.session, it.until) for it in redeemable.lapsed]
    return lapsed if len(lapsed) >= MOST_LAPSED else []


def _held_up(redeemable: Redeemable) -> bool:
    """Whether what others hold stands in the way of a use, or of credits."""
    if redeemable.voucher.is_spent:
        return False
    return redeemable.place() is None or redeemable.available < redeemable.voucher.balance
