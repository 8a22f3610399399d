"""One view across channels: what a customer has said to an offer, or has used, is offered to them nowhere any more."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from infra.local.service import Service
from tests.builders import PRODUCTION, Clock, Shop, fresh, ok, refusal
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
    """A day of 2028 on which nobody is written to before 10:01; it is somebody's birthday, with an offer."""

    shop: Shop
    clock: Clock
    who: str
    customer: dict[str, Any]
    schedule: dict[str, Any]

    @property
    def mail(self) -> dict[str, Any]:
        """The mail of this day."""
        [found] = [it for it in self.shop.deliveries(customer=self.who) if it["due_at"].startswith("2028-05-09")]
        return dict(found)

    @property
    def outcome(self) -> tuple[str, str | None]:
        return self.mail["status"], self.mail["reason"]

    def offer(self) -> dict[str, Any]:
        """The campaign's offer, as the shop gives it by itself."""
        body = {"campaign": {"id": self.schedule["campaign"]["id"]}, "customer": {"source_id": self.who}}
        return ok(self.shop.ask("POST", "publications", body))

    def mails(self) -> list[dict[str, Any]]:
        return [it for it in self.shop.outbox() if it["to"] == f"{self.who}@example.com"]


@pytest.fixture
def day(timed_service: Service, timed_shop: Shop) -> Iterator[Day]:
    shop, who = timed_shop, fresh("ann")
    with Clock(timed_service.url) as clock:
        clock.set(MORNING)
        ok(shop.ask("PUT", "contact-policy", {"quiet_hours": {"from": "21:00", "to": "10:01"}}))
        ann = shop.customer(who, email=f"{who}@example.com", birthdate="1990-05-09")
        shop.consent(who)
        schedule = shop.schedule({"type": "BIRTHDAY"})
        yield Day(shop, clock, who, ann, schedule)
        ok(shop.ask("POST", f"schedules/{schedule['id']}/disable"))
        ok(shop.ask("PUT", "contact-policy", {}))


def test_accepted_by_phone_at_ten_the_mail_of_one_past_ten_does_not_leave(day: Day) -> None:
    offer = day.offer()
    day.clock.set(TEN)
    assert (day.outcome, day.mail["until"]) == (("DEFERRED", "quiet_hours"), "2028-05-09T10:01:00.000Z")
    answer(day.shop, offer, response="ACCEPTED", channel="phone")
    assert day.outcome == ("DROPPED", "accepted")
    day.clock.set(ONE_PAST + timedelta(hours=1))
    assert (day.outcome, day.mails()) == (("DROPPED", "accepted"), [])
    assert day.shop.runs(day.schedule["id"])[0]["dropped"] == {"total": 1, "by_reason": {"accepted": 1}}


def test_declined_it_does_not_leave_and_unanswered_it_does(day: Day) -> None:
    offer = day.offer()
    day.clock.set(TEN)
    answer(day.shop, offer, response="DECLINED", channel="chat")
    assert day.outcome == ("DROPPED", "declined")
    day.clock.set(datetime(2029, 5, 9, 11, tzinfo=UTC))
    [mail] = day.mails()
    assert mail["at"].startswith("2029-05-09T10:01"), "what was said last year stops nothing of this year"
