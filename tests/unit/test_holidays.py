"""Holidays by country and name: which days they are, and what is said of names that are none."""

from datetime import date

import pytest

from shared.domain.calendar.holidays import has_holidays, holiday, names_near


@pytest.mark.parametrize(
    ("case", "country", "name", "year", "day"),
    [
        ("a fixed day", "IE", "Saint Patrick's Day", 2027, "2027-03-17"),
        ("in any case", "IE", " saint PATRICK'S day ", 2027, "2027-03-17"),
        ("with a curly apostrophe", "IE", "Saint Patrick’s Day", 2027, "2027-03-17"),
        ("a Sunday, and not the Monday given off instead", "GB", "Christmas Day", 2022, "2022-12-25"),
        ("Easter Monday", "DE", "Easter Monday", 2026, "2026-04-06"),
        ("in the country's own language", "DE", "Ostermontag", 2027, "2027-03-29"),
        ("of another category than public", "US", "Valentine's Day", 2026, "2026-02-14"),
        ("one of two on a day", "JP", "New Year's Day", 2026, "2026-01-01"),
        ("the first day of several", "SA", "Eid al-Fitr Holiday", 2026, "2026-03-19"),
        ("estimated, and called so by the library", "TR", "Ramazan Bayramı", 2033, "2033-01-02"),
        ("begun in the old year", "TR", "Kurban Bayramı", 2007, "2007-12-20"),
        ("not before there was one", "US", "Juneteenth National Independence Day", 2020, None),
        ("of another country", "FR", "Saint Patrick's Day", 2026, None),
        ("before all that is known", "IE", "Saint Patrick's Day", 1500, None),
        ("after all that is known", "IE", "Saint Patrick's Day", 2500, None),
    ],
)
def test_a_holiday_is_the_day_that_is_celebrated(
    case: str, country: str, name: str, year: int, day: str | None
) -> None:
    assert holiday(country, name, year) == (day and date.fromisoformat(day))


def test_names_that_come_near_are_offered() -> None:
    assert names_near("IE", "St Patrick", [2026, 2027])[0] == "Saint Patrick's Day"
    assert names_near("IE", "xyz", [2026]) == []


def test_most_countries_have_holidays() -> None:
    assert (has_holidays("IE"), has_holidays("AQ"), has_holidays("XX")) == (True, True, False)
