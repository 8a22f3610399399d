"""How the decision looks as a tree: each offer, each of its rules, what it saw and what it wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.domain.checkout import Verdict
from shared.wire.answers.parts import Json, present

if TYPE_CHECKING:  # most codes are under no rule, and need not load what rules are made of
    from shared.domain.rules.sets import Explained


def explanation(of: Verdict) -> list[Json]:
    """One entry an offer, in the order of the request: whether it may be used, every reason why not, every rule."""
    reasons = {offer.named: offer.reasons for offer in of.inapplicable}
    return [
        {
            "id": named,
            "object": "voucher",
            "passed": named not in reasons,
            "reasons": [{"key": reason.key, "message": reason.message} for reason in reasons.get(named, ())],
            "rules": [{"id": id_, **_explained(rule)} for id_, rule in of.explanations.get(named, {}).items()],
        }
        for named in of.checkout.named
    ]


def _explained(of: Explained) -> Json:
    return present(
        key=of.key,
        passed=of.passed,
        name=of.name,
        property=of.property,
        wanted=of.wanted,
        saw=of.saw,
        logic=of.logic,
        rules=[_explained(part) for part in of.parts] or None,
    )
