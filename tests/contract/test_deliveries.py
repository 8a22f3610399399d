"""Deliveries over HTTP: what became of each message, found by whatever is known of it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from infra.local.service import Service
from tests.builders import PRODUCTION, Clock, Shop, fresh, ok, refusal

DAY = "2027-07-23"
AT = datetime(2027, 7, 23, 8, tzinfo=UTC)
NINE, TEN, ELEVEN = (f"2027-07-23T{hour}:00:00.000Z" for hour in ("09", "10", "11"))


class Morning(NamedTuple):
    """The morning of a birthday: Ann was written to, Bob has not allowed it, Cid has it later than the others."""

    shop: Shop
    schedule: dict[str, Any]
    people: dict[str, dict[str, Any]]

    def of(self, name: str) -> dict[str, Any]:
        """The only delivery to somebody."""
        [found] = self.shop.deliveries(customer=self.people[name]["source_id"])
        return dict(found)

    def who(self, **filters: Any) -> list[str]:
        """To whom those deliveries are that filters keep, of this schedule."""
        names = {person["id"]: name for name, person in self.people.items()}
        asked = {"schedule_id": self.schedule["id"], **filters}
        return [names[it["customer"]["id"]] for it in self.shop.deliveries(**asked)]


@pytest.fixture(scope="module")
def morning(timed_service: Service, timed_shop: Shop) -> Iterator[Morning]:
    shop = timed_shop
    with Clock(timed_service.url) as clock:
        clock.set(AT)
        people = {name: shop.customer(fresh(name), birthdate="1990-07-23") for name in ("ann", "bob", "cid")}
        shop.customer(people["ann"]["source_id"], email="ann@example.com")
        shop.customer(people["bob"]["source_id"], email="bob@example.com")
        shop.customer(people["cid"]["source_id"], email="cid@example.com", time_zone="Atlantic/Cape_Verde")
        for name in ("ann", "cid"):
            shop.consent(people[name]["source_id"])
        ok(shop.ask("PUT", "contact-policy", {"quiet_hours": {"from": "21:00", "to": "10:00"}}))
        schedule = shop.schedule({"type": "BIRTHDAY"})
        clock.set(AT.replace(hour=10))
        yield Morning(shop, schedule, people)
        ok(shop.ask("POST", f"schedules/{schedule['id']}/disable"))
        ok(shop.ask("PUT", "contact-policy", {}))


@pytest.mark.drives("GET /v1/deliveries", "GET /v1/deliveries/{delivery_id}")
def test_a_delivery_tells_what_became_of_a_message(morning: Morning) -> None:
    sent = morning.of("ann")
    [publication] = morning.shop.get("publications", customer=morning.people["ann"]["id"])["publications"]
    assert sent == {
        "id": sent["id"],
        "object": "delivery",
        "status": "SENT",
        "purpose": "marketing",
        "channel": "email",
        "occasion": {"type": "BIRTHDAY", "day": DAY},
        "customer": {"id": morning.people["ann"]["id"], "object": "customer"},
        "schedule": {"id": morning.schedule["id"], "object": "schedule"},
        "campaign": {"id": morning.schedule["campaign"]["id"], "object": "campaign"},
        "template": {"id": morning.schedule["templates"]["email"], "object": "message_template"},
        "publication": {"id": publication["id"], "object": "publication"},
        "voucher": {"code": publication["voucher"]["code"], "object": "voucher"},
        "due_at": NINE,
        "sent_at": TEN,
        "created_at": NINE,
        "updated_at": TEN,
    }
    assert sent["id"].startswith("dlv_")
    assert morning.shop.get(f"deliveries/{sent['id']}") == sent


def test_one_that_did_not_leave_tells_why_and_has_no_code(morning: Morning) -> None:
    dropped = morning.of("bob")
    assert (dropped["status"], dropped["reason"], dropped["due_at"]) == ("DROPPED", "no_consent", NINE)
    assert [dropped[name] for name in ("channel", "template", "publication", "voucher", "sent_at")] == [None] * 5
    waiting = morning.of("cid")
    assert (waiting["status"], waiting["reason"]) == ("DEFERRED", "quiet_hours")
    assert (waiting["due_at"], waiting["until"], waiting["voucher"]) == (TEN, ELEVEN, None)


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"status": "SENT"}, ["ann"]),
        ({"status": "sent"}, ["ann"]),
        ({"channel": "email"}, ["ann"]),
        ({"channel": "sms"}, []),
        ({"purpose": "marketing"}, ["ann", "bob", "cid"]),
        ({"occasion": "BIRTHDAY"}, ["ann", "bob", "cid"]),
        ({"occasion": "HOLIDAY"}, []),
        ({"day": DAY}, ["ann", "bob", "cid"]),
        ({"day": "2027-07-24"}, []),
        ({"campaign_id": "camp_none"}, []),
        ({"[created_at][after]": NINE}, ["cid"]),
        ({"[created_at][before]": TEN}, ["ann", "bob"]),
        ({"filters[reason][conditions][$is]": "no_consent"}, ["bob"]),
        ({"filters[sent_at][conditions][$is_unknown]": "true"}, ["bob", "cid"]),
        ({"filters[status][conditions][$in][0]": "DEFERRED", "filters[reason][conditions][$is]": "x"}, []),
    ],
)
def test_deliveries_are_found_by_what_is_known_of_them(
    morning: Morning, filters: dict[str, str], names: list[str]
) -> None:
    assert sorted(morning.who(**filters)) == names


def test_the_list_comes_in_parts_with_a_total(morning: Morning) -> None:
    pages = [morning.shop.get("deliveries", schedule_id=morning.schedule["id"], limit=2, page=page) for page in (1, 2)]
    assert [(len(page["deliveries"]), page["has_more"], page["total"]) for page in pages] == [
        (2, True, 3),
        (1, False, 3),
    ]
    ids = {it["id"] for page in pages for it in page["deliveries"]}
    assert len(ids) == 3


def test_what_it_does_not_know_is_refused(morning: Morning, timed_service: Service) -> None:
    assert refusal(morning.shop.ask("GET", "deliveries/dlv_none")) == (404, "not_found")
    wrong = {
        "filters[shoe][conditions][$is]": "5",
        "[created_at][after]": "yesterday",
        "limit": "0",
        "order": "channel_",
        "filters[sent_at][conditions][$is]": "2027-07-23",
        "starting_after_id": "dlv_none",
    }
    for name, value in wrong.items():
        assert refusal(morning.shop.ask("GET", "deliveries", **{name: value})) == (400, "invalid_payload"), name
    with Shop(timed_service.url, PRODUCTION) as other:
        assert refusal(other.ask("GET", f"deliveries/{morning.of('ann')['id']}")) == (404, "not_found")
        assert other.deliveries(schedule_id=morning.schedule["id"]) == []
