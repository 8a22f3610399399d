"""Why somebody got a message, over HTTP: from the ledger, the consent of that moment, and what the template says."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from infra.local.service import Service
from tests.builders import PRODUCTION, Clock, Shop, fresh, ok, refusal

AT = datetime(2029, 3, 17, 8, tzinfo=UTC)
YES, NO = "2029-03-01T10:00:00.000Z", "2029-03-18T10:00:00.000Z"
BODY = "Dear {{ customer.first_name }}, {{ voucher.code }} is yours. {{ customer.metadata.club }}{{ unsubscribe_url }}"


class Birthday(NamedTuple):
    """The seventeenth of March, a birthday of Ann's, who is written to, and of Bob's, who has not allowed it."""

    shop: Shop
    clock: Clock
    people: dict[str, dict[str, Any]]
    schedule: dict[str, Any]
    segment: str

    def why(self, name: str) -> dict[str, Any]:
        [its] = self.shop.deliveries(customer=self.people[name]["id"])
        return self.shop.get(f"deliveries/{its['id']}/why")


@pytest.fixture(scope="module")
def birthday(timed_service: Service, timed_shop: Shop) -> Iterator[Birthday]:
    shop, born = timed_shop, {"birthdate": "1990-03-17", "metadata": {"club": "VIP"}}
    with Clock(timed_service.url) as clock:
        clock.set(AT)
        names = {"ann": "Ann Lee", "bob": "Bob"}
        people = {
            it: shop.customer(fresh(it), name=name, email=f"{it}@example.com", time_zone="Europe/Dublin", **born)
            for it, name in names.items()
        }
        shop.consent(people["ann"]["id"], source="checkout", at=YES)
        segment = shop.segment(filter={"junction": "and", "metadata.club": {"conditions": {"$is": ["VIP"]}}})
        schedule = shop.schedule(
            {"type": "BIRTHDAY"}, templates={"email": shop.template(BODY)}, audience={"segment_id": segment}
        )
        clock.set(AT + timedelta(hours=2))
        yield Birthday(shop, clock, people, schedule, segment)
        shop.ask("DELETE", f"schedules/{schedule['id']}")


@pytest.mark.drives("GET /v1/deliveries/{delivery_id}/why")
def test_who_got_a_message_is_told_why_with_what_and_who_else_has_it(birthday: Birthday) -> None:
    ann, told = birthday.people["ann"], birthday.why("ann")
    segment = birthday.shop.get(f"segments/{birthday.segment}")
    sentences = told.pop("sentences")
    assert [it["name"] for it in told.pop("recipients")] == ["Amazon Web Services", "Amazon Simple Email Service"]
    assert {it["field"]: (it["what"], it["why"]) for it in told.pop("data_used")} == {
        "customer.first_name": ("your first name", "the message says it"),
        "customer.metadata.club": ("your “club”", "whom the message is for is told by it"),
        "customer.birthdate": ("your birthday", "the occasion is found by it"),
        "customer.email": ("your e-mail address", "the message goes there"),
        "customer.time_zone": ("your time zone", "it tells when a message may come"),
        "customer.contacts": ("when we last wrote to you", "it tells whether another message may come"),
    }
    campaign = birthday.schedule["campaign"]
    assert told == {
        "object": "delivery_explanation",
        "delivery": {"id": told["delivery"]["id"], "object": "delivery"},
        "customer": {"id": ann["id"], "object": "customer"},
        "status": "SENT",
        "channel": "email",
        "purpose": "marketing",
        "waited_for": None,
        "because": {
            "type": "occasion",
            "occasion": {"type": "BIRTHDAY", "name": birthday.schedule["name"], "day": "2029-03-17"},
            "schedule": {"id": birthday.schedule["id"], "name": birthday.schedule["name"], "object": "schedule"},
            "campaign": {"id": campaign["id"], "name": campaign["name"], "object": "campaign"},
        },
        "audience": {"id": birthday.segment, "name": segment["name"], "object": "segment"},
        "consent": {"channel": "email", "purpose": "marketing", "granted": True, "source": "checkout", "at": YES},
        "preferences": [],
        "deleted_since": [],
        "changed_since": [],
    }
    assert sentences == [
        "You got this e-mail on 17 March 2029 because it was your birthday.",
        f"It was for those in “{segment['name']}”, and you were one of them.",
        "You allowed marketing by e-mail on 1 March 2029 (source: checkout).",
        (
            "It used your first name, your “club”, your birthday, your e-mail address, your time zone and when we last"
            " wrote to you."
        ),
        (
            "Besides us, these received data about you for it: Amazon Web Services, which keeps our data and runs our"
            " promotions; Amazon Simple Email Service, which delivers our e-mails."
        ),
        "If you do not want this: follow the link at the end of the message, or tell us.",
    ]


def test_who_was_not_written_to_is_told_why_not(birthday: Birthday) -> None:
    told = birthday.why("bob")
    assert (told["status"], told["reason"], told["channel"], told["consent"]) == ("DROPPED", "no_consent", None, None)
    assert [it["name"] for it in told["recipients"]] == ["Amazon Web Services"]
    assert told["sentences"][0].endswith("decided not to: you have not allowed it.")
    assert "We know of no word of yours on marketing by e-mail." in told["sentences"]


def test_what_is_nobodys_or_another_projects_is_not_found(birthday: Birthday, timed_service: Service) -> None:
    its = birthday.why("ann")["delivery"]["id"]
    assert refusal(birthday.shop.ask("GET", "deliveries/dlv_none/why")) == (404, "not_found")
    assert refusal(birthday.shop.ask("GET", "deliveries/%20/why")) == (404, "not_found")
    assert refusal(birthday.shop.ask("GET", f"deliveries/{'x' * 201}/why")) == (400, "invalid_payload")
    with Shop(timed_service.url, PRODUCTION) as other:
        assert refusal(other.ask("GET", f"deliveries/{its}/why")) == (404, "not_found")


def test_the_word_of_that_moment_is_told_whatever_was_said_since(birthday: Birthday) -> None:
    before = birthday.why("ann")["consent"]
    birthday.clock.set(AT + timedelta(days=2))
    birthday.shop.consent(birthday.people["ann"]["id"], granted=False, at=NO)
    birthday.shop.consent(birthday.people["ann"]["id"], channel="sms", at=NO)
    assert birthday.why("ann")["consent"] == before
    assert before["granted"] is True


def test_what_was_asked_for_is_told_as_such_and_so_is_a_topic_that_was_declined(birthday: Birthday) -> None:
    shop, clock = birthday.shop, birthday.clock
    clock.set(AT + timedelta(days=10))
    cid = shop.customer(fresh("cid"), email="cid@example.com", birthdate="1990-03-17")
    shop.consent(cid["id"])
    topics = {"topics": [{"id": "dogs", "name": "Dogs & more"}], "quiet_hours": None}
    ok(shop.ask("PUT", "contact-policy", topics))
    declined = {"about": "topic", "topic": "dogs", "answer": "NO", "source": "a call"}
    ok(shop.ask("PUT", f"customers/{cid['id']}/consents", {"preferences": [declined]}))
    campaign, template = shop.campaign(type="AUTO_UPDATE"), shop.template("{{ customer.name }}{{ customer.email }}")
    asked = {"customer": {"id": cid["id"]}, "campaign": {"id": campaign["id"]}, "template": template}
    about_dogs = ok(shop.ask("POST", "deliveries", {**asked, "topic": "dogs"}))
    assert (about_dogs["status"], about_dogs["reason"]) == ("DROPPED", "topic_declined")
    told = shop.get(f"deliveries/{about_dogs['id']}/why")
    assert told["because"]["type"] == "request"
    assert [(it["topic"], it["answer"]) for it in told["preferences"]] == [("dogs", "NO")]
    said = "You said on 27 March 2029 (source: a call) that you do not want to hear of “Dogs & more”."
    assert said in told["sentences"]
    sent = ok(shop.ask("POST", "deliveries", asked))
    told = shop.get(f"deliveries/{sent['id']}/why")
    ok(shop.ask("PUT", "contact-policy", {}))
    assert (told["status"], told["consent"]["granted"], told["audience"]) == ("SENT", True, None)
    assert told["because"] == {
        "type": "request",
        "at": told["because"]["at"],
        "campaign": {"id": campaign["id"], "name": campaign["name"], "object": "campaign"},
    }
    assert [it["field"] for it in told["data_used"]] == ["customer.email", "customer.email", "customer.contacts"]
    assert told["sentences"][0] == (
        "You got this e-mail on 27 March 2029 because we decided on 27 March 2029 to send it to you, with an offer of"
        f" “{campaign['name']}”."
    )


def test_what_was_deleted_meanwhile_is_told_as_such(birthday: Birthday) -> None:
    """The last one of this module, for it deletes what the others look at."""
    shop, schedule = birthday.shop, birthday.schedule
    shop.customer(birthday.people["ann"]["source_id"], phone="+353871234567")
    assert birthday.why("ann")["changed_since"] == ["customer"]
    for path in (f"segments/{birthday.segment}", f"schedules/{schedule['id']}"):
        assert shop.ask("DELETE", path).status_code == 204
    assert shop.ask("DELETE", f"message-templates/{schedule['templates']['email']}").status_code == 204
    told = birthday.why("ann")
    assert (told["deleted_since"], told["audience"]) == (["schedule", "template"], None)
    assert told["because"]["schedule"] == {"id": schedule["id"], "name": None, "object": "schedule"}
    assert told["sentences"][0] == "You got this e-mail on 17 March 2029 because it was your birthday."
    ok(shop.ask("POST", f"customers/{birthday.people['ann']['id']}/permanent-deletion"))
    told = birthday.why("ann")
    assert (told["deleted_since"], told["consent"]) == (["customer", "schedule", "template"], None)
