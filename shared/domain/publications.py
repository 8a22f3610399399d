"""A publication: a code, or codes, given to a customer."""

from typing import NamedTuple

from shared.domain.campaigns import Campaign
from shared.domain.customers import Customer
from shared.domain.model import Frozen, Instant, Metadata
from shared.domain.projects import Project
from shared.domain.vouchers import Voucher


class Publication(Frozen):
    """The record of it; ``source_id`` is the caller's own name for it, and makes it happen once."""

    id: str
    customer_id: str
    campaign_id: str | None = None
    codes: tuple[str, ...]
    source_id: str | None = None
    metadata: Metadata | None = None
    created_at: Instant


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
