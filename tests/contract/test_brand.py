"""The brand over HTTP: settled whole, told whole. It is Bonbon's own; the SDK has none."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.builders import PRODUCTION, Shop, ok, refusal
from tests.contract.spoilt import NO_OBJECT, NO_TEXT, malformed_is_refused, wrong_is_refused

BRAND: dict[str, Any] = {
    "name": "Bücher & Co",
    "sender": {"name": "Bücher & Co", "address": "news@bonbon.example"},
    "reply_to": "help@shop.example",
    "logo_url": "https://shop.example/logo.png?v=2",
    "colors": {"primary": "#0b5fff", "background": "#f4f4f4", "text": "#1a1a1a"},
    "footer": "Made with care.\nIn Cork.",
    "postal_address": "Bücher & Co, 1 Quay Street, Cork",
    "sms": {"sender_id": "Buecher", "prices": {"IE": 0.07, "GB": 1.0}, "currency": "EUR"},
}
BODIES: dict[str, tuple[str, dict[str, Any]]] = {"settle the brand": ("PUT brand", BRAND)}
NO_LINE = ["", " ", "a\nb", "a\r\nBcc: x@y.example", " a", "a\u2028b", "x" * 65, *NO_TEXT]
NO_ADDRESS = ["", "nobody", "a@", "@b.example", "a b@c.example", "a@b.example\r\nBcc: c@d.example", *NO_TEXT]
NO_COLOR = ["", "red", "#fff", "#12345g", "0b5fff", "#0b5fff;background:url(x)", '#0b5fff"', *NO_TEXT]
WRONG: list[tuple[str, list[Any]]] = [
    ("name", NO_LINE),
    ("sender", NO_OBJECT),
    ("sender.name", NO_LINE),
    ("sender.address", [*NO_ADDRESS, "news@elsewhere.example"]),
    ("reply_to", NO_ADDRESS),
    (
        "logo_url",
        [
            *("", "javascript:alert(1)", "http://shop.example/logo.png", "//shop.example/x", "data:image/png;base64,x"),
            *(
                "https://",
                "https://-",
                'https://a.example/"onload="x',
                "https://a.example/a b",
                "https://a.example/<b>",
            ),
            *("https://a@b.example/x", f"https://a.example/{'x' * 2_000}", *NO_TEXT),
        ],
    ),
    ("colors", NO_OBJECT),
    *((f"colors.{name}", NO_COLOR) for name in ("primary", "background", "text")),
    ("footer", [5, True, [], "x" * 4_001, "a\x07b", {"deutsch": "x"}, {"de": 5}]),
    ("postal_address", ["x" * 501, *NO_TEXT]),
    ("sms", NO_OBJECT),
    ("sms.sender_id", ["", "123", "twelve chars", "Too-Long", "x" * 12, "Bücher", *NO_TEXT]),
    ("sms.prices", ["0.07", 5, [], {"Ireland": 0.07}, {"ie": 0.07}, {"XX": 0.07}]),
    ("sms.prices.IE", [-0.01, 1_001, 0.000_000_1, "0.07", True, {}]),
    ("sms.currency", ["", "eur", "EURO", 5, []]),
]


@pytest.fixture(autouse=True)
def _settled(shop: Shop) -> Iterator[None]:
    """Nobody else meets what a test settles."""
    yield
    settle(shop, {})


def settle(shop: Shop, brand: dict[str, Any]) -> dict[str, Any]:
    told = ok(shop.ask("PUT", "brand", brand))
    assert shop.get("brand") == told
    return told


@pytest.mark.drives("GET /v1/brand", "PUT /v1/brand")
def test_a_brand_is_settled_whole_and_told(shop: Shop) -> None:
    assert settle(shop, BRAND) == {**BRAND, "object": "brand"}
    footer = {"footer": {"de": "Mit Liebe", "pt-BR": "Com carinho"}}
    assert settle(shop, footer) == {**footer, "object": "brand"}, "what is left out it has not"
    assert settle(shop, dict.fromkeys(BRAND)) == {"object": "brand"}, "and neither what is null"
    with Shop(str(shop.http.base_url), PRODUCTION) as other:
        settle(shop, BRAND)
        assert other.get("brand") == {"object": "brand"}, "it is its project's alone"


def test_an_address_and_a_colour_are_kept_as_they_are_used(shop: Shop) -> None:
    told = settle(shop, {"sender": {"address": " News@Bonbon.Example "}, "colors": {"primary": "#AABBCC"}})
    assert told == {
        "sender": {"address": "news@bonbon.example"},
        "colors": {"primary": "#aabbcc"},
        "object": "brand",
    }


def test_who_mails_are_from_lies_in_the_deployments_own_domain(shop: Shop) -> None:
    refused = shop.ask("PUT", "brand", {"sender": {"address": "news@elsewhere.example"}})
    assert refusal(refused) == (400, "invalid_payload")
    assert refused.json()["details"] == "sender.address: mails leave in the name of bonbon.example alone"


def test_what_is_wrong_is_refused_by_name_and_nothing_is_settled(shop: Shop, subtests: pytest.Subtests) -> None:
    before = settle(shop, BRAND)
    [(route, brand)] = BODIES.values()
    malformed_is_refused(shop, route)
    wrong_is_refused(shop, route, brand, WRONG, subtests)
    assert shop.get("brand") == before
