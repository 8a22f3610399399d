"""How qualifications look: each offer as a validation of it alone would show it."""

from collections.abc import Collection
from datetime import datetime

from shared.domain.model import iso
from shared.domain.orders import Price
from shared.domain.qualifications import Qualification, Qualified
from shared.domain.stacking import StackingRules
from shared.wire.answers.assignments import carried
from shared.wire.answers.client import QUALIFICATION, QUALIFIED, only
from shared.wire.answers.orders import order
from shared.wire.answers.parts import InPublic, Json, listed, present
from shared.wire.answers.validations import applicable, stacking


def qualification(of: Qualification) -> Json:
    checkout = of.wish.checkout
    whole = checkout.order
    rules = of.facts.project.stacking
    found = [_redeemable(one, of) for one in of.found]
    return present(
        redeemables=listed(
            "data",
            found,
            total=len(found),
            has_more=of.more is not None,
            **present(more_starting_after=of.more and _cursor(of.more)),
        ),
        order=order(whole, Price(whole.total)) if whole else None,
        tracking_id=checkout.tracking_id,
        stacking_rules=stacking(rules),
    )


def shown(of: Qualification) -> Json:
    """The same, as a shop's pages are told it."""
    said = qualification(of)
    redeemables = said["redeemables"]
    data = [only(QUALIFIED, one) for one in redeemables["data"]]
    return {**only(QUALIFICATION, said), "redeemables": {**redeemables, "data": data}}


def _redeemable(of: Qualified, whole: Qualification) -> Json:
    candidate, expand = of.candidate, whole.wish.expand
    said = applicable(of.offer, whole.wish.checkout.order, of.facts)
    priced = ("order", "applicable_to", "inapplicable_to", "result")
    return present(
        id=candidate.name,
        object=candidate.object,
        created_at=iso(candidate.created_at),
        **{name: said[name] for name in priced if name in said},
        **(_thing(of) if "redeemable" in expand else {}),
        categories=_categories(of, whole.facts.project.stacking) if "category" in expand else None,
        validation_rules_assignments=_rules(of, expand),
    )


def _thing(of: Qualified) -> Json:
    redeemable = of.candidate.redeemable
    campaign, voucher = redeemable.campaign, redeemable.voucher
    if campaign and of.candidate.object == "campaign":
        return present(name=campaign.name, metadata=campaign.metadata)
    return present(metadata=voucher.metadata, campaign_name=voucher.campaign, campaign_id=voucher.campaign_id)


def _categories(of: Qualified, rules: StackingRules) -> list[Json]:
    """A category is a name here, and has no id of its own."""
    category = of.candidate.redeemable.voucher.category
    if category is None:
        return []
    exclusive = category in rules.exclusive_categories
    return [{"name": category, "object": "category", "stacking_rules_type": "EXCLUSIVE" if exclusive else "JOINT"}]


def _rules(of: Qualified, expand: Collection[str]) -> Json | None:
    if "validation_rules" not in expand:
        return None
    redeemable = of.candidate.redeemable
    own = redeemable.voucher.assignments if of.candidate.object == "voucher" else ()
    return carried([*own, *(redeemable.campaign.assignments if redeemable.campaign else ())])


def _cursor(at: datetime) -> str:
    """To the microsecond, unlike any other instant here."""
    return f"{iso(at)[:-1]}{at.microsecond % 1_000:03}Z"


in_public = InPublic(shown, shown)
