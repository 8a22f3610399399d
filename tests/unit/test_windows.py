"""Windows are wall times of the project's zone, also on the days when its clocks are changed."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.windows import Hours, Windows, instant, span_of

DUBLIN = ZoneInfo("Europe/Dublin")
NEW_YORK = ZoneInfo("America/New_York")
APIA = ZoneInfo("Pacific/Apia")
MONDAY_TO_FRIDAY = [1, 2, 3, 4, 5]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def daily(start: str | None, end: str | None, days: list[int] | None = None) -> dict[str, Any]:
    return {"start_time": start, "expiration_time": end, "days_of_week": days}


def hours(*openings: tuple[str, str]) -> dict[str, Any]:
    return {"validity_hours": {"daily": [daily(start, end) for start, end in openings]}}


AUCKLAND = ZoneInfo("Pacific/Auckland")
SUNDAYS = {"validity_day_of_week": [0]}
AT_NINE = hours(("09:00", "10:00"))


@pytest.mark.parametrize(
    ("case", "opening", "wall", "is_open"),
    [
        ("its first minute", daily("09:00", "17:00"), "2026-03-17T09:00", True),
        ("the minute before", daily("09:00", "17:00"), "2026-03-17T08:59:59.999", False),
        ("its last minute", daily("09:00", "17:00"), "2026-03-17T16:59:59.999", True),
        ("its end is outside", daily("09:00", "17:00"), "2026-03-17T17:00", False),
        ("no start: from midnight", daily(None, "12:00"), "2026-03-17T00:00", True),
        ("no end: to midnight", daily("12:00", None), "2026-03-17T23:59:59", True),
        ("24:00 is midnight, too", daily("12:00", "24:00"), "2026-03-17T23:59:59", True),
        ("a single-digit hour", daily("9:00", "17:00"), "2026-03-17T09:30", True),
        ("past midnight, in the evening", daily("22:00", "02:00"), "2026-03-17T23:00", True),
        ("past midnight, at night", daily("22:00", "02:00"), "2026-03-18T01:59", True),
        ("past midnight, over", daily("22:00", "02:00"), "2026-03-18T02:00", False),
        ("a Friday night goes on into Saturday", daily("22:00", "02:00", [5]), "2026-03-21T01:00", True),
        ("and does not begin on Thursday night", daily("22:00", "02:00", [5]), "2026-03-20T01:00", False),
        ("another day", daily("09:00", "17:00", MONDAY_TO_FRIDAY), "2026-03-15T12:00", False),
        ("all day on Sundays", daily(None, None, [0]), "2026-03-15T12:00", True),
        ("from noon to noon is all day", daily("12:00", "12:00"), "2026-03-15T11:00", True),
    ],
)
def test_hours_are_open_from_their_start_to_before_their_end(
    case: str, opening: dict[str, Any], wall: str, is_open: bool
) -> None:
    assert Hours.model_validate(opening).open(datetime.fromisoformat(wall)) is is_open


@pytest.mark.parametrize(
    ("case", "zone", "fields", "at", "is_open"),
    [
        ("nothing said", DUBLIN, {}, "2026-03-17T12:00", True),
        ("Sunday in Auckland is Saturday here", AUCKLAND, SUNDAYS, "2026-03-14T20:00", True),
        ("Sunday here is Monday in Auckland", AUCKLAND, SUNDAYS, "2026-03-15T20:00", False),
        ("nine in winter", NEW_YORK, AT_NINE, "2026-03-07T14:30", True),
        ("nine in summer, an hour earlier", NEW_YORK, AT_NINE, "2026-03-09T13:30", True),
        ("which winter's nine is no more", NEW_YORK, AT_NINE, "2026-03-09T14:30", False),
        ("one of two openings", DUBLIN, hours(("08:00", "09:00"), ("12:00", "13:00")), "2026-03-17T12:30", True),
        (
            "the hour is right and the day is not",
            DUBLIN,
            SUNDAYS | hours(("08:00", "20:00")),
            "2026-03-17T12:30",
            False,
        ),
    ],
)
def test_windows_are_read_where_the_project_is(
    case: str, zone: ZoneInfo, fields: dict[str, Any], at: str, is_open: bool
) -> None:
    assert Windows.model_validate(fields).open(utc(at), since=None, zone=zone) is is_open


@pytest.mark.parametrize(
    ("case", "interval", "duration", "at", "is_open"),
    [
        ("it has begun", "P2D", "PT1H", "2026-03-01T09:00", True),
        ("it has not", "P2D", "PT1H", "2026-03-01T08:59:59", False),
        ("its first window is over", "P2D", "PT1H", "2026-03-01T10:00", False),
        ("a day of rest", "P2D", "PT1H", "2026-03-02T09:30", False),
        ("the second", "P2D", "PT1H", "2026-03-03T09:30", True),
        ("days are counted by the wall: summer time", "P2D", "PT1H", "2026-03-31T08:30", True),
        ("and not by 24 hours", "P2D", "PT1H", "2026-03-31T09:30", False),
        ("hours are counted as they pass", "PT48H", "PT1H", "2026-03-31T09:30", True),
        ("months", "P1M", "P1D", "2026-06-01T08:00", True),
        ("between months", "P1M", "P1D", "2026-06-02T08:00", False),
        ("a window as long as its interval never closes", "P1D", "P1D", "2026-07-01T00:00", True),
    ],
)
def test_a_timeframe_opens_at_every_interval_from_the_start_date(
    case: str, interval: str, duration: str, at: str, is_open: bool
) -> None:
    windows = Windows.model_validate({"validity_timeframe": {"interval": interval, "duration": duration}})
    assert windows.open(utc(at), since=utc("2026-03-01T09:00"), zone=DUBLIN) is is_open


@pytest.mark.parametrize("text", ["", "P", "PT", "P0D", "PT0S", "1D", "P-1D", "P1.5D", "P1H", "PT1D", "P120Y", "p1d"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        span_of(text)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("validity_day_of_week", [7]),
        ("validity_day_of_week", []),
        ("validity_day_of_week", ["1"]),
        ("validity_hours", {"daily": [daily("9", "10:00")]}),
        ("validity_hours", {"daily": [daily("24:30", None)]}),
        ("validity_hours", {"daily": [daily("09:60", None)]}),
        ("validity_timeframe", {"interval": "P1D"}),
        ("validity_timeframe", {"interval": "PT30S", "duration": "PT1S"}),
        ("validity_timeframe", {"interval": "daily", "duration": "PT1H"}),
    ],
)
def test_what_is_no_window_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        Windows.model_validate({field: value})


@given(
    wall=st.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 31)),
    zone=st.sampled_from([DUBLIN, NEW_YORK, APIA, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kathmandu")]),
)
@example(datetime(2011, 12, 30, 12), APIA)  # a day that Samoa had not
@example(datetime(2026, 3, 8, 2, 30), NEW_YORK)
@example(datetime(2026, 11, 1, 1, 30), NEW_YORK)
def test_a_wall_time_is_the_first_instant_that_shows_it_or_what_comes_after(wall: datetime, zone: ZoneInfo) -> None:
    wall = wall.replace(microsecond=0)
    found = instant(wall, zone)
    shown = found.astimezone(zone).replace(tzinfo=None)
    second = timedelta(seconds=1)
    assert shown >= wall
    if shown > wall:  # skipped: it is the very instant of the jump
        assert (found - second).astimezone(zone).replace(tzinfo=None) < wall
    else:
        earlier = (found - timedelta(hours=3) + step * timedelta(minutes=30) for step in range(6))
        assert all(before.astimezone(zone).replace(tzinfo=None) != wall for before in earlier)


@given(st.integers(0, 60 * 24 * 400), st.sampled_from(["P1D", "P3D", "P1W", "PT6H", "P1M"]))
def test_windows_that_fill_their_interval_leave_no_gap(minutes: int, interval: str) -> None:
    windows = Windows.model_validate({"validity_timeframe": {"interval": interval, "duration": interval}})
    since = utc("2026-01-15T01:30")
    assert windows.open(since + timedelta(minutes=minutes), since=since, zone=DUBLIN)
