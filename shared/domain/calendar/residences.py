"""Where somebody lives, as far as a calendar must know: the country, and the zone in which they read the clock.

Source: the ISO 3166 countries and their zones in the IANA time zone database (``iso3166.tab``, ``zone.tab``).
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple
from zoneinfo import ZoneInfo

NOWHERE = "-"
"""Stands in a key where a country or a zone is not known."""

ALSO_CALLED = {
    "uk": "GB",
    "united kingdom": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "usa": "US",
    "united states of america": "US",
    "republic of ireland": "IE",
    "éire": "IE",
    "south korea": "KR",
    "czech republic": "CZ",
    "czechia": "CZ",
    "türkiye": "TR",
    "turkey": "TR",
}
"""What shops write besides the names in the database."""


class Residence(NamedTuple):
    """A country and a zone, as far as they are known; None of a zone: that of the project."""

    country: str | None = None
    time_zone: str | None = None

    @property
    def key(self) -> str:
        """Both as one word.

        >>> Residence("IE", "Europe/Dublin").key, Residence().key
        ('IE Europe/Dublin', '- -')
        """
        return f"{self.country or NOWHERE} {self.time_zone or NOWHERE}"

    @classmethod
    def of_key(cls, key: str) -> "Residence":
        """The reverse of ``key``."""
        country, _, zone = key.partition(" ")
        return cls(None if country == NOWHERE else country, None if zone == NOWHERE else zone)

    def zone(self, home: ZoneInfo) -> ZoneInfo:
        """Where the clock is read; ``home`` is the project's zone."""
        return zone_named(self.time_zone) if self.time_zone else home


@cache
def zone_named(name: str) -> ZoneInfo:
    """A zone by its IANA name. ``ZoneInfo`` itself keeps eight of them; a tick looks at all where customers live."""
    return ZoneInfo(name)


def residence_of(country: str | None, time_zone: str | None) -> Residence:
    """The residence of somebody who says this: their own zone, else the only one of their country.

    >>> residence_of("Ireland", None), residence_of("us", None), residence_of(None, "Asia/Kathmandu")
    (Residence(country='IE', time_zone='Europe/Dublin'), Residence(country='US', time_zone=None), \
Residence(country=None, time_zone='Asia/Kathmandu'))
    """
    code = country_of(country) if country else None
    return Residence(code, time_zone or (only_zone_of(code) if code else None))


def country_of(said: str) -> str | None:
    """The ISO 3166 code of a country, from its code or its English name; None for what is neither.

    >>> country_of("ie"), country_of(" Ireland "), country_of("Atlantis")
    ('IE', 'IE', None)
    """
    word = said.strip()
    known = _countries()
    if word.upper() in known.values():
        return word.upper()
    return known.get(word.casefold())


def only_zone_of(country: str) -> str | None:
    """The zone of a country that has but one.

    >>> only_zone_of("NP"), only_zone_of("US")
    ('Asia/Kathmandu', None)
    """
    return _only_zones().get(country)


def is_zone(name: str) -> bool:
    """Whether clocks are read anywhere by that name.

    >>> is_zone("Pacific/Apia"), is_zone("Mars/Olympus"), is_zone("../etc/passwd")
    (True, False, False)
    """
    return name in _zones()


@cache
def _zones() -> frozenset[str]:
    # Its own list, not what the machine has: that knows a "localtime", and takes a walk through its files to tell.
    return frozenset((files("tzdata") / "zones").read_text(encoding="utf-8").split())


@cache
def _countries() -> Mapping[str, str]:
    return {**{name.casefold(): code for code, name in _rows("iso3166.tab")}, **ALSO_CALLED}


@cache
def _only_zones() -> Mapping[str, str]:
    zones: dict[str, list[str]] = {}
    for code, _, name, *_ in _rows("zone.tab"):
        zones.setdefault(code, []).append(name)
    return {code: names[0] for code, names in zones.items() if len(names) == 1}


def _rows(table: str) -> list[list[str]]:
    lines = (files("tzdata") / "zoneinfo" / table).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]
