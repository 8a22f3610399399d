"""How the decision looks as a tree: each offer, each of its rules, what it saw and what it wanted."""


from shared.domain.checkout import Inapplicable, Verdict
from shared.wire.answers.parts import Json


def explanation(of: Verdict) -> list[Json]:
    """One entry an offer, in the order of the request: whether it may be used, every reason why not, every rule."""
    refused = {offer.named: offer for offer in of.inapplicable}
    return [
        {
            "id": named,
            "object": "voucher",
            "passed": named not in refused,
            "reasons": _reasons(refused.get(named)),
            "rules": [_rule(one) for one in of.explanations.get(named, ())],
        }
        for named in of.checkout.named
    ]


def _reasons(of: Inapplicable | None) -> list[Json]:
    return [{"key": reason.key, "message": reason.message} for reason in (of.reasons if of else ())]
