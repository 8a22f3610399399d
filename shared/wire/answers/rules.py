"""How validation rules look."""

from shared.domain.lists import Listed
from shared.domain.model import iso
from shared.domain.rules.model import ValidationRule
from shared.wire.answers.parts import Json, listed, present


def rule(of: ValidationRule) -> Json:
    said = of.model_dump(mode="json", exclude_none=True, include={"rules", "bundle_rules", "error", "applicable_to"})
    return present(
        id=of.id,
        name=of.name,
        **said,
        type=of.type,
        context_type=of.context_type,
        assignments_count=of.assignments_count,
        created_at=iso(of.created_at),
        updated_at=of.updated_at and iso(of.updated_at),
        object="validation_rules",
    )


def rules(of: Listed[ValidationRule]) -> Json:
    return listed("data", [rule(each) for each in of.things], total=of.total)
