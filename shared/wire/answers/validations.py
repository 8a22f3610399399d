"""How the decision at the checkout looks."""

from collections.abc import Mapping
from typing import Any, Literal

from shared.domain.checkout import Applicable, Facts, Inapplicable, Skipped, Verdict
from shared.domain.orders import Order
from shared.domain.stacking import StackingRules
from shared.domain.vouchers import Voucher
from shared.wire.answers.explanations import explanation
from shared.wire.answers.orders import order
from shared.wire.answers.parts import Json, listed, own_word, present
from shared.wire.answers.vouchers import discount


def validation(of: Verdict) -> Json:
    """What a validation says: for each offer what it would do, or why not."""
    checkout = of.checkout
    id_ = f"valid_{checkout.request_id.removeprefix('v-')}"
    passed_over = [skipped(offer) for offer in of.skipped]
    if of.valid:
        usable = [applicable(offer, checkout.order, of.facts) for offer in of.applicable]
        return present(
            id=id_,
            valid=True,
            redeemables=usable,
            inapplicable_redeemables=[inapplicable(offer, checkout.request_id) for offer in of.inapplicable] or None,
            skipped_redeemables=passed_over or None,
            order=order(checkout.order, of.price._replace(applied=of.price.discount))
            if checkout.order and of.price
            else None,
            tracking_id=checkout.tracking_id,
            session=_session(of),
            stacking_rules=stacking(of.facts.project.stacking),
            explanation=explanation(of) if checkout.explain else None,
        )
    refused = [inapplicable(offer, checkout.request_id) for offer in of.inapplicable]
    in_order = {entry["id"]: entry for entry in (*refused, *passed_over)}
    return present(
        id=id_,
        valid=False,
        redeemables=[in_order[named] for named in checkout.named],
        skipped_redeemables=passed_over or None,
        inapplicable_redeemables=refused,
        tracking_id=checkout.tracking_id,
        stacking_rules=stacking(of.facts.project.stacking),
        explanation=explanation(of) if checkout.explain else None,
    )


def stacking(rules: StackingRules) -> Json:
    return rules._asdict()


def applicable(offer: Applicable, whole: Order | None, facts: Facts) -> Json:
    return present(
        status="APPLICABLE",
        id=offer.named,
        object="voucher",
        order=order(whole, offer.price) if whole and offer.price else None,
        applicable_to=listed("data", meant := _lines_of(offer, facts, "included"), total=len(meant)),
        inapplicable_to=listed("data", spared := _lines_of(offer, facts, "excluded"), total=len(spared)),
        result=_result(offer),
        metadata=offer.redeemable.voucher.metadata,
        **_of_campaign(offer.redeemable.voucher),
    )


def _lines_of(offer: Applicable, facts: Facts, which: Literal["included", "excluded"]) -> list[Json]:
    """The products, SKUs and collections that the rules of an offer name, each with the lines of the order that are of
    it: of those included only the lines that the discount is for.
    """
    lines = offer.lines if which == "included" else facts.lines
    rules = (facts.rules[id_].rule.applicable_to for id_ in offer.redeemable.rules if id_ in facts.rules)
    return [
        {
            **named.model_dump(mode="json", exclude_none=True),
            "order_item_indices": [line.number for line in lines if not named.names.isdisjoint(line.names)],
        }
        for rule in rules
        if rule
        for named in getattr(rule, which)
    ]


def inapplicable(offer: Inapplicable, request_id: str) -> Json:
    reason = offer.reasons[0]
    status = 404 if reason.key == "not_found" else 400
    missing = offer.redeemable is None
    problem = present(
        code=status,
        key=reason.key,
        message=reason.message,
        details=f"Cannot find voucher with id {offer.named}" if missing else offer.named,
        request_id=request_id or None,
        resource_id=offer.named,
        resource_type="voucher",
        error=own_word(reason),
    )
    return present(
        status="INAPPLICABLE",
        id=offer.named,
        object="voucher",
        result={"error": problem, "details": {"key": reason.key, "message": reason.message}},
        metadata=offer.redeemable.voucher.metadata if offer.redeemable else {},
        **(_of_campaign(offer.redeemable.voucher) if offer.redeemable else {}),
    )


def skipped(offer: Skipped) -> Json:
    return present(
        status="SKIPPED",
        id=offer.named,
        object="voucher",
        result={"details": {"key": offer.reason.key, "message": offer.reason.message}},
        metadata=offer.redeemable.voucher.metadata,
        **_of_campaign(offer.redeemable.voucher),
    )


def _result(offer: Applicable) -> Json:
    """What the offer does: what a card pays and has, or its discount."""
    its = offer.redeemable
    if its.is_gift:
        return {"gift": present(balance=its.voucher.balance, credits=offer.credits)}
    return {"discount": {**discount(its.discount), "is_dynamic": False}}


def _of_campaign(of: Voucher) -> Mapping[str, Any]:
    return present(campaign_name=of.campaign, campaign_id=of.campaign_id, categories=[])


def _session(of: Verdict) -> Json | None:
    session = of.checkout.session
    if session is None:
        return None
    return present(key=session.key, type=session.type, ttl=session.ttl, ttl_unit=session.ttl_unit)
