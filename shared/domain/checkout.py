"""A checkout: what it asks, what there is to know about it, and what can be decided.

gather (use case) → decide (``decision``, pure) → commit (storage)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from pydantic import Field

from shared.domain.codes import Code
from shared.domain.customers import Customer, Profile
from shared.domain.errors import PromotionError, Reason
from shared.domain.ids import code_hash
from shared.domain.model import Metadata, Name, Sent
from shared.domain.orders import Order, Price, StoredOrder
from shared.domain.projects import Project
from shared.domain.rules.case import Line
from shared.domain.summaries import Summary
from shared.domain.usages import Counted, Need, Usage, Used, added, needed
from shared.domain.vouchers import Place, Redeemable

if TYPE_CHECKING:  # most codes are under no rule, and need not load what rules are made of
    from shared.domain.rules.compiled import Compiled
    from shared.domain.rules.sets import Explained

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
    asked_by: str | None = None
    """The key pair in whose name it is asked."""
    explain: bool = False


class Facts(NamedTuple):
    """All that the decision may look at. Whatever is not here was fetched too late."""

    redeemables: Mapping[str, Redeemable]
    customer: Customer | None = None
    order: StoredOrder | None = None
    summary: Summary | None = None
    """Of whoever the order is or will be of."""
    project: Project = Project()
    customer_id: str | None = None
    """Of whoever buys: known, or the id that they would get; None where nobody is named, or by no name."""
    rules: Mapping[str, Compiled] = {}
    """By id: those that the offers are under."""
    lines: Sequence[Line] = ()
    """Of the order, as rules see them."""
    segments: frozenset[str] = frozenset()
    """Those that the customer is in, of all that the rules ask for."""
    gone: frozenset[str] = frozenset()
    """The segments and collections that rules ask for and that are no more, or never were."""
    counted: Counted = Counted()
    """What has been used of whatever the rules limit."""
    history: Mapping[str, int] = {}
    """The counters behind the summary, as whoever keeps them has read them."""


class Applicable(NamedTuple):
    """An offer that may be used, the price that it makes and, of a gift card, the credits that it takes."""

    named: str
    redeemable: Redeemable
    price: Price | None
    credits: int | None = None
    lines: tuple[Line, ...] = ()
    """The lines of the order that it is for."""
    counts: Mapping[Usage, Used] = {}
    """What it uses of whatever its rules limit."""
    needs: tuple[Need, ...] = ()
    """What must still hold of it then; it counts what the offers before it use, too."""

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
    explanations: Mapping[str, Mapping[str, Explained]] = {}
    """By the name of the offer and the id of the rule, if it was asked for: what the rule saw and what it wanted."""

    @property
    def counts(self) -> Mapping[Usage, Used]:
        """What all offers together use of whatever is limited."""
        return added(offer.counts for offer in self.applicable)

    @property
    def needs(self) -> tuple[Need, ...]:
        """What must hold of it when they are committed, all at once."""
        return needed(((offer.counts, offer.needs) for offer in self.applicable), self.counts)

    @property
    def rests_on_history(self) -> bool:
        """Whether a rule of an offer looked at what the customer's history comes to: it must be so still."""
        ids = (id_ for offer in self.applicable for id_ in offer.redeemable.rules)
        return any(self.facts.rules[id_].asks.history for id_ in ids if id_ in self.facts.rules)

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
    refuse_too_many(len(hashes), MOST_NAMED)
    if len(set(hashes)) < len(hashes):
        raise PromotionError(
            "duplicated_redeemables",
            "Duplicated redeemables",
            details="redeemables: each may be named once, by its code or by its id",
        )


def refuse_too_many(count: int, limit: int) -> None:
    """Raise if more offers were named than are allowed."""
    if count > limit:
        raise PromotionError(
            "invalid_redeemables",
            "Invalid redeemables",
            details=f"redeemables: {count} were sent, at most {limit} are allowed",
        )


MOST_CHANGED = 100
"""Things that one commit can change."""
OF_AN_OFFER = 3
"""What a redemption changes of each offer: the voucher, its hold, and its record; a rollback changes as much."""
OF_A_CHECKOUT = 8
"""And of all together: the parent's record, the order, the customer, their summary, the answer that is remembered."""


def refuse_too_large(verdict: Verdict) -> None:
    """Raise if what offers count is too much for them to be redeemed at once."""
    offers, session = verdict.applicable, verdict.checkout.session
    beside = 2 * sum(len(offer.counts) for offer in offers) if session else 0
    changes = OF_AN_OFFER * len(offers) + len(verdict.counts) + beside + OF_A_CHECKOUT
    if changes > MOST_CHANGED:
        raise too_large(verdict)


def too_large(verdict: Verdict) -> PromotionError:
    """What it means that offers count more than one commit can."""
    return PromotionError(
        "invalid_redeemables",
        "Invalid redeemables",
        details=f"redeemables: {len(verdict.applicable)} with so many limits are too much for one redemption",
    )
