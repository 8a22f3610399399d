"""When ticks come: every quarter of an hour, for of such is every zone's distance from UTC made."""

from datetime import datetime, timedelta

QUARTER = timedelta(minutes=15)


def tick_after(at: datetime) -> datetime:
    """The first tick after an instant.

    >>> tick_after(datetime(2026, 3, 17, 10, 10, 0, 5)), tick_after(datetime(2026, 3, 17, 10, 15))
    (datetime.datetime(2026, 3, 17, 10, 15), datetime.datetime(2026, 3, 17, 10, 30))
    """
    since_the_hour = timedelta(minutes=at.minute, seconds=at.second, microseconds=at.microsecond)
    return at - since_the_hour % QUARTER + QUARTER
