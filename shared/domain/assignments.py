"""Which validation rules an offer is under."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from shared.domain.errors import Duplicate, PromotionError
from shared.domain.ids import hash_of
from shared.domain.model import Frozen, Instant

if TYPE_CHECKING:  # whoever only carries a voucher along need not load what rules are made of
    from collections.abc import Mapping

    from shared.domain.rules.model import ValidationRule

MOST = 5
"""Rules on one voucher or campaign; each may have a hundred conditions."""


class Assignment(Frozen):
    """One rule on one voucher or campaign, which carries it along: a checkout need not look it up.

    Its id derives from both, so that a second one of the same is found to be one, and begins with the rule's: it is
    kept beside its rule and found without an index.
    """

    id: str
    rule_id: str
    related_object_type: str
    related_object_id: str
    created_at: Instant

    @classmethod
    def of(
        cls, project: str, rule_id: str, related_object_type: str, related_object_id: str, at: Instant
    ) -> Assignment:
        """A new one.

        >>> from datetime import UTC, datetime
        >>> Assignment.of("p", "val_0199cafe", "voucher", "v_1", datetime(2026, 3, 17, tzinfo=UTC)).id
        'asgm_0199cafe4a7f607553e3284b'
        """
        return cls(
            id=f"asgm_{rule_id.partition('_')[2]}{hash_of(project, related_object_type, related_object_id)}",
            rule_id=rule_id,
            related_object_type=related_object_type,
            related_object_id=related_object_id,
            created_at=at,
        )


class Target(NamedTuple):
    """What shall be under a rule: a voucher, by code or id, or a campaign, by id or name."""

    type: str
    name: str


class Ruled(Protocol):
    """A voucher, or a campaign: what may be under rules."""

    @property
    def id(self) -> str: ...
    @property
    def assignments(self) -> tuple[Assignment, ...]: ...
    def model_copy(self, *, update: Mapping[str, Any] | None = None) -> Any: ...


R = TypeVar("R", bound=Ruled)


def assigned(thing: R, assignment: Assignment, *, again: bool = False) -> R:
    """A thing under one more rule; ``again``, under one that it may be under already.

    Raises:
        Duplicate: if it is under that rule, PromotionError: if it is under as many as may be.
    """
    others = tuple(it for it in thing.assignments if it.id != assignment.id)
    if len(others) < len(thing.assignments) and not again:
        raise Duplicate("validation_rules_assignment", assignment.id)
    if len(others) == MOST:
        raise PromotionError(
            "validation_rules_limit_exceeded",
            "Validation rules limit exceeded",
            details=f"related_object_id: is under {MOST} validation rules, and there may be no more; delete another's "
            "assignment first, or join the conditions of two rules in one",
            resource_id=thing.id,
            resource_type=assignment.related_object_type,
        )
    return _under(thing, (*others, assignment))


def released(thing: R, assignment: Assignment) -> R:
    """A thing that is under a rule no longer."""
    return _under(thing, tuple(it for it in thing.assignments if it.id != assignment.id))


def _under(thing: R, assignments: tuple[Assignment, ...]) -> R:
    under: R = thing.model_copy(update={"assignments": assignments})
    return under


class Under(NamedTuple):
    """The rules that a new thing shall be under from the start, and which of them are made with it."""

    ids: tuple[str, ...] = ()
    new: tuple[ValidationRule, ...] = ()

    def put_on(self, thing: R, related_object_type: str, *, project: str, at: Instant) -> R:
        """The thing under these rules."""
        return _under(thing, tuple(Assignment.of(project, id_, related_object_type, thing.id, at) for id_ in self.ids))


NO_RULES = Under()
