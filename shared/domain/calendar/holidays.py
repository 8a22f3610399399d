"""The holidays of countries, moving feasts too, as the ``holidays`` library has them: it asks nobody.

Those of a whole country, of every category, on the days that are celebrated and not on those given off instead. A name
counts in the country's own language and in English, in any case.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from difflib import get_close_matches
from functools import cache

ENGLISH = "en_US"
NEAR = 0.4
"""How alike two names must be for one to be offered in place of the other: ``St Patrick`` for Saint Patrick's Day."""


def has_holidays(country: str) -> bool:
    """Whether the holidays of a country, by its ISO 3166 code, are known."""
    from holidays import list_supported_countries  # noqa: PLC0415 - costs 100 ms, and few Lambdas ask for holidays

    return country in list_supported_countries(include_aliases=False)


def holiday(country: str, name: str, year: int) -> date | None:
    """The day of a holiday in a year, the first where it has several; None where it is not one of that year.

    >>> holiday("IE", "saint patrick's day", 2026), holiday("DE", "Ostermontag", 2026), holiday("IE", "Diwali", 2026)
    (datetime.date(2026, 3, 17), datetime.date(2026, 4, 6), None)
    """
    return _first_days(country, year).get(_folded(name))


def names_near(country: str, name: str, years: Iterable[int]) -> list[str]:
    """Those of a country's holidays whose names come near to one, the nearest first.

    >>> names_near("IE", "St Patrick", [2026])[0]
    "Saint Patrick's Day"
    """
    known = {_folded(shown): shown for year in years for _, shown in _days(country, year)}
    return [known[folded] for folded in get_close_matches(_folded(name), known, n=3, cutoff=NEAR)]


@cache
def _first_days(country: str, year: int) -> Mapping[str, date]:
    """By name. A feast that goes on from the old year does not begin on 1 January."""
    days = sorted((day, _folded(name)) for day, name in _days(country, year))
    going_on = {(day, _folded(name)) for day, name in _days(country, year - 1)}.union(days)
    first: dict[str, date] = {}
    for day, name in days:
        if (day - timedelta(days=1), name) not in going_on:
            first.setdefault(name, day)
    return first


@cache
def _days(country: str, year: int) -> tuple[tuple[date, str], ...]:
    return tuple(_listed(country, year))


def _listed(country: str, year: int) -> Iterator[tuple[date, str]]:
    """Every holiday of a year with its name, once a language."""
    from holidays import country_holidays  # noqa: PLC0415 - as above

    known = country_holidays(country)
    if not known.start_year <= year <= known.end_year:
        return  # asked for these the library warns, and has none
    spoken = {known.default_language, ENGLISH if ENGLISH in known.supported_languages else known.default_language}
    for language in spoken:
        days = country_holidays(
            country, years=year, observed=False, categories=known.supported_categories, language=language
        )
        # Of a feast by the moon the library says that its day is estimated, in its name: it is the same feast.
        estimated = days.tr(getattr(days, "estimated_label", "%s")).removeprefix("%s")
        for day in days:
            for name in days.get_list(day):
                yield day, name.removesuffix(estimated)


def _folded(name: str) -> str:
    return name.strip().replace("’", "'").casefold()
