"""Say who may use what: make, change and end a validation rule, and put vouchers and campaigns under it."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, Protocol

from shared.domain.assignments import Assignment, Target, assigned, released
from shared.domain.campaigns import Campaign
from shared.domain.errors import Conflict
from shared.domain.rules.model import ValidationRule
from shared.domain.vouchers import Made, Voucher
from shared.usecases import judged_anew

MOST_RELEASED = 40
"""Assignments that end with their rule: each is two of the 100 writes of a transaction."""


class Rules(Protocol):
    project: str

    def get(self, rule_id: str) -> ValidationRule: ...
    def save(self, rule: ValidationRule) -> None: ...
    def remove(self, rule: ValidationRule) -> None: ...
    def assignment(self, rule_id: str, assignment_id: str) -> Assignment: ...
    def thing(self, assignment: Assignment) -> Voucher | Campaign: ...
    def assign(self, assignment: Assignment, thing: Voucher | Campaign, *, again: bool) -> None: ...
    def release(self, assignment: Assignment, thing: Voucher | Campaign) -> None: ...


class Vouchers(Protocol):
    def get(self, code: str) -> Made: ...


class Campaigns(Protocol):
    def get(self, id_or_name: str) -> Campaign: ...


class Offers(NamedTuple):
    """Where what may be under rules is found."""

    vouchers: Vouchers
    campaigns: Campaigns

    def get(self, target: Target) -> Voucher | Campaign:
        if target.type == "campaign":
            return self.campaigns.get(target.name)
        return self.vouchers.get(target.name).voucher


@judged_anew
def change_rule(
    rule_id: str, change: Callable[[ValidationRule], ValidationRule], *, at: datetime, rules: Rules
) -> ValidationRule:
    """Change a rule; whatever is under it follows, as soon as warm processes look again: within 5 seconds.

    Raises:
        NotFound: no such rule.
    """
    changed = change(rules.get(rule_id)).model_copy(update={"updated_at": at})
    rules.save(changed)
    return changed


@judged_anew
def delete_rule(rule_id: str, *, rules: Rules) -> None:
    """Delete a rule; what is under it is so no longer.

    Raises:
        NotFound: no such rule; Conflict: if more is under it than can be released at once.
    """
    rule = rules.get(rule_id)
    if rule.assignments_count > MOST_RELEASED:
        raise Conflict(
            "validation_rule_assigned",
            "Validation rule is assigned",
            details=f"has {rule.assignments_count} assignments, and at most {MOST_RELEASED} are deleted with a rule: "
            f"delete them first (GET and DELETE /v1/validation-rules/{rule.id}/assignments)",
            resource_id=rule.id,
            resource_type="validation_rule",
        )
    rules.remove(rule)


@judged_anew
def assign_rule(
    rule_id: str, target: Target, *, again: bool = False, at: datetime, rules: Rules, offers: Offers
) -> Assignment:
    """Put a voucher or a campaign under a rule; ``again``, it may be under it already.

    Raises:
        NotFound: no such rule, voucher or campaign; Duplicate: if it is under the rule already; PromotionError: if it
            is under as many as may be.
    """
    thing = offers.get(target)
    assignment = Assignment.of(rules.project, rule_id, target.type, thing.id, at)
    known = any(it.id == assignment.id for it in thing.assignments)
    rules.assign(assignment, assigned(thing, assignment, again=again), again=known)
    return assignment


@judged_anew
def release_rule(rule_id: str, assignment_id: str, *, rules: Rules) -> None:
    """End an assignment.

    Raises:
        NotFound: if the rule has no such assignment.
    """
    assignment = rules.assignment(rule_id, assignment_id)
    rules.release(assignment, released(rules.thing(assignment), assignment))
