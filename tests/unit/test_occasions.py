"""When occasions come round, where customers read the clock: by example, and by law."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.domain.calendar.occasions import (
    attribute_of,
    celebrated,
    due_at,
    expiry,
    occasion_facts,
    offset_of,
    overtaken,
    runs,
    still_due,
)
from shared.domain.calendar.residences import NOWHERE, Residence
from shared.domain.calendar.schedules import Run, Schedule
from shared.domain.customers import Customer, Profile
from shared.domain.post.deliveries import Due
from tests.unit.calendars import BIRTHDAY, DOG_DAY, LEAP_DAY, PATRICK, schedule, utc
from tests.unit.values import DAY, MILLISECOND

HOME = ZoneInfo("Europe/Dublin")
QUARTER = timedelta(minutes=15)


def living_in(*zones: str) -> list[Residence]:
    return [Residence(None, zone) for zone in zones]


def between(
    of: Schedule, after: str | datetime, until: str | datetime, places: Sequence[Residence] = (), home: ZoneInfo = HOME
) -> list[Run]:
    after, until = (utc(it) if isinstance(it, str) else it for it in (after, until))
    return runs(of, places, home=home, after=after, until=until)


def told(found: Sequence[Run]) -> list[tuple[str, str | None, str]]:
    """Runs in short: the occasion's day, the zone, the instant."""
    return [(run.day.isoformat(), run.zone, f"{run.at:%Y-%m-%dT%H:%M}") for run in found]


def only(of: Schedule, zone: str, day: str) -> str:
    """When the run of a day comes in a zone."""
    around = (utc(f"{day}T00:00") - 3 * DAY, utc(f"{day}T00:00") + 3 * DAY)
    [run] = [it for it in between(of, *around, living_in(zone)) if (it.day.isoformat(), it.zone) == (day, zone)]
    return f"{run.at:%Y-%m-%dT%H:%M:%S}"


# The days of occasions


@pytest.mark.parametrize(
    ("case", "occasion", "fields", "days"),
    [
        ("a day of the year", DOG_DAY, {}, ["2026-08-26", "2027-08-26", "2028-08-26", "2029-08-26"]),
        ("a date, once", {"type": "ONCE", "date": "2027-12-24"}, {}, ["2027-12-24"]),
        ("a holiday", PATRICK, {}, ["2026-03-17", "2027-03-17", "2028-03-17", "2029-03-17"]),
        (
            "a moving feast",
            {"type": "HOLIDAY", "country": "Germany", "name": "ostermontag"},
            {},
            ["2026-04-06", "2027-03-29", "2028-04-17", "2029-04-02"],
        ),
        ("29 February, on the 28th", LEAP_DAY, {}, ["2026-02-28", "2027-02-28", "2028-02-29", "2029-02-28"]),
        ("or on 1 March", LEAP_DAY, {"leap_day": "MAR_1"}, ["2026-03-01", "2027-03-01", "2028-02-29", "2029-03-01"]),
    ],
)
def test_occasions_come_round_on_their_days(
    case: str, occasion: dict[str, Any], fields: dict[str, Any], days: list[str]
) -> None:
    ireland_and_others = [Residence(country, "UTC") for country in ("IE", "DE", "US")]
    found = between(schedule(occasion, **fields), "2026-01-01T00:00", "2030-01-01T00:00", ireland_and_others)
    assert sorted({run.day.isoformat() for run in found}) == days


@pytest.mark.parametrize(
    ("case", "offset", "day", "of_run"),
    [
        ("a week before", "-P7D", "2026-03-17", "2026-03-10"),
        ("a week before, said in weeks", "-P1W", "2026-03-17", "2026-03-10"),
        ("on the day", "P0D", "2026-03-17", "2026-03-17"),
        ("over the end of February", "-P3D", "2028-03-01", "2028-02-27"),
        ("a month before the 31st of a long one", "-P1M", "2026-03-31", "2026-02-28"),
        ("a month after the 31st", "P1M", "2026-01-31", "2026-02-28"),
        ("a month and a day after it", "P1M1D", "2026-01-31", "2026-03-01"),
        ("a month after the last of a short one", "P1M", "2026-02-28", "2026-03-28"),
        ("a year after 29 February", "P1Y", "2028-02-29", "2029-02-28"),
        ("in the year before", "-P2D", "2026-01-01", "2025-12-30"),
    ],
)
def test_an_offset_is_whole_days_of_a_calendar(case: str, offset: str, day: str, of_run: str) -> None:
    of = schedule(offset=offset)
    assert offset_of(offset).after(date.fromisoformat(day)).isoformat() == of_run
    found = between(of, f"{of_run}T08:59", f"{of_run}T09:00", home=ZoneInfo("UTC"))
    assert day in [run.day.isoformat() for run in found]


