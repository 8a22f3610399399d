"""Which validation rules an offer is under."""

from shared.domain.ids import derived
from shared.domain.model import Frozen, Instant

MOST = 5
"""Rules on one voucher or campaign; each may have a hundred conditions."""


class Assignment(Frozen):
    """One rule on one voucher or campaign, which carries it along: a checkout need not look it up.

    Its id derives from both, so that a second one of the same is found to be one.
    """

    id: str
    rule_id: str
    related_object_type: str
    related_object_id: str
    created_at: Instant

    @classmethod
    def of(
        cls, project: str, rule_id: str, related_object_type: str, related_object_id: str, at: Instant
    ) -> "Assignment":
        """A new one."""
        return cls(
            id=derived("asgm", project, rule_id, related_object_type, related_object_id),
            rule_id=rule_id,
            related_object_type=related_object_type,
            related_object_id=related_object_id,
            created_at=at,
        )
