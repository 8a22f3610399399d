"""Schedules: on which occasions an offer goes out by itself."""

from shared.domain.calendar.schedules import Occurrence, Scheduled, Tally
from shared.domain.ids import timed
from shared.domain.lists import Listed
from shared.runtime.api import Api, Request
from shared.runtime.pages import query_of
from shared.storage.agenda import Agenda
from shared.storage.campaigns import CampaignStore
from shared.storage.contact_policy import PolicyStore
from shared.storage.projects import ProjectStore
from shared.storage.schedules import ScheduleStore
from shared.storage.segments import SegmentStore
from shared.storage.templates import TemplateStore
from shared.usecases import schedules as usecases
from shared.wire.answers import schedules
from shared.wire.lists import SCHEDULES
from shared.wire.schedules import PreviewQuery, RunsQuery, ScheduleBody, ScheduleChange

handler = api = Api()


@api.post("/v1/schedules", answer=schedules.schedule)
def make(request: Request) -> Scheduled:
    body = request.read(ScheduleBody)
    return usecases.make_schedule(
        body.schedule(timed("sch", request.at, request.chance()), at=request.at),
        body.campaign.named,
        active=bool(body.active),
        at=request.at,
        schedules=_schedules(request),
        campaigns=_campaigns(request),
        templates=TemplateStore(request.table, request.project),
        segments=SegmentStore(request.table, request.project),
        policies=PolicyStore(request.table, request.project),
    )


@api.get("/v1/schedules", answer=schedules.schedules)
def list_all(request: Request) -> Listed[Scheduled]:
    found = _schedules(request).wanted(query_of(request, SCHEDULES))
    return Listed(usecases.shown(found.things, campaigns=_campaigns(request)), found.total, found.more)


@api.get("/v1/schedules/{schedule_id}", answer=schedules.schedule)
def get(request: Request, schedule_id: str) -> Scheduled:
    [found] = usecases.shown([_schedules(request).get(schedule_id)], campaigns=_campaigns(request))
    return found


@api.put("/v1/schedules/{schedule_id}", answer=schedules.schedule)
def update(request: Request, schedule_id: str) -> Scheduled:
    change = request.read(ScheduleChange)
    return usecases.change_schedule(
        schedule_id,
        change.said(),
        campaign=change.campaign.named if change.campaign else None,
        active=change.active,
        at=request.at,
        schedules=_schedules(request),
        campaigns=_campaigns(request),
        templates=TemplateStore(request.table, request.project),
        segments=SegmentStore(request.table, request.project),
        policies=PolicyStore(request.table, request.project),
    )


@api.delete("/v1/schedules/{schedule_id}")
def delete(request: Request, schedule_id: str) -> None:
    usecases.delete_schedule(schedule_id, schedules=_schedules(request))


@api.post("/v1/schedules/{schedule_id}/enable", answer=schedules.schedule, outcome="enabled")
def enable(request: Request, schedule_id: str) -> Scheduled:
    return _switch(request, schedule_id, active=True)


@api.post("/v1/schedules/{schedule_id}/disable", answer=schedules.schedule, outcome="disabled")
def disable(request: Request, schedule_id: str) -> Scheduled:
    return _switch(request, schedule_id, active=False)


@api.get("/v1/schedules/{schedule_id}/preview", answer=schedules.preview)
def preview(request: Request, schedule_id: str) -> list[Occurrence]:
    settled = ProjectStore(request.table, request.project).get()
    since, until = request.query(PreviewQuery).span(at=request.at, home=settled.zone)
    return usecases.preview(
        _schedules(request).get(schedule_id),
        request.project,
        settled,
        since=since,
        until=until,
        celebrants=Agenda(request.table),
    )


@api.get("/v1/schedules/{schedule_id}/runs", answer=schedules.runs)
def runs(request: Request, schedule_id: str) -> Listed[Tally]:
    part = request.query(RunsQuery)
    schedule = _schedules(request).get(schedule_id)
    skip = (part.page - 1) * part.limit
    found = _schedules(request).runs(schedule.id, limit=part.limit + 1, skip=skip)
    return Listed(found[: part.limit], skip + len(found), len(found) > part.limit)


def _switch(request: Request, schedule_id: str, *, active: bool) -> Scheduled:
    return usecases.switch_schedule(
        schedule_id, active=active, at=request.at, schedules=_schedules(request), campaigns=_campaigns(request)
    )


def _schedules(request: Request) -> ScheduleStore:
    return ScheduleStore(request.table, request.project)


def _campaigns(request: Request) -> CampaignStore:
    return CampaignStore(request.table, request.project)
