"""How it is kept which things are under which rules: the writes that say so, beside those of the thing itself.

An assignment stands twice: with its voucher or campaign, where a checkout finds it, and beside its rule, where lists
do. Whatever changes the one changes the other in the same transaction, and with both the rule's count of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from shared.domain.assignments import Assignment
from shared.domain.errors import InvalidPayload, Moved
from shared.storage.documents import item_of
from shared.storage.keys import Key, listing
from shared.storage.table import Item, Write, create, delete, put, update

if TYPE_CHECKING:  # most codes are under no rule, and need not load what rules are made of
    from shared.domain.rules.model import ValidationRule

ATTRIBUTES = ("assignments_count", "version")
"""Of a rule."""


def creating(project: str, rule: ValidationRule) -> Write:
    """The write that makes a rule."""
    item = {**item_of(rule, ATTRIBUTES), **listing(project, "rule", rule.id, rule.created_at)}
    return create(Key.rule(project, rule.id), item, otherwise=Moved())


def keeping(project: str, assignment: Assignment) -> Write:
    """The write that keeps an assignment beside its rule; of its thing there is only one, so it needs no condition."""
    instant = {"owner": Key.rule(project, assignment.rule_id).PK}
    listed = listing(project, "assignment", assignment.id, assignment.created_at)
    item: Item = {**item_of(assignment, ()), **listed, **instant, "owned": f"assignment#{listed['listed']}"}
    return put(Key.assignment(project, assignment.id), item)


def counting(project: str, rule_id: str, more: int, *, otherwise: Exception) -> Write:
    """The write that counts how many things are under a rule; ``otherwise`` is what it means that there is none."""
    return update(Key.rule(project, rule_id), "ADD #assignments_count :more", {"more": more}, otherwise=otherwise)


def ending(project: str, assignment: Assignment) -> Write:
    """The write that ends an assignment, if nobody has ended it yet."""
    key = Key.assignment(project, assignment.id)
    return delete(key, only_if="attribute_exists(PK)", otherwise=Moved())


def assigning(project: str, assignments: Sequence[Assignment], new: Iterable[ValidationRule] = ()) -> Iterator[Write]:
    """The writes that go with a new thing: it is under these rules, of which the ``new`` ones are made with it."""
    made = {rule.id: rule.model_copy(update={"assignments_count": 1}) for rule in new}
    for index, assignment in enumerate(assignments):
        rule_id = assignment.rule_id
        yield keeping(project, assignment)
        if rule_id in made:
            yield creating(project, made[rule_id])
        else:
            unknown = InvalidPayload(f"validation_rules.{index}: Cannot find validation_rule with id {rule_id}")
            yield counting(project, rule_id, 1, otherwise=unknown)


def freeing(project: str, assignments: Iterable[Assignment]) -> Iterator[Write]:
    """The writes that go with the end of a thing: it is under none of these rules any more."""
    for assignment in assignments:
        yield ending(project, assignment)
        yield counting(project, assignment.rule_id, -1, otherwise=Moved())
