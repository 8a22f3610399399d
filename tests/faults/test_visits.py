"""Many requests at once from one address: as many get through as the window allows, and not one more."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from infra.local.service import Service
from tests.builders import Clock, Shop, at_once, refusal
from tests.pages import Page

START = datetime(2026, 3, 17, 8, 0, 1, tzinfo=UTC)


def test_ten_at_once_from_one_address_are_five(timed_service: Service, timed_shop: Shop, clock: Clock) -> None:
    clock.set(START)
    code = timed_shop.code(quantity=None)
    with Page(timed_service.url) as page:
        for window in range(3):
            answers = at_once(lambda _: page.redeem(code), range(10))
            assert Counter(it.status_code for it in answers) == {200: 5, 429: 5}
            assert {refusal(it) for it in answers if it.status_code == 429} == {(429, "too_many_requests")}
            left = sorted(int(it.headers["x-rate-limit-remaining"]) for it in answers if it.status_code == 200)
            assert left == [0, 1, 2, 3, 4]
            assert timed_shop.uses(code) == 5 * (window + 1)
            clock.forward(timedelta(seconds=5))


def test_four_addresses_at_once_do_not_stand_in_each_others_way(
    timed_service: Service, timed_shop: Shop, clock: Clock
) -> None:
    clock.set(START + timedelta(hours=1))
    code = timed_shop.code(quantity=None)
    pages = [Page(timed_service.url) for _ in range(4)]
    answers = at_once(lambda number: pages[number % 4].redeem(code), range(32))
    assert Counter(it.status_code for it in answers) == {200: 20, 429: 12}
    assert timed_shop.uses(code) == 20
    for page in pages:
        page.http.close()
