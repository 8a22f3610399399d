"""How consents look."""

from shared.domain.post.consents import Word
from shared.domain.post.suppressions import Wishes
from shared.wire.answers.parts import Json


def wishes(of: Wishes) -> Json:
    consents, ledger = of.history
    return {
        "customer_id": consents.customer_id,
        "consents": [_word(word) for word in consents.current],
        "preferences": [_word(word) for word in consents.preferences],
        "suppressed": [it.model_dump(mode="json") for it in of.suppressed],
        "ledger": [_word(word) for word in ledger],
        "object": "consents",
    }


def _word(of: Word) -> Json:
    return of.model_dump(mode="json", exclude_none=True)
