"""Spend every offer of a checkout on its order, or none; a refusal is recorded with its reason."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from shared.domain.checkout import Checkout, Facts, Verdict, refuse_malformed, refuse_too_large
from shared.domain.errors import InvalidPayload
from shared.domain.redemptions import Chance, Circumstances, Redemption, Told, redeemed, refused
from shared.usecases import judged_anew
from shared.usecases.checkout import Gathering, Naming, buyer_of, judge


class Spending(Gathering, Naming, Protocol):
    def spend(self, verdict: Verdict, told: Told) -> None: ...
    def record(self, told: Told) -> None: ...
    def get_many(self, ids: Sequence[str]) -> dict[str, Redemption]: ...
    def tell(self, records: Sequence[Redemption], *, parent: Redemption | None = None) -> Told: ...


@judged_anew
def redeem(checkout: Checkout, *, at: datetime, ledger: Spending, channel_id: str, chance: Chance) -> Told:
    """Redeem a checkout, exactly once; ``Told.failure`` is the record of its refusal.

    The decision may be stale by the time it is committed, the conditions of the commit are not: whoever lost a
    race is judged again by what the winner left, and so gets the reason that anyone would get who came later.
    An order that these same offers have paid already is answered with what was redeemed then.

    Raises:
        PromotionError: if the list of offers is senseless, or too much at once; InvalidPayload: if a gift card is to
            pay nobody knows how much; Busy: if others kept changing the same things.
    """
    refuse_malformed(checkout.named, project=ledger.project)
    verdict = judge(checkout, at=at, ledger=ledger, warm=False)
    if earlier := _paid_by_the_same(verdict.checkout, verdict.facts):
        return _told_again(earlier, ledger)
    circumstances = Circumstances(ledger.project, channel_id, at, chance)
    if not verdict.valid:
        told = refused(verdict, circumstances)
        ledger.record(told)
        return told
    _refuse_unknown_sums(verdict)
    refuse_too_large(verdict)
    buyer = buyer_of(verdict.checkout, verdict.facts, at=at, ledger=ledger, chance=chance)
    told = redeemed(verdict, buyer, circumstances)
    ledger.spend(verdict, told)
    return told


def _paid_by_the_same(checkout: Checkout, facts: Facts) -> Sequence[str]:
    """The redemptions that paid this order, if they are of just the offers that are named now."""
    order = facts.order
    if order is None or order.status != "PAID" or len(facts.redeemables) < len(checkout.named):
        return ()
    named = {redeemable.voucher.id for redeemable in facts.redeemables.values()}
    return tuple(order.redemptions) if {*order.offers} == named else ()


def _refuse_unknown_sums(verdict: Verdict) -> None:
    for offer in verdict.applicable:
        if offer.redeemable.is_gift and offer.credits is None:
            index = verdict.checkout.named.index(offer.named)
            raise InvalidPayload(f"redeemables.{index}.gift.credits: needed where there is no order to pay")


def _told_again(ids: Sequence[str], ledger: Spending) -> Told:
    found = ledger.get_many(ids)
    records = [found[id_] for id_ in ids]
    if not records[0].children:
        return ledger.tell(records)
    parent = records[0]
    children = ledger.get_many(parent.children)
    return ledger.tell([children[id_] for id_ in parent.children], parent=parent)
