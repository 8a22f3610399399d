"""A validation rule, ready to be judged: whether it holds, why not, what it saw, and what it rests on."""

from collections.abc import Collection

from shared.domain.errors import Reason
from shared.domain.rules import judges
from shared.domain.rules.applicable import Discounted
from shared.domain.rules.asks import Asks, asks_of
from shared.domain.rules.case import Case, Line
from shared.domain.rules.judges import Judge
from shared.domain.rules.model import ValidationRule, read
from shared.domain.rules.sets import SUBJECTS, CompiledSet, Explained, merged
from shared.domain.usages import Need

VIOLATED = {
    "customer": Reason("customer_rules_violated", "customer does not meet the rules"),
    "order": Reason("order_rules_violated", "order does not meet the rules"),
    "redemption": Reason("redemption_rules_violated", "redemption does not meet the rules"),
}
"""What is told where a shop says nothing itself."""


class Compiled:
    """A validation rule, ready to be judged."""

    def __init__(self, rule: ValidationRule) -> None:
        self.rule = rule
        sets = {"rules": read(rule.rules), "bundle_rules": read(rule.bundle_rules)}
        self._sets = {name: CompiledSet(found) for name, found in sets.items() if found}
        self._discounted = Discounted(rule.applicable_to, self._sets.values())
        parts = [one.judge for one in self._sets.values()]
        self.holds: Judge = judges.all_of([*parts, self._meets_lines] if self._discounted.named else parts)
        """Whether it does; False where it cannot be judged."""
        self.asks: Asks = asks_of((rule for one in self._sets.values() for rule in one.all), rule.applicable_to)
        """What must be known before it can be judged."""

    def unmet(self, case: Case) -> Reason | None:
        """Why it does not hold, in the shop's own words where it has any; None where it does."""
        if self.holds(case):
            return None
        found = [rule for one in self._sets.values() if (rule := one.culprit(case))]
        failed = {rule.subject for rule in found} | ({"order"} if not self._meets_lines(case) else set())
        subject = min(failed, key=SUBJECTS.index)
        own = next((message for rule in found if rule.subject == subject and (message := rule.message(case))), None)
        own = own or (self.rule.error.message if self.rule.error else None)
        reason = VIOLATED[subject]
        return Reason(reason.key, own, own=True) if own else reason

    def meets(self, case: Case, subjects: Collection[str]) -> bool:
        """Whether what it says of these subjects is met, were all the rest so, too."""
        lines = "order" not in subjects or self._meets_lines(case)
        return lines and all(one.meets(case, subjects) for one in self._sets.values())

    def wants(self, case: Case) -> bool:
        """Whether it asks for products that are on the order."""
        return any(rule.wants(case) for one in self._sets.values() for rule in one.all)

    def favours(self, case: Case) -> bool:
        """Whether the discount is for certain products, and the order has any of them."""
        return self._discounted.favours and bool(self.lines(case))

    def explain(self, case: Case) -> Explained:
        """What each rule saw and wanted, as a tree: rules, bundle rules and applicable lines, where there are any."""
        parts = [one.explain(case, name) for name, one in self._sets.items()]
        if self.rule.applicable_to and self._discounted.named:
            wanted = self.rule.applicable_to.model_dump(mode="json", exclude_unset=True)
            saw = [line.number for line in self.lines(case)]
            parts.append(Explained(bool(saw), name="applicable_to", wanted=wanted, saw=saw))
        return Explained(all(part.passed for part in parts), parts=tuple(parts))

    def needs(self, case: Case) -> tuple[Need, ...]:
        """What must go on being true of what was used, for the verdict to stand; asked where it holds."""
        return merged([need for one in self._sets.values() for need in one.needs(case)])

    def lines(self, case: Case) -> tuple[Line, ...]:
        """The lines that the discount is for; all of them, where the rule says nothing about it."""
        return self._discounted.lines(case)

    def _meets_lines(self, case: Case) -> bool:
        """Whether the order has a line of those that ``applicable_to`` names, if it names any."""
        return not self._discounted.named or bool(self.lines(case))


def compiled(rule: ValidationRule) -> Compiled:
    """A rule, ready to be judged; worth keeping for as long as its version is the same."""
    return Compiled(rule)
