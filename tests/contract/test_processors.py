"""Who else receives personal data, over HTTP: settled whole, told whole. It is Bonbon's own; the SDK has none."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.builders import PRODUCTION, Shop, ok
from tests.contract.spoilt import NO_TEXT, malformed_is_refused, wrong_is_refused

PRINTER = {
    "name": "Druckerei Nord",
    "purpose": "prints our letters",
    "data": ["name", "postal address"],
    "channels": ["push"],
    "country": "DE",
}
HOTLINE = {"name": "Hotline", "purpose": "answers the phone", "data": ["phone number"]}
BODIES: dict[str, tuple[str, dict[str, Any]]] = {"settle the register": ("PUT processors", {"processors": [PRINTER]})}
NO_WORD = [None, "", "x" * 201, *NO_TEXT]
WRONG: list[tuple[str, list[Any]]] = [
    ("processors", ["none", 5, {}, PRINTER, [PRINTER] * 101]),
    ("processors.0", [None, "x", 5, []]),
    ("processors.0.name", NO_WORD),
    ("processors.0.purpose", NO_WORD),
    ("processors.0.data", [None, "name", [], {}, 5, ["name"] * 51]),
    ("processors.0.data.1", NO_WORD),
    ("processors.0.channels", ["email", [], {}, 5]),
    ("processors.0.channels.0", [None, "fax", "EMAIL", 5]),
    ("processors.0.country", ["Atlantis", "", "XX", 5, []]),
]


@pytest.fixture(autouse=True)
def _settled(shop: Shop) -> Iterator[None]:
    """Nobody else meets what a test settles."""
    yield
    settle(shop, {})


def settle(shop: Shop, register: dict[str, Any]) -> list[dict[str, Any]]:
    told = ok(shop.ask("PUT", "processors", register))
    assert shop.get("processors") == told
    assert told["object"] == "processors"
    return list(told["processors"])


@pytest.mark.drives("GET /v1/processors", "PUT /v1/processors")
def test_a_register_is_settled_and_told(shop: Shop) -> None:
    assert settle(shop, {"processors": [PRINTER, HOTLINE]}) == [PRINTER, HOTLINE]


def test_who_has_said_nothing_works_by_the_cloud_alone(shop: Shop) -> None:
    settle(shop, {"processors": [PRINTER]})
    told = settle(shop, {})
    assert [(it["name"], it.get("channels")) for it in told] == [
        ("Amazon Web Services", None),
        ("Amazon Simple Email Service", ["email"]),
        ("Amazon Simple Notification Service", ["sms"]),
    ]
    assert settle(shop, {"processors": told}) == told  # what is told may be said


def test_an_empty_register_names_nobody(shop: Shop) -> None:
    assert settle(shop, {"processors": []}) == []
    assert settle(shop, {"processors": None}) == []


def test_a_country_is_told_by_its_code(shop: Shop) -> None:
    [told] = settle(shop, {"processors": [{**HOTLINE, "country": "Ireland", "channels": None}]})
    assert told == {**HOTLINE, "country": "IE"}


def test_each_project_has_its_own(shop: Shop) -> None:
    settle(shop, {"processors": [HOTLINE]})
    with Shop(str(shop.http.base_url), PRODUCTION) as other:
        assert HOTLINE not in other.get("processors")["processors"]


def test_what_is_wrong_is_refused_by_name_and_nothing_is_settled(shop: Shop, subtests: pytest.Subtests) -> None:
    before = settle(shop, {"processors": [PRINTER]})
    malformed_is_refused(shop, "PUT processors")
    wrong_is_refused(shop, "PUT processors", {"processors": [PRINTER]}, WRONG, subtests)
    assert shop.get("processors")["processors"] == before
