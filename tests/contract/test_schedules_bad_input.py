"""Schedules that cannot be: each refused by the field that is wrong, and nothing is written."""

from typing import Any

import pytest

from tests.builders import Shop, fresh, ok, refusal
from tests.contract.spoilt import NO_FLAG, NO_OBJECT, NO_TEXT, malformed_is_refused, wrong_is_refused

SAID = {
    "name": "Patrick",
    "occasion": {"type": "HOLIDAY", "country": "IE", "name": "Saint Patrick's Day"},
    "channels": ["email"],
    "offset": "-P1D",
    "send_at": "09:15",
    "validity": "P7D",
    "active": True,
}
"""What a schedule says, but for what it names: its campaign, its audience, its templates."""
BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "make a schedule": ("POST schedules", SAID),
    "change a schedule": ("PUT schedules/{schedule_id}", SAID),
}
NEW = ("make a schedule",)
BOTH = tuple(BODIES)
NO_HOLIDAYS = [{"type": "HOLIDAY", "country": "IE"}, {"type": "HOLIDAY", "name": "Christmas Day"}]
WRONG: list[tuple[tuple[str, ...], str, list[Any]]] = [
    (NEW, "name", [None]),
    (BOTH, "name", ["", "x" * 201, *NO_TEXT]),
    (NEW, "campaign", [None]),
    (BOTH, "campaign", [{}, {"id": None}, {"id": "camp_none"}, {"name": "No such campaign"}, *NO_OBJECT]),
    (BOTH, "campaign.id", NO_TEXT),
    (NEW, "occasion", [None]),
    (BOTH, "occasion", [{}, {"type": "EASTER"}, {"type": None}, {"type": "birthday"}, *NO_HOLIDAYS, *NO_OBJECT]),
    (BOTH, "occasion.country", [None, "", "XX", "Atlantis", "I", 5, []]),
    (BOTH, "occasion.name", [None, "", "St Patrick", "Diwali", "x" * 201, 5, []]),
    (
        BOTH,
        "offset",
        ["", "P", "7D", "-7", "PT1H", "P1.5D", "P-1D", "P367D", "-P13M", "P2Y", "P9999D", 7, True, [], {}],
    ),
    (BOTH, "send_at", ["09:07", "24:00", "25:00", "9", "", "09:00:00", "noon", "09:60", 9, True, [], {}]),
    (BOTH, "time_zone", ["", "customer", "Mars/Olympus", "../UTC", "GMT+1", "x" * 300, 5, [], {}]),
    (BOTH, "leap_day", ["FEB_29", "feb_28", "", 5, [], {}]),
    (BOTH, "audience", [{}, {"segment_id": "seg_none"}, {"segment_id": ""}, *NO_OBJECT]),
    (NEW, "channels", [None]),
    (BOTH, "channels", [[], ["email", "email"], ["fax"], [None], "email", 5, {}]),
    (NEW, "templates", [None]),
    (BOTH, "templates", [{}, {"sms": "tmpl_none"}, {"fax": "tmpl_1"}, "tmpl_1", 5, [], True]),
    (BOTH, "templates.email", ["tmpl_none", "", None, 5, [], {}]),
    (BOTH, "validity", ["", "1D", "P0D", "-P1D", "P", "P200Y", 5, [], {}]),
    (BOTH, "purpose", ["", "MARKETING", "service", 5, []]),
    (BOTH, "active", NO_FLAG),
]
OCCASIONS: list[tuple[dict[str, Any], str, list[Any]]] = [
    ({"type": "DAY", "month": 4, "day": 30}, "occasion.day", [31, 0, 32, "30", 1.5, None, True, []]),
    ({"type": "DAY", "month": 2, "day": 29}, "occasion.day", [30]),
    ({"type": "DAY", "month": 4, "day": 1}, "occasion.month", [0, 13, "4", 4.5, None, []]),
    ({"type": "ONCE", "date": "2028-02-29"}, "occasion.date", ["2027-02-29", "2026-04-31", "soon", "", 5, None, []]),
    (
        {"type": "ANNIVERSARY", "attribute": "created_at", "years": [1]},
        "occasion.years",
        [[], [0], [-1], [151], 1, ["1"]],
    ),
    (
        {"type": "ANNIVERSARY", "attribute": "metadata.wedding"},
        "occasion.attribute",
        ["metadata.", "metadata", "name", "updated_at", "", None, 5],
    ),
]


