"""Which sites a client's key is for."""

import pytest

from shared.domain.origins import admits, origin_of

SHOP = "https://shop.example"


@pytest.mark.parametrize(
    ("said", "spelled"),
    [
        ("https://shop.example", SHOP),
        (" HTTPS://Shop.Example ", SHOP),
        ("https://shop.example:443", SHOP),
        ("http://shop.example:80", "http://shop.example"),
        ("https://shop.example:80", "https://shop.example:80"),
        ("http://localhost:*", "http://localhost:*"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    ],
)
def test_an_origin_has_one_spelling(said: str, spelled: str) -> None:
    assert origin_of(said) == spelled


@pytest.mark.parametrize(
    "said",
    [
        *("", " ", "*", "null", "shop.example", "//shop.example", "ftp://shop.example", "https://", "https://*"),
        *("https://*.example", "https://shop.example/", "https://shop.example/checkout", "https://shop.example?x"),
        *("https://ann@shop.example", "https://shop.example:port", "https://shop.example:", "https://-shop.example"),
        *("https://shop.example https://evil.example", "https://bücher.example"),
        *("https://shop.example.", "https://[::1", "javascript:alert(1)", "https://" + "x" * 300),
    ],
)
def test_what_no_browser_would_send_is_no_origin(said: str) -> None:
    with pytest.raises(ValueError, match="is not an origin"):
        origin_of(said)
    assert not admits([said], said)


@pytest.mark.parametrize(
    ("allowed", "origin", "welcome"),
    [
        ([SHOP], SHOP, True),
        ([SHOP], "HTTPS://SHOP.EXAMPLE:443", True),
        ([SHOP], "http://shop.example", False),
        ([SHOP], "https://shop.example:8443", False),
        ([SHOP], "https://www.shop.example", False),
        ([SHOP], "https://shop.example.evil.example", False),
        ([SHOP], None, False),
        ([SHOP], "null", False),
        ([], SHOP, False),
        (["http://localhost:*"], "http://localhost", True),
        (["http://localhost:*"], "http://localhost:65535", True),
        (["http://localhost:*"], "https://localhost:3000", False),
        (["http://localhost:*"], "http://localhost.evil.example:3000", False),
        (["http://localhost:*"], "http://localhost:*", False),
        (["http://[::1]:*"], "http://[::1]:3000", True),
        (["http://[::1]:*"], "http://[::1]", True),
        (["http://[::1]:*"], "http://[::2]:3000", False),
    ],
)
def test_a_site_is_welcome_if_it_is_named(allowed: list[str], origin: str | None, *, welcome: bool) -> None:
    assert admits(allowed, origin) is welcome
