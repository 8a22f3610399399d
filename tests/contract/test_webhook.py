"""The webhook over HTTP: settled, told, its secret told once. It is Bonbon's own; the SDK has none."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.service import Service
from tests.builders import PRODUCTION, Shop, fresh, ok, refusal
from tests.contract.spoilt import NO_TEXT, malformed_is_refused, wrong_is_refused

URL = "https://shop.example/hooks"
BODIES: dict[str, tuple[str, dict[str, Any]]] = {"settle the webhook": ("PUT webhook", {"url": URL})}
WRONG: list[tuple[str, list[Any]]] = [
    (
        "url",
        [
            *(None, "", "x" * 4_001, "https://shop.example/\u0007", *NO_TEXT),
            *("shop.example", "http://shop.example/", "ftp://shop.example/", "javascript:alert(1)"),
            *("https://me:secret@shop.example/", "https://shop.example/#top"),
            *("https://10.0.0.1/", "https://169.254.169.254/latest/meta-data", "https://[::1]/", "https://0x0a000001/"),
            *("https://intranet/", "https://db.internal/", "http://127.0.0.2/"),
        ],
    ),
    ("rotate", ["yes", 1, "true", [], {}]),
]


@pytest.fixture(autouse=True)
def _forgotten(shop: Shop) -> Iterator[None]:
    """Nobody else meets what a test settles."""
    yield
    shop.ask("DELETE", "webhook")


def settle(shop: Shop, **said: Any) -> dict[str, Any]:
    return ok(shop.ask("PUT", "webhook", {"url": URL, **said}))


@pytest.mark.drives("GET /v1/webhook", "PUT /v1/webhook", "DELETE /v1/webhook")
def test_a_webhook_is_settled_told_and_forgotten(shop: Shop) -> None:
    assert refusal(shop.ask("GET", "webhook")) == (404, "not_found")
    made = settle(shop, url="https://Shop.example:443/hooks?to=app")
    assert set(made) == {"object", "url", "secret", "created_at"}
    assert (made["object"], made["url"]) == ("webhook", "https://shop.example/hooks?to=app")
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert len(secret) == len("whsec_") + 44
    assert shop.get("webhook") == made, "the secret is told once"
    assert shop.ask("DELETE", "webhook").status_code == 204
    for method in ("GET", "DELETE"):
        assert refusal(shop.ask(method, "webhook")) == (404, "not_found")


def test_the_secret_stays_when_the_address_changes_and_is_another_when_it_shall_be(shop: Shop) -> None:
    first = settle(shop)
    moved = settle(shop, url="https://b.shop.example/", rotate=False)
    assert "secret" not in moved
    assert (moved["url"], moved["created_at"]) == ("https://b.shop.example/", first["created_at"])
    second = settle(shop, rotate=True)["secret"]
    assert second != first["secret"]
    assert "secret" not in shop.get("webhook")
    assert "secret" not in settle(shop)


def test_an_idempotency_key_keeps_no_secret(shop: Shop) -> None:
    """A PUT is not remembered: who asks twice for another secret gets another one twice."""
    key = fresh("key")
    body = {"url": URL, "rotate": True}
    told = [ok(shop.ask("PUT", "webhook", body, key=key))["secret"] for _ in range(2)]
    assert told[0] != told[1]


def test_on_one_machine_a_shop_listens_beside_the_service(shop: Shop) -> None:
    for url in ("http://127.0.0.1:8123/hooks", "http://localhost:8123/"):
        assert settle(shop, url=url)["url"] == url


def test_projects_have_webhooks_of_their_own(shop: Shop, service: Service) -> None:
    settle(shop)
    with Shop(service.url, PRODUCTION) as other:
        assert refusal(other.ask("GET", "webhook")) == (404, "not_found")


def test_what_is_wrong_is_refused_by_name_and_nothing_is_settled(shop: Shop, subtests: pytest.Subtests) -> None:
    settle(shop)
    before = shop.get("webhook")
    malformed_is_refused(shop, "PUT webhook")
    wrong_is_refused(shop, "PUT webhook", {"url": URL}, WRONG, subtests)
    assert shop.get("webhook") == before
