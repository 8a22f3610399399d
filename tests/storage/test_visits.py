"""Visits: five in five seconds an address, counted once for all, and no address to be found anywhere."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.storage.table import Table
from shared.storage.visits import VisitStore, visitor_of
from tests.storage.wire import Wire

AT = datetime(2026, 3, 17, 8, 0, 0, tzinfo=UTC)
ANN, BOB = "192.0.2.7", "2001:db8::7"


@pytest.fixture
def visits(table: Table, project: str) -> VisitStore:
    return VisitStore(table, project)


def test_an_address_has_five_in_each_window_and_everything_beyond_is_one_too_many(visits: VisitStore) -> None:
    def counted(address: str, seconds: float) -> int:
        return visits.count(address, salt="salt", at=AT + timedelta(seconds=seconds))

    assert [counted(ANN, 4.999) for _ in range(8)] == [1, 2, 3, 4, 5, 6, 6, 6]
    assert [counted(BOB, 4.999) for _ in range(2)] == [1, 2]
    assert [counted(ANN, seconds) for seconds in (5, 9.999, 10)] == [1, 2, 1]


def test_thirty_at_once_are_counted_one_by_one(visits: VisitStore) -> None:
    with ThreadPoolExecutor(30) as pool:
        counts = sorted(pool.map(lambda _: visits.count(ANN, salt="salt", at=AT), range(30)))
    assert counts == [1, 2, 3, 4, 5] + [6] * 25


def test_a_visit_is_one_write_and_nothing_else(visits: VisitStore, wire: Wire) -> None:
    for _ in range(7):
        visits.count(ANN, salt="salt", at=AT)
    assert wire.calls == ["UpdateItem"] * 7


def test_what_is_kept_tells_no_address_and_is_swept(
    visits: VisitStore, project: str, items: Callable[[], list[dict[str, Any]]]
) -> None:
    for address in (ANN, BOB):
        visits.count(address, salt="salt", at=AT)
    start = int(AT.timestamp())
    assert items() == sorted(
        (
            {
                "PK": f"{project}#visits#{visitor_of(address, salt='salt')}",
                "SK": str(start),
                "counted": 1,
                "expires_at": start + 305,
            }
            for address in (ANN, BOB)
        ),
        key=lambda item: str(item["PK"]),
    )
    assert ANN not in str(items())
    assert visitor_of(ANN, salt="salt") != visitor_of(ANN, salt="another")
