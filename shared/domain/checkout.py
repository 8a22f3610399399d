"""The decision at the checkout: what each offer would do to an order, or every reason why not.

    gather (use case) → decide (here, pure) → commit (storage)

Offers are applied in the order in which they were named, each to what the ones before it left to pay.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from shared.domain.codes import Code
from shared.domain.customers import Customer, Profile
from shared.domain.discounts import Discount
from shared.domain.errors import PromotionError, Reason
from shared.domain.ids import code_hash
from shared.domain.model import Metadata, Name, Sent
from shared.domain.orders import Order, Price, StoredOrder
from shared.domain.summaries import Summary
from shared.domain.vouchers import Redeemable

NOT_FOUND = Reason("not_found", "Resource not found")
LIMIT_EXCEEDED = Reason("applicable_redeemables_limit_exceeded", "Applicable redeemables limit exceeded")
PRECEDING_FAILED = Reason("preceding_validation_failed", "Redeemable skipped due to preceding validation failed")
ALREADY_PAID = Reason("order_already_paid", "order is already paid")


class StackingRules(NamedTuple):
    """How offers go together in one checkout; these are the contract's defaults."""

    redeemables_limit: int = 30
    applicable_redeemables_limit: int = 5
    applicable_redeemables_per_category_limit: int = 1
    applicable_redeemables_category_limits: Mapping[str, int] = {}
    applicable_exclusive_redeemables_limit: int = 1
    applicable_exclusive_redeemables_per_category_limit: int = 1
    exclusive_categories: tuple[str, ...] = ()
    joint_categories: tuple[str, ...] = ()
    redeemables_application_mode: Literal["ALL"] = "ALL"
    redeemables_sorting_rule: Literal["REQUESTED_ORDER"] = "REQUESTED_ORDER"
    redeemables_products_application_mode: Literal["STACK"] = "STACK"
    redeemables_no_effect_rule: Literal["REDEEM_ANYWAY"] = "REDEEM_ANYWAY"
    no_effect_skip_categories: tuple[str, ...] = ()
    no_effect_redeem_anyway_categories: tuple[str, ...] = ()
    redeemables_rollback_order_mode: Literal["WITH_ORDER"] = "WITH_ORDER"


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


class Facts(NamedTuple):
    """All that the decision may look at. Whatever is not here was fetched too late."""

    redeemables: Mapping[str, Redeemable]
    customer: Customer | None = None
    order: StoredOrder | None = None
    summary: Summary | None = None
    """Of whoever the order is or will be of."""


class Applicable(NamedTuple):
    """An offer that may be used, and the price that it makes."""

    named: str
    redeemable: Redeemable
    discount: Discount
    price: Price | None


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
    """What a checkout may do; valid only if every offer is applicable or was skipped by a limit."""

    checkout: Checkout
    facts: Facts
    applicable: tuple[Applicable, ...]
    inapplicable: tuple[Inapplicable, ...]
    skipped: tuple[Skipped, ...]
    price: Price | None
    rules: StackingRules

    @property
    def valid(self) -> bool:
        return not self.inapplicable


def refuse_malformed(named: Iterable[str], rules: StackingRules, *, project: str) -> None:
    """Raise what makes a list of offers senseless before any is looked up."""
    hashes = [code_hash(project, name) for name in named]
    if len(hashes) > rules.redeemables_limit:
        raise PromotionError(
            "invalid_redeemables",
            "Invalid redeemables",
            details=f"redeemables: {len(hashes)} were sent, at most {rules.redeemables_limit} are allowed",
        )
    if len(set(hashes)) < len(hashes):
        raise PromotionError(
            "duplicated_redeemables",
            "Duplicated redeemables",
            details="redeemables: each may be named once, by its code or by its id",
        )


def decide(checkout: Checkout, facts: Facts, *, at: datetime, rules: StackingRules) -> Verdict:
    """Judge every offer of a checkout at an instant. Nothing is spent, so it is safe to ask any number of times."""
    price = Price(checkout.order.total) if checkout.order else None
    applicable: list[Applicable] = []
    inapplicable: list[Inapplicable] = []
    skipped: list[Skipped] = []
    for named in checkout.named:
        redeemable = facts.redeemables.get(named)
        reasons = tuple(redeemable.unmet(at=at)) if redeemable else (NOT_FOUND,)
        if facts.order and facts.order.status in ("PAID", "FULFILLED"):
            reasons = (*reasons, ALREADY_PAID)
        if reasons or redeemable is None:
            inapplicable.append(Inapplicable(named, redeemable, reasons))
        elif len(applicable) >= rules.applicable_redeemables_limit:
            skipped.append(Skipped(named, redeemable, LIMIT_EXCEEDED))
        else:
            discount = redeemable.discount
            price = price and price.less(discount.of(price.total))
            applicable.append(Applicable(named, redeemable, discount, price))
    if inapplicable:
        skipped = [Skipped(offer.named, offer.redeemable, PRECEDING_FAILED) for offer in applicable] + skipped
        applicable = []
    return Verdict(checkout, facts, tuple(applicable), tuple(inapplicable), tuple(skipped), price, rules)
