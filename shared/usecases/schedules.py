"""Make, change, switch and forget schedules, and see what they will do."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from shared.domain.calendar.holidays import has_holidays, holiday, names_near
from shared.domain.calendar.occasions import attribute_of, runs
from shared.domain.calendar.residences import NOWHERE, Residence, zone_named
from shared.domain.calendar.schedules import Holiday, Hour, Occurrence, Run, Schedule, Scheduled
from shared.domain.campaigns import Campaign
from shared.domain.errors import InvalidPayload, NotFound
from shared.domain.post.contact_policy import ContactPolicy, refuse_unknown_topic
from shared.domain.post.templates import MessageTemplate
from shared.domain.projects import Project
from shared.domain.segments import Segment
from shared.usecases import judged_anew

AHEAD = 10
"""Years, from this one on, in one of which a holiday must be celebrated."""
MOMENT = timedelta(milliseconds=1)


class Schedules(Protocol):
    def get(self, id_: str) -> Schedule: ...
    def add(self, schedule: Schedule, *, outcome: object = None) -> None: ...
    def save(self, schedule: Schedule, *, outcome: object = None) -> None: ...
    def remove(self, schedule: Schedule) -> None: ...


class Campaigns(Protocol):
    def find(self, id_or_name: str) -> Campaign | None: ...
    def get_many(self, ids: Iterable[str], *, warm: bool = False) -> Mapping[str, Campaign]: ...


class Templates(Protocol):
    def find(self, id_: str) -> MessageTemplate | None: ...


class Policies(Protocol):
    def get(self) -> ContactPolicy: ...


class Segments(Protocol):
    def get(self, id_: str) -> Segment: ...


class Celebrants(Protocol):
    def by_zone(self, project: str, schedule: Schedule, day: date) -> Mapping[str, int]: ...


@judged_anew
def make_schedule(
    schedule: Schedule,
    campaign: str,
    *,
    active: bool,
    at: datetime,
    schedules: Schedules,
    campaigns: Campaigns,
    templates: Templates,
    segments: Segments,
    policies: Policies,
) -> Scheduled:
    """Make a schedule that gives away codes of a campaign, which is named by its id or its name.

    Raises:
        InvalidPayload: naming what does not exist, or does not go together.
    """
    offer = _campaign(campaign, campaigns)
    schedule = schedule.model_copy(update={"campaign_id": offer.id}).switched(active=active, at=at)
    schedule = schedule.model_copy(update={"updated_at": None})
    _refuse_unfit(schedule, None, at=at, templates=templates, segments=segments, policies=policies)
    made = Scheduled(schedule, offer.name)
    schedules.add(schedule, outcome=made)
    return made


@judged_anew
def change_schedule(
    id_: str,
    changes: Mapping[str, Any],
    *,
    campaign: str | None = None,
    active: bool | None = None,
    at: datetime,
    schedules: Schedules,
    campaigns: Campaigns,
    templates: Templates,
    segments: Segments,
    policies: Policies,
) -> Scheduled:
    """Change what is said of a schedule, its campaign and its switch; what it has sent is not changed by it.

    Raises:
        NotFound: no such schedule; InvalidPayload: as for a new one.
    """
    known = schedules.get(id_)
    named = {} if campaign is None else {"campaign_id": _campaign(campaign, campaigns).id}
    schedule = known.changed(**changes, **named, at=at)
    schedule = schedule if active is None else schedule.switched(active=active, at=at)
    _refuse_unfit(schedule, known, at=at, templates=templates, segments=segments, policies=policies)
    [changed] = shown([schedule], campaigns=campaigns)
    schedules.save(schedule, outcome=changed)
    return changed


@judged_anew
def switch_schedule(id_: str, *, active: bool, at: datetime, schedules: Schedules, campaigns: Campaigns) -> Scheduled:
    """Switch a schedule on or off; one that is so already stays as it is.

    Raises:
        NotFound: no such schedule.
    """
    known = schedules.get(id_)
    schedule = known.switched(active=active, at=at)
    [switched] = shown([schedule], campaigns=campaigns)
    if schedule is not known:
        schedules.save(schedule, outcome=switched)
    return switched


@judged_anew
def delete_schedule(id_: str, *, schedules: Schedules) -> None:
    """Forget a schedule: from now on it has no more runs.

    Raises:
        NotFound: no such schedule.
    """
    schedules.remove(schedules.get(id_))


def shown(schedules: Sequence[Schedule], *, campaigns: Campaigns) -> list[Scheduled]:
    """Schedules, each with the name of its campaign."""
    known = campaigns.get_many({schedule.campaign_id for schedule in schedules}, warm=True)
    names = {id_: campaign.name for id_, campaign in known.items() if not campaign.deleted}
    return [Scheduled(schedule, names.get(schedule.campaign_id)) for schedule in schedules]


def preview(
    schedule: Schedule, project: str, settled: Project, *, since: datetime, until: datetime, celebrants: Celebrants
) -> list[Occurrence]:
    """The days of an occasion whose runs come from one instant to before another, by day, as if the schedule were on.

    Hours at which nobody is due are left out, unless the day is the same for everybody.
    """
    places = [Residence.of_key(key) for key in settled.places]
    coming = runs(schedule, places, home=settled.zone, after=since - MOMENT, until=until - MOMENT)
    personal = attribute_of(schedule.occasion) is not None
    found: list[Occurrence] = []
    for day, its in groupby(sorted(coming, key=lambda run: run.day), key=lambda run: run.day):
        due = celebrants.by_zone(project, schedule, day)
        hours = [hour for hour in _hours(its, due, schedule, settled.zone) if hour.due or not personal]
        if hours:
            found.append(Occurrence(day, tuple(hours)))
    return found


def _hours(of: Iterable[Run], due: Mapping[str, int], schedule: Schedule, home: ZoneInfo) -> list[Hour]:
    """The hours of one day's runs; those in the zone of the project are one with those who live there."""
    hours: dict[tuple[datetime, str], int] = {}
    for run in of:
        name = home.key if run.zone == NOWHERE else run.zone or schedule.time_zone
        many = sum(due.values()) if run.zone is None else due.get(run.zone, 0)
        hours[run.at, name] = hours.get((run.at, name), 0) + many
    return [
        Hour(name, at.astimezone(zone_named(name)).replace(tzinfo=None), at, many) for (at, name), many in hours.items()
    ]


