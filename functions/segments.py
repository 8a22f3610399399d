"""Segments: which customers belong together."""

from shared.domain.lists import Listed
from shared.domain.segments import Segment
from shared.runtime.api import Api, Request
from shared.runtime.pages import query_of
from shared.storage.customers import CustomerStore
from shared.storage.segments import SegmentStore
from shared.usecases import segments as usecases
from shared.wire.answers import segments
from shared.wire.lists import SEGMENTS
from shared.wire.segments import SegmentBody, SegmentChange

handler = api = Api()


@api.post("/v1/segments", answer=segments.segment)
def make(request: Request) -> Segment:
    body = request.read(SegmentBody)
    return usecases.make_segment(
        body.name,
        body.sort,
        body.filter,
        body.customers,
        at=request.at,
        segments=_segments(request),
        people=CustomerStore(request.table, request.project),
        chance=request.chance,
    )


@api.get("/v1/segments", answer=segments.segments)
def list_all(request: Request) -> Listed[Segment]:
    return _segments(request).wanted(query_of(request, SEGMENTS))


@api.get("/v1/segments/{segment_id}", answer=segments.segment)
def get(request: Request, segment_id: str) -> Segment:
    return _segments(request).get(segment_id)


@api.put("/v1/segments/{segment_id}", answer=segments.segment)
def update(request: Request, segment_id: str) -> Segment:
    change = request.read(SegmentChange)
    return usecases.change_segment(
        segment_id,
        change.said(),
        change.customers,
        at=request.at,
        segments=_segments(request),
        people=CustomerStore(request.table, request.project),
        chance=request.chance,
    )


@api.delete("/v1/segments/{segment_id}")
def delete(request: Request, segment_id: str) -> None:
    usecases.delete_segment(segment_id, segments=_segments(request))


def _segments(request: Request) -> SegmentStore:
    return SegmentStore(request.table, request.project)
