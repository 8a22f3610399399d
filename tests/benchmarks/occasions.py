"""How fast runs are computed, against the least that a run takes: one wall time of one zone, as an instant."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from rich.table import Table

from shared.domain.calendar.occasions import runs
from shared.domain.calendar.residences import Residence, zone_named
from shared.domain.calendar.schedules import Birthday, Run, Schedule
from shared.domain.windows import instant

ROUNDS = 7
HOME = ZoneInfo("Europe/Dublin")
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
CITIES = (
    *("Asia/Kathmandu", "Asia/Tokyo", "Asia/Kolkata", "Asia/Tehran", "Asia/Dubai", "Asia/Beirut", "Asia/Karachi"),
    *("Pacific/Apia", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Chatham", "Pacific/Auckland"),
    *("Australia/Lord_Howe", "Australia/Sydney", "Australia/Adelaide", "Australia/Eucla", "Pacific/Honolulu"),
    *("Europe/Dublin", "Europe/Lisbon", "Europe/Paris", "Europe/Istanbul", "Africa/Cairo", "Africa/Lagos"),
    *("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles"),
    *("America/Anchorage", "America/Adak", "America/Sao_Paulo", "America/Santiago", "America/Havana"),
    *("America/Asuncion", "America/St_Johns", "America/Nuuk", "America/Caracas", "Antarctica/Troll"),
)
PLACES = [Residence(None, zone) for zone in CITIES]
SCHEDULES = [
    Schedule(
        id=f"sch_{number}",
        name="Birthdays",
        campaign_id="camp_1",
        occasion=Birthday(),
        send_at=f"{number:02d}:15",
        channels=("email",),
        templates={"email": "tmpl_1"},
        created_at=NEW_YEAR,
    )
    for number in range(20)
]


def measure() -> Table:
    """Rounds of a year of birthdays, by hand and as ticks do it; and of the 96 ticks of a day."""
    table = Table("runs", "a second", "× by hand", title="Occasions (median of 7 rounds)", title_justify="left")
    whole, hand = _year(), _by_hand()
    assert [(run.day, run.at) for run in whole if run.zone == CITIES[0]] == hand[:365]
    seconds = {work: median(_seconds(work) for _ in range(ROUNDS)) for work in (_by_hand, _year, _ticks)}
    each = seconds[_by_hand] / len(hand)
    table.add_row(f"a year in {len(CITIES)} zones: by hand", f"{1 / each:,.0f}", "1.00")
    ours = seconds[_year] / len(whole)
    table.add_row(f"a year in {len(CITIES) + 1} zones", f"{1 / ours:,.0f}", f"{ours / each:.2f}")
    table.add_row(f"a tick of {len(SCHEDULES)} schedules there", f"{96 / seconds[_ticks]:,.0f} ticks", "")
    return table


def _year() -> list[Run]:
    return runs(SCHEDULES[9], PLACES, home=HOME, after=NEW_YEAR, until=NEW_YEAR + timedelta(days=365))


def _by_hand() -> list[tuple[date, datetime]]:
    walls = [datetime(2026, 1, 1, 9, 15) + timedelta(days=day) for day in range(365)]
    return [(wall.date(), instant(wall, zone_named(zone))) for zone in CITIES for wall in walls]


def _ticks() -> None:
    for number in range(96):
        after = NEW_YEAR + number * QUARTER
        for schedule in SCHEDULES:
            runs(schedule, PLACES, home=HOME, after=after, until=after + QUARTER)


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started
