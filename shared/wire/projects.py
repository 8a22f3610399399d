"""What may be settled of a project."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from shared.domain.model import Name
from shared.domain.stacking import StackingRules
from shared.wire.body import Created

Limit = Annotated[int, Field(strict=True, ge=1, le=30)]
ExclusiveLimit = Annotated[int, Field(strict=True, ge=1, le=5)]
Categories = Annotated[tuple[Name, ...], Field(max_length=200)]


class StackingBody(Created):
    """Stacking rules; what is not said is as the contract has it. What is not honoured yet is refused by its value."""

    redeemables_limit: Limit = 30
    applicable_redeemables_limit: Limit = 5
    applicable_redeemables_per_category_limit: Limit = 1
    applicable_redeemables_category_limits: dict[Name, Limit] = Field(default_factory=dict)
    applicable_exclusive_redeemables_limit: ExclusiveLimit = 1
    applicable_exclusive_redeemables_per_category_limit: ExclusiveLimit = 1
    exclusive_categories: Categories = ()
    joint_categories: Categories = ()
    redeemables_application_mode: Literal["ALL", "PARTIAL"] = "ALL"
    redeemables_sorting_rule: Literal["REQUESTED_ORDER"] = "REQUESTED_ORDER"
    redeemables_products_application_mode: Literal["STACK"] = "STACK"
    redeemables_no_effect_rule: Literal["REDEEM_ANYWAY", "SKIP"] = "REDEEM_ANYWAY"
    no_effect_skip_categories: Categories = ()
    no_effect_redeem_anyway_categories: Categories = ()
    redeemables_rollback_order_mode: Literal["WITH_ORDER"] = "WITH_ORDER"

    @model_validator(mode="after")
    def _must_agree(self) -> Self:
        if self.applicable_redeemables_limit > self.redeemables_limit:
            raise ValueError("applicable_redeemables_limit: is more than redeemables_limit")
        if set(self.exclusive_categories) & set(self.joint_categories):
            raise ValueError("joint_categories: none may be exclusive, too")
        if set(self.no_effect_skip_categories) & set(self.no_effect_redeem_anyway_categories):
            raise ValueError("no_effect_redeem_anyway_categories: none may be skipped, too")
        return self

    def rules(self) -> StackingRules:
        return StackingRules(**{name: getattr(self, name) for name in StackingRules._fields})