@pytest.mark.parametrize(
    "text", ["", "P", "7D", "PT1H", "P1.5D", "+P1D", "P-1D", "--P1D", "p1d", "P1D ", "P1D\n", "P٣D"]
)
def test_what_is_no_offset_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="whole days"):
        offset_of(text)


@pytest.mark.parametrize("text", ["P367D", "-P13M", "P2Y", "P1Y1D", "P53W", "P11M60D"])
def test_an_offset_beyond_a_year_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a year at most"):
        offset_of(text)


# Their hours


@pytest.mark.parametrize(
    ("case", "zone", "send_at", "day", "at"),
    [
        ("in winter", "Europe/Dublin", "09:00", "2026-01-17", "2026-01-17T09:00:00"),
        ("in summer", "Europe/Dublin", "09:00", "2026-07-17", "2026-07-17T08:00:00"),
        ("farthest east, the day before", "Pacific/Kiritimati", "09:00", "2026-08-26", "2026-08-25T19:00:00"),
        ("farthest west", "Pacific/Pago_Pago", "09:00", "2026-08-26", "2026-08-26T20:00:00"),
        ("45 minutes", "Asia/Kathmandu", "09:00", "2026-08-26", "2026-08-26T03:15:00"),
        ("skipped", "Europe/Dublin", "01:30", "2026-03-29", "2026-03-29T01:00:00"),
        ("twice", "Europe/Dublin", "01:30", "2026-10-25", "2026-10-25T00:30:00"),
        ("half an hour skipped", "Australia/Lord_Howe", "02:15", "2026-10-04", "2026-10-03T15:30:00"),
        ("half an hour twice", "Australia/Lord_Howe", "01:45", "2026-04-05", "2026-04-04T14:45:00"),
        ("midnight skipped", "America/Sao_Paulo", "00:00", "2018-11-04", "2018-11-04T03:00:00"),
        ("midnight skipped in Cairo", "Africa/Cairo", "00:15", "2026-04-24", "2026-04-23T22:00:00"),
        ("midnight skipped in Beirut", "Asia/Beirut", "00:00", "2026-03-29", "2026-03-28T22:00:00"),
        ("midnight twice", "America/Havana", "00:00", "2026-11-01", "2026-11-01T04:00:00"),
        ("the day skipped", "Pacific/Apia", "09:00", "2011-12-30", "2011-12-30T10:00:00"),
        ("the day after it", "Pacific/Apia", "09:00", "2011-12-31", "2011-12-30T19:00:00"),
        ("the day before it", "Pacific/Apia", "09:00", "2011-12-29", "2011-12-29T19:00:00"),
    ],
)
def test_a_run_comes_when_clocks_first_show_its_hour(case: str, zone: str, send_at: str, day: str, at: str) -> None:
    of = schedule(send_at=send_at)
    assert only(of, zone, day) == at
    assert due_at(of, Residence(None, zone), date.fromisoformat(day), home=HOME) == utc(at)


def test_everyone_is_greeted_in_their_zone_and_whoever_has_none_in_the_projects() -> None:
    places = living_in("America/New_York", "Asia/Kathmandu")
    assert told(between(schedule(DOG_DAY), "2026-08-01T00:00", "2026-09-01T00:00", places)) == [
        ("2026-08-26", "Asia/Kathmandu", "2026-08-26T03:15"),
        ("2026-08-26", NOWHERE, "2026-08-26T08:00"),
        ("2026-08-26", "America/New_York", "2026-08-26T13:00"),
    ]


def test_a_schedule_may_have_a_zone_of_its_own() -> None:
    of = schedule(DOG_DAY, time_zone="America/New_York")
    found = between(of, "2026-08-01T00:00", "2026-09-01T00:00", living_in("Asia/Kathmandu", "UTC"))
    assert told(found) == [("2026-08-26", None, "2026-08-26T13:00")]


