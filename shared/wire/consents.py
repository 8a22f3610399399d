"""What may be said of consents."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from shared.domain.errors import InvalidPayload
from shared.domain.model import Instant, Name, Sent
from shared.domain.post.consents import Consent
from shared.domain.post.deliveries import Channel, Purpose
from shared.domain.schemas import Flag
from shared.wire.body import Body

MOST_WORDS = 50
"""Words in a request; all of them are kept, or none."""
FAST = timedelta(minutes=5)
"""By how much a shop's clock may run ahead. What it says then is said now: kept as it stands it would outlast the next
word, which may be a no.
"""


class Word(Sent):
    """One word of a customer's; without an instant it is said now."""

    channel: Channel
    purpose: Purpose = "marketing"
    granted: Flag
    source: Name
    at: Instant | None = None


class ConsentsBody(Body):
    consents: Annotated[tuple[Word, ...], Field(min_length=1, max_length=MOST_WORDS)]

    def words(self, *, at: datetime) -> list[Consent]:
        """What is said, each with its instant.

        Raises:
            InvalidPayload: for what nobody can have said yet.
        """
        for index, word in enumerate(self.consents):
            if word.at and word.at > at + FAST:
                raise InvalidPayload(f"consents.{index}.at: must not lie in the future")
        return [Consent(**{**dict(word), "at": min(word.at or at, at)}) for word in self.consents]
