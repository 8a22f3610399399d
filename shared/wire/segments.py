"""What may be said of a segment."""

from typing import Any

from shared.domain.model import Name
from shared.domain.segments import SegmentType
from shared.wire.body import Body, Created


class SegmentBody(Created):
    """A new segment. What its filter says is judged where segments are: it may name others."""

    name: Name
    type: SegmentType | None = None
    filter: dict[str, Any] | None = None
    customers: tuple[Name, ...] | None = None
    """By id or ``source_id``; as many as a body holds."""

    @property
    def sort(self) -> SegmentType:
        """Its type; where nothing is said of it, what it has tells: customers or a filter."""
        return self.type or ("static" if self.customers is not None else "auto-update")


class SegmentChange(Body):
    """What changes of a segment; nothing of it can be cleared, so a null says nothing."""

    name: Name | None = None
    type: SegmentType | None = None
    filter: dict[str, Any] | None = None
    customers: tuple[Name, ...] | None = None

    def said(self) -> dict[str, Any]:
        """The fields that change."""
        return self.model_dump(exclude_none=True, exclude={"customers"})
