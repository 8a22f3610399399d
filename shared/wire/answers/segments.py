"""How segments look."""

from collections.abc import Sequence

from shared.domain.lists import Listed
from shared.domain.model import iso
from shared.domain.segments import Segment
from shared.wire.answers.parts import Json, listed, present


def segment(of: Segment) -> Json:
    """A segment; who is in it is judged when it is asked, so that it is never still being filled."""
    return present(
        id=of.id,
        name=of.name,
        created_at=iso(of.created_at),
        updated_at=of.updated_at and iso(of.updated_at),
        type=of.type,
        filter=of.filter,
        initial_sync_status="DONE",
        object="segment",
    )


def segments(of: Listed[Segment]) -> Json:
    return listed("data", [segment(one) for one in of.things], total=of.total, has_more=of.more)


def of_customer(of: Sequence[Segment]) -> Json:
    """The segments that somebody is in, each in short."""
    return listed("data", [{"id": it.id, "name": it.name, "object": "segment"} for it in of], total=len(of))
