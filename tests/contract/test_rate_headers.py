"""Every answer says how many more there may be; one too many is told when to come again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from infra.local.service import Service, running
from tests.builders import PRODUCTION, SANDBOX, Clock, Shop, checkout, fresh, refusal

NAMES = {"x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-retry"}
START = datetime(2026, 3, 17, 8, 0, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def strict() -> Iterator[Service]:
    """A service that answers a project eight times a minute."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_A_MINUTE", "8")
        with running() as service:
            yield service


def test_every_answer_carries_them(service: Service, shop: Shop) -> None:
    with Shop(service.url, {}) as stranger:
        answers = {
            200: shop.ask("GET", "vouchers"),
            400: shop.ask("POST", "redemptions", {}),
            401: stranger.ask("GET", "vouchers"),
            404: shop.ask("GET", f"vouchers/{fresh()}"),
            405: shop.ask("PATCH", "vouchers/MUG"),
            409: shop.ask("POST", f"vouchers/{shop.code()}", {"discount": {"type": "AMOUNT", "amount_off": 1}}),
            204: shop.ask("DELETE", f"vouchers/{shop.code()}"),
        }
        nowhere = stranger.ask("GET", "nothing")
    for status, answer in {**answers, 404.5: nowhere}.items():
        assert answer.status_code == int(status)
        assert set(answer.headers) >= NAMES
        assert "retry-after" not in answer.headers
    told = answers[200].headers
    assert int(told["x-rate-limit-limit"]) == 120_000
    assert 0 < int(told["x-rate-limit-remaining"]) < 120_000


def test_beyond_the_limit_nothing_is_done_until_the_next_minute(strict: Service) -> None:
    with Clock(strict.url) as clock, Shop(strict.url, SANDBOX) as shop, Shop(strict.url, PRODUCTION) as other:
        clock.set(START)
        code = shop.code()
        told = [shop.ask("GET", f"vouchers/{code}").headers for _ in range(6)]
        assert [it["x-rate-limit-remaining"] for it in told] == ["6", "5", "4", "3", "2", "1"]
        assert {it["x-rate-limit-limit"] for it in told} == {"8"}
        assert {it["x-rate-limit-retry"] for it in told} == {str(int(START.timestamp()))}
        shop.validate(code)

        refused = shop.redeem(code, key="one-too-many")
        assert refusal(refused) == (429, "too_many_requests")
        assert refused.json()["details"] == "please ask again in 40 s, not before"
        assert refused.headers["retry-after"] == "40"
        assert refused.headers["x-rate-limit-remaining"] == "0"
        assert refused.headers["x-rate-limit-retry"] == str(int(START.timestamp()) + 40)
        assert other.ask("GET", "vouchers").headers["x-rate-limit-remaining"] == "7"

        clock.forward(timedelta(seconds=40))
        assert shop.redeem(code, key="one-too-many").status_code == 200
        assert shop.uses(code) == 1


def test_who_has_no_key_is_counted_with_all_the_others_who_have_none(strict: Service) -> None:
    with Clock(strict.url) as clock, httpx.Client(base_url=strict.url) as stranger, Shop(strict.url, SANDBOX) as shop:
        clock.set(START + timedelta(hours=1))
        paths = ("/v1/vouchers", "/v1/nothing", "/client/v1/validations")
        answers = [stranger.post(paths[number % 3], json=checkout("x")) for number in range(10)]
        assert [it.status_code for it in answers] == [401, 404, 401, 401, 404, 401, 401, 404, 429, 429]
        assert [int(it.headers["x-rate-limit-remaining"]) for it in answers] == [7, 6, 5, 4, 3, 2, 1, 0, 0, 0]
        assert {it.headers["retry-after"] for it in answers[8:]} == {"40"}
        assert shop.ask("GET", "vouchers").status_code == 200
