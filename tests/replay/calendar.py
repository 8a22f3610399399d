"""A whole year over HTTP: a thousand customers in forty zones, each congratulated once, at nine o'clock where they are.

The oracle knows nothing of the engine: it walks through every quarter of an hour of the year, asks each zone's clock,
and notes when it first shows nine.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple
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


Mail = tuple[str, datetime]
"""To whom, and when."""
Born = dict[str, tuple[str, date]]
"""Where somebody lives and when they were born, by name."""


class Year(NamedTuple):
    """What came of it."""

    sent: Counter[Mail]
    ledger: Counter[str]
    """Deliveries by their status."""
    runs: list[tuple[int, int]]
    """How many were due on each day, and how many got their mail."""


def people(count: int) -> Born:
    """So many, the same ones every time; each zone has somebody born on 29 February and on either side of new year."""
    return {f"b{number}": one for number, one in enumerate(births(count, Random(17)))}


def births(count: int, random: Random) -> Iterator[tuple[str, date]]:
    for number in range(count):
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


def expected(born: Born) -> Counter[Mail]:
    """Each mail of the year, once."""
    nines = {zone: nine_o_clock(zone) for zone in ZONES}
    mails: Counter[Mail] = Counter()
    for name, (zone, day) in born.items():
        for celebrated, at in nines[zone].items():
            leapling_in_a_common_year = (day.month, day.day) == (2, 29) and celebrated.year % 4 != 0
            wanted = (2, 28) if leapling_in_a_common_year else (day.month, day.day)
            if (celebrated.month, celebrated.day) == wanted:
                mails[f"{name}@example.com", at] += 1
    return mails


def lived(born: Born) -> Year:
    """The year at a service: everybody is entered, one schedule is switched on, and the clock goes round."""
    with running() as service, Shop(service.url, SANDBOX) as shop, Clock(service.url) as clock:
        clock.set(FIRST)
        schedule = shop.schedule({"type": "BIRTHDAY"}, send_at="09:00")

        def enter(name: str) -> None:
            zone, day = born[name]
            shop.customer(name, name=name, email=f"{name}@example.com", birthdate=day.isoformat(), time_zone=zone)
            shop.consent(name)

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(enter, born))
        while clock.now < LAST:
            clock.set(min(clock.now + timedelta(days=7), LAST))
        return Year(
            Counter((mail["to"], datetime.fromisoformat(mail["at"])) for mail in shop.outbox()),
            Counter(entry["status"] for entry in ledger(shop)),
            [(run["due"], run["sent"]) for run in shop.runs(schedule["id"])],
        )


def ledger(shop: Shop) -> Iterator[dict[str, Any]]:
    """All of its entries, each part after the last one of the part before."""
    after: dict[str, str] = {}
    more = True
    while more:
        answer = shop.get("deliveries", limit=100, **after)
        yield from answer["deliveries"]
        more, after = answer["has_more"], {"starting_after_id": answer["deliveries"][-1]["id"]}


def main() -> int:
    born = people(1_000)
    mails, year = expected(born), lived(born)
    zones, twice = len({zone for zone, _ in born.values()}), sum(count > 1 for count in year.sent.values())
    missing, wrong = mails - year.sent, year.sent - mails
    sys.stdout.write(
        f"customers {len(born)} zones {zones} mails {year.sent.total()} "
        f"missing {missing.total()} at another instant {wrong.total()} twice {twice} ledger {dict(year.ledger)}\n"
    )
    return 0 if year.sent == mails and year.ledger == {"SENT": len(born)} else 1


if __name__ == "__main__":
    sys.exit(main())
