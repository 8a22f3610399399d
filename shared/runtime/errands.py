"""The queues of the calendar and the post: errands for ``fan_out``, parcels for ``deliver``.

calendar  {project, schedule_id, day, zone, at, after}   a run; after whom it goes on
          {until, after}                                 the deliveries that were to wait until then
post      {project, schedule_id, day, at, customers}     some who are due in a run
          {project, deliveries}                          some deliveries that have waited
"""

import json
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from os import environ
from typing import TYPE_CHECKING, Any

from shared.domain.calendar.agenda import DueRun, Errand, Parcel, Waiting
from shared.domain.calendar.schedules import Run
from shared.domain.model import iso
from shared.runtime import settings
from shared.storage.table import chunks

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

Json = dict[str, Any]
MOST_TOGETHER = 10
"""Messages that SQS takes at once."""


class NotSent(Exception):
    """The queue did not take a message; whoever sends them all again does no harm."""


class CalendarQueue:
    """What ticks have found to be done."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def send(self, errands: Iterable[Errand]) -> None:
        """Hand errands on.

        Raises:
            NotSent: if one was not taken.
        """
        _send(self._client, self._url, map(_said, errands))


class PostQueue:
    """What is to be delivered."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def send(self, parcels: Iterable[Parcel]) -> None:
        """Hand parcels on.

        Raises:
            NotSent: if one was not taken.
        """
        _send(self._client, self._url, map(_told, parcels))


def errand_of(said: Json) -> Errand:
    """The errand that a message tells of."""
    if "until" in said:
        return Waiting(datetime.fromisoformat(said["until"]), said["after"])
    day, at = date.fromisoformat(said["day"]), datetime.fromisoformat(said["at"])
    run = Run(schedule_id=said["schedule_id"], day=day, zone=said["zone"], at=at)
    return DueRun(said["project"], run, said["after"])


def _said(errand: Errand) -> Json:
    if isinstance(errand, Waiting):
        return {"until": iso(errand.until), "after": errand.after}
    return {"project": errand.project, **_of(errand.run), "zone": errand.run.zone, "after": errand.after}


def _told(parcel: Parcel) -> Json:
    if parcel.run is None:
        return {"project": parcel.project, "deliveries": parcel.ids}
    return {"project": parcel.project, **_of(parcel.run), "customers": parcel.ids}


def _of(run: Run) -> Json:
    return {"schedule_id": run.schedule_id, "day": run.day.isoformat(), "at": iso(run.at)}


def _send(client: "SQSClient", url: str, bodies: Iterable[Json]) -> None:
    for piece in chunks(bodies, MOST_TOGETHER):
        entries: Any = [{"Id": str(number), "MessageBody": json.dumps(body)} for number, body in enumerate(piece)]
        if client.send_message_batch(QueueUrl=url, Entries=entries).get("Failed"):
            raise NotSent


@cache
def calendar() -> CalendarQueue:
    """The queue that the environment names."""
    return CalendarQueue(settings.sqs(), environ["CALENDAR_QUEUE_URL"])


@cache
def post() -> PostQueue:
    """The queue that the environment names."""
    return PostQueue(settings.sqs(), environ["POST_QUEUE_URL"])
