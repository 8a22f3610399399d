"""How offers go together in one checkout: how many, of which categories, and what stands back for what."""

from collections import Counter
from collections.abc import Mapping
from typing import Literal, NamedTuple

from shared.domain.errors import Reason

LIMIT_EXCEEDED = Reason("applicable_redeemables_limit_exceeded", "Applicable redeemables limit exceeded")
CATEGORY_LIMIT_EXCEEDED = Reason(
    "applicable_redeemables_per_category_limit_exceeded", "Applicable redeemables limit per category exceeded"
)
EXCLUSIVE_LIMIT_EXCEEDED = Reason(
    "applicable_exclusive_redeemables_limit_exceeded", "Applicable exclusive redeemables limit exceeded"
)
EXCLUSIVE_CATEGORY_LIMIT_EXCEEDED = Reason(
    "applicable_exclusive_redeemables_per_category_limit_exceeded",
    "Applicable exclusive redeemables limit per category exceeded",
)
EXCLUDED = Reason("exclusion_rules_not_met", "Redeemable cannot be applied due to exclusion rules")
NO_EFFECT = Reason("no_effect", "Redeemable has no effect on this order")
PRECEDING_FAILED = Reason("preceding_validation_failed", "Redeemable skipped due to preceding validation failed")


class StackingRules(NamedTuple):
    """A project's rules; these are the contract's defaults. A category is meant by its name."""

    redeemables_limit: int = 30
    applicable_redeemables_limit: int = 5
    applicable_redeemables_per_category_limit: int = 1
    applicable_redeemables_category_limits: Mapping[str, int] = {}
    applicable_exclusive_redeemables_limit: int = 1
    applicable_exclusive_redeemables_per_category_limit: int = 1
    exclusive_categories: tuple[str, ...] = ()
    joint_categories: tuple[str, ...] = ()
    redeemables_application_mode: Literal["ALL", "PARTIAL"] = "ALL"
    redeemables_sorting_rule: Literal["REQUESTED_ORDER"] = "REQUESTED_ORDER"
    redeemables_products_application_mode: Literal["STACK"] = "STACK"
    redeemables_no_effect_rule: Literal["REDEEM_ANYWAY", "SKIP"] = "REDEEM_ANYWAY"
    no_effect_skip_categories: tuple[str, ...] = ()
    no_effect_redeem_anyway_categories: tuple[str, ...] = ()
    redeemables_rollback_order_mode: Literal["WITH_ORDER"] = "WITH_ORDER"

    @property
    def is_partial(self) -> bool:
        """Whether what can be used is used, though something else cannot."""
        return self.redeemables_application_mode == "PARTIAL"

    def skips_without_effect(self, category: str | None) -> bool:
        """Whether an offer of a category that would take nothing off is passed over rather than spent."""
        if category in self.no_effect_skip_categories:
            return True
        skips = self.redeemables_no_effect_rule == "SKIP"
        return skips and category not in self.no_effect_redeem_anyway_categories


class Stack:
    """The offers that were let in so far, counted; asked about each in turn, in the order in which they are applied.

    Where an offer of an exclusive category is among those that could be used, all others stand back but the joint.
    """

    def __init__(self, rules: StackingRules, categories: list[str | None]) -> None:
        self._rules = rules
        self._exclusive = any(category in rules.exclusive_categories for category in categories)
        self._let_in: Counter[str | None] = Counter()

    def against(self, category: str | None) -> Reason | None:
        """Why one more offer of a category is passed over; None if it is let in."""
        rules, counts = self._rules, self._let_in
        exclusive = category in rules.exclusive_categories
        if self._exclusive and not exclusive and category not in rules.joint_categories:
            return EXCLUDED
        if counts.total() >= rules.applicable_redeemables_limit:
            return LIMIT_EXCEEDED
        if exclusive:
            if sum(counts[name] for name in rules.exclusive_categories) >= rules.applicable_exclusive_redeemables_limit:
                return EXCLUSIVE_LIMIT_EXCEEDED
            if counts[category] >= rules.applicable_exclusive_redeemables_per_category_limit:
                return EXCLUSIVE_CATEGORY_LIMIT_EXCEEDED
        elif category is not None:
            limits = rules.applicable_redeemables_category_limits
            if counts[category] >= limits.get(category, rules.applicable_redeemables_per_category_limit):
                return CATEGORY_LIMIT_EXCEEDED
        return None

    def let_in(self, category: str | None) -> None:
        """Count one more."""
        self._let_in[category] += 1
