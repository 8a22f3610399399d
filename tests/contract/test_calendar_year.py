"""A whole year: a thousand customers in forty zones, each congratulated once, at nine o'clock where they are.

The oracle knows nothing of the engine: it walks through every quarter of an hour of the year, asks each zone's clock,
and notes when it first shows nine.
"""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from infra.local.service import running
from tests.builders import SANDBOX, Clock, Shop

FIRST, LAST = datetime(2026, 11, 29, tzinfo=UTC), datetime(2027, 11, 29, tzinfo=UTC)
ZONES = (
    *("Pacific/Apia", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Australia/Lord_Howe", "Asia/Kathmandu"),
    *("Europe/Istanbul", "Europe/Dublin", "Europe/London", "Europe/Lisbon", "Atlantic/Azores", "America/Nuuk"),
    *("America/St_Johns", "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix"),
    *("America/Los_Angeles", "America/Anchorage", "America/Adak", "Pacific/Honolulu", "Pacific/Marquesas"),
    *("Pacific/Chatham", "Pacific/Auckland", "Australia/Sydney", "Australia/Adelaide", "Australia/Eucla"),
    *("Asia/Tokyo", "Asia/Kolkata", "Asia/Karachi", "Asia/Tehran", "Asia/Dubai", "Asia/Beirut", "Africa/Cairo"),
    *("Africa/Casablanca", "Africa/Johannesburg", "America/Sao_Paulo", "America/Santiago", "America/Havana"),
    *("America/Asuncion", "Antarctica/Troll"),
)
LEAP = [date(1992, 2, 29), date(2000, 2, 29), date(2004, 2, 29)]


def births(random: Random) -> Iterator[tuple[str, date]]:
    """A thousand zones and birthdates: every zone has somebody born on 29 February and on either side of new year."""
    for number in range(1_000):
        zone = ZONES[number % len(ZONES)]
        match number // len(ZONES):
            case 0:
                yield zone, random.choice(LEAP)
            case 1:
                yield zone, date(1980, 12, 31)
            case 2:
                yield zone, date(1981, 1, 1)
            case _:
                yield zone, date(1945, 1, 1) + timedelta(days=random.randrange(365 * 60))


def nine_o_clock(zone: str) -> dict[date, datetime]:
    """When the clocks of a zone first show nine, by the day that they then show."""
    shown: dict[date, datetime] = {}
    at, here = FIRST, ZoneInfo(zone)
    while (at := at + timedelta(minutes=15)) <= LAST:
        wall = at.astimezone(here)
        if (wall.hour, wall.minute) == (9, 0):
            shown.setdefault(wall.date(), at)
    return shown


def test_of_a_thousand_customers_in_forty_zones_everyone_is_congratulated_once_at_nine_local() -> None:
    assert len(set(ZONES)) == 40
    born = {f"b{number}": it for number, it in enumerate(births(Random(17)))}
    nines = {zone: nine_o_clock(zone) for zone in ZONES}
    expected: Counter[tuple[str, datetime]] = Counter()
    for name, (zone, day) in born.items():
        for celebrated, at in nines[zone].items():
            leapling_in_a_common_year = (day.month, day.day) == (2, 29) and celebrated.year % 4 != 0
            wanted = (2, 28) if leapling_in_a_common_year else (day.month, day.day)
            if (celebrated.month, celebrated.day) == wanted:
                expected[f"{name}@example.com", at] += 1
    assert Counter(Counter(to for to, _ in expected.elements()).values()) == {1: 1_000}
    with running() as service, Shop(service.url, SANDBOX) as shop, Clock(service.url) as clock:
        clock.set(FIRST)
        schedule = shop.schedule({"type": "BIRTHDAY"}, send_at="09:00")

        def enter(name: str) -> None:
            zone, day = born[name]
            fields = {"email": f"{name}@example.com", "birthdate": day.isoformat(), "time_zone": zone}
            shop.customer(name, name=name, **fields)
            shop.consent(name)

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(enter, born))
        while clock.now < LAST:
            clock.set(min(clock.now + timedelta(days=31), LAST))
        sent = Counter((mail["to"], datetime.fromisoformat(mail["at"])) for mail in shop.outbox())
        ledger = Counter(it["status"] for it in pages_of(shop))
        runs = [(run["due"], run["sent"]) for run in shop.runs(schedule["id"])]
    assert sent == expected
    assert ledger == {"SENT": 1_000}
    assert all(due == sent for due, sent in runs)


def pages_of(shop: Shop) -> Iterator[dict[str, Any]]:
    """The whole ledger."""
    for page in range(1, 11):
        yield from shop.get("deliveries", limit=100, page=page)["deliveries"]
