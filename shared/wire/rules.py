"""What may be said of a validation rule, and of what shall be under it."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

from shared.domain.assignments import MOST, Target, Under
from shared.domain.errors import InvalidPayload
from shared.domain.ids import timed
from shared.domain.model import Name
from shared.domain.rules.model import ApplicableTo, RuleError, Rules, ValidationRule
from shared.wire.body import Body, Created

NOT_YET = ("promotion_tier", "earning_rule", "distribution", "reward_assignment")
"""What the contract also puts under rules."""
FIRM = ("type", "context_type", "rules", "bundle_rules")
"""What a rule always has: cleared, it is as if it had never been said."""


EFFECTS = (
    *("apply_to_order", "apply_to_items", "apply_to_items_by_quantity"),
    *("apply_to_items_proportionally", "apply_to_items_proportionally_by_quantity"),
    *("fixed.apply_to_items", "percent.apply_to_items"),
)
DISCOUNTED = (
    *("campaign.discount_coupons", "campaign.referral_program", "campaign.promotion", "voucher.discount_voucher"),
)
LOADED = ("campaign.gift_vouchers", "voucher.gift_voucher")
TIERS = ("joined", "left", "upgraded", "downgraded", "prolonged")
CONTEXTS = {
    *("global", "campaign.loyalty_program", "voucher.loyalty_card", "reward_assignment.pay_with_points"),
    *("distribution.custom_event", "earning_rule.custom_event", "earning_rule.order.paid"),
    *(f"distribution.order.{what}" for what in ("paid", "created", "canceled", "updated")),
    *("earning_rule.customer.segment.entered", *(f"earning_rule.customer.tier.{what}" for what in TIERS)),
    *DISCOUNTED,
    *(f"{kind}.discount.{effect}" for kind in DISCOUNTED for effect in EFFECTS),
    *LOADED,
    *(f"{kind}.gift.{effect}" for kind in LOADED for effect in EFFECTS[:2]),
}
"""What a dashboard made a rule for. It changes nothing, but clients refuse a word that they do not know."""


def _known(context: str) -> str:
    if context not in CONTEXTS:
        raise ValueError("must be one of the contract's contexts, as global")
    return context


Context = Annotated[str, Field(strict=True), AfterValidator(_known)]


class RuleBody(Created):
    """A new validation rule."""

    name: Name | None = None
    type: Literal["expression", "basic", "advanced", "complex"] = "expression"
    context_type: Context = "global"
    rules: Rules = Field(default_factory=dict)
    bundle_rules: Rules = Field(default_factory=dict)
    error: RuleError | None = None
    applicable_to: ApplicableTo | None = None

    def rule(self, id_: str, *, at: datetime) -> ValidationRule:
        said = {name: getattr(self, name) for name in RuleBody.model_fields}
        return ValidationRule(id=id_, created_at=at, **said)


class RuleChange(Body):
    """What changes of a validation rule: a field that is sent as null is cleared, one that is not sent stays."""

    name: Name | None = None
    type: Literal["expression", "basic", "advanced", "complex"] | None = None
    context_type: Context | None = None
    rules: Rules | None = None
    bundle_rules: Rules | None = None
    error: RuleError | None = None
    applicable_to: ApplicableTo | None = None

    def of(self, rule: ValidationRule) -> ValidationRule:
        said = {name: getattr(self, name) for name in self.model_fields_set}
        firm = {name: ValidationRule.model_fields[name].get_default(call_default_factory=True) for name in FIRM}
        cleared = {name: firm[name] for name, value in said.items() if value is None and name in firm}
        return rule.model_copy(update={**said, **cleared})


def _supported(type_: str) -> str:
    if type_ in NOT_YET:
        raise ValueError(f"{type_} is not supported yet")
    if type_ not in ("voucher", "campaign"):
        raise ValueError("must be voucher or campaign")
    return type_


def _refuse(_: object) -> None:
    raise ValueError("is not supported yet")


class AssignmentBody(Created):
    """What shall be under a rule: its type and its name; or, as older clients say it, ``{"voucher": name}``."""

    related_object_type: Annotated[str, Field(strict=True), AfterValidator(_supported)] = "voucher"
    related_object_id: Name | None = None
    voucher: Name | None = None
    campaign: Name | None = None
    promotion_tier: Annotated[Any, AfterValidator(_refuse)] = None

    def target(self) -> Target:
        """The one thing that is named.

        Raises:
            InvalidPayload: if none is, or several are.
        """
        named = {self.related_object_type: self.related_object_id} if self.related_object_id else {}
        older = {"voucher": self.voucher, "campaign": self.campaign}
        targets = [Target(type_, name) for said in (named, older) for type_, name in said.items() if name]
        if len(targets) != 1:
            problem = "names one thing, and several are named" if targets else "Field required"
            raise InvalidPayload(f"related_object_id: {problem}")
        return targets[0]


NAMED, INLINE = "<id>", "<rule>"
"""The two ways to say a rule, as pydantic tells them apart."""


def _an_id(name: str) -> str:
    # an assignment's id is made of it
    if not re.fullmatch(r"val_\w{1,60}", name, re.ASCII):
        raise ValueError("is not the id of a validation rule (val_…)")
    return name


Wanted = Annotated[
    Annotated[Name, AfterValidator(_an_id), Tag(NAMED)] | Annotated[RuleBody, Tag(INLINE)],
    Discriminator(lambda said: INLINE if isinstance(said, dict | RuleBody) else NAMED),
]


def _each_once(wanted: tuple[Wanted, ...]) -> tuple[Wanted, ...]:
    named = [it for it in wanted if isinstance(it, str)]
    if twice := next((it for it in named if named.count(it) > 1), None):
        raise ValueError(f"names {twice} twice")
    return wanted


class Ruled(Created):
    """A new thing that may be under rules from the start: such that there are, by id, and new ones as they shall be."""

    validation_rules: Annotated[tuple[Wanted, ...], Field(max_length=MOST), AfterValidator(_each_once)] = ()

    def under(self, chance: Callable[[], str], *, at: datetime) -> Under:
        """The rules that are asked for; each new one is given an id."""
        rules = [
            it if isinstance(it, str) else it.rule(timed("val", at, chance()), at=at) for it in self.validation_rules
        ]
        return Under(
            tuple(it if isinstance(it, str) else it.id for it in rules),
            tuple(it for it in rules if not isinstance(it, str)),
        )