def test_st_patrick_is_celebrated_where_the_irish_are() -> None:
    places = [Residence("IE", "Europe/Dublin"), Residence("IE", "America/New_York"), Residence("US", "Asia/Tokyo")]
    assert told(between(schedule(PATRICK), "2026-03-01T00:00", "2026-04-01T00:00", places)) == [
        ("2026-03-17", "Europe/Dublin", "2026-03-17T09:00"),
        ("2026-03-17", "America/New_York", "2026-03-17T13:00"),
    ]


def test_a_holiday_has_no_run_in_a_year_that_has_it_not() -> None:
    juneteenth = schedule({"type": "HOLIDAY", "country": "US", "name": "Juneteenth National Independence Day"})
    found = between(juneteenth, "2018-01-01T00:00", "2023-01-01T00:00", [Residence("US", "America/New_York")])
    assert [run.day.isoformat() for run in found] == ["2021-06-19", "2022-06-19"]


# The field's examples


def test_odoo_switching_on_never_mails_the_past() -> None:
    of = schedule(DOG_DAY, active=True, active_since=utc("2026-08-26T08:00"))
    places = living_in("Asia/Kathmandu", "America/New_York")
    found = between(of, "2026-08-01T00:00", "2026-09-01T00:00", places)
    assert told(found) == [("2026-08-26", "America/New_York", "2026-08-26T13:00")]


def test_mautic_so_many_days_later_is_counted_on_the_clock_of_the_customer() -> None:
    # At 11:30 UTC on 16 March it is 17 March in Auckland: of those who came there on the 14th, three days have passed.
    of = schedule({"type": "ANNIVERSARY", "attribute": "created_at"}, offset="P3D", send_at="00:30")
    found = between(of, "2026-03-16T11:15", "2026-03-16T11:30", living_in("Pacific/Auckland", "America/New_York"))
    assert told(found) == [("2026-03-14", "Pacific/Auckland", "2026-03-16T11:30")]


def test_node_cron_half_past_two_comes_once_when_it_is_skipped_and_once_when_it_is_doubled() -> None:
    of, vienna = schedule(send_at="02:30", time_zone="Europe/Vienna"), []
    for first, last in (("2026-03-28T12:00", "2026-03-30T12:00"), ("2026-10-24T12:00", "2026-10-26T12:00")):
        vienna += told(between(of, first, last))
    assert vienna == [
        ("2026-03-29", None, "2026-03-29T01:00"),
        ("2026-03-30", None, "2026-03-30T00:30"),
        ("2026-10-25", None, "2026-10-25T00:30"),
        ("2026-10-26", None, "2026-10-26T01:30"),
    ]


@pytest.mark.parametrize(
    ("case", "left", "found", "at", "missed"),
    [
        ("east, between the two runs", "America/New_York", "Europe/Dublin", "2026-03-17T10:00", [date(2026, 3, 17)]),
        ("east, before both", "America/New_York", "Europe/Dublin", "2026-03-17T08:00", []),
        ("east, after both", "America/New_York", "Europe/Dublin", "2026-03-17T14:00", []),
        ("west, between the two runs", "Europe/Dublin", "America/New_York", "2026-03-17T10:00", []),
        ("to the project's zone", "America/New_York", None, "2026-03-17T10:00", [date(2026, 3, 17)]),
        (
            "around the world",
            "Pacific/Pago_Pago",
            "Pacific/Kiritimati",
            "2026-03-17T19:30",
            [date(2026, 3, day) for day in (17, 18)],
        ),
    ],
)
def test_who_moves_past_the_hour_of_a_run_would_miss_it(
    case: str, left: str, found: str | None, at: str, missed: list[date]
) -> None:
    runs_missed = overtaken(schedule(), Residence(None, left), Residence(None, found), at=utc(at), home=ZoneInfo("UTC"))
    assert [run.day for run in runs_missed] == missed