def _campaign(id_or_name: str, campaigns: Campaigns) -> Campaign:
    campaign = campaigns.find(id_or_name)
    if campaign is None:
        raise InvalidPayload("campaign: there is no such campaign")
    return campaign


def _refuse_unfit(
    schedule: Schedule,
    known: Schedule | None,
    *,
    at: datetime,
    templates: Templates,
    segments: Segments,
    policies: Policies,
) -> None:
    """Raise if a schedule names what does not exist, as far as it has not named it before."""
    for channel in schedule.channels:
        if channel not in schedule.templates:
            raise InvalidPayload(f"templates.{channel}: is one of the channels, and has no template")
    for channel, template_id in schedule.templates.items():
        if known is None or known.templates.get(channel) != template_id:
            template = templates.find(template_id)
            if template is None or template.channel != channel:
                what = "there is no such template" if template is None else f"is a template for {template.channel}"
                raise InvalidPayload(f"templates.{channel}: {what}")
    if schedule.audience and (known is None or known.audience != schedule.audience):
        try:
            segments.get(schedule.audience.segment_id)
        except NotFound:
            raise InvalidPayload("audience.segment_id: there is no such segment") from None
    if schedule.topic and (known is None or known.topic != schedule.topic):
        refuse_unknown_topic(schedule.topic, policies.get())
    if isinstance(schedule.occasion, Holiday) and (known is None or known.occasion != schedule.occasion):
        _refuse_unknown(schedule.occasion, at.year)


def _refuse_unknown(occasion: Holiday, year: int) -> None:
    country, name, years = occasion.country, occasion.name, range(year, year + AHEAD)
    if not has_holidays(country):
        raise InvalidPayload("occasion.country: nothing is known of its holidays")
    if not any(holiday(country, name, one) for one in years):
        near = ", ".join(names_near(country, name, years))
        raise InvalidPayload(f"occasion.name: {country} has no such holiday" + (f"; it has {near}" if near else ""))
