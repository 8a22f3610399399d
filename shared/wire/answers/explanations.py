"""How the decision looks as a tree: each offer, each of its rules, what it saw and what it wanted."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from shared.domain.checkout import Verdict
from shared.domain.model import iso
from shared.domain.rules.sets import Explained
from shared.wire.answers.parts import Json, present


def explanation(of: Verdict) -> list[Json]:
    """One entry an offer, in the order of the request: whether it may be used, every reason why not, every rule."""
    reasons = {offer.named: offer.reasons for offer in of.inapplicable}
    return [
        {
            "id": named,
            "object": "voucher",
            "passed": named not in reasons,
            "reasons": [{"key": reason.key, "message": reason.message} for reason in reasons.get(named, ())],
            "rules": [_explained(rule) for rule in of.explanations.get(named, ())],
        }
        for named in of.checkout.named
    ]


def _explained(of: Explained) -> Json:
    return present(
        key=of.key,
        passed=of.passed,
        name=of.name,
        property=of.property,
        wanted=_shown(of.wanted),
        saw=_shown(of.saw),
        logic=of.logic,
        rules=[_explained(part) for part in of.parts] or None,
    )


def _shown(found: Any) -> Any:
    """What a rule saw, as JSON has it."""
    match found:
        case datetime():
            return iso(found)
        case Decimal():
            return int(found) if found == found.to_integral_value() else float(found)
        case Mapping():
            return {str(name): _shown(inner) for name, inner in found.items()}
        case str() | int() | float() | None:
            return found
        case Collection():
            return [_shown(one) for one in (sorted(found) if isinstance(found, frozenset | set) else found)]
        case _:
            return str(found)
