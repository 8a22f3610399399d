"""How those look who receive personal data."""

from collections.abc import Sequence

from shared.domain.post.processors import Processor
from shared.wire.answers.parts import Json


def register(of: Sequence[Processor]) -> Json:
    return {"processors": [processor(it) for it in of], "object": "processors"}


def processor(of: Processor) -> Json:
    """One of them; without a country where the shop has not told it."""
    return of.model_dump(mode="json", exclude_none=True)
