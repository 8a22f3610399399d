"""Messages on demand over HTTP: now, later, or not at all, and each with its reason."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.local.service import Service
from tests.builders import Clock, Shop, fresh, ok, refusal
from tests.contract.spoilt import (
    NO_FLAG,
    NO_OBJECT,
    NO_TEXT,
    malformed_is_refused,
    wrong_is_refused,
)

EVENING = datetime(2027, 9, 7, 22, tzinfo=UTC)
MORNING = EVENING + timedelta(hours=10)
NO_ID = [*NO_TEXT, ""]
Json = dict[str, Any]
BODIES: dict[str, tuple[str, Json]] = {"send a message": ("POST deliveries", {"dry_run": True})}


class Desk:
    """A shop that asks for messages with codes of a campaign that makes them as they are needed."""

    def __init__(self, shop: Shop, clock: Clock) -> None:
        self.shop, self.clock = shop, clock
        self.campaign = shop.campaign(type="AUTO_UPDATE")
        self.template = shop.template()
        self.sms = shop.template(channel="sms", subject=None, body="{{ voucher.code }}")

    def customer(self, *, allows: tuple[str, ...] = ("email",)) -> Json:
        name = fresh("ann")
        said = self.shop.customer(name, email=f"{name}@example.com", phone="+353871234567")
        for channel in allows:
            self.shop.consent(name, channel=channel)
        return said

    def body(self, to: Json, /, **said: Any) -> Json:
        known = {"customer": {"id": to["id"]}, "campaign": {"id": self.campaign["id"]}, "template": self.template}
        return {name: value for name, value in {**known, **said}.items() if value is not None}

    def send(self, to: Json, /, *, key: str | None = None, **said: Any) -> Json:
        return ok(self.shop.ask("POST", "deliveries", self.body(to, **said), key=key))

    def mails(self, customer: Json) -> list[Json]:
        return [it for it in self.shop.outbox() if it["to"] == customer["email"]]


@pytest.fixture(scope="module")
def desk(timed_service: Service, timed_shop: Shop) -> Iterator[Desk]:
    with Clock(timed_service.url) as clock:
        clock.set(EVENING)
        ok(timed_shop.ask("PUT", "contact-policy", {"quiet_hours": None, "frequency_caps": []}))
        yield Desk(timed_shop, clock)
        ok(timed_shop.ask("PUT", "contact-policy", {}))


@pytest.mark.drives("POST /v1/deliveries")
def test_what_is_asked_for_leaves_at_once_and_is_told_of(desk: Desk) -> None:
    ann = desk.customer()
    sent = desk.send(ann, customer={"source_id": ann["source_id"]}, campaign={"name": desk.campaign["name"]})
    [publication] = desk.shop.get("publications", customer=ann["id"])["publications"]
    now = "2027-09-07T22:00:00.000Z"
    assert sent == {
        "id": sent["id"],
        "object": "delivery",
        "status": "SENT",
        "purpose": "marketing",
        "channel": "email",
        "trigger": {"type": "ON_DEMAND"},
        "customer": {"id": ann["id"], "object": "customer"},
        "schedule": None,
        "campaign": {"id": desk.campaign["id"], "object": "campaign"},
        "template": {"id": desk.template, "object": "message_template"},
        "publication": {"id": publication["id"], "object": "publication"},
        "voucher": {"code": publication["voucher"]["code"], "object": "voucher"},
        "due_at": now,
        "sent_at": now,
        "created_at": now,
        "updated_at": now,
    }
    assert sent["id"].startswith("dlv_")
    assert desk.shop.get(f"deliveries/{sent['id']}") == sent
    [mail] = desk.mails(ann)
    assert publication["voucher"]["code"] in mail["body"]


def test_under_one_key_it_leaves_once(desk: Desk) -> None:
    ann, key = desk.customer(), fresh("key")
    first = desk.send(ann, key=key)
    assert desk.send(ann, key=key) == first
    assert len(desk.mails(ann)) == 1
    other = desk.shop.ask("POST", "deliveries", desk.body(ann, purpose="transactional"), key=key)
    assert refusal(other) == (409, "idempotency_key_conflict")
    assert desk.send(ann)["id"] != first["id"], "without a key it is another one"


def test_a_code_that_they_have_is_told_again(desk: Desk) -> None:
    ann = desk.customer()
    published = ok(desk.shop.publish(desk.campaign["name"], ann["source_id"]))
    sent = desk.send(ann, campaign=None, publication=published["id"])
    assert (sent["status"], sent["voucher"]["code"]) == ("SENT", published["voucher"]["code"])
    desk.shop.redeemed(published["voucher"]["code"])
    dropped = desk.send(ann, campaign=None, publication={"id": published["id"]})
    assert (dropped["status"], dropped["reason"]) == ("DROPPED", "redeemed")
    bob = desk.customer()
    answer = desk.shop.ask("POST", "deliveries", desk.body(bob, campaign=None, publication=published["id"]))
    assert refusal(answer) == (400, "invalid_payload")
    assert answer.json()["details"] == "publication: is another customer's"


def test_who_allows_no_mail_gets_a_text_if_there_is_one(desk: Desk) -> None:
    ann, both = desk.customer(allows=("sms",)), {"email": desk.template, "sms": desk.sms}
    sent = desk.send(ann, template=None, templates=both)
    assert (sent["status"], sent["channel"], sent["template"]["id"]) == ("SENT", "sms", desk.sms)
    only = desk.send(ann, template=None, templates=both, channel="email")
    assert (only["status"], only["reason"], only["channel"]) == ("DROPPED", "no_consent", None)
    receipt = desk.send(ann, purpose="transactional")
    assert (receipt["status"], receipt["reason"]) == ("DROPPED", "no_consent")


def test_a_dry_run_leaves_nothing(desk: Desk) -> None:
    ann = desk.customer()
    foreseen = desk.send(ann, dry_run=True)
    assert (foreseen["id"], foreseen["dry_run"], foreseen["status"], foreseen["channel"]) == (
        None,
        True,
        "SENT",
        "email",
    )
    nobody = desk.customer(allows=())
    dropped = desk.send(nobody, dry_run=True)
    assert (dropped["id"], dropped["status"], dropped["reason"]) == (None, "DROPPED", "no_consent")
    for person in (ann, nobody):
        assert desk.shop.deliveries(customer=person["id"]) == desk.mails(person) == []
        assert desk.shop.get("publications", customer=person["id"])["publications"] == []


def test_of_a_campaign_without_codes_nothing_is_sent(desk: Desk) -> None:
    ann, empty = desk.customer(), desk.shop.campaign(vouchers_count=1)
    sent = desk.send(ann, campaign={"id": empty["id"]})
    assert sent["status"] == "SENT"
    for dry in (True, False):
        dropped = desk.send(ann, campaign={"id": empty["id"]}, dry_run=dry)
        assert (dropped["status"], dropped["reason"]) == ("DROPPED", "no_voucher_left")


def test_at_night_it_waits_for_the_morning_and_is_judged_anew(desk: Desk) -> None:
    shop = desk.shop
    ann, bob, cid = (desk.customer() for _ in range(3))
    ok(shop.ask("PUT", "contact-policy", {"quiet_hours": {"from": "21:00", "to": "08:00"}, "frequency_caps": []}))
    waiting = [desk.send(it, unless_ordered=it is cid) for it in (ann, bob, cid)]
    until = "2027-09-08T08:00:00.000Z"
    assert [(it["status"], it["reason"], it["until"]) for it in waiting] == [("DEFERRED", "quiet_hours", until)] * 3
    assert waiting[2]["trigger"] == {"type": "ON_DEMAND", "unless_ordered": True}
    assert desk.send(ann, dry_run=True)["until"] == until
    shop.consent(bob["id"], granted=False)
    desk.clock.set(EVENING + timedelta(hours=1))
    shop.order(customer={"id": cid["id"]}, status="PAID", amount=1_000)
    desk.clock.set(MORNING)
    told = [shop.get(f"deliveries/{it['id']}") for it in waiting]
    desk.clock.set(EVENING)
    assert [(it["status"], it.get("reason"), it["sent_at"]) for it in told] == [
        ("SENT", None, until),
        ("DROPPED", "no_consent", None),
        ("DROPPED", "already_bought", None),
    ]
    assert [len(desk.mails(it)) for it in (ann, bob, cid)] == [1, 0, 0]
    ok(shop.ask("PUT", "contact-policy", {"quiet_hours": None, "frequency_caps": []}))


def test_a_cap_holds_the_second_one_for_the_next_day(desk: Desk) -> None:
    ann = desk.customer()
    ok(desk.shop.ask("PUT", "contact-policy", {"quiet_hours": None}))
    assert desk.send(ann)["status"] == "SENT"
    second = desk.send(ann)
    assert (second["status"], second["reason"], second["until"]) == (
        "DEFERRED",
        "frequency_cap",
        "2027-09-08T00:00:00.000Z",
    )
    ok(desk.shop.ask("PUT", "contact-policy", {"quiet_hours": None, "frequency_caps": []}))


def test_who_or_what_is_not_there_is_not_found(desk: Desk) -> None:
    ann = desk.customer()
    missing: list[Json] = [
        {"customer": {"id": "cust_none"}},
        {"customer": {"source_id": fresh()}},
        {"campaign": {"id": "camp_none"}},
        {"campaign": None, "publication": "pub_none"},
        {"template": "tmpl_none"},
        {"template": None, "templates": {"email": "tmpl_none"}},
    ]
    for said in missing:
        for dry in (True, False):
            answer = desk.shop.ask("POST", "deliveries", desk.body(ann, **said, dry_run=dry))
            assert refusal(answer) == (404, "not_found"), said
    assert desk.shop.deliveries(customer=ann["id"]) == []


def test_what_does_not_go_together_is_refused_by_name(desk: Desk) -> None:
    ann = desk.customer()
    wrong: list[tuple[Json, str]] = [
        ({"campaign": None}, "publication"),
        ({"publication": "pub_1"}, "publication"),
        ({"template": None}, "template"),
        ({"templates": {"sms": desk.sms}}, "template"),
        ({"channel": "sms"}, "template"),
        ({"template": None, "templates": {"sms": desk.template}}, "templates.sms"),
        ({"template": None, "templates": {"sms": desk.sms}, "channel": "email"}, "channel"),
        ({"topic": "none"}, "topic"),
        ({"customer": None}, "customer"),
        ({"customer": {}}, "customer"),
        ({"campaign": {}}, "campaign"),
        ({"template": None, "templates": {}}, "templates"),
    ]
    for said, path in wrong:
        answer = desk.shop.ask("POST", "deliveries", desk.body(ann, **said))
        assert refusal(answer) == (400, "invalid_payload"), said
        assert answer.json()["details"].startswith(f"{path}:"), (said, answer.text)
    assert desk.shop.deliveries(customer=ann["id"]) == []


def test_a_body_that_is_wrong_is_refused(desk: Desk, subtests: pytest.Subtests) -> None:
    ann = desk.customer()
    [(route, body)] = BODIES.values()
    malformed_is_refused(desk.shop, route)
    wrong = [
        ("customer", NO_OBJECT),
        ("customer.id", NO_ID),
        ("customer.source_id", NO_ID),
        ("publication.id", NO_ID),
        ("campaign", NO_OBJECT),
        ("campaign.id", NO_ID),
        ("campaign.name", NO_ID),
        ("template", NO_ID),
        ("templates", NO_OBJECT),
        ("templates.email", NO_ID),
        ("templates.fax", ["tmpl_1"]),
        ("channel", ["fax", "", 5, [], {}]),
        ("purpose", ["fun", "", 5, [], {}]),
        ("topic", NO_ID),
        ("unless_ordered", NO_FLAG),
        ("dry_run", NO_FLAG),
    ]
    wrong_is_refused(desk.shop, route, desk.body(ann) | body, wrong, subtests)
    assert desk.shop.deliveries(customer=ann["id"]) == []
    assert desk.mails(ann) == []


def test_a_schedule_may_say_what_it_is_about_if_people_may_decline_it(desk: Desk) -> None:
    shop, said = desk.shop, {"quiet_hours": None, "frequency_caps": []}
    ok(shop.ask("PUT", "contact-policy", {**said, "topics": [{"id": "news", "name": "News"}]}))
    schedule = shop.schedule({"type": "BIRTHDAY"}, active=False, topic="news")
    assert schedule["topic"] == "news"
    path = f"schedules/{schedule['id']}"
    wrong = shop.ask("PUT", path, {"topic": "none"})
    assert (refusal(wrong), wrong.json()["details"]) == (
        (400, "invalid_payload"),
        "topic: is none of the contact policy's",
    )
    assert shop.get(path)["topic"] == "news"
    changed = ok(shop.ask("PUT", path, {"topic": None}))
    assert "topic" not in changed
    sent = desk.send(desk.customer(), topic="news")
    assert (sent["status"], sent["trigger"]) == ("SENT", {"type": "ON_DEMAND", "topic": "news"})
    ok(shop.ask("PUT", "contact-policy", said))
