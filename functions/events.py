"""Events: what customers did, as the shop tells it."""

from shared.domain.events import Tracked
from shared.runtime.api import Api, Request
from shared.storage.events import EventStore
from shared.usecases.events import track_event
from shared.wire.answers import events
from shared.wire.events import EventBody

handler = api = Api()


@api.post("/v1/events", answer=events.tracked, outcome="tracked")
@api.post("/client/v1/events", answer=events.tracked_in_public, outcome="tracked")
def track(request: Request) -> Tracked:
    body = request.read(EventBody)
    return track_event(
        body.event,
        body.customer,
        body.metadata,
        at=request.at,
        events=EventStore(request.table, request.project),
        chance=request.chance,
    )
