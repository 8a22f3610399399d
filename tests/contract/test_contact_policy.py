"""The contact policy over HTTP: settled whole, told whole. It is Bonbon's own; the SDK has none."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.builders import Shop, ok
from tests.contract.spoilt import NO_OBJECT, NO_TEXT, malformed_is_refused, wrong_is_refused

ONE_A_DAY = {"channel": "email", "max": 1, "period": "DAY"}
YULE = {"from": "2026-12-24", "to": "2026-12-26", "name": "Yule"}
SHOES = {"id": "shoes", "name": "Shoes and boots"}
DEFAULT = {
    "object": "contact_policy",
    "frequency_caps": [ONE_A_DAY],
    "quiet_hours": {"from": "21:00", "to": "08:00"},
    "blackouts": [],
    "topics": [],
}
STRICT = {
    "frequency_caps": [{"channel": "any", "max": 3, "period": "WEEK"}, ONE_A_DAY],
    "quiet_hours": {"from": "12:00", "to": "14:30"},
    "blackouts": [YULE, {"from": "2027-01-01", "to": "2027-01-01"}],
    "topics": [{"id": "shoes", "name": "Shoes and boots"}, {"id": "hats", "name": "Hats 👒"}],
}
BODIES: dict[str, tuple[str, dict[str, Any]]] = {"settle the policy": ("PUT contact-policy", STRICT)}
NO_CLOCK = [None, "25:00", "9 pm", "21", 21, "", [], {}, "21:60", "24:30"]
NO_DAY = [None, "2026-02-30", "Christmas", "2026-12-24T10:00:00Z", 20_261_224, "", [], {}, "12-24"]
WRONG: list[tuple[str, list[Any]]] = [
    ("frequency_caps", ["none", 5, {}, ONE_A_DAY, [ONE_A_DAY] * 21]),
    ("frequency_caps.0", [None, "x", 5, []]),
    ("frequency_caps.0.channel", ["fax", "ANY", 5, []]),
    ("frequency_caps.0.max", [None, -1, 101, 1.5, "1", True, []]),
    ("frequency_caps.0.period", [None, "YEAR", "day", "P2D", "", 1, []]),
    ("quiet_hours", NO_OBJECT),
    ("quiet_hours.from", NO_CLOCK),
    ("quiet_hours.to", [*NO_CLOCK, "12:00"]),
    ("blackouts", ["none", 5, {}, YULE, [YULE] * 101]),
    ("blackouts.0", [None, "x", 5, []]),
    ("blackouts.0.from", NO_DAY),
    ("blackouts.0.to", [*NO_DAY, "2026-12-23"]),
    ("blackouts.0.name", ["", "x" * 201, *NO_TEXT]),
    (
        "topics",
        ["shoes", 5, {}, SHOES, [SHOES, {**SHOES, "name": "Boots"}], [{**SHOES, "id": str(it)} for it in range(51)]],
    ),
    ("topics.0", [None, "x", 5, []]),
    ("topics.0.id", [None, "", "x" * 201, *NO_TEXT]),
    ("topics.1.name", [None, "", "x" * 201, *NO_TEXT]),
]


@pytest.fixture(autouse=True)
def _settled(shop: Shop) -> Iterator[None]:
    """Nobody else meets what a test settles."""
    yield
    settle(shop, {})


def settle(shop: Shop, policy: dict[str, Any]) -> dict[str, Any]:
    told = ok(shop.ask("PUT", "contact-policy", policy))
    assert shop.get("contact-policy") == told
    return told


@pytest.mark.drives("GET /v1/contact-policy", "PUT /v1/contact-policy")
def test_a_policy_is_settled_and_told(shop: Shop) -> None:
    assert settle(shop, STRICT) == {"object": "contact_policy", **STRICT}


def test_who_settles_nothing_has_the_default(shop: Shop) -> None:
    """Quiet from nine in the evening to eight in the morning, and one marketing mail a day."""
    settle(shop, STRICT)
    assert settle(shop, {}) == DEFAULT


def test_a_field_that_is_left_out_is_the_default_and_one_that_is_null_is_none(shop: Shop) -> None:
    assert settle(shop, {"blackouts": [YULE]}) == {**DEFAULT, "blackouts": [YULE]}
    assert settle(shop, {"quiet_hours": None}) == {**DEFAULT, "quiet_hours": None}
    none = {"frequency_caps": None, "quiet_hours": None, "blackouts": None, "topics": None}
    assert settle(shop, none) == {**DEFAULT, "frequency_caps": [], "quiet_hours": None}


def test_a_period_may_be_written_as_a_duration(shop: Shop) -> None:
    written = {"P1D": "DAY", "P7D": "WEEK", "P1W": "WEEK", "P1M": "MONTH"}
    caps = [{"max": 2, "period": period} for period in written]
    told = settle(shop, {"frequency_caps": caps})["frequency_caps"]
    assert told == [{"channel": "any", "max": 2, "period": period} for period in written.values()]


def test_what_is_wrong_is_refused_by_name_and_nothing_is_settled(shop: Shop, subtests: pytest.Subtests) -> None:
    before = settle(shop, STRICT)
    malformed_is_refused(shop, "PUT contact-policy")
    wrong_is_refused(shop, "PUT contact-policy", STRICT, WRONG, subtests)
    assert shop.get("contact-policy") == before
