"""A schedule is changed and switched: what it has missed by then stays missed. And what it will do can be looked at."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from shared.domain.calendar.residences import NOWHERE
from shared.domain.calendar.schedules import Schedule
from shared.domain.projects import Project
from shared.usecases.schedules import preview
from tests.unit.calendars import DOG_DAY, schedule
from tests.unit.values import AT, DAY

ON = schedule().switched(active=True, at=AT)
LATER = AT + DAY


def test_switching_on_what_is_on_changes_nothing() -> None:
    assert ON.switched(active=True, at=LATER) is ON
    assert ON.switched(active=False, at=LATER).active_since is None
    assert ON.switched(active=False, at=LATER).switched(active=True, at=LATER).active_since == LATER


@pytest.mark.parametrize(
    ("case", "fields", "since"),
    [
        ("another name", {"name": "Renamed"}, AT),
        ("other channels", {"channels": ("sms",), "templates": {"sms": "tmpl_2"}}, AT),
        ("another length of the code", {"validity": "P1D"}, AT),
        ("the hour that it has", {"send_at": "09:00"}, AT),
        ("another hour", {"send_at": "09:15"}, LATER),
        ("another occasion", {"occasion": DOG_DAY}, LATER),
        ("another offset", {"offset": "-P1D"}, LATER),
        ("another zone", {"time_zone": "UTC"}, LATER),
        ("another policy", {"leap_day": "MAR_1"}, LATER),
    ],
)
def test_whoever_changes_when_it_runs_changes_it_from_now_on(case: str, fields: dict[str, Any], since: object) -> None:
    changed = ON.changed(**fields, at=LATER)
    assert (changed.active_since, changed.updated_at, changed.created_at) == (since, LATER, AT)
    assert schedule().changed(**fields, at=LATER).active_since is None


class Celebrants:
    """Who celebrates, by zone, whatever the day."""

    def __init__(self, **zones: int) -> None:
        self._zones = zones

    def by_zone(self, project: str, schedule: Schedule, day: date) -> Mapping[str, int]:
        return self._zones


DUBLIN = Project(time_zone="Europe/Dublin", places=frozenset({"IE Europe/Dublin", "- Asia/Tokyo"}))


def seen(of: Schedule, **zones: int) -> list[tuple[str, list[tuple[str, int]]]]:
    """What is due in the week from 24 August on, in the project of a shop in Dublin."""
    since = AT.replace(month=8, day=24)
    found = preview(of, "p", DUBLIN, since=since, until=since + 7 * DAY, celebrants=Celebrants(**zones))
    return [(f"{it.day}", [(hour.time_zone, hour.due) for hour in it.hours]) for it in found]


def test_who_lives_in_the_zone_of_the_project_is_one_with_those_of_whom_nobody_knows_where() -> None:
    due = {NOWHERE: 2, "Europe/Dublin": 3, "Asia/Tokyo": 0}
    assert seen(schedule(DOG_DAY), **due) == [("2026-08-26", [("Asia/Tokyo", 0), ("Europe/Dublin", 5)])]
    own = schedule(DOG_DAY, time_zone="UTC")
    assert seen(own, **due) == [("2026-08-26", [("UTC", 5)])]
    birthdays = seen(schedule(), **due)
    assert {hours[0] for _, hours in birthdays} == {("Europe/Dublin", 5)}
    assert seen(schedule()) == []


def test_a_preview_begins_with_its_first_instant_and_ends_before_its_last() -> None:
    of = schedule(DOG_DAY, time_zone="UTC", send_at="08:00")
    at = AT.replace(month=8, day=26)
    for since, until, found in ((at, at + DAY, 1), (at - DAY, at, 0)):
        assert len(preview(of, "p", DUBLIN, since=since, until=until, celebrants=Celebrants())) == found