@pytest.fixture(scope="module")
def body(shop: Shop) -> dict[str, Any]:
    audience = {"segment_id": shop.segment("static", customers=[])}
    campaign = {"id": shop.campaign()["id"]}
    return {**SAID, "campaign": campaign, "audience": audience, "templates": {"email": shop.template()}}


@pytest.fixture(scope="module")
def known(shop: Shop, body: dict[str, Any]) -> dict[str, str]:
    return {"schedule_id": ok(shop.ask("POST", "schedules", body))["id"]}


def written(shop: Shop) -> dict[str, Any]:
    return shop.lists("schedules")


@pytest.mark.parametrize("verb", BODIES)
def test_a_malformed_body_is_refused(shop: Shop, known: dict[str, str], verb: str) -> None:
    before = written(shop)
    malformed_is_refused(shop, BODIES[verb][0].format(**known))
    assert written(shop) == before


@pytest.mark.parametrize("verb", BODIES)
def test_every_wrong_field_is_refused(
    shop: Shop, known: dict[str, str], body: dict[str, Any], subtests: pytest.Subtests, *, verb: str
) -> None:
    before = written(shop)
    wrong = [(path, values) for verbs, path, values in WRONG if verb in verbs]
    wrong_is_refused(shop, BODIES[verb][0].format(**known), body, wrong, subtests)
    for occasion, path, values in OCCASIONS:
        wrong_is_refused(
            shop, BODIES[verb][0].format(**known), body | {"occasion": occasion}, [(path, values)], subtests
        )
    assert written(shop) == before


def test_a_channel_needs_a_template_and_a_template_its_channel(
    shop: Shop, known: dict[str, str], body: dict[str, Any]
) -> None:
    before = written(shop)
    sms = shop.template(channel="sms", subject=None)
    for fields, path in (
        ({"channels": ["email", "sms"]}, "templates.sms"),
        ({"channels": ["push"]}, "templates.push"),
        ({"templates": {"email": sms}}, "templates.email"),
        ({"templates": {"sms": sms}}, "templates.email"),
    ):
        for route, its in (("POST", {**body, **fields}), ("PUT", fields)):
            response = shop.ask(route, "schedules" if route == "POST" else f"schedules/{known['schedule_id']}", its)
            assert refusal(response) == (400, "invalid_payload")
            assert response.json()["details"].startswith(f"{path}: "), response.text
    assert written(shop) == before


def test_of_a_holiday_that_a_country_has_not_those_are_named_that_come_near(shop: Shop, body: dict[str, Any]) -> None:
    occasion = {"type": "HOLIDAY", "country": "Ireland", "name": "St Patricks"}
    response = shop.ask("POST", "schedules", {**body, "occasion": occasion})
    assert refusal(response) == (400, "invalid_payload")
    assert response.json()["details"].startswith("occasion.name: IE has no such holiday; it has Saint Patrick's Day")


@pytest.mark.parametrize(
    ("part", "params", "path"),
    [
        ("preview", {"from": "2026-02-30"}, "from"),
        ("preview", {"from": "tomorrow"}, "from"),
        ("preview", {"from": "0001-01-01"}, "from"),
        ("preview", {"from": "2026-03-01", "to": "9999-12-31"}, "to"),
        ("preview", {"from": "2026-03-02", "to": "2026-03-01"}, "to"),
        ("preview", {"from": "2026-03-01", "to": "2027-03-03"}, "to"),
        ("preview", {"from": "0001-01-01T00:00:00+14:00"}, "from"),
        ("runs", {"limit": "0"}, "limit"),
        ("runs", {"limit": "101"}, "limit"),
        ("runs", {"page": "1001"}, "page"),
        ("runs", {"limit": "ten"}, "limit"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    shop: Shop, known: dict[str, str], *, part: str, params: dict[str, str], path: str
) -> None:
    response = shop.ask("GET", f"schedules/{known['schedule_id']}/{part}", None, **params)
    assert refusal(response) == (400, "invalid_payload")
    assert response.json()["details"].startswith(f"{path}: "), response.text


def test_a_schedule_that_is_not_there_is_not_found(shop: Shop) -> None:
    name = fresh("sch")
    for method, path in (
        ("GET", name),
        ("PUT", name),
        ("DELETE", name),
        ("POST", f"{name}/enable"),
        ("POST", f"{name}/disable"),
        ("GET", f"{name}/preview"),
        ("GET", f"{name}/runs"),
    ):
        response = shop.ask(method, f"schedules/{path}", {} if method == "PUT" else None)
        assert refusal(response) == (404, "not_found"), path
