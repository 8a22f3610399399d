"""How often a caller may ask: a minute at a time, a project at a time, by the request's clock."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.errors import TooManyRequests
from shared.runtime import settings
from shared.runtime.rate import Counter, Rate, of_address

AT = datetime(2026, 3, 17, 8, 0, 20, 900_000, UTC)
SECOND = int(AT.timestamp())


@pytest.fixture
def _three_a_minute(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("REQUESTS_A_MINUTE", "3")
    settings.requests_a_minute.cache_clear()
    yield
    settings.requests_a_minute.cache_clear()


@pytest.mark.usefixtures("_three_a_minute")
def test_a_minute_has_so_many_requests_and_the_next_as_many_again() -> None:
    counter = Counter()
    rates = [counter.count("a", at=AT) for _ in range(5)]
    assert rates == [Rate(3, used, SECOND + 40, SECOND) for used in (1, 2, 3, 4, 5)]
    for allowed in rates[:3]:
        allowed.refuse_excess()
    for beyond in rates[3:]:
        with pytest.raises(TooManyRequests) as refused:
            beyond.refuse_excess()
        assert (refused.value.key, refused.value.retry_after) == ("too_many_requests", 40)
    assert counter.count("b", at=AT).used == 1
    assert counter.count("a", at=AT + timedelta(seconds=39)).used == 6
    assert counter.count("a", at=AT + timedelta(seconds=40)).used == 1
    assert counter.count("a", at=AT).used == 1  # a clock that was set back begins anew, too


def test_many_at_once_are_counted_one_by_one() -> None:
    counter = Counter()
    with ThreadPoolExecutor(16) as pool:
        used = sorted(pool.map(lambda _: counter.count("a", at=AT).used, range(2_000)))
    assert used == list(range(1, 2_001))


@pytest.mark.parametrize(
    ("used", "remaining", "retry", "after"),
    [
        (1, "4", SECOND, None),
        (4, "1", SECOND, None),
        (5, "0", SECOND + 5, None),  # this one was let in, the next one will not be
        (6, "0", SECOND + 5, "5"),
    ],
)
def test_the_headers_say_when_the_next_request_is_welcome(
    used: int, remaining: str, retry: int, after: str | None
) -> None:
    headers = of_address(used, at=AT).headers()
    assert headers.get("retry-after") == after
    assert headers["x-rate-limit-limit"] == "5"
    assert (headers["x-rate-limit-remaining"], headers["x-rate-limit-retry"]) == (remaining, str(retry))


def test_there_is_a_limit_that_no_shop_meets_by_chance() -> None:
    settings.requests_a_minute.cache_clear()
    assert settings.requests_a_minute() == 120_000
