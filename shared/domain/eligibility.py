"""The rules of the offers of one checkout, each judged when the offer's turn comes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from shared.domain.checkout import Applicable, Checkout, Facts
from shared.domain.customers import Customer, Profile
from shared.domain.errors import Reason
from shared.domain.rules.case import Case, Line
from shared.domain.summaries import Person, Summary
from shared.domain.usages import Usage, Used, Who, added, usage_of
from shared.domain.vouchers import Redeemable

if TYPE_CHECKING:  # most codes are under no rule, and need not load what rules are made of
    from shared.domain.rules.compiled import Compiled
    from shared.domain.rules.sets import Explained

SEGMENT_GONE = Reason("customer_rules_violated", "a segment that a rule of this offer names is gone")
COLLECTION_GONE = Reason("order_rules_violated", "a collection that a rule of this offer names is gone")
RULE_GONE = Reason("redemption_rules_violated", "a rule that this offer is under is gone")
ORDER_OF_CHECKS = ("customer_rules_violated", "order_rules_violated", "redemption_rules_violated")


class Eligibility:
    """May this customer use these offers on this order? What the first offers use counts for those after them.

    An offer without rules is anybody's, and costs nothing here.
    """

    def __init__(self, checkout: Checkout, facts: Facts, *, at: datetime) -> None:
        self._checkout = checkout
        self._facts = facts
        self._at = at
        self._used: Mapping[Usage, Used] = facts.counted.used

    @cached_property
    def _shared(self) -> Case:
        return _what_all_share(self._checkout, self._facts, at=self._at)

    def unmet(self, offer: Applicable) -> tuple[Reason, ...]:
        """Every reason why the offer may not be used at this price, in the contract's order."""
        return self._unmet(offer, lambda _: True)

    def unmet_whatever_precedes(self, offer: Applicable) -> tuple[Reason, ...]:
        """Those that no offer before it could turn."""
        return self._unmet(offer, lambda rule: rule is None or not rule.asks.price)

    def unmet_in_turn(self, offer: Applicable) -> tuple[Reason, ...]:
        """Those that the offers before it may have turned: they look at what is left to pay, or to be used."""
        return self._unmet(offer, lambda rule: rule is not None and rule.asks.price)

    def _unmet(self, offer: Applicable, asked: Callable[[Compiled | None], bool]) -> tuple[Reason, ...]:
        rules = [self._facts.rules.get(id_) for id_ in offer.redeemable.rules]
        chosen = [rule for rule in rules if asked(rule)]
        if not chosen:
            return ()
        case = self._case(offer)
        found = [self._of_rule(rule, case) for rule in chosen]
        return tuple(sorted(filter(None, found), key=lambda reason: ORDER_OF_CHECKS.index(reason.key)))

    def _of_rule(self, rule: Compiled | None, case: Case) -> Reason | None:
        if rule is None:
            return RULE_GONE
        # Nobody can say who was in it: to keep people out of an offer, too, it must be there.
        if rule.asks.segments & self._facts.gone:
            return SEGMENT_GONE
        if rule.asks.collections & self._facts.gone:
            return COLLECTION_GONE
        return rule.unmet(case)

    def let_in(self, offer: Applicable) -> Applicable:
        """The offer with what it counts and needs; from now on it counts."""
        rules = self._rules(offer.redeemable)
        if not rules:
            return offer._replace(lines=tuple(self._facts.lines))
        case = self._case(offer)
        usages = (
            usage_of(name, case.who, at=case.at, zone=case.zone) for rule in rules for name in sorted(rule.asks.limits)
        )
        counts = {usage: case.by for usage in usages if usage}
        needs = tuple(dict.fromkeys(need for rule in rules for need in rule.needs(case)))
        self._used = added([self._without_own(offer), counts])
        return self.with_lines(offer)._replace(counts=counts, needs=needs)

    def with_lines(self, offer: Applicable) -> Applicable:
        """The offer with the lines that every rule is for."""
        case = self._case(offer)
        found = [rule.lines(case) for rule in self._rules(offer.redeemable)]
        return offer._replace(lines=_common(found) if found else tuple(self._facts.lines))

    def explained(self, offer: Applicable) -> dict[str, Explained]:
        """What each rule of an offer saw, and what it wanted, by the rule's id."""
        case = self._case(offer)
        return {rule.rule.id: rule.explain(case) for rule in self._rules(offer.redeemable)}

    def meets(self, offer: Applicable, subjects: Collection[str]) -> bool:
        """Whether the rules of an offer that are about these subjects are met, were all others so, too."""
        case = self._case(offer)
        ids = offer.redeemable.rules
        return all(id_ in self._facts.rules and self._facts.rules[id_].meets(case, subjects) for id_ in ids)

    def names_products(self, offer: Applicable, *, discounted: bool) -> bool:
        """Whether a rule of an offer asks for products that the order has, or makes the discount theirs alone."""
        case = self._case(offer)
        rules = self._rules(offer.redeemable)
        return any(rule.favours(case) or (not discounted and rule.wants(case)) for rule in rules)

    def _rules(self, redeemable: Redeemable) -> list[Compiled]:
        return [self._facts.rules[id_] for id_ in redeemable.rules if id_ in self._facts.rules]

    def _case(self, offer: Applicable) -> Case:
        redeemable, price = offer.redeemable, offer.price
        holder = redeemable.voucher.holder_id
        return self._shared._replace(
            who=who(self._checkout, self._facts.customer_id, redeemable),
            holder=holder == self._facts.customer_id if holder else None,
            left=price and price.total + price.applied,
            credits=offer.credits,
            used=self._without_own(offer),
            by=Used(1, price.amount, price.applied) if price else Used(1, 0, offer.credits or 0),
        )

    def _without_own(self, offer: Applicable) -> Mapping[Usage, Used]:
        """What is used, but for what the session's hold of this offer takes: it ends when the offer is used."""
        own = offer.redeemable.own
        return added([self._used, {usage: used.negated() for usage, used in own.uses.items()}]) if own else self._used


def who(checkout: Checkout, customer_id: str | None, redeemable: Redeemable) -> Who:
    """Of whom the limits of an offer count. A code that was deleted and made again is another: it starts anew."""
    voucher = redeemable.voucher
    born = int(voucher.created_at.timestamp() * 1000)
    return Who(f"{voucher.id}.{born:x}", voucher.campaign_id, customer_id, api_key=checkout.asked_by)


def person_of(
    sent: Profile | None, known: Customer | None, summary: Summary | None, id_: str | None, *, at: datetime
) -> Person | None:
    """The customer as sent, laid over the one that is known; ``id_`` is what a new one would be called."""
    if sent is None:
        return None
    customer = known.upserted(sent, at=at) if known else Customer.new(id_ or "cust_", sent, at=at)
    return Person(customer, summary or Summary())


def _what_all_share(checkout: Checkout, facts: Facts, *, at: datetime) -> Case:
    order = checkout.order
    person = person_of(checkout.customer, facts.customer, facts.summary, facts.customer_id, at=at)
    return Case(
        at=at,
        zone=facts.project.zone,
        who=Who(""),
        person=person,
        segments=facts.segments,
        amount=order.total if order else None,
        lines=facts.lines,
        order_metadata=(order and order.metadata) or {},
        metadata=checkout.metadata or {},
    )


def _common(sets: list[tuple[Line, ...]]) -> tuple[Line, ...]:
    """The lines that every rule is for."""
    first, *others = sets
    return tuple(line for line in first if all(line in other for other in others))
