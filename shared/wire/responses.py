"""What may be told of a customer's answer to an offer."""

from datetime import datetime

from shared.domain.errors import InvalidPayload
from shared.domain.model import Instant, Name
from shared.domain.publications import Response, Word
from shared.wire.body import Body
from shared.wire.consents import FAST


class ResponseBody(Body):
    """Yes or no, wherever it was said; without an instant it is said now."""

    response: Word
    channel: Name
    at: Instant | None = None

    def said(self, *, at: datetime) -> Response:
        """What was said, with its instant.

        Raises:
            InvalidPayload: for what nobody can have said yet.
        """
        if self.at and self.at > at + FAST:
            raise InvalidPayload("at: must not lie in the future")
        return Response(response=self.response, channel=self.channel, at=min(self.at or at, at))
