"""Rules and assignments as a test says them, over any stores."""

from typing import Any

from shared.domain.assignments import Assignment, Target
from shared.domain.rules.model import ValidationRule
from shared.usecases.rules import Offers, assign_rule, delete_rule, release_rule
from tests.unit.till import Till
from tests.unit.values import AT

ABOVE_100 = {"1": {"name": "order.amount", "conditions": {"$more_than": [10_000]}}}


def rule(id_: str = "val_1", **fields: Any) -> ValidationRule:
    """A new rule: an order of more than 100.00."""
    return ValidationRule.model_validate({"id": id_, "rules": ABOVE_100, "created_at": AT} | fields)


def keep(till: Till, id_: str = "val_1", **fields: Any) -> ValidationRule:
    """The same, kept."""
    made = rule(id_, **fields)
    till.stores.rules.add(made)
    return made


def assign(till: Till, rule_id: str, name: str = "MUG", type_: str = "voucher", **more: Any) -> Assignment:
    stores = till.stores
    offers = Offers(stores.vouchers, stores.campaigns)
    return assign_rule(rule_id, Target(type_, name), **{"at": AT, "rules": stores.rules, "offers": offers} | more)


def release(till: Till, assignment: Assignment, *, rules: Any = None) -> None:
    release_rule(assignment.rule_id, assignment.id, rules=rules or till.stores.rules)


def delete(till: Till, rule_id: str = "val_1", *, rules: Any = None) -> None:
    delete_rule(rule_id, rules=rules or till.stores.rules)


def count(till: Till, rule_id: str = "val_1") -> int:
    """How many things a rule says are under it."""
    found: ValidationRule = till.stores.rules.get(rule_id)
    return found.assignments_count
