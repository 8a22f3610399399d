"""Schedules over HTTP: made, changed, switched and forgotten; what they will do, and what became of them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from infra.local.service import running
from tests.builders import SANDBOX, Clock, Shop, fresh, ok, refusal

BIRTHDAY = {"type": "BIRTHDAY"}
PATRICK = {"type": "HOLIDAY", "country": "Ireland", "name": "Saint Patrick's Day"}


@pytest.mark.drives(
    "POST /v1/schedules",
    "GET /v1/schedules/{schedule_id}",
    "PUT /v1/schedules/{schedule_id}",
    "DELETE /v1/schedules/{schedule_id}",
)
def test_a_schedule_is_made_found_changed_and_forgotten(shop: Shop) -> None:
    campaign, template = shop.campaign(), shop.template()
    said = {"name": "Happy birthday", "occasion": BIRTHDAY, "channels": ["email"], "templates": {"email": template}}
    made = ok(shop.ask("POST", "schedules", {**said, "campaign": {"name": campaign["name"]}}))
    assert made["id"].startswith("sch_")
    assert made == {
        **said,
        "id": made["id"],
        "campaign": {"id": campaign["id"], "name": campaign["name"]},
        "offset": "P0D",
        "send_at": "09:00",
        "time_zone": "CUSTOMER",
        "leap_day": "FEB_28",
        "purpose": "marketing",
        "active": False,
        "created_at": made["created_at"],
        "object": "schedule",
    }
    path = f"schedules/{made['id']}"
    assert shop.get(path) == made
    other, segment = shop.campaign(), shop.segment("static", customers=[])
    change = {
        "campaign": {"id": other["id"]},
        "occasion": PATRICK,
        "offset": "-P7D",
        "send_at": "8:15",
        "time_zone": "Asia/Kathmandu",
        "leap_day": "MAR_1",
        "audience": {"segment_id": segment},
        "validity": "P1M",
        "purpose": "transactional",
        "channels": ["sms", "email"],
        "name": None,
        "templates": {"email": template, "sms": shop.template(channel="sms", subject=None)},
    }
    changed = ok(shop.ask("PUT", path, change))
    assert changed == {
        **made,
        **change,
        "name": "Happy birthday",
        "campaign": {"id": other["id"], "name": other["name"]},
        "occasion": {**PATRICK, "country": "IE"},
        "send_at": "08:15",
        "updated_at": changed["updated_at"],
    }
    cleared = ok(shop.ask("PUT", path, {"audience": None, "validity": None, "offset": None}))
    assert {*changed} - {*cleared} == {"audience", "validity"}
    assert cleared["offset"] == "-P7D"
    assert shop.ask("DELETE", path).status_code == 204
    assert refusal(shop.ask("GET", path)) == (404, "not_found")
    assert refusal(shop.ask("DELETE", path)) == (404, "not_found")


def test_a_schedule_is_made_once_however_often_it_is_asked_for(shop: Shop) -> None:
    body = {
        "name": fresh("once"),
        "campaign": {"id": shop.campaign()["id"]},
        "occasion": BIRTHDAY,
        "channels": ["email"],
        "templates": {"email": shop.template()},
    }
    key = fresh("key")
    first, again = (ok(shop.ask("POST", "schedules", body, key=key)) for _ in range(2))
    assert first == again
    assert shop.get("schedules", name=body["name"])["total"] == 1


@pytest.mark.drives("POST /v1/schedules/{schedule_id}/enable", "POST /v1/schedules/{schedule_id}/disable")
def test_a_schedule_is_switched_on_once_and_off_again(shop: Shop) -> None:
    made = shop.schedule(BIRTHDAY, active=False)
    path = f"schedules/{made['id']}"
    on = ok(shop.ask("POST", f"{path}/enable"))
    assert (on["active"], on["active_since"]) == (True, on["updated_at"])
    assert ok(shop.ask("POST", f"{path}/enable")) == on, "whatever it had missed by then is still missed"
    assert ok(shop.ask("PUT", path, {"active": True, "name": "Renamed"}))["active_since"] == on["active_since"]
    later = ok(shop.ask("PUT", path, {"send_at": "10:00"}))
    assert later["active_since"] == later["updated_at"], "it has had that hour from now on, and never before"
    off = ok(shop.ask("POST", f"{path}/disable"))
    assert (off["active"], "active_since" in off) == (False, False)
    assert ok(shop.ask("POST", f"{path}/disable")) == off
    assert ok(shop.ask("PUT", path, {"active": True}))["active"] is True
    assert shop.ask("DELETE", path).status_code == 204


@pytest.mark.drives("GET /v1/schedules")
def test_schedules_are_listed_and_filtered(shop: Shop) -> None:
    campaign = {"id": shop.campaign()["id"]}
    first, second = (
        shop.schedule(occasion, campaign=campaign, active=active)
        for occasion, active in ((BIRTHDAY, False), ({"type": "DAY", "month": 2, "day": 29}, True))
    )
    for params, wanted in (
        ({}, [second, first]),
        ({"active": "true"}, [second]),
        ({"active": "false"}, [first]),
        ({"occasion": "birthday"}, [first]),
        ({"name": second["name"]}, [second]),
        ({"filters[occasion.type][conditions][$in][0]": "DAY"}, [second]),
    ):
        found = shop.get("schedules", campaign_id=campaign["id"], **params)
        assert (found["object"], found["data_ref"], found["total"]) == ("list", "schedules", len(wanted)), params
        assert found["schedules"] == wanted, params
    ok(shop.ask("POST", f"schedules/{second['id']}/disable"))


def test_what_is_not_there_any_more_is_named_by_its_id(shop: Shop) -> None:
    campaign = shop.campaign()
    made = shop.schedule(BIRTHDAY, campaign={"id": campaign["id"]}, active=False)
    shop.await_action(ok(shop.ask("DELETE", f"campaigns/{campaign['id']}"))["async_action_id"])
    assert shop.ask("DELETE", f"message-templates/{made['templates']['email']}").status_code == 204
    renamed = ok(shop.ask("PUT", f"schedules/{made['id']}", {"name": "Still here"}))
    assert renamed["name"] == "Still here"
    assert shop.get("schedules", name="Still here")["schedules"][0]["templates"] == made["templates"]


@pytest.fixture(scope="module")
def march() -> Iterator[Shop]:
    """A shop of its own in March 2026, with customers in three zones and one nobody knows where."""
    with running() as service, Shop(service.url, SANDBOX) as shop, Clock(service.url) as clock:
        clock.set(datetime(2026, 3, 1, 12, tzinfo=UTC))
        irish = {"address": {"country": "IE"}}
        shop.customer(birthdate="1990-03-29", **irish)
        shop.customer(birthdate="1980-03-29", **irish)
        shop.customer(birthdate="1980-03-08", time_zone="America/New_York", **irish)
        shop.customer(birthdate="2000-02-29", time_zone="Asia/Kathmandu")
        shop.customer()
        yield shop


def times(shop: Shop, occasion: dict[str, Any], span: dict[str, str], **fields: Any) -> list[tuple[Any, ...]]:
    """What the preview of a new schedule tells, in short."""
    made = shop.schedule(occasion, active=False, **fields)
    found = shop.get(f"schedules/{made['id']}/preview", **span)
    assert (found["object"], found["data_ref"], found["total"]) == ("list", "runs", len(found["runs"]))
    assert [run["due"] for run in found["runs"]] == [sum(it["due"] for it in run["times"]) for run in found["runs"]]
    return [
        (run["day"], it["time_zone"], it["local"], it["at"][:16], it["due"])
        for run in found["runs"]
        for it in run["times"]
    ]


@pytest.mark.drives("GET /v1/schedules/{schedule_id}/preview")
def test_a_preview_tells_local_and_utc_time_and_how_many_are_due(march: Shop) -> None:
    assert times(march, BIRTHDAY, {}) == [
        ("2026-03-08", "America/New_York", "2026-03-08T09:00:00", "2026-03-08T13:00", 1),
        ("2026-03-29", "Europe/Dublin", "2026-03-29T09:00:00", "2026-03-29T08:00", 2),
    ]
    assert times(march, PATRICK, {}) == [
        ("2026-03-17", "Europe/Dublin", "2026-03-17T09:00:00", "2026-03-17T09:00", 2),
        ("2026-03-17", "America/New_York", "2026-03-17T09:00:00", "2026-03-17T13:00", 1),
    ]
    day = {"type": "DAY", "month": 12, "day": 24}
    assert times(march, day, {}) == []
    assert times(march, day, {"from": "2026-12-24", "to": "2026-12-24"}, time_zone="Asia/Kathmandu") == [
        ("2026-12-24", "Asia/Kathmandu", "2026-12-24T09:00:00", "2026-12-24T03:15", 5),
    ]
    assert times(march, day, {"from": "2026-12-20", "to": "2026-12-28"})[1:3] == [
        ("2026-12-24", "UTC", "2026-12-24T09:00:00", "2026-12-24T09:00", 1),
        ("2026-12-24", "Europe/Dublin", "2026-12-24T09:00:00", "2026-12-24T09:00", 2),
    ]
    leap = {"from": "2027-02-01", "to": "2027-03-05"}
    for policy, at in (("FEB_28", "2027-02-28"), ("MAR_1", "2027-03-01")):
        kathmandu = (at, "Asia/Kathmandu", f"{at}T09:00:00", f"{at}T03:15", 1)
        assert times(march, BIRTHDAY, leap, leap_day=policy) == [kathmandu]


def test_a_preview_tells_both_days_on_which_clocks_are_changed(march: Shop) -> None:
    fields = {"time_zone": "Europe/Dublin", "send_at": "01:30"}
    for day, local, at in (
        ("2026-03-29", "2026-03-29T02:00:00", "2026-03-29T01:00"),
        ("2026-10-25", "2026-10-25T01:30:00", "2026-10-25T00:30"),
    ):
        once = {"type": "ONCE", "date": day}
        span = {"from": f"{day}T00:00:00Z", "to": f"{day}T23:00:00Z"}
        assert times(march, once, span, **fields) == [(day, "Europe/Dublin", local, at, 5)]


@pytest.mark.drives("GET /v1/schedules/{schedule_id}/runs")
def test_nothing_has_become_of_a_schedule_that_has_not_run(march: Shop) -> None:
    made = march.schedule(BIRTHDAY, active=False)
    assert march.get(f"schedules/{made['id']}/runs") == {
        "object": "list",
        "data_ref": "runs",
        "runs": [],
        "has_more": False,
    }
