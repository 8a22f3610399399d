"""How consents look."""

from shared.domain.post.consents import Consent, History
from shared.wire.answers.parts import Json


def history(of: History) -> Json:
    return {
        "customer_id": of.consents.customer_id,
        "consents": [_word(word) for word in of.consents.current],
        "ledger": [_word(word) for word in of.ledger],
        "object": "consents",
    }


def _word(of: Consent) -> Json:
    return of.model_dump(mode="json")
