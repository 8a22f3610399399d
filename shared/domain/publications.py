"""A publication: a code, or codes, given to a customer."""

from datetime import datetime
from typing import Literal, NamedTuple

from shared.domain.campaigns import Campaign
from shared.domain.customers import Customer
from shared.domain.model import Frozen, Instant, Metadata, Name
from shared.domain.projects import Project
from shared.domain.vouchers import Voucher

Word = Literal["ACCEPTED", "DECLINED"]


class Response(Frozen):
    """What a customer has said to an offer, wherever they said it: from then on no message with it leaves."""

    response: Word
    channel: Name
    """Where it was said: of a message, or the shop's own word for it, ``phone``."""
    at: Instant


class Publication(Frozen):
    """The record of it; ``source_id`` is the caller's own name for it, and makes it happen once."""

    id: str
    customer_id: str
    campaign_id: str | None = None
    codes: tuple[str, ...]
    source_id: str | None = None
    metadata: Metadata | None = None
    response: Response | None = None
    """The latest one."""
    created_at: Instant

    def answered(self, response: Response, *, at: datetime) -> "Publication":
        """With what its customer has said to it by an instant. What was said earlier than what counts is too late to
        count. What counts already says nothing new, told again with its own instant or with none, which is then that
        of the request.
        """
        known = self.response
        if known and (response.at < known.at or response in (known, known.model_copy(update={"at": at}))):
            return self
        return self.model_copy(update={"response": response})


class Known(NamedTuple):
    """What is known already when a publication is to be made."""

    customer: Customer | None = None
    publication: Publication | None = None
    """The one of the same ``source_id``."""
    joined: str | None = None
    """The id of the first one by which this customer joined this campaign."""
    project: Project = Project()


class Published(NamedTuple):
    """A publication with what an answer tells about it."""

    publication: Publication
    vouchers: tuple[Voucher, ...]
    customer: Customer | None = None
    campaign: Campaign | None = None
