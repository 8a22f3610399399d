"""One view across channels: what a customer has said to an offer, or has used, is offered to them nowhere any more."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from infra.local.service import Service
from tests.builders import PRODUCTION, Clock, Shop, fresh, ok, refusal, until
from tests.contract.conftest import Sdk
from tests.contract.spoilt import NO_INSTANT, NO_TEXT, malformed_is_refused, wrong_is_refused

YES = {"response": "ACCEPTED", "channel": "phone", "at": "2026-01-05T10:00:00.000Z"}
NO = {"response": "DECLINED", "channel": "email", "at": "2026-02-01T08:30:00.000Z"}
BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "answer an offer": ("POST publications/{publication_id}/responses", YES),
}
WRONG: list[tuple[str, list[Any]]] = [
    ("response", [None, "", "accepted", "MAYBE", 5, True, [], {}]),
    ("channel", [None, "", "x" * 201, *NO_TEXT]),
    ("at", [*NO_INSTANT, 1_767_607_200, "2999-01-01T00:00:00.000Z"]),
]
MORNING = datetime(2028, 5, 9, 6, tzinfo=UTC)
TEN, ONE_PAST = MORNING.replace(hour=10), MORNING.replace(hour=10, minute=1)


def published(shop: Shop, customer: str | None = None, **campaign: Any) -> dict[str, Any]:
    """An offer of a campaign of its own, given to somebody."""
    its = shop.campaign(type="AUTO_UPDATE", **campaign)
    return ok(shop.publish(its["name"], customer or fresh("customer")))


def answer(shop: Shop, publication: dict[str, Any], **said: Any) -> dict[str, Any]:
    return ok(shop.ask("POST", f"publications/{publication['id']}/responses", said))


def on_the_list(shop: Shop, publication: dict[str, Any]) -> dict[str, Any]:
    """The offer as the list of its customer's shows it."""
    listed = shop.get("publications", customer=publication["customer_id"])["publications"]
    [found] = [it for it in listed if it["id"] == publication["id"]]
    return dict(found)


# What is said


@pytest.mark.drives("POST /v1/publications/{publication_id}/responses")
def test_a_response_is_told_with_its_offer_wherever_that_is_told(shop: Shop) -> None:
    source, campaign = fresh("run"), shop.campaign(type="AUTO_UPDATE")
    made = ok(shop.publish(campaign["name"], "ann", source_id=source))
    assert "response" not in made
    assert answer(shop, made, **YES) == made | {"response": YES}
    assert ok(shop.publish(campaign["name"], "ann", source_id=source)) == made | {"response": YES}
    assert on_the_list(shop, made)["response"] == YES


def test_the_sdk_takes_an_offer_with_its_response(shop: Shop, sdk: Sdk) -> None:
    offer = published(shop)
    answer(shop, offer, **YES)
    [found] = sdk.publications.list_publications(customer=offer["customer_id"]).publications
    assert (found.id, found.voucher.code) == (offer["id"], offer["voucher"]["code"])


def test_the_latest_word_counts_and_at_one_instant_the_one_that_is_told_last(shop: Shop) -> None:
    offer = published(shop)
    assert answer(shop, offer, **NO)["response"] == NO
    assert answer(shop, offer, **YES)["response"] == NO, "said earlier"
    sooner_or_later = {**YES, "at": NO["at"]}
    assert answer(shop, offer, **sooner_or_later)["response"] == sooner_or_later
    assert on_the_list(shop, offer)["response"] == sooner_or_later


def test_a_response_without_an_instant_is_said_now_and_said_again_is_nothing_new(
    timed_shop: Shop, clock: Clock
) -> None:
    clock.set(MORNING)
    offer = published(timed_shop)
    first = answer(timed_shop, offer, response="ACCEPTED", channel="phone")
    assert MORNING <= datetime.fromisoformat(first["response"]["at"]) < MORNING + timedelta(minutes=1)
    clock.forward(timedelta(days=1))
    assert answer(timed_shop, offer, response="ACCEPTED", channel="phone") == first
    assert answer(timed_shop, offer, **first["response"]) == first
    no = answer(timed_shop, offer, response="DECLINED", channel="phone")["response"]
    assert MORNING + timedelta(days=1) <= datetime.fromisoformat(no["at"])


