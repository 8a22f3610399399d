"""How it looks that things are under validation rules."""

from collections.abc import Sequence

from shared.domain.assignments import Assignment
from shared.domain.lists import Listed
from shared.domain.model import iso
from shared.wire.answers.parts import Json, listed


def assignment(of: Assignment) -> Json:
    return {
        "id": of.id,
        "rule_id": of.rule_id,
        "related_object_id": of.related_object_id,
        "related_object_type": of.related_object_type,
        "created_at": iso(of.created_at),
        "object": "validation_rules_assignment",
    }


def assignments(of: Listed[Assignment]) -> Json:
    return listed("data", [assignment(each) for each in of.things], total=of.total)


def carried(of: Sequence[Assignment]) -> Json:
    """The rules that a voucher or a campaign is under."""
    return listed("data", [assignment(each) for each in of], total=len(of))
