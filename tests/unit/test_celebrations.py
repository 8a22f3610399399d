"""Which days of a profile are celebrated, and where somebody is found who lives somewhere."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared.domain.calendar.celebrations import MOST_DATES, celebrations
from shared.domain.calendar.residences import Residence
from shared.domain.customers import Customer, Profile
from shared.domain.projects import MOST_PLACES, Project
from tests.unit.values import AT

UTC = ZoneInfo("UTC")
EVENING = datetime(2026, 3, 17, 23, 30, tzinfo=UTC)


def days(*, home: ZoneInfo = UTC, at: datetime = AT, **profile: Any) -> dict[str, date]:
    return celebrations(Customer(id="cust_1", profile=Profile.model_validate(profile), created_at=at), home=home)


@pytest.mark.parametrize(
    ("case", "profile", "more"),
    [
        ("nothing said", {}, {}),
        ("a birthdate", {"birthdate": "1990-02-28"}, {"birthdate": date(1990, 2, 28)}),
        ("a birthday", {"birthday": "2000-02-29"}, {"birthdate": date(2000, 2, 29)}),
        ("a wedding", {"metadata": {"wedding": "2020-05-01"}}, {"metadata.wedding": date(2020, 5, 1)}),
        (
            "an instant, in UTC",
            {"metadata": {"x": "2020-05-01T23:30:00.000Z"}},
            {"metadata.x": date(2020, 5, 1)},
        ),
        ("with an offset", {"metadata": {"x": "2020-05-01T23:30+14:00"}}, {"metadata.x": date(2020, 5, 1)}),
        ("without one: as everywhere, UTC", {"metadata": {"x": "2020-05-01T23:30"}}, {"metadata.x": date(2020, 5, 1)}),
        ("a day that is none", {"metadata": {"x": "2021-02-29"}}, {}),
        ("a month alone", {"metadata": {"x": "2021-02"}}, {}),
        ("a week", {"metadata": {"x": "2021-W07-1"}}, {}),
        ("digits", {"metadata": {"x": "20210201", "y": 20210201}}, {}),
        ("a sentence with a day", {"metadata": {"x": "on 2021-02-01"}}, {}),
        ("a day inside", {"metadata": {"x": {"y": "2021-02-01"}, "z": ["2021-02-01"]}}, {}),
        ("beyond all calendars", {"metadata": {"x": "9999-12-31T23:00:00-10:00"}}, {}),
        ("a name that fits no key", {"metadata": {"x" * 192: "2021-02-01"}}, {}),
        ("the longest name", {"metadata": {"x" * 191: "2021-02-01"}}, {"metadata." + "x" * 191: date(2021, 2, 1)}),
    ],
)
def test_the_days_of_a_profile(case: str, profile: dict[str, Any], more: dict[str, date]) -> None:
    assert days(**profile) == {"created_at": date(2026, 3, 17), **more}


@pytest.mark.parametrize(
    ("case", "home", "profile", "day"),
    [
        ("their own zone", "UTC", {"time_zone": "Pacific/Kiritimati"}, date(2026, 3, 18)),
        ("their country's only one", "UTC", {"address": {"country": "NP"}}, date(2026, 3, 18)),
        ("else the project's", "Asia/Tokyo", {}, date(2026, 3, 18)),
        ("their own before it", "Asia/Tokyo", {"time_zone": "Pacific/Pago_Pago"}, date(2026, 3, 17)),
    ],
)
def test_an_instant_is_the_day_that_it_was_where_they_live(
    case: str, home: str, profile: dict[str, Any], day: date
) -> None:
    profile = {**profile, "metadata": {"x": "2026-03-17T23:30:00Z"}}
    assert days(home=ZoneInfo(home), at=EVENING, **profile) == {"created_at": day, "metadata.x": day}


def test_of_many_dates_the_first_by_name_are_celebrated() -> None:
    metadata = {f"d{number:02}": "2020-05-01" for number in reversed(range(MOST_DATES + 5))} | {"a": "no day"}
    found = days(metadata=metadata)
    assert list(found) == ["created_at", *(f"metadata.d{number:02}" for number in range(MOST_DATES))]


def test_a_project_tells_only_so_many_places_apart() -> None:
    dublin, tokyo = Residence("IE", "Europe/Dublin"), Residence("IE", "Asia/Tokyo")
    full = Project(places=frozenset({dublin.key, *map(str, range(MOST_PLACES))}))
    assert (full.place_of(dublin), full.place_of(tokyo)) == (dublin, Residence(None, "Asia/Tokyo"))
    assert Project().place_of(tokyo) == tokyo
    assert [full.is_new(it) for it in (dublin, tokyo, Residence())] == [False, True, False]