def test_a_shops_clock_may_run_ahead_but_nothing_is_said_in_the_future(timed_shop: Shop, clock: Clock) -> None:
    clock.set(MORNING)
    offer = published(timed_shop)
    ahead, early = ((MORNING + timedelta(minutes=minutes)).isoformat() for minutes in (4, 7))
    path = f"publications/{offer['id']}/responses"
    assert refusal(timed_shop.ask("POST", path, {**YES, "at": early})) == (400, "invalid_payload")
    assert "response" not in on_the_list(timed_shop, offer)
    at = datetime.fromisoformat(answer(timed_shop, offer, **{**YES, "at": ahead})["response"]["at"])
    assert MORNING <= at < MORNING + timedelta(minutes=1)


def test_an_idempotency_key_is_answered_alike_though_more_was_said_since(shop: Shop) -> None:
    offer, key = published(shop), fresh("key")
    path = f"publications/{offer['id']}/responses"
    first = ok(shop.ask("POST", path, YES, key=key))
    answer(shop, offer, **NO)
    assert ok(shop.ask("POST", path, YES, key=key)) == first == offer | {"response": YES}
    assert refusal(shop.ask("POST", path, NO, key=key)) == (409, "idempotency_key_conflict")
    assert on_the_list(shop, offer)["response"] == NO


def test_an_offer_of_no_campaign_and_one_of_somebody_forgotten_are_answered_too(shop: Shop) -> None:
    who = {"source_id": fresh("cid")}
    plain = ok(shop.ask("POST", "publications", {"voucher": shop.code(), "customer": who}))
    assert answer(shop, plain, **YES)["response"] == YES
    offer = published(shop, who["source_id"])
    assert shop.ask("DELETE", f"customers/{who['source_id']}").status_code == 204
    told = answer(shop, offer, **NO)
    assert (told["response"], "customer" in told) == (NO, False)


def test_what_cannot_be_said_is_refused_and_nothing_is_written(shop: Shop, subtests: pytest.Subtests) -> None:
    offer = published(shop)
    route = BODIES["answer an offer"][0].format(publication_id=offer["id"])
    malformed_is_refused(shop, route)
    wrong_is_refused(shop, route, YES, WRONG, subtests)
    assert "response" not in on_the_list(shop, offer)


def test_an_offer_that_is_not_there_or_anothers_is_not_found(shop: Shop, service: Service) -> None:
    assert refusal(shop.ask("POST", "publications/pub_none/responses", YES)) == (404, "not_found")
    offer = published(shop)
    with Shop(service.url, PRODUCTION) as other:
        assert refusal(other.ask("POST", f"publications/{offer['id']}/responses", YES)) == (404, "not_found")
    assert "response" not in on_the_list(shop, offer)


# What does not leave any more


class Day(NamedTuple):
    """Ann's birthday in 2028, on which nobody is written to before 10:01."""

    shop: Shop
    clock: Clock
    ann: dict[str, Any]

    def offer(self, campaign: str = "") -> dict[str, Any]:
        """An offer to Ann; of a new campaign, if none is named."""
        campaign = campaign or self.shop.campaign(type="AUTO_UPDATE")["id"]
        body = {"campaign": {"id": campaign}, "customer": {"id": self.ann["id"]}}
        return ok(self.shop.ask("POST", "publications", body))

    def ask_to_send(self, offer: dict[str, Any], channel: str = "email", **more: Any) -> str:
        """The id of a message with an offer, that waits."""
        template = {"template": self.shop.template(channel=channel, subject="Yours" if channel == "email" else None)}
        said = {"customer": {"id": self.ann["id"]}, "publication": offer["id"], **template, **more}
        waiting = ok(self.shop.ask("POST", "deliveries", said))
        assert (waiting["status"], waiting["until"]) == ("DEFERRED", "2028-05-09T10:01:00.000Z")
        return str(waiting["id"])

    def outcome(self, id_: str = "") -> tuple[str, str | None]:
        """What became of a message; of the only one, if none is named."""
        [found] = [it for it in self.shop.deliveries(customer=self.ann["id"]) if id_ in (it["id"], "")]
        return found["status"], found.get("reason")

    def left(self) -> list[str]:
        """What has left to Ann, with the minute."""
        own = (self.ann["email"], self.ann["phone"])
        return [f"{it['channel']} {it['at'][:16]}" for it in self.shop.outbox() if it["to"] in own]