@pytest.mark.parametrize(
    ("case", "validity", "at", "zone", "ends"),
    [
        ("no end", None, "2026-03-17T09:00", "UTC", None),
        (
            "mitxpro: tomorrow ends with the local day",
            "P1D",
            "2026-03-17T13:00",
            "America/New_York",
            "2026-03-19T03:59:59.999",
        ),
        ("late in the evening, too", "P1D", "2026-03-18T03:59", "America/New_York", "2026-03-19T03:59:59.999"),
        ("a month from the 31st", "P1M", "2026-01-31T09:00", "UTC", "2026-02-28T23:59:59.999"),
        ("over a change to summer time", "P1D", "2026-03-28T09:00", "Europe/Dublin", "2026-03-29T22:59:59.999"),
        ("where the day after has no midnight", "P1D", "2026-03-27T09:00", "Asia/Beirut", "2026-03-28T21:59:59.999"),
        ("hours are real", "PT24H", "2026-03-28T09:00", "Europe/Dublin", "2026-03-29T09:00"),
        ("days and hours", "P1DT1H", "2026-03-28T09:00", "Europe/Dublin", "2026-03-29T09:00"),
    ],
)
def test_a_code_ends_with_its_holders_day(
    case: str, validity: str | None, at: str, zone: str, ends: str | None
) -> None:
    assert expiry(schedule(validity=validity), utc(at), ZoneInfo(zone)) == (ends and utc(ends))


# Who celebrates


@pytest.mark.parametrize(
    ("case", "leap_day", "day", "whose"),
    [
        ("birthday bot: the 28th of a common year", "FEB_28", "2026-02-28", ("02-28", "02-29")),
        ("the 28th of a leap year", "FEB_28", "2028-02-28", ("02-28",)),
        ("the 29th", "FEB_28", "2028-02-29", ("02-29",)),
        ("1 March by that policy", "FEB_28", "2026-03-01", ("03-01",)),
        ("1 March of a common year", "MAR_1", "2026-03-01", ("02-29", "03-01")),
        ("1 March of a leap year", "MAR_1", "2028-03-01", ("03-01",)),
        ("the 28th by that policy", "MAR_1", "2026-02-28", ("02-28",)),
        ("a century without one", "FEB_28", "2100-02-28", ("02-28", "02-29")),
    ],
)
def test_those_of_29_february_celebrate_as_the_schedule_says(
    case: str, leap_day: str, day: str, whose: tuple[str, ...]
) -> None:
    assert celebrated(schedule(leap_day=leap_day), date.fromisoformat(day)) == whose


@pytest.mark.parametrize("leap_day", ["FEB_28", "MAR_1"])
@pytest.mark.parametrize("year", [2024, 2026, 2100])
def test_every_day_of_the_year_is_celebrated_once_a_year(leap_day: str, year: int) -> None:
    of = schedule(leap_day=leap_day)
    days = [date(year, 1, 1) + number * DAY for number in range(365 + (year == 2024))]
    whose = [one for day in days for one in celebrated(of, day)]
    assert sorted(whose) == [f"{date(2024, 1, 1) + number * DAY:%m-%d}" for number in range(366)]


@pytest.mark.parametrize(
    ("occasion", "attribute"),
    [
        (BIRTHDAY, "birthdate"),
        ({"type": "ANNIVERSARY", "attribute": "created_at"}, "created_at"),
        ({"type": "ANNIVERSARY", "attribute": "metadata.wedding"}, "metadata.wedding"),
        (PATRICK, None),
        (DOG_DAY, None),
        ({"type": "ONCE", "date": "2026-12-24"}, None),
    ],
)
def test_an_occasion_is_somebodys_own_or_everybodys(occasion: dict[str, Any], attribute: str | None) -> None:
    of = schedule(occasion)
    assert attribute_of(of.occasion) == attribute
    assert bool(celebrated(of, date(2026, 3, 17))) is (attribute is not None)


def customer(created_at: str = "2020-05-01T00:00", **fields: Any) -> Customer:
    return Customer(id="cust_1", profile=Profile.model_validate(fields), created_at=utc(created_at))


WEDDING = {"type": "ANNIVERSARY", "attribute": "metadata.wedding"}
NEW_YORK = {"time_zone": "America/New_York"}


