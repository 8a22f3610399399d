"""An async action: work that a request starts and a queue carries on."""

from typing import Any, Literal

from shared.domain.model import Frozen, Instant


class AsyncAction(Frozen):
    """Its progress survives a crash: ``done`` of ``total`` pieces are finished, and none of them is done twice."""

    id: str
    type: Literal["CAMPAIGN_VOUCHERS_GENERATION", "CAMPAIGN_DELETION"]
    campaign_id: str
    status: Literal["ENQUEUED", "IN_PROGRESS", "DONE", "FAILED"] = "ENQUEUED"
    total: int = 0
    done: int = 0
    voucher: dict[str, Any] | None = None
    """What the new codes have of their own, besides what they have from the campaign."""
    request_id: str | None = None
    result: dict[str, Any] | None = None
    created_at: Instant
    updated_at: Instant | None = None
    version: int = 1

    @property
    def progress(self) -> int:
        """In percent."""
        if self.status == "DONE":
            return 100
        return self.done * 100 // self.total if self.total else 0
