"""What a change of a thing has in common with every other."""

from datetime import datetime
from typing import Any

from shared.domain.errors import InvalidPayload
from shared.domain.model import Metadata
from shared.wire.body import Body


class Change(Body):
    """What changes of a thing: a field that is sent as null is cleared, one that is not sent stays."""

    metadata: Metadata | None = None

    def said(self) -> dict[str, Any]:
        """The fields that were sent; metadata is told apart, for it is merged."""
        return {name: getattr(self, name) for name in self.model_fields_set if name != "metadata"}


def refuse_disorder(start: datetime | None, end: datetime | None) -> None:
    if start and end and end <= start:
        raise ValueError("expiration_date must lie after start_date")


def refuse_backwards(start: datetime | None, end: datetime | None) -> None:
    """The same of a thing after a change.

    Raises:
        InvalidPayload: naming the field.
    """
    try:
        refuse_disorder(start, end)
    except ValueError as error:
        raise InvalidPayload(f"expiration_date: {error}") from None