@pytest.fixture
def day(timed_service: Service, timed_shop: Shop) -> Iterator[Day]:
    shop, who = timed_shop, fresh("ann")
    with Clock(timed_service.url) as clock:
        clock.set(MORNING)
        ok(shop.ask("PUT", "contact-policy", {"frequency_caps": [], "quiet_hours": {"from": "21:00", "to": "10:01"}}))
        phone = f"+35385{int(who[-6:], 16) % 10**7:07d}"
        ann = shop.customer(who, email=f"{who}@example.com", phone=phone, birthdate="1990-05-09")
        for channel in ("email", "sms"):
            shop.consent(who, channel=channel)
        yield Day(shop, clock, ann)
        ok(shop.ask("PUT", "contact-policy", {}))


def test_accepted_by_phone_at_ten_the_mail_of_one_past_ten_does_not_leave(day: Day) -> None:
    offer = day.offer()
    mail = day.ask_to_send(offer)
    day.clock.set(TEN)
    answer(day.shop, offer, response="ACCEPTED", channel="phone")
    assert day.outcome(mail) == ("DROPPED", "accepted")
    day.clock.set(ONE_PAST + timedelta(hours=1))
    assert (day.outcome(mail), day.left()) == (("DROPPED", "accepted"), [])


def test_declined_it_leaves_on_no_channel_and_what_is_asked_for_later_neither(day: Day) -> None:
    offer = day.offer()
    mail, text = day.ask_to_send(offer), day.ask_to_send(offer, "sms")
    answer(day.shop, offer, response="DECLINED", channel="chat")
    assert day.outcome(mail) == day.outcome(text) == ("DROPPED", "declined")
    again = {"customer": {"id": day.ann["id"]}, "publication": offer["id"], "template": day.shop.template()}
    refused = ok(day.shop.ask("POST", "deliveries", again))
    assert (refused["status"], refused["reason"]) == ("DROPPED", "declined")
    day.clock.set(ONE_PAST)
    assert day.left() == []


def test_redeemed_at_the_till_the_mail_that_waits_is_taken_back(day: Day) -> None:
    offer = day.offer()
    mail, text = day.ask_to_send(offer), day.ask_to_send(offer, "sms")
    day.shop.redeemed(offer["voucher"]["code"], customer={"id": day.ann["id"]})
    for id_ in (mail, text):
        until(lambda id_=id_: day.outcome(id_), lambda it: it == ("DROPPED", "redeemed"))
    day.clock.set(ONE_PAST)
    assert day.left() == []


def test_redeemed_by_nobody_knows_whom_it_is_found_out_when_it_is_to_leave(day: Day) -> None:
    offer = day.offer()
    mail = day.ask_to_send(offer)
    day.shop.redeemed(offer["voucher"]["code"])
    day.clock.set(ONE_PAST)
    assert (day.outcome(mail), day.left()) == (("DROPPED", "redeemed"), [])


def test_who_has_bought_is_not_asked_to_buy(day: Day) -> None:
    offer = day.offer()
    unless, anyway = day.ask_to_send(offer, unless_ordered=True), day.ask_to_send(offer, "sms")
    day.shop.order(customer={"id": day.ann["id"]}, amount=5_000, status="PAID")
    until(lambda: day.outcome(unless), lambda it: it == ("DROPPED", "already_bought"))
    day.clock.set(ONE_PAST)
    assert (day.outcome(anyway)[0], day.left()) == ("SENT", ["sms 2028-05-09T10:01"])


def test_a_birthdays_mail_is_taken_back_by_a_word_of_its_day_and_not_by_last_years(day: Day) -> None:
    schedule = day.shop.schedule({"type": "BIRTHDAY"})
    offer = day.offer(schedule["campaign"]["id"])
    day.clock.set(TEN)
    assert day.outcome() == ("DEFERRED", "quiet_hours")
    answer(day.shop, offer, response="ACCEPTED", channel="phone")
    assert day.outcome() == ("DROPPED", "accepted")
    assert day.shop.runs(schedule["id"])[0]["dropped"] == {"total": 1, "by_reason": {"accepted": 1}}
    day.clock.set(datetime(2029, 5, 9, 11, tzinfo=UTC))
    assert day.left() == ["email 2029-05-09T10:01"]
    ok(day.shop.ask("POST", f"schedules/{schedule['id']}/disable"))
