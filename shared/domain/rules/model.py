"""A rule as the contract writes it. (A stand-in.)"""

from typing import Annotated, Any, Literal

from pydantic import Field

from shared.domain.model import Frozen, Instant, Name, Sent, Text

Rules = Annotated[dict[str, Any], Field(max_length=101)]
ApplicableTo = dict[str, Any]


class RuleError(Sent):
    message: Text | None = None


class ValidationRule(Frozen):
    id: str
    name: Name | None = None
    type: Literal["expression", "basic", "advanced", "complex"] = "expression"
    context_type: str = "global"
    rules: Rules = Field(default_factory=dict)
    bundle_rules: Rules = Field(default_factory=dict)
    error: RuleError | None = None
    applicable_to: ApplicableTo | None = None
    created_at: Instant
    updated_at: Instant | None = None
    assignments_count: int = 0
    """How many vouchers and campaigns are under it."""
    version: int = 1
