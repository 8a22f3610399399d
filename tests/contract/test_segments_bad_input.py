"""Segments and events that cannot be: each refused by the field that is wrong, and nothing is written."""

from typing import Any

import pytest

from tests.builders import Shop, refusal
from tests.contract.spoilt import NO_OBJECT, NO_TEXT, malformed_is_refused, wrong_is_refused

FILTER = {"junction": "and", "name": {"conditions": {"$is": ["Ann"]}}, "created_at": {"conditions": {"$more_than": 3}}}
BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "make a segment": ("POST segments", {"name": "Anns", "type": "passive", "filter": FILTER}),
    "make a list": ("POST segments", {"name": "Anns", "type": "static", "customers": ["ann", "bob"]}),
    "change a segment": ("PUT segments/{segment_id}", {"name": "Anns", "filter": FILTER}),
    "tell an event": ("POST events", {"event": "seen", "customer": {"source_id": "ann"}, "metadata": {}}),
}
SEGMENTS, EVENTS = tuple(BODIES)[:3], tuple(BODIES)[3:]
FILTERED = ("make a segment", "change a segment")
NO_NAME = ["", "x" * 201, *NO_TEXT]
WRONG: list[tuple[tuple[str, ...], str, list[Any]]] = [
    (SEGMENTS, "name", NO_NAME),
    (SEGMENTS, "type", ["dynamic", "STATIC", 5, []]),
    (("make a segment", "make a list"), "name", [None]),
    (("make a list",), "customers", ["ann", 5, {}]),
    (("make a list",), "customers.1", [None, *NO_NAME]),
    (FILTERED, "filter", NO_OBJECT),
    (FILTERED, "filter.junction", ["xor", 5, [], None]),
    (FILTERED, "filter.name", [None, *NO_OBJECT]),
    (FILTERED, "filter.shoe", [{"conditions": {"$is": 5}}]),
    (FILTERED, "filter.name.conditions", [None, {}, *NO_OBJECT]),
    (FILTERED, "filter.name.conditions.$is", [None, 5, True, [], {}, "x" * 201, "a\x07b"]),
    (FILTERED, "filter.name.conditions.$is.0", [None, 5, True, [], {}, ""]),
    (FILTERED, "filter.name.conditions.$more_than", [5]),
    (FILTERED, "filter.name.conditions.$is_unknown", ["no", 5, {"a": 1}]),
    (FILTERED, "filter.created_at.conditions.$more_than", [None, -1, 1.5, "3", 36_501, True]),
    (FILTERED, "filter.segment", [{"conditions": {"$is": "seg_none"}}]),
    (EVENTS, "event", [None, "", "x" * 301, 5, True, [], {}, "a\nb"]),
    (EVENTS, "customer", [None, *NO_OBJECT]),
    (EVENTS, "customer.source_id", ["", *NO_TEXT]),
    (EVENTS, "customer.email", ["ann@", 5]),
    (EVENTS, "customer.birthdate", ["2999-01-01", "never"]),
    (EVENTS, "metadata", NO_OBJECT),
]


@pytest.fixture(scope="module")
def known(shop: Shop) -> dict[str, str]:
    return {"segment_id": shop.ask("POST", "segments", BODIES["make a segment"][1]).json()["id"]}


def written(shop: Shop) -> dict[str, Any]:
    return shop.lists("segments", "customers")


@pytest.mark.parametrize("verb", BODIES)
def test_a_malformed_body_is_refused(shop: Shop, known: dict[str, str], verb: str) -> None:
    before = written(shop)
    malformed_is_refused(shop, BODIES[verb][0].format(**known))
    assert written(shop) == before


@pytest.mark.parametrize("verb", BODIES)
def test_a_wrong_field_is_refused_by_name(
    shop: Shop, known: dict[str, str], verb: str, subtests: pytest.Subtests
) -> None:
    route, body = BODIES[verb]
    before = written(shop)
    wrong = [(path, values) for verbs, path, values in WRONG if verb in verbs]
    wrong_is_refused(shop, route.format(**known), body, wrong, subtests)
    assert written(shop) == before


def test_who_or_what_is_not_there_is_not_found(shop: Shop) -> None:
    for method, body in (("GET", None), ("PUT", {"name": "Anns"}), ("DELETE", None)):
        assert refusal(shop.ask(method, "segments/seg_none", body)) == (404, "not_found")