@pytest.mark.parametrize(
    ("case", "occasion", "of", "day", "theirs"),
    [
        ("a birthday", BIRTHDAY, customer(birthdate="1990-03-17"), "2026-03-17", True),
        ("of another day", BIRTHDAY, customer(birthdate="1990-03-18"), "2026-03-17", False),
        ("of nobody knows which", BIRTHDAY, customer(), "2026-03-17", False),
        ("of 29 February", BIRTHDAY, customer(birthdate="2000-02-29"), "2026-02-28", True),
        ("the day of birth is no birthday", BIRTHDAY, customer(birthdate="2026-03-17"), "2026-03-17", False),
        (
            "the first anniversary",
            WEDDING | {"years": [1]},
            customer(metadata={"wedding": "2025-03-17"}),
            "2026-03-17",
            True,
        ),
        ("the second", WEDDING | {"years": [1]}, customer(metadata={"wedding": "2024-03-17"}), "2026-03-17", False),
        ("any", WEDDING, customer(metadata={"wedding": "1999-03-17"}), "2026-03-17", True),
        ("of a day that is still to come", WEDDING, customer(metadata={"wedding": "2030-03-17"}), "2026-03-17", False),
        ("of no day", WEDDING, customer(metadata={"wedding": "soon"}), "2026-03-17", False),
        (
            "of the local day on which they came",
            {"type": "ANNIVERSARY", "attribute": "created_at"},
            customer("2020-03-18T02:00", **NEW_YORK),
            "2026-03-17",
            True,
        ),
        ("a holiday of their country", PATRICK, customer(address={"country": "Ireland"}), "2026-03-17", True),
        ("of another", PATRICK, customer(address={"country": "US"}), "2026-03-17", False),
        ("on another day", PATRICK, customer(address={"country": "IE"}), "2026-03-18", False),
        ("everybody's day", DOG_DAY, customer(), "2026-08-26", True),
        ("which is not today", DOG_DAY, customer(), "2026-08-27", False),
        ("once", {"type": "ONCE", "date": "2026-12-24"}, customer(), "2026-12-24", True),
        ("and not again", {"type": "ONCE", "date": "2026-12-24"}, customer(), "2027-12-24", False),
    ],
)
def test_an_occasion_is_still_due_if_it_is_theirs_as_they_are_known_now(
    case: str, occasion: dict[str, Any], of: Customer, day: str, theirs: bool
) -> None:
    due = Due("sch_1", of.id, date.fromisoformat(day), utc(f"{day}T13:00"))
    assert still_due(schedule(occasion), of, due, home=ZoneInfo("UTC")) is theirs


def test_who_has_moved_west_before_the_run_is_due_at_the_run_there() -> None:
    moved = customer(birthdate="1990-03-17", **NEW_YORK)
    early, there = (Due("sch_1", moved.id, date(2026, 3, 17), utc(f"2026-03-17T{hour}")) for hour in ("09:00", "13:00"))
    assert [still_due(schedule(), moved, due, home=HOME) for due in (early, there)] == [False, True]


def test_a_message_may_tell_of_the_occasion() -> None:
    ann = customer(birthdate="1990-03-17")
    assert occasion_facts(schedule(), ann, date(2026, 3, 17), home=HOME) == {
        "type": "BIRTHDAY",
        "name": "Greetings",
        "day": "2026-03-17",
        "years": 36,
    }
    assert occasion_facts(schedule(PATRICK), ann, date(2026, 3, 17), home=HOME) == {
        "type": "HOLIDAY",
        "name": "Saint Patrick's Day",
        "day": "2026-03-17",
    }


# Laws

ODD = (
    *("Pacific/Apia", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Australia/Lord_Howe", "Asia/Kathmandu"),
    *("Europe/Istanbul", "Europe/Dublin", "America/New_York", "America/St_Johns", "Pacific/Chatham", "Asia/Kolkata"),
    *("America/Sao_Paulo", "Africa/Cairo", "Asia/Beirut", "America/Havana", "Africa/Casablanca", "America/Asuncion"),
    *("Asia/Tehran", "Asia/Pyongyang", "America/Caracas", "Antarctica/Troll", "Pacific/Kwajalein", "America/Nuuk"),
)
SECONDS = (int(utc("1990-01-01T00:00").timestamp()), int(utc("2038-01-01T00:00").timestamp()))

zones = st.sampled_from(ODD)
clocks = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02d}:{quarter % 4 * 15:02d}")
instants = st.integers(*SECONDS).map(lambda second: datetime.fromtimestamp(second, UTC))
days = st.dates(date(1990, 1, 1), date(2037, 12, 31))
offsets = st.sampled_from(["P0D", "-P7D", "P30D", "P1M", "-P1M", "P1Y", "-P2M3D", "P11M30D"])
occasions = st.sampled_from([BIRTHDAY, DOG_DAY, LEAP_DAY, {"type": "DAY", "month": 1, "day": 31}])
policies = st.sampled_from(["FEB_28", "MAR_1"])


@given(zones, clocks, occasions, offsets, policies, instants, st.lists(st.integers(0, 60 * 24 * 60), max_size=6))
@example("Pacific/Apia", "09:00", BIRTHDAY, "P0D", "FEB_28", utc("2011-12-29T00:00"), [600, 2_040, 2_400, 4_000])
@example("Europe/Dublin", "02:00", BIRTHDAY, "P0D", "FEB_28", utc("2026-10-25T00:00"), [45, 65, 90, 125, 180])
@example("Europe/Dublin", "01:30", BIRTHDAY, "P0D", "FEB_28", utc("2026-10-25T00:00"), [15, 30, 45, 60, 90, 105])
@example("America/Sao_Paulo", "00:00", BIRTHDAY, "P1M", "FEB_28", utc("2018-11-03T00:00"), [1_620, 1_635, 5_000])
def test_windows_that_adjoin_neither_miss_nor_repeat_a_run(
    zone: str, send_at: str, occasion: dict[str, Any], offset: str, leap_day: str, at: datetime, cuts: list[int]
) -> None:
    of = schedule(occasion, send_at=send_at, offset=offset, leap_day=leap_day)
    places = living_in(zone, "UTC")
    edges = [at, *(at + timedelta(minutes=cut) for cut in sorted(cuts)), at + timedelta(days=61)]
    whole = between(of, edges[0], edges[-1], places)
    parts = [run for first, last in pairwise(edges) for run in between(of, first, last, places)]
    assert parts == whole
    assert [run.at for run in whole] == sorted(run.at for run in whole)
    assert all(edges[0] < run.at <= edges[-1] for run in whole)
    assert len({(run.day, run.zone) for run in whole}) == len(whole)


@given(zones, clocks, days)
@example("Pacific/Apia", "00:00", date(2011, 12, 30))
@example("Pacific/Kwajalein", "12:00", date(1993, 8, 21))
@example("Asia/Pyongyang", "23:45", date(2018, 5, 4))
@example("Europe/Dublin", "01:15", date(2026, 10, 25))
def test_a_day_has_one_run_in_a_zone_and_it_is_when_clocks_first_come_to_its_hour(
    zone: str, send_at: str, day: date
) -> None:
    of, here = schedule(send_at=send_at), ZoneInfo(zone)
    wall = datetime.fromisoformat(f"{day}T{send_at}")
    at = wall.replace(tzinfo=UTC) - timedelta(hours=40)  # an oracle that only looks at clocks, every quarter of an hour
    while at.astimezone(here).replace(tzinfo=None) < wall:
        at += QUARTER
    found = between(of, at - 3 * DAY, at + 3 * DAY, living_in(zone))
    assert [run.at for run in found if (run.day, run.zone) == (day, zone)] == [at]


@given(days, st.integers(1, 5), zones, zones, clocks, offsets, policies, st.booleans())
@example(date(2000, 2, 29), 1, "Pacific/Apia", "UTC", "09:00", "P0D", "FEB_28", False)
@example(date(2000, 2, 29), 4, "Pacific/Apia", "Asia/Tokyo", "09:00", "-P1M", "MAR_1", True)
def test_whoever_celebrates_has_one_run_a_year_and_is_due_from_it_on(
    born: date, age: int, zone: str, other: str, send_at: str, offset: str, leap_day: str, its_own: bool
) -> None:
    of = schedule(send_at=send_at, offset=offset, leap_day=leap_day, time_zone=other if its_own else "CUSTOMER")
    ann = customer(birthdate=born.isoformat(), time_zone=zone)
    year = [date(born.year + age, 1, 1) + number * DAY for number in range(366)]
    [day] = [it for it in year if it.year == year[0].year and f"{born:%m-%d}" in celebrated(of, it)]
    at = due_at(of, ann.residence, day, home=HOME)
    around = between(of, at - 2 * DAY, at + 2 * DAY, living_in(zone))
    assert [run.at for run in around if run.day == day and run.zone != NOWHERE] == [at]
    for earlier, is_due in ((timedelta(), True), (MILLISECOND, False)):
        assert still_due(of, ann, Due(of.id, ann.id, day, at - earlier), home=HOME) is is_due
